"""The grid of crops: the same view shows the library and the ranked matches."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from dropgui.gallery.card import CardDelegate
from dropgui.gallery.model import ID_ROLE, CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.style import GRID
from dropmodel.parts import PartSchema

CARD_WIDTHS = (96, 136, 176, 232)


class CropGrid(QListView):
    """Cards in even columns. A plain click or Enter on a crop chooses it; Ctrl and Shift only select."""

    chosen = Signal(int)
    """A crop id: clicked (gallery), double-clicked (matches), or Enter was pressed on it."""
    selection_changed = Signal()

    def __init__(
        self, model: CropModel, thumbnails: Thumbnails, parent: QWidget | None = None, *, matches: bool
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._matches = matches
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._delegate = CardDelegate(self, matches=matches)
        self._crops = model
        self.setModel(model)
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
        self.setBatchSize(1000)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Ranked matches" if matches else "Gallery of crops")
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

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

    def selected_ids(self) -> list[int]:
        """Ids of the selected crops, in the order of the grid."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [int(self._crops.ids[row]) for row in rows]

    def select(self, crop_id: int) -> None:
        """Make this crop the selected and current one, and bring it into view."""
        row = self._crops.row_of(crop_id)
        if row >= 0:
            index = self._crops.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

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
        if cell != self.gridSize():
            self.setGridSize(cell)
        ratio = self.devicePixelRatioF()
        picture = self._delegate.picture_size()
        self._thumbnails.set_size(QSize(round(picture.width() * ratio), round(picture.height() * ratio)))
