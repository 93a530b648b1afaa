"""What a suggestion may be joined with: other suggestions and known persons, the most alike first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dropgui.gallery.model import CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.style import GRID

_PICTURE = QSize(4 * GRID, 8 * GRID)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Companion:
    """A suggestion (``first_crop`` names it) or, with ``person_id``, a known person, and how alike it is."""

    first_crop: int
    person_id: int | None
    words: str


class _Model(CropModel):
    """The crop of each companion as its picture, and its words."""

    companions: tuple[Companion, ...] = ()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words in place of a file's name."""
        spoken = {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        }
        if role in spoken and index.row() < len(self.companions):
            return self.companions[index.row()].words
        return super().data(index, role)


class _Delegate(QStyledItemDelegate):
    """Small pictures, whatever size the gallery wants them in."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """The room that every row has."""
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = _PICTURE

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as a picture."""
        return QSize(super().sizeHint(option, index).width(), _PICTURE.height() + GRID)


class CompanionList(QListView):
    """A double-click or the merge key joins the selected one."""

    wanted = Signal(Companion)

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = _Model(library, runner, thumbnails, self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.setAccessibleName("Suggestions and persons to merge with")
        self.doubleClicked.connect(lambda index: self.wanted.emit(self.companions[index.row()]))

    @property
    def companions(self) -> tuple[Companion, ...]:
        """What is listed."""
        return self._model.companions

    @property
    def chosen(self) -> Companion | None:
        """The selected one."""
        rows = self.selectionModel().selectedIndexes()
        return self.companions[rows[0].row()] if rows else None

    def show_companions(self, companions: Sequence[Companion]) -> None:
        """List these; none is selected."""
        self._model.companions = tuple(companions)
        self._model.set_ids(np.empty(0, np.int64))
        self._model.set_ids(np.array([each.first_crop for each in companions], np.int64))
        self.scrollToTop()
