"""Readers of person re-identification data sets, one file a layout."""

from collections.abc import Callable
from pathlib import Path

from dropmodel.data.datasets.base import DISTRACTOR, JUNK, PICTURE_SUFFIXES, SPLITS, Dataset, Sample
from dropmodel.data.datasets.cuhk03 import read_cuhk03
from dropmodel.data.datasets.folders import read_folders
from dropmodel.data.datasets.market import FOLDERS, read_market, unpacked
from dropmodel.data.datasets.masks import with_masks
from dropmodel.data.datasets.msmt17 import read_msmt17
from dropmodel.data.datasets.occluded import OCCLUDED, read_occluded_reid, read_p_dukemtmc
from dropmodel.data.datasets.protocol import hold_out
from dropmodel.data.datasets.synthetic import read_synthetic

__all__ = [
    "DATASETS",
    "DISTRACTOR",
    "JUNK",
    "PICTURE_SUFFIXES",
    "SPLITS",
    "Dataset",
    "Sample",
    "guess_name",
    "hold_out",
    "open_dataset",
    "with_masks",
]

DATASETS: dict[str, Callable[[str, Path], Dataset]] = {
    "market1501": read_market,
    "dukemtmc": read_market,
    "occluded_duke": read_market,
    "p_dukemtmc": read_p_dukemtmc,
    "occluded_reid": read_occluded_reid,
    "msmt17": read_msmt17,
    "cuhk03": read_cuhk03,
    "synthetic": read_synthetic,
    "folders": read_folders,
}
"""Names that :func:`open_dataset` knows, with their readers."""


def open_dataset(name: str, root: Path, *, masks: Path | None = None, labels: str | None = None) -> Dataset:
    """The data set ``name`` (a key of :data:`DATASETS`) in ``root``.

    ``masks`` is a folder or file with parts for its pictures, written as ``labels`` says; see
    :func:`with_masks`. Pictures are listed, not opened. Raises :class:`~dropmodel.errors.DataError` naming
    the file that is missing or the name that cannot be read, ``ValueError`` for an unknown ``name``.
    """
    if name not in DATASETS:
        raise ValueError(f"unknown data set {name!r}; choose {', '.join(DATASETS)}")
    dataset = DATASETS[name](name, Path(root))
    if masks is None and labels is None:
        return dataset
    if masks is None or labels is None:
        raise ValueError("masks and the way they are written (labels) go together")
    return with_masks(dataset, Path(masks), labels)


def guess_name(root: Path) -> str:
    """The name of the data set that seems to be in ``root``, by its files; ``folders`` if nothing fits."""
    root = Path(root)
    signs = (
        (root / "dataset.json", "synthetic"),
        (root / "list_query.txt", "msmt17"),
        (root / OCCLUDED, "occluded_reid"),
        (root / "test" / OCCLUDED, "p_dukemtmc"),
        (root / "images_labeled", "cuhk03"),
        (root / "images_detected", "cuhk03"),
        (root / "labeled" / FOLDERS["train"], "cuhk03"),
        (root / "detected" / FOLDERS["train"], "cuhk03"),
        (root / FOLDERS["train"], "market1501"),
        (root / FOLDERS["gallery"], "market1501"),
        (unpacked(root) / FOLDERS["train"], "market1501"),
    )
    return next((name for sign, name in signs if sign.exists()), "folders")
