"""The faults a caller can meet and mend; everything else that is raised here is a bug."""

from pathlib import Path


class ModelError(Exception):
    """A model file cannot be used; the text says what, which file and what to do."""


class ImageError(Exception):
    """A picture cannot be read: ``path`` and a ``reason`` for people."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DataError(Exception):
    """A data set cannot be written or read; the text says which, why and what to do."""


class ConfigError(Exception):
    """A configuration cannot be used; the text names the key or the file and what it should be."""


class MissingPackageError(Exception):
    """An optional package is not installed; the text says what needs it and how to install it."""


class TrainingError(Exception):
    """A training run cannot begin or go on; the text says why, where and what to do."""


class NotFiniteError(TrainingError):
    """A run met numbers that are not finite; its last checkpoint is sound."""


class OutOfMemoryError(TrainingError):
    """A run needs more memory than there is; ``batch`` is a smaller one to try, 0 where nothing is left."""

    def __init__(self, text: str, batch: int = 0) -> None:
        super().__init__(text)
        self.batch = batch
