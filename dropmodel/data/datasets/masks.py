"""Masks that lie apart from their pictures."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from dropmodel.data.datasets.base import SPLITS, Dataset, Sample
from dropmodel.data.targets import FORMATS
from dropmodel.errors import DataError


def with_masks(dataset: Dataset, masks: Path, labels: str) -> Dataset:
    """``dataset`` with the masks of ``masks``; pictures without one have none.

    Where :data:`~dropmodel.data.targets.FORMATS` says that ``labels`` is one file for all pictures (COCO),
    ``masks`` is that file. Else it is a folder built as the data set is: the parts of
    ``query/0001_c1s1_0.jpg`` are in ``query/0001_c1s1_0`` or ``query/0001_c1s1_0.jpg`` with an ending of the
    format, or right in ``masks`` under such a name. Raises :class:`~dropmodel.errors.DataError` where
    ``masks`` is not there or fits no picture.
    """
    if labels not in FORMATS:
        raise ValueError(f"unknown label format {labels!r}; choose {', '.join(FORMATS)}")
    form = FORMATS[labels]
    if form.single_file:
        if not masks.is_file():
            raise DataError(f"{masks}: there is no such file; {labels} keeps all parts in one JSON file")
        return dataset.changed(lambda _, sample: replace(sample, mask=masks), labels)
    if not masks.is_dir():
        raise DataError(f"{masks}: there is no such folder")
    finder = _Finder(dataset.root, masks, form.endings)
    masked = dataset.changed(finder, labels)
    if not finder.found:
        first = next(sample for split in SPLITS for sample in dataset.split(split))
        expected = masks / first.path.relative_to(dataset.root).with_suffix(form.endings[0])
        raise DataError(f"{masks} holds no {labels} masks of {dataset.name}; expected one like {expected}")
    return masked


class _Finder:
    """Finds a sample's mask; each folder is listed once, for asking file by file is slow on network disks."""

    def __init__(self, root: Path, masks: Path, endings: tuple[str, ...]) -> None:
        self._root, self._masks, self._endings = root, masks, endings
        self._names = lru_cache(maxsize=None)(_names)
        self.found = 0

    def __call__(self, _split: str, sample: Sample) -> Sample:
        inside = self._masks / sample.path.relative_to(self._root).parent
        for folder in (inside, self._masks):
            for ending in self._endings:
                for name in (sample.path.stem + ending, sample.path.name + ending):
                    if name in self._names(folder):
                        self.found += 1
                        return replace(sample, mask=folder / name)
        return replace(sample, mask=None)


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
