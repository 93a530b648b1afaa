"""Occluded-REID and P-DukeMTMC-reID: occluded queries against whole persons.

Zhuo et al., Occluded Person Re-identification, ICME 2018
(github.com/tinajia2012/ICME2018_Occluded-Person-Reidentification_datasets):

- Occluded-REID: ``occluded_body_images/001/001_01.tif`` are the queries, ``whole_body_images/001/...`` the
  gallery; 200 persons, no training set and no cameras.
- P-DukeMTMC-reID: both folders twice, under ``train`` and ``test``, a folder a person.

The person is the folder's number. The releases tell no cameras that the protocol would use, so occluded
pictures count as camera 1 and whole ones as camera 2: no match is ever left out for its camera.
"""

from pathlib import Path

from dropmodel.data.datasets.base import Dataset, Sample, folder_in, folders_in, pictures_in
from dropmodel.errors import DataError

OCCLUDED, WHOLE = "occluded_body_images", "whole_body_images"
_CAMERAS = {OCCLUDED: 1, WHOLE: 2}


def read_occluded_reid(name: str, root: Path) -> Dataset:
    """Occluded-REID; it has no training set."""
    return Dataset(name, root, query=_persons(root, OCCLUDED), gallery=_persons(root, WHOLE))


def read_p_dukemtmc(name: str, root: Path) -> Dataset:
    """P-DukeMTMC-reID: training on both kinds, occluded queries, whole gallery."""
    train = folder_in(root, "train", layout="P-DukeMTMC-reID")
    test = folder_in(root, "test", layout="P-DukeMTMC-reID")
    return Dataset(
        name,
        root,
        train=_persons(train, OCCLUDED) + _persons(train, WHOLE),
        query=_persons(test, OCCLUDED),
        gallery=_persons(test, WHOLE),
    )


def _persons(root: Path, kind: str) -> tuple[Sample, ...]:
    samples = []
    for folder in folders_in(folder_in(root, kind, layout="Occluded-REID and P-DukeMTMC-reID")):
        if not folder.name.isdecimal():
            raise DataError(f"{folder}: the folder's name is not a person's number; expected one like 001")
        samples += [Sample(path, int(folder.name), _CAMERAS[kind]) for path in pictures_in(folder)]
    return tuple(samples)
