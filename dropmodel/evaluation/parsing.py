"""How well label maps are drawn: intersection over union by class, pixel accuracy, left taken for right.

Pixels whose target is ``IGNORE`` take no part, nor do those a map left open.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.data.targets import to_size
from dropmodel.parts import IGNORE, PartSchema

CountArray = npt.NDArray[np.int64]
LabelMap = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class ParsingScore:
    """``confusion`` int64 [K + 1, K + 1]: pixels of target class (rows) given a class (columns).

    Shares are 0..1; NaN where there is nothing to measure.
    """

    confusion: CountArray
    schema: PartSchema
    images: int

    @property
    def class_iou(self) -> npt.NDArray[np.float64]:
        """IoU of background and every part, float64 [K + 1]; NaN for a class in no target and no map."""
        hits = np.diag(self.confusion)
        union = self.confusion.sum(0) + self.confusion.sum(1) - hits
        with np.errstate(invalid="ignore"):
            iou: npt.NDArray[np.float64] = hits / union
        return iou

    @property
    def mean_iou(self) -> float:
        """mIoU: mean over the classes that occur, background included."""
        known = self.class_iou[~np.isnan(self.class_iou)]
        return float(known.mean()) if len(known) else float("nan")

    @property
    def pixel_accuracy(self) -> float:
        """Share of the pixels that have the right class."""
        return _share(int(np.trace(self.confusion)), int(self.confusion.sum()))

    @property
    def swapped(self) -> float:
        """Of the pixels of a left or right part that were given one of the two, the share with the wrong."""
        wrong = right = 0
        for left_name, right_name in self.schema.mirrored:
            a, b = self.schema.label(left_name), self.schema.label(right_name)
            wrong += int(self.confusion[a, b] + self.confusion[b, a])
            right += int(self.confusion[a, a] + self.confusion[b, b])
        return _share(wrong, wrong + right)


class ParsingMeter:
    """Counts maps against targets, picture by picture."""

    def __init__(self, schema: PartSchema) -> None:
        self._schema = schema
        self._classes = len(schema) + 1
        self._confusion = np.zeros((self._classes, self._classes), np.int64)
        self._images = 0

    def add(self, labels: LabelMap, target: LabelMap) -> None:
        """A map uint8 [h, w] against its target uint8 [H, W]; the map is enlarged by its nearest cells.

        ``ValueError`` for a class that the schema does not have.
        """
        drawn = to_size(labels, (target.shape[0], target.shape[1]))
        counted = (target != IGNORE) & (drawn != IGNORE)
        wanted, given = target[counted].astype(np.int64), drawn[counted].astype(np.int64)
        for name, values in (("target", wanted), ("map", given)):
            if len(values) and int(values.max()) >= self._classes:
                raise ValueError(f"a {name} has class {int(values.max())}; {self._schema.name!r} has no such")
        pairs = np.bincount(wanted * self._classes + given, minlength=self._classes**2)
        self._confusion += pairs.reshape(self._classes, self._classes)
        self._images += 1

    def result(self) -> ParsingScore:
        """The score of all pictures so far, every pixel alike."""
        return ParsingScore(self._confusion.copy(), self._schema, self._images)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
