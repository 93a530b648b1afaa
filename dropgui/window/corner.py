"""Where the filter line stands."""

from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QTabWidget, QWidget

from dropgui.style import GRID


def put_in_corner(line: QWidget, bar: QMenuBar, tabs: QTabWidget) -> None:
    """Beside the menus there is room; where the desktop shows those itself, beside the tabs."""
    room = QWidget(bar)  # with a parent, for a corner does not keep what it is given
    row = QHBoxLayout(room)
    row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
    row.addWidget(line)
    if bar.isNativeMenuBar():
        tabs.setCornerWidget(room)
    else:
        bar.setCornerWidget(room)
