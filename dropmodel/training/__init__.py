"""Training: losses, memory bank, configuration, trainer and its hooks, several processes."""
