"""The legend: what the colours mean, how many crops each has; selected lines stand out on the map."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from dropgui.map.coloring import MOST_COLORS, Entry, shades
from dropgui.style import GRID

_MARK = 10
_SLICES = 3


class Legend(QTreeWidget):
    """A click emphasises a group, a second one no longer; Enter or a double-click selects its crops."""

    emphasised = Signal(frozenset)
    """Lines of the legend that are to stand out; none: all."""
    wanted = Signal(int)
    """The crops of this line are to be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUniformRowHeights(True)
        self.viewport().setAutoFillBackground(False)  # the page's ground: only the map is a sheet
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setAccessibleName("Legend: groups by colour")
        self.setFixedWidth(24 * GRID)
        self.itemSelectionChanged.connect(lambda: self.emphasised.emit(self.lines()))
        self.itemDoubleClicked.connect(lambda item: self.wanted.emit(self.indexOfTopLevelItem(item)))

    def lines(self) -> frozenset[int]:
        """The selected lines."""
        return frozenset(self.indexOfTopLevelItem(item) for item in self.selectedItems())

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these lines; the same names stay selected."""
        before = {item.text(0) for item in self.selectedItems()}
        self.blockSignals(True)
        self.clear()
        for entry in entries:
            item = QTreeWidgetItem([entry.name, f"{entry.count:,}"])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setIcon(0, self._icon(entry))
            item.setToolTip(0, f"{entry.name}: {entry.count:,} crops")
            self.addTopLevelItem(item)
            item.setSelected(entry.name in before)
        self.blockSignals(False)
        self._entries = entries
        self.emphasised.emit(self.lines())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter selects the crops of the current line."""
        current = self.currentItem()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and current is not None:
            self.wanted.emit(self.indexOfTopLevelItem(current))
            return
        super().keyPressEvent(event)

    def _icon(self, entry: Entry) -> QIcon:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(_MARK * ratio), round(_MARK * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = shades(self.palette())
        # Several colours are shown as slices of the first few of them.
        several = colors[MOST_COLORS : MOST_COLORS + _SLICES]
        slices = several if entry.shade is None else [colors[entry.shade]]
        turn = 16 * 360 // len(slices)
        for place, color in enumerate(slices):
            painter.setBrush(color)
            painter.drawPie(0, 0, _MARK, _MARK, place * turn, turn)
        painter.end()
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint the mark of a selected line
            icon.addPixmap(pixmap, mode)
        return icon
