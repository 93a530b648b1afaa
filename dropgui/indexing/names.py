"""The camera, as the names of files and folders tell it."""

import re
from pathlib import PurePosixPath

# Market-1501: 0001_c1s1_001051_00.jpg; DukeMTMC: 0001_c2_f0046182.jpg; -1 is Market's junk identity.
_DATASET_NAME = re.compile(r"^-?\d+_c(\d+)(?:s\d+)?_", re.IGNORECASE)
_CAMERA_WORD = re.compile(
    r"(?:^|[^a-z0-9])(cam(?:era)?[-_ ]?\d+|camera[-_ ][a-z0-9]+)(?:[^a-z0-9]|$)", re.IGNORECASE
)
_CAMERA_FOLDER = re.compile(r"^cam(?:era)?(?:[-_ ]?\d+[a-z]?|[-_ ][\w -]+)$", re.IGNORECASE)


def is_camera(folder: str) -> bool:
    """Whether a folder is called after a camera: ``cam-02``, ``camera entrance``."""
    return _CAMERA_FOLDER.match(folder) is not None


def camera_of(relative_path: str) -> str | None:
    """The camera of a picture: ``c1`` in a Market or Duke file name, else a part of the path that names one.

    The folder nearest to the file wins (``entrance/cam-02/x.jpg`` is ``cam-02``); then the file's own name
    (``cam1_000123.jpg``). None where nothing looks like a camera.
    """
    path = PurePosixPath(relative_path)
    dataset = _DATASET_NAME.match(path.name)
    if dataset:
        return f"c{int(dataset.group(1))}"
    for folder in reversed(path.parts[:-1]):
        if is_camera(folder):
            return folder
    word = _CAMERA_WORD.search(path.stem)
    return word.group(1) if word else None
