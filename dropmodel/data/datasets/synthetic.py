"""The rendered people of ``dropmodel synthesize``: Market's layout with masks of the eight parts beside it.

``masks/<folder>/<name>.png`` are index maps; ``meta.parquet`` tells each crop's level of occlusion, which is
read where pyarrow is installed and left out where it is not.
"""

from dataclasses import replace
from pathlib import Path

from dropmodel.data.datasets.base import Dataset, Sample, folder_in
from dropmodel.data.datasets.market import FOLDERS, read_market
from dropmodel.errors import DataError

_LAYOUT = "a set of dropmodel synthesize"


def read_synthetic(name: str, root: Path) -> Dataset:
    """A set written by :func:`dropmodel.synthetic.output.dataset.write_dataset`."""
    folder_in(root, "masks", layout=_LAYOUT)
    dataset = read_market(name, root, _LAYOUT)
    levels = _levels(root / "meta.parquet")

    def masked(split: str, sample: Sample) -> Sample:
        # The mask is taken as given: check-dataset looks whether it is there, and so does who reads it.
        folder = FOLDERS[split]
        mask = root / "masks" / folder / f"{sample.path.stem}.png"
        return replace(sample, mask=mask, level=levels.get(f"{folder}/{sample.path.name}"))

    return dataset.changed(masked, labels="eight")


def _levels(file: Path) -> dict[str, int]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import read_table
    except ImportError:
        return {}
    if not file.exists():
        return {}
    try:
        table = read_table(file, columns=["file", "level"]).to_pydict()
    except (ArrowException, OSError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    return dict(zip(table["file"], table["level"], strict=True))
