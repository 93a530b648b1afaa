"""The grid of crops: the same view shows the library and the ranked matches."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from dropgui.gallery.card import CardDelegate
from dropgui.gallery.model import CROP_ROLE, ID_ROLE, CropModel
from dropgui.gallery.picks import Flag, Picks
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.style import GRID
from dropmodel.parts import PartSchema

CARD_WIDTHS = (96, 136, 176, 232)


_BATCH = 1000  # rows laid out at a time


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reader is in the grid, in crop ids and pixels."""

    first: int | None
    offset: int
    scroll: int
    current: int | None
    selected: npt.NDArray[np.int64]


class CropGrid(QListView):
    """Cards in even columns. A plain click or Enter on a crop chooses it; Ctrl and Shift only select."""

    chosen = Signal(int)
    """A crop id: clicked (gallery), double-clicked (matches), or Enter was pressed on it."""
    selection_changed = Signal()
    current_changed = Signal(int)
    """Id of the crop that the keyboard is on now."""

    def __init__(
        self, model: CropModel, thumbnails: Thumbnails, parent: QWidget | None = None, *, matches: bool
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._matches = matches
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._crops = model
        self.setModel(model)
        self._picks = Picks(model, self)
        self.setSelectionModel(self._picks)
        self._delegate = CardDelegate(self, self._picks.has, matches=matches)
        self.setItemDelegate(self._delegate)
        # Wrapped list mode, not icon mode: the same look here, and icon mode walks through all rows for
        # every change of data (55 ms per 100,000).
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAcceptDrops(False)  # the window takes folders dropped here
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Ranked matches" if matches else "Gallery of crops")
        model.modelAboutToBeReset.connect(self._remember_place)
        model.modelReset.connect(self._return_to_place)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        self._picks.changed.connect(self._show_picked)
        self._picks.currentChanged.connect(self._current_changed)

    @property
    def card_width(self) -> int:
        """Width of a card, device-independent pixels; one of ``CARD_WIDTHS``."""
        return self._delegate.card_width

    def set_card_width(self, width: int) -> None:
        """Show larger or smaller cards; the crop in view stays in view."""
        current = self.indexAt(self.viewport().rect().center())
        self._delegate.card_width = width
        self._lay_out()
        if current.isValid():
            self.scrollTo(current, QAbstractItemView.ScrollHint.PositionAtCenter)

    def set_schema(self, schema: PartSchema | None) -> None:
        """Parts whose bars the cards show."""
        self._delegate.schema = schema
        self.viewport().update()

    @property
    def current_id(self) -> int | None:
        """The crop that the keyboard is on."""
        index = self.currentIndex()
        return int(index.data(ID_ROLE)) if index.isValid() else None

    def is_drawn(self) -> bool:
        """Whether every card in view has its words and its picture; looks at all rows above them."""
        view = self.viewport().rect()
        for row in range(self._crops.rowCount()):
            index = self._crops.index(row)
            room = self.visualRect(index)
            if room.top() > view.bottom():
                break
            if room.intersects(view) and index.data(ID_ROLE) >= 0:
                # What is missing is asked for by looking at it.
                words, picture = index.data(CROP_ROLE), index.data(Qt.ItemDataRole.DecorationRole)
                if words is None or picture is None:
                    return False
        return self._crops.rowCount() > 0

    @property
    def selected(self) -> npt.NDArray[np.int64]:
        """Ids of the selected crops, int64 [n], in the order of the grid."""
        return self._picks.ids

    def selected_ids(self) -> list[int]:
        """The same as a list."""
        selected: list[int] = self._picks.ids.tolist()
        return selected

    def selected_count(self) -> int:
        """How many crops are selected; cheap also when it is all of them."""
        return self._picks.count

    def select(self, crop_id: int) -> None:
        """Make this crop the selected and current one, and bring it into view."""
        row = self._crops.row_of(crop_id)
        if row >= 0:
            index = self._crops.index(row)
            self._picks.setCurrentIndex(index, Flag.ClearAndSelect)
            self.scrollTo(index)

    def select_crops(self, crop_ids: npt.ArrayLike) -> None:
        """Make these the selected crops, as far as they are shown; the first one is brought into view."""
        rows = np.isin(self._crops.ids, np.asarray(crop_ids, np.int64))
        if rows.any():
            first = self._crops.index(int(np.argmax(rows)))
            self._picks.setCurrentIndex(first, Flag.NoUpdate)
            self.scrollTo(first)
        self._picks.pick(rows)

    def select_others(self) -> None:
        """Select what is not, and no longer what is; nothing happens where only one can be selected."""
        if self.selectionMode() is not QAbstractItemView.SelectionMode.SingleSelection:
            self._picks.pick_others()

    def _remember_place(self) -> None:
        """Before the rows change: what is selected, current, and first in view."""
        corner = self.indexAt(QPoint(self.gridSize().width() // 2, GRID))
        current = self.currentIndex()
        scroll = self.verticalScrollBar().value()
        # Who looks at the top, or at a ranking, wants to see what comes there now.
        follows = corner.isValid() and scroll > 0 and not self._matches
        self._place = _Place(
            first=int(corner.data(ID_ROLE)) if follows else None,
            offset=self.visualRect(corner).top(),
            scroll=scroll,
            current=int(current.data(ID_ROLE)) if current.isValid() else None,
            selected=self._picks.ids,
        )

    def _return_to_place(self) -> None:
        """After the rows changed: the same crops are selected, current and in view, where they still are."""
        place, ids = self._place, self._crops.ids
        self._picks.pick(np.isin(ids, place.selected))
        if len(place.selected) and not self._picks.count:
            self._show_picked()  # to the picks a new list begins without any
        if place.current is not None and (row := self._crops.row_of(place.current)) >= 0:
            self._picks.setCurrentIndex(self._crops.index(row), Flag.NoUpdate)
        first = -1 if place.first is None else self._crops.row_of(place.first)
        # Rows are laid out in batches; the first one has to reach the place to return to.
        reach = first if first >= 0 else len(ids) if self._matches else 0
        self.setBatchSize(max(_BATCH, reach + _BATCH))
        self._lay_out()
        self.doItemsLayout()
        self.setBatchSize(_BATCH)
        if first >= 0:
            self.scrollTo(self._crops.index(first), QAbstractItemView.ScrollHint.PositionAtTop)
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - place.offset + GRID // 2)
        else:
            self.verticalScrollBar().setValue(place.scroll if self._matches else 0)

    def selectAll(self) -> None:
        """Select every crop; Qt would go through all rows one by one."""
        self._picks.pick(np.ones(len(self._crops.ids), bool))

    def clearSelection(self) -> None:
        """Select nothing."""
        self._picks.pick(np.zeros(len(self._crops.ids), bool))

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """The right button leaves a selection alone; of what is selected Qt knows only the current row."""
        right = isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.RightButton
        if right and self._picks.has(index.row()):
            return Flag.NoUpdate
        return super().selectionCommand(index, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Others may have wanted pictures of another size meanwhile."""
        super().showEvent(event)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns over the whole width."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """A new font or palette changes the cards."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the current crop."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex().data(ID_ROLE))
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the modifiers: they tell a choice from a selection."""
        self._modifiers = event.modifiers()
        super().mousePressEvent(event)

    def _show_picked(self) -> None:
        self.viewport().update()
        self.selection_changed.emit()

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.current_changed.emit(index.data(ID_ROLE))

    def _clicked(self, index: QModelIndex) -> None:
        if not self._matches and self._modifiers == Qt.KeyboardModifier.NoModifier:
            self.chosen.emit(index.data(ID_ROLE))

    def _double_clicked(self, index: QModelIndex) -> None:
        if self._matches:
            self.chosen.emit(index.data(ID_ROLE))

    def _lay_out(self) -> None:
        card = self._delegate.card_size(self.fontMetrics())
        width = self.viewport().width()
        columns = max(1, width // (card.width() + GRID))
        cell = QSize(max(card.width(), width // columns - 1), card.height() + GRID)
        # A title takes a line of its own; then every row has the size it asks for, in the same columns.
        room = QSize() if self._crops.has_sections else cell
        if room != self.gridSize() or cell != self._delegate.cell:
            self._delegate.cell = cell
            self.setUniformItemSizes(not self._crops.has_sections)
            self.setGridSize(room)
        self._delegate.title_width = width - 1
        if not self.isVisible():
            return
        ratio = self.devicePixelRatioF()
        picture = self._delegate.picture_size()
        self._thumbnails.set_size(QSize(round(picture.width() * ratio), round(picture.height() * ratio)))
