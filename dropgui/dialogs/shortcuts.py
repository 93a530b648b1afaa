"""The sheet of everything the keyboard can do (F1)."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from dropgui.style import GRID, heading

_GRID_KEYS = (
    ("Arrow keys", "Go from crop to crop"),
    ("Enter", "Search for the current crop"),
    ("Click in the gallery", "Search for the crop"),
    ("Double-click in the matches", "Search for the match"),
    ("Ctrl+Click, Shift+Click", "Select without searching"),
)
_COMPARE_KEYS = (
    ("Left, Right", "The match before, the next match"),
    ("Up, Down", "Choose a part to look at"),
    ("V", "Agreement, mask, or the picture alone"),
    ("Esc, Space", "Back to the matches"),
)
_PART_KEYS = (
    ("1 … 9", "Count a part, or no longer"),
    ("Click on a part", "Count it, or no longer"),
    ("Shift+Click on a part", "Count it alone"),
)


class ShortcutSheet(QDialog):
    """Made from the menus themselves, so that it is never out of date."""

    def __init__(self, menus: Iterable[QMenu], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        columns = QHBoxLayout()
        columns.setSpacing(4 * GRID)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(GRID // 2)
        right.setSpacing(GRID // 2)
        columns.addLayout(left)
        columns.addLayout(right)
        for position, menu in enumerate(menus):
            rows = list(_rows(menu))
            if rows:
                _section(left if position < 2 else right, menu.title().replace("&", ""), rows)
        _section(left, "Grid", _GRID_KEYS)
        _section(right, "Parts", _PART_KEYS)
        _section(left, "Match beside the query", _COMPARE_KEYS)
        left.addStretch()
        right.addStretch()
        buttons = QDialogButtonBox()
        buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(columns)
        column.addWidget(buttons)


def _rows(menu: QMenu) -> Iterable[tuple[str, str]]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from _rows(inner)
        elif not action.shortcut().isEmpty():
            yield _keys(action), action.text().replace("&", "").removesuffix("…")


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(shortcut.toString(native) for shortcut in action.shortcuts())


def _section(column: QVBoxLayout, title: str, rows: Iterable[tuple[str, str]]) -> None:
    column.addWidget(heading(title))
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    for line, (keys, what) in enumerate(rows):
        key = QLabel(keys)
        key.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = key.font()
        font.setBold(True)
        key.setFont(font)
        grid.addWidget(key, line, 0)
        grid.addWidget(QLabel(what), line, 1)
    column.addLayout(grid)
    column.addSpacing(GRID)
