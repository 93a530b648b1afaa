"""Examples' pictures at a network's size, decoded once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dropmodel.data.cache import PictureCache, cache_bytes
from dropmodel.data.loading import CACHE_GIB
from dropmodel.data.occlusion import Pair
from dropmodel.data.targets import to_size
from dropmodel.data.transforms import resized
from dropmodel.decode import read_image
from dropmodel.errors import DataError, ImageError
from dropmodel.training.finetune.examples import Example


class Pictures:
    """Reads the crops of ``examples`` at ``size`` (height, width), with the best label map there is."""

    def __init__(self, examples: Sequence[Example], size: tuple[int, int]) -> None:
        self.examples = examples
        self._size = size
        fits = 0 < cache_bytes(len(examples), size) <= CACHE_GIB * 2**30
        self._cache = PictureCache(len(examples), size) if fits else None

    def __len__(self) -> int:
        return len(self.examples)

    def __call__(self, place: int) -> Pair:
        """Picture, RGB, and labels, L or None, of an example; ``DataError`` names a file that is unfit."""
        kept = None if self._cache is None else self._cache.get(place)
        if kept is not None:
            return kept
        example = self.examples[place]
        labels = example.labels
        pair = resized(
            self._pixels(example), None if labels is None else to_size(labels, self._size), self._size
        )
        if self._cache is not None:
            self._cache.put(place, pair)
        return pair

    def pixels(self, place: int) -> npt.NDArray[np.uint8]:
        """The picture alone, uint8 [H, W, 3]."""
        return np.array(self(place)[0])

    def _pixels(self, example: Example) -> npt.NDArray[np.uint8]:
        try:
            if example.box is None:
                return read_image(example.path, at_least=self._size)
            left, top, right, bottom = example.box
            inside = read_image(example.path)[top:bottom, left:right]
        except ImageError as error:
            raise DataError(f"{error}; leave it out or put it back, then start again") from error
        if not inside.size:
            raise DataError(f"{example.path}: the box {example.box} lies outside the picture; index it again")
        return inside
