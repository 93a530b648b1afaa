"""What the parent has learnt, to be shown again: rendered people, made when they are first needed."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from dropmodel.data.datasets import open_dataset
from dropmodel.errors import MissingPackageError
from dropmodel.synthetic.output.recipe import Cast, Recipe
from dropmodel.training.finetune.examples import Example

PERSONS = 24
_CAMERAS, _SEEN_BY, _FRAMES = 12, 6, 2
CROPS = _SEEN_BY * _FRAMES
"""Of each person."""

_SEED = 20_411
_SIZE = (128, 256)
_NEEDED = ("numba", "scipy", "pyarrow", "tqdm")

Write = Callable[[Recipe, Path], int]


def rehearsal(folder: Path, persons: int = PERSONS, *, write: Write | None = None) -> list[Example]:
    """``persons`` rendered people, 12 crops each with exact label maps, in the style the starter learnt from.

    They are rendered into ``folder`` (a cache: it may be deleted) if they are not there: about half a minute
    and 3 MB for 24 persons. Always the same ones. Raises ``MissingPackageError`` where nothing is rendered
    yet and the extra ``synthetic`` is not installed, ``DataError`` where ``folder`` cannot be written.
    """
    cast = Cast("train", "train", 1, persons, _CAMERAS, _SEEN_BY, _FRAMES)
    out = folder / f"{persons}"
    if not (out / "dataset.json").exists():
        if missing := [name for name in _NEEDED if find_spec(name) is None]:
            raise MissingPackageError(
                f"Rendering people for the rehearsal needs {', '.join(missing)}, which is not installed: pip "
                "install 'dropgui[synthetic]', or teach without rehearsal."
            )
        if write is None:
            from dropmodel.synthetic.output.dataset import write_dataset

            write = write_dataset
        write(Recipe("rehearsal", _SEED, _SIZE, (cast,)), out)
    samples = open_dataset("synthetic", out).train
    return [
        Example(
            sample.path, None, sample.identity, sample.camera, corrected=np.array(Image.open(sample.mask))
        )
        for sample in samples
        if sample.mask is not None
    ]
