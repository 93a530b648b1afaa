"""A list of crops' pictures with a few words beside each."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dropgui.gallery.model import CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.style import GRID, picture_icon

_BATCH = 500  # rows laid out at a time
_PICTURE = QSize(4 * GRID, 8 * GRID)
Index = QModelIndex | QPersistentModelIndex


class _Model(CropModel):
    """Crops with words in place of their files' names."""

    words: Callable[[int], str] = str

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words, and the crop's picture."""
        spoken = {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        }
        if role in spoken and 0 <= index.row() < len(self.ids):
            return self.words(index.row())
        return super().data(index, role)


class _Delegate(QStyledItemDelegate):
    """Small pictures, whatever size the gallery wants them in."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """The room that every row has."""
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = _PICTURE
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(pixmap, QPixmap):
            option.icon = picture_icon(pixmap)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as a picture."""
        return QSize(super().sizeHint(option, index).width(), _PICTURE.height() + GRID)


class PictureList(QListView):
    """Rows of equal height, of which one can be selected; pictures are read where they are seen."""

    def __init__(
        self,
        library: Library,
        runner: Runner,
        thumbnails: Thumbnails,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pictures = _Model(library, runner, thumbnails, self)
        self.setModel(self._pictures)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setWordWrap(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.setAccessibleName(name)

    @property
    def row(self) -> int | None:
        """The selected row."""
        rows = self.selectionModel().selectedIndexes()
        return rows[0].row() if rows else None

    def show_pictures(self, crop_ids: Sequence[int], words: Callable[[int], str]) -> None:
        """List these crops, with what ``words`` says of a row once it is seen; none is selected."""
        self._pictures.words = words
        self._pictures.set_ids(np.empty(0, np.int64))
        self._pictures.set_ids(np.array(crop_ids, np.int64))
        self.scrollToTop()
