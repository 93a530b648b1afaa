"""The page of model versions: what was taught from what, which one answers, what can be done with each."""
