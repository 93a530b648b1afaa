"""The losses, one subject a file; :mod:`dropmodel.training.losses.total` sums them (method.md, section 2)."""
