"""The answer: ranked matches to look through, to decide on, and to hand on."""
