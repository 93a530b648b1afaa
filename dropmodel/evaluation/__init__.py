"""How good a model is: ranking, parsing, verification and calibration, tables and pictures of them."""
