"""What every data set of persons is once it is read: pictures with a person, a camera and perhaps a mask."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dropmodel.errors import DataError

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""Files with these endings are pictures; others, such as ``Thumbs.db``, are passed over."""

JUNK = -1
"""Identity of Market-1501's junk: detections too poor to count for anything. Readers leave them out."""

DISTRACTOR = 0
"""Identity of pictures that nobody is asked for: they stay in the gallery and are never a right answer."""

SPLITS = ("train", "query", "gallery")


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of one person.

    ``identity`` is a number of the data set's own: training and test never share one unless they share the
    person. Pictures of one ``camera`` are not each other's matches; where a camera is unknown the picture has
    a negative number of its own. ``mask`` is the file that holds its parts, ``level`` how much of the person
    is hidden, 0 nothing to 4, where the data set says so.
    """

    path: Path
    identity: int
    camera: int
    mask: Path | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set with its protocol: ``train``, ``query`` and ``gallery``, each in the order of its files.

    ``labels`` names how masks are written (a key of :data:`dropmodel.data.targets.FORMATS`), None without
    masks. ``junk`` counts the pictures that were left out.
    """

    name: str
    root: Path
    train: tuple[Sample, ...] = ()
    query: tuple[Sample, ...] = ()
    gallery: tuple[Sample, ...] = ()
    labels: str | None = None
    junk: int = 0

    def split(self, name: str) -> tuple[Sample, ...]:
        """The samples of ``train``, ``query`` or ``gallery``."""
        if name not in SPLITS:
            raise ValueError(f"unknown split {name!r}; choose {', '.join(SPLITS)}")
        samples: tuple[Sample, ...] = getattr(self, name)
        return samples

    def changed(self, change: Callable[[str, Sample], Sample], labels: str | None) -> "Dataset":
        """This set with ``change(split, sample)`` in place of each sample, and other ``labels``."""
        train, query, gallery = (
            tuple(change(split, sample) for sample in self.split(split)) for split in SPLITS
        )
        return replace(self, train=train, query=query, gallery=gallery, labels=labels)

    @property
    def identities(self) -> tuple[int, ...]:
        """The training identities in rising order; a classifier's class is the place in it."""
        return tuple(sorted({sample.identity for sample in self.train}))


def folder_in(root: Path, *names: str, layout: str) -> Path:
    """The folder ``root/names[0]/...``; ``DataError`` says which is missing and what ``layout`` it is of."""
    if not root.is_dir():
        raise DataError(f"{root}: there is no such folder")
    path = root.joinpath(*names)
    if not path.is_dir():
        raise DataError(f"{path} is missing: {layout} has this folder")
    return path


def first_folder(root: Path, *names: str, layout: str) -> Path:
    """The first of several folders of ``root`` that is there."""
    for name in names:
        if (root / name).is_dir():
            return root / name
    return folder_in(root, names[0], layout=layout)


def pictures_in(folder: Path) -> Iterator[Path]:
    """Picture files right in ``folder``, by name."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith("."):
            yield path


def folders_in(folder: Path) -> Iterator[Path]:
    """Folders right in ``folder``, by name; without what archives of macOS leave behind."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "__MACOSX")):
            yield path


def matched(pattern: re.Pattern[str], path: Path, example: str) -> re.Match[str]:
    """``pattern`` on the file's name; ``DataError`` names the file and shows how it should look."""
    match = pattern.match(path.name)
    if match is None:
        raise DataError(f"{path}: the name does not tell person and camera; expected one like {example}")
    return match


def without_junk(samples: list[Sample]) -> tuple[tuple[Sample, ...], int]:
    """``samples`` without junk, and how many were junk."""
    kept = tuple(sample for sample in samples if sample.identity != JUNK)
    return kept, len(samples) - len(kept)


def renumbered(samples: tuple[Sample, ...], offset: int) -> tuple[Sample, ...]:
    """``samples`` with ``offset`` added to each identity."""
    return tuple(replace(sample, identity=sample.identity + offset) for sample in samples)
