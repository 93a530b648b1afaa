"""MSMT17: lists of pictures with their persons.

Wei et al., Person Transfer GAN, CVPR 2018, and the release's readme. A line of ``list_train.txt``,
``list_val.txt``, ``list_query.txt`` or ``list_gallery.txt`` is ``0000/0000_000_01_0303morning_0015_0.jpg 0``:
picture, then person. The third field of the name is the camera. Pictures lie in ``train`` and ``test``
(``mask_train_v2`` and ``mask_test_v2`` in version 2). Training is ``list_train`` and ``list_val`` together,
as the published numbers have it. Persons are counted from 0, which is the number of distractors here: all
are one higher. Test persons are counted from 0 again although they are others; here they come after the
training ones.
"""

import re
from pathlib import Path

from dropmodel.data.datasets.base import DISTRACTOR, Dataset, Sample, first_folder, matched, renumbered
from dropmodel.errors import DataError

EXAMPLE = "0000_000_01_0303morning_0015_0.jpg"
_NAME = re.compile(r"\d+_\d+_(?P<camera>\d+)_")
_LAYOUT = "MSMT17"


def read_msmt17(name: str, root: Path) -> Dataset:
    """MSMT17, version 1 or 2."""
    train_folder = first_folder(root, "train", "mask_train_v2", layout=_LAYOUT)
    test_folder = first_folder(root, "test", "mask_test_v2", layout=_LAYOUT)
    train = _listed(root / "list_train.txt", train_folder)
    if (root / "list_val.txt").exists():
        train += _listed(root / "list_val.txt", train_folder)
    train = renumbered(train, DISTRACTOR + 1)
    offset = 1 + max((sample.identity for sample in train), default=DISTRACTOR)
    return Dataset(
        name,
        root,
        train=train,
        query=renumbered(_listed(root / "list_query.txt", test_folder), offset),
        gallery=renumbered(_listed(root / "list_gallery.txt", test_folder), offset),
    )


def _listed(file: Path, folder: Path) -> tuple[Sample, ...]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()  # editors of Windows put a mark in front
    except FileNotFoundError as error:
        raise DataError(f"{file} is missing: {_LAYOUT} has this list of pictures") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not a text file in UTF-8; save it as one ({error})") from error
    samples = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        picture, _, person = line.strip().rpartition(" ")
        if not (picture and person.isdecimal()):
            raise DataError(f"{file}, line {number}: {line!r} is not a picture and a person's number")
        path = folder / picture
        samples.append(Sample(path, int(person), int(matched(_NAME, path, EXAMPLE)["camera"])))
    return tuple(samples)
