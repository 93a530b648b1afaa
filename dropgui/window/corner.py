"""Where the filter line stands."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenuBar,
    QSizePolicy,
    QStyle,
    QStyleOptionMenuItem,
    QTabWidget,
    QWidget,
)

from dropgui.style import GRID

_CHANGES = {QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.FontChange, QEvent.Type.StyleChange}


class FilterRow(QWidget):
    """Beside the menus there is room for the line; where the desktop shows those itself, beside the tabs.

    In a window that is too narrow for both this row has the line, so that no menu is hidden by it.
    """

    def __init__(self, line: QWidget, bar: QMenuBar, tabs: QTabWidget) -> None:
        super().__init__()
        self._line = line
        self._bar = bar
        self._row = QHBoxLayout(self)
        self._corner = QWidget(bar)  # with a parent, for a corner does not keep what it is given
        self._beside = QHBoxLayout(self._corner)
        for row in (self._row, self._beside):
            row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self._beside.addWidget(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()
        if bar.isNativeMenuBar():
            tabs.setCornerWidget(self._corner)
        else:
            bar.setCornerWidget(self._corner)
            bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The bar has another width, or letters of another size."""
        if watched is self._bar and event.type() in _CHANGES:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        room = self._line.sizeHint().width() + 2 * GRID
        is_narrow = self._bar.width() < _width_of(self._bar) + room
        if is_narrow == (self._line.parentWidget() is self):
            return
        has_focus = self._line.hasFocus()
        (self._row if is_narrow else self._beside).addWidget(self._line)
        self._corner.setVisible(not is_narrow)
        self.setVisible(is_narrow)
        self._line.show()  # now: the layout would do so later, and what is hidden takes no focus
        if has_focus:
            self._line.setFocus()


def _width_of(bar: QMenuBar) -> int:
    """What all menus take beside each other, also while there is less."""
    style, option = bar.style(), QStyleOptionMenuItem()
    frame = style.pixelMetric(QStyle.PixelMetric.PM_MenuBarPanelWidth, None, bar)
    edge = frame + style.pixelMetric(QStyle.PixelMetric.PM_MenuBarHMargin, None, bar)
    between = style.pixelMetric(QStyle.PixelMetric.PM_MenuBarItemSpacing, None, bar)
    total = 2 * edge
    for action in bar.actions():
        bar.initStyleOption(option, action)
        text = bar.fontMetrics().size(Qt.TextFlag.TextShowMnemonic.value, action.text())
        item = style.sizeFromContents(
            QStyle.ContentsType.CT_MenuBarItem, option, QSize(text.width(), text.height()), bar
        )
        total += item.width() + between
    return total
