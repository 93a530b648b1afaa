"""Who a picture shows, as the names of file and folders tell it: to measure on, nothing is decided."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from dropgui.indexing.names import is_camera
from dropmodel.data.datasets import DISTRACTOR, JUNK, SPLITS
from dropmodel.data.datasets.folders import DISTRACTORS, camera_in
from dropmodel.data.datasets.market import FOLDERS, person_and_camera

_MOST = 0.8  # such a share of names like Market-1501's is no accident
_SPLITS = {*SPLITS, *FOLDERS.values(), "test"}

Who = str | int | None
"""A person's name; :data:`DISTRACTOR` or :data:`JUNK`; None where the names tell nothing."""


def persons_of(pictures: Sequence[tuple[int, str]]) -> list[Who]:
    """Who is on each of ``pictures``, given as (folder id, path in the folder with forward slashes).

    A folder whose files are called as Market-1501's (``0002_c1s1_000451_03.jpg``) tells persons by numbers;
    in any other a person is the inmost folder below it that is not called after a camera or a split. Equal
    names are one person, in whatever folder of the library.
    """
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, (folder, _) in enumerate(pictures):
        places[folder].append(place)
    found: list[Who] = [None] * len(pictures)
    for own in places.values():
        paths = [PurePosixPath(pictures[place][1]) for place in own]
        numbered = [person_and_camera(path.name) for path in paths]
        if sum(each is not None for each in numbered) >= _MOST * len(paths):
            told: Iterable[Who] = (None if each is None else _numbered(each[0]) for each in numbered)
        else:
            told = (_folder(path) for path in paths)
        for place, who in zip(own, told, strict=True):
            found[place] = who
    return found


def camera_named(path: str) -> str | None:
    """A camera that a file's name tells of in few letters (``c3_0001.jpg``), which indexing leaves alone."""
    number = camera_in(PurePosixPath(path).stem)
    return None if number is None else f"c{number}"


def _numbered(person: int) -> Who:
    return person if person in {DISTRACTOR, JUNK} else f"{person:04}"


def _folder(path: PurePosixPath) -> Who:
    for name in reversed(path.parts[:-1]):
        if name.lower() == DISTRACTORS:
            return DISTRACTOR
        if not is_camera(name) and name.lower() not in _SPLITS:
            return name
    return None
