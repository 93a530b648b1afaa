"""A folder a person, as people sort pictures by hand.

``ROOT/anna/*.jpg``, ``ROOT/ben/*.jpg``: every person is for training (:func:`hold_out` makes a test of some).
With folders ``train``, ``query`` and ``gallery`` in ROOT, each of which holds a folder a person, these are
the splits; a person has the same folder name in all of them. A folder called ``distractors`` holds pictures
that nobody is asked for; it is left out of training, for they are of nobody in particular.

A camera is read from names such as ``c3_0001.jpg``, ``street_cam3_17.png``, ``camera-3.jpg``; a picture whose
name tells none counts as a camera of its own, so that no match is left out for its camera.
"""

import re
from pathlib import Path

from dropmodel.data.datasets.base import DISTRACTOR, SPLITS, Dataset, Sample, folders_in, pictures_in
from dropmodel.errors import DataError

_CAMERA = re.compile(r"(?:^|[^a-zA-Z0-9])c(?:am(?:era)?)?[ _-]?(\d+)(?!\d)", re.IGNORECASE)
DISTRACTORS = "distractors"
"""Name of the folder of pictures that nobody is asked for."""


def read_folders(name: str, root: Path) -> Dataset:
    """Pictures in a folder a person; identities are the folders' places in alphabetical order, from 1."""
    if not root.is_dir():
        raise DataError(f"{root}: there is no such folder")
    roots = {split: root / split for split in SPLITS if (root / split).is_dir()} or {"train": root}
    people = sorted({folder.name for path in roots.values() for folder in folders_in(path)})
    numbers = {person: number for number, person in enumerate(people, start=1)}
    numbers[DISTRACTORS] = DISTRACTOR
    unknown = junk = 0
    splits: dict[str, tuple[Sample, ...]] = {}
    for split, path in roots.items():
        samples = []
        for folder in folders_in(path):
            for picture in pictures_in(folder):
                told = camera_in(picture.stem)
                unknown -= told is None
                camera = unknown if told is None else told
                samples.append(Sample(picture, numbers[folder.name], camera))
        kept = [sample for sample in samples if split != "train" or sample.identity != DISTRACTOR]
        junk += len(samples) - len(kept)
        splits[split] = tuple(kept)
    if not any(splits.values()):
        raise DataError(
            f"{root} holds no folders with pictures; expected a folder for each person, or the folders "
            "bounding_box_train, query and bounding_box_test of Market-1501's layout"
        )
    train, query, gallery = (splits.get(split, ()) for split in SPLITS)
    return Dataset(name, root, train, query, gallery, junk=junk)


def camera_in(stem: str) -> int | None:
    """The camera that a picture's name tells of, None where it tells of none."""
    match = _CAMERA.search(stem)
    return None if match is None else int(match[1])
