"""The crops of the review grid: each picture with its mask on it, and how sure the model is of it."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, qRgba

from dropgui.correction.review import ACCEPTED, CORRECTED, SKIPPED, ReviewRow, review_rows
from dropgui.gallery.model import ID_ROLE, REMARK_ROLE, CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.library.masks import mask_of
from dropmodel.parts import IGNORE, get_schema

_KEPT = 2000
_STRENGTH = 150  # of a part's colour, of 255
_FINER = 4  # pixels that are shown of a cell of a model's map, in each direction
_LONGEST = 512  # pixels of a mask that is kept: more is not seen on a card
_WORDS = {ACCEPTED: "✓ accepted", CORRECTED: "✓ corrected", SKIPPED: "skipped"}
Index = QModelIndex | QPersistentModelIndex
Seen = tuple[ReviewRow, QImage | None]


class ReviewModel(CropModel):
    """What is known of masks is read in batches, the ones looked at last first."""

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(library, runner, thumbnails, parent)
        self._library_of_masks = library
        self._reader = runner
        self._seen: OrderedDict[int, Seen] = OrderedDict()
        self._drawn: OrderedDict[int, tuple[int, QPixmap]] = OrderedDict()
        self._wishes: dict[int, None] = {}
        self._reading: set[int] = set()
        self._stale: set[int] = set()
        self._read_soon = QTimer(self, singleShot=True, interval=0)
        self._read_soon.timeout.connect(self._read)

    def refresh(self, crop_ids: Iterable[int]) -> None:
        """These crops' masks may be others."""
        changed = set(crop_ids)
        self._stale |= changed & self._reading
        for crop_id in changed:
            self._seen.pop(crop_id, None)
            self._drawn.pop(crop_id, None)
        super().refresh(changed)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The picture under its mask, and words of the mask in place of where it is from."""
        found = super().data(index, role)
        if role == Qt.ItemDataRole.DecorationRole and isinstance(found, QPixmap) and not found.isNull():
            return self._with_mask(int(index.data(ID_ROLE)), found)
        if role == REMARK_ROLE:
            return self._remark(int(index.data(ID_ROLE)))
        if role == Qt.ItemDataRole.AccessibleTextRole and found:
            return f"{self._remark(int(index.data(ID_ROLE)))}\n{found}"
        return found

    def _remark(self, crop_id: int) -> str:
        seen = self._look(crop_id)
        if seen is None:
            return " "
        row = seen[0]
        words = [] if row.uncertainty is None else [f"{1 - row.uncertainty:.0%} sure"]
        if row.state in _WORDS:
            words.append(_WORDS[row.state])
        return " · ".join(words) or "How sure is not known"

    def _with_mask(self, crop_id: int, picture: QPixmap) -> QPixmap:
        seen = self._look(crop_id)
        if seen is None or seen[1] is None:
            return picture
        drawn = self._drawn.get(crop_id)
        if drawn is not None and drawn[0] == picture.cacheKey():
            return drawn[1]
        both = QPixmap(picture)
        painter = QPainter(both)
        painter.drawImage(QRect(0, 0, both.width(), both.height()), seen[1])
        painter.end()
        self._drawn[crop_id] = (picture.cacheKey(), both)
        while len(self._drawn) > _KEPT:
            self._drawn.popitem(last=False)
        return both

    def _look(self, crop_id: int) -> Seen | None:
        found = self._seen.get(crop_id)
        if found is None and crop_id not in self._reading:
            self._wishes[crop_id] = None
            self._read_soon.start()
        return found

    def _read(self) -> None:
        wanted = list(self._wishes)
        self._wishes.clear()
        self._reading.update(wanted)
        library = self._library_of_masks

        def read() -> dict[int, Seen]:
            rows = review_rows(library, wanted)
            return {crop_id: (row, _tint(library, crop_id)) for crop_id, row in rows.items()}

        def arrived(found: dict[int, Seen]) -> None:
            self._reading.difference_update(wanted)
            fresh = {crop_id: seen for crop_id, seen in found.items() if crop_id not in self._stale}
            self._stale.difference_update(wanted)
            self._seen.update(fresh)
            while len(self._seen) > _KEPT:
                self._seen.popitem(last=False)
            rows = np.flatnonzero(np.isin(self.ids, np.array(wanted, np.int64))).tolist()
            for row in rows:
                self.dataChanged.emit(self.index(row), self.index(row))

        def failed(error: Exception) -> None:
            self._reading.difference_update(wanted)
            self._reader.failed.emit(error)

        self._reader.run(read, arrived, failed)


def _tint(library: Library, crop_id: int) -> QImage | None:
    """A crop's mask in its parts' colours; on a worker."""
    mask = mask_of(library, crop_id)
    if mask is None:
        return None
    step = max(1, int(max(mask.labels.shape)) // _LONGEST)
    labels = mask.labels[::step, ::step]
    labels = np.ascontiguousarray(labels if mask.origin == CORRECTED else _rounded(labels))
    height, width = labels.shape
    colors = [qRgba(0, 0, 0, 0)] * 256
    for label, part in enumerate(get_schema(mask.schema_name), start=1):
        color = QColor(part.color)
        colors[label] = qRgba(color.red(), color.green(), color.blue(), _STRENGTH)
    colors[IGNORE] = qRgba(255, 255, 255, _STRENGTH)
    image = QImage(labels.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(colors)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _rounded(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A model's small map without the steps of its cells, nearer to what the editor would show of it."""
    import cv2

    height, width = labels.shape
    size = width * _FINER, height * _FINER
    found, best = np.zeros(size[::-1], np.uint8), np.full(size[::-1], -1.0, np.float32)
    for label in np.unique(labels):
        share = np.asarray(
            cv2.resize((labels == label).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        )
        ahead = share > best
        found[ahead], best[ahead] = label, share[ahead]
    return found
