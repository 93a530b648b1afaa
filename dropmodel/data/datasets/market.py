"""Market-1501 and the sets that use its layout: DukeMTMC-reID and Occluded-Duke.

``bounding_box_train``, ``query`` and ``bounding_box_test`` hold crops; names begin with person and camera:

- Market-1501: ``0002_c1s1_000451_03.jpg`` is person 2, camera 1, sequence 1, frame 451, detection 3; ``-1``
  are junk and ``0000`` distractors (Zheng et al., Scalable Person Re-identification, ICCV 2015, and the
  set's readme.txt).
- DukeMTMC-reID: ``0001_c2_f0046182.jpg`` is person 1, camera 2, frame 46182 (Zheng et al., ICCV 2017,
  github.com/layumi/DukeMTMC-reID_evaluation). Occluded-Duke has the same names in other splits (Miao et al.,
  ICCV 2019, github.com/lightas/Occluded-DukeMTMC-Dataset).

A set of which only the test is there opens too; its missing splits are empty.
"""

import re
from pathlib import Path

from dropmodel.data.datasets.base import Dataset, Sample, folder_in, matched, pictures_in, without_junk
from dropmodel.errors import DataError

FOLDERS = {"train": "bounding_box_train", "query": "query", "gallery": "bounding_box_test"}
EXAMPLE = "0002_c1s1_000451_03.jpg"
_NAME = re.compile(r"(?P<person>-1|\d+)_c(?P<camera>\d+)(?=\D)", re.IGNORECASE)


def read_market(name: str, root: Path, layout: str = "the layout of Market-1501") -> Dataset:
    """A data set in the layout of Market-1501."""
    root = unpacked(root)
    if not any((root / folder).is_dir() for folder in FOLDERS.values()):
        folder_in(root, FOLDERS["train"], layout=layout)
    splits: dict[str, tuple[Sample, ...]] = {}
    junk = 0
    for split, folder in FOLDERS.items():
        samples = crops(root / folder) if (root / folder).is_dir() else []
        splits[split], found = without_junk(samples)
        junk += found
    if splits["query"] and not splits["gallery"]:
        raise DataError(f"{root / FOLDERS['gallery']} is missing or empty: {layout} has the gallery there")
    return Dataset(name, root, splits["train"], splits["query"], splits["gallery"], junk=junk)


def unpacked(root: Path) -> Path:
    """``root``, or the one folder in it where an archive was unpacked into a folder of its own."""
    if root.is_dir() and not any((root / folder).is_dir() for folder in FOLDERS.values()):
        inside = [path for path in root.iterdir() if path.is_dir() and (path / FOLDERS["train"]).is_dir()]
        if len(inside) == 1:
            return inside[0]
    return root


def person_and_camera(name: str) -> tuple[int, int] | None:
    """What a file's name says: a person (0: a distractor, -1: junk) and a camera; None if it says neither."""
    match = _NAME.match(name)
    return None if match is None else (int(match["person"]), int(match["camera"]))


def crops(folder: Path) -> list[Sample]:
    """The pictures of a folder with person and camera by their names, junk among them."""
    samples = []
    for path in pictures_in(folder):
        match = matched(_NAME, path, EXAMPLE)
        samples.append(Sample(path, int(match["person"]), int(match["camera"])))
    return samples
