"""The camera and the time, as the names of files and folders tell them."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import PurePosixPath

# Market-1501: 0001_c1s1_001051_00.jpg; DukeMTMC: 0001_c2_f0046182.jpg; -1 is Market's junk identity.
_DATASET_NAME = re.compile(r"^-?\d+_c(\d+)(?:s\d+)?_", re.IGNORECASE)
_CAMERA_WORD = re.compile(
    r"(?:^|[^a-z0-9])(cam(?:era)?[-_ ]?\d+|camera[-_ ][a-z0-9]+)(?:[^a-z0-9]|$)", re.IGNORECASE
)
_CAMERA_FOLDER = re.compile(r"^cam(?:era)?(?:[-_ ]?\d+[a-z]?|[-_ ][\w -]+)$", re.IGNORECASE)
# A day and a time to the second, with or without signs between: 20240131_120301, 2024-01-31 12.03.01.250.
_MOMENT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)[-_. T]?(\d\d)([-_.:]?)(\d\d)\6(\d\d)(?:\.?(\d{3}))?(?!\d)"
)


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


def time_of(name: str) -> datetime | None:
    """When a picture was taken, by the camera's own clock, if its file's name says so; else None.

    The first day of the calendar with a time to the second counts (``cam1_20240131_120301.jpg``,
    ``2024-01-31 12.03.01.250.png``); what only looks like one does not.
    """
    for match in _MOMENT.finditer(name):
        year, _, month, day, hour, _, minute, second, thousandths = match.groups(default="0")
        day_and_time = f"{year}-{month}-{day} {hour}:{minute}:{second}.{thousandths:0>3}"
        with suppress(ValueError):
            return datetime.fromisoformat(day_and_time)
    return None
