"""The sheet of everything the keyboard can do (F1)."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dropgui.style import GRID, heading

Keys = Sequence[tuple[str, str]]
Section = tuple[str, Keys]
_COLUMNS = 4
_GRID_KEYS = (
    ("Arrow keys", "Go from crop to crop"),
    ("Enter", "Search for the current crop"),
    ("Click in the gallery", "Search for the crop"),
    ("Double-click in the matches", "Search for the match"),
    ("Ctrl+Click, Shift+Click", "Select without searching"),
    ("Ctrl+A", "Select everything"),
)
_COMPARE_KEYS = (
    ("Left, Right", "The match before, the next match"),
    ("Up, Down", "Choose a part to look at"),
    ("V", "Agreement, mask, or the picture alone"),
    ("Esc, Space", "Back to the matches"),
)
_MAP_KEYS = (
    ("Drag", "Select what is inside the line"),
    ("Double-click", "Search for the crop"),
    ("Arrow keys, +, -, Home", "Move, zoom, show everything"),
    ("Ctrl+A", "Select everything"),
)
_SUGGESTED_KEYS = (
    ("Enter", "Accept: these crops are one person"),
    ("S", "Split off the selected crops"),
    ("M", "Merge with what is selected on the right"),
    ("N", "Not this person"),
    ("K, B", "Skip, back"),
    ("Z", "Undo"),
)
_DUPLICATE_KEYS = (
    ("Enter", "Select the group's copies in the gallery"),
    ("A", "Select the copies of all groups"),
    ("K", "Keep the selected crop"),
    ("I", "Ignore the group, or no more"),
    ("N, B", "Next, back"),
    ("Z", "Undo"),
)
_MASK_KEYS = (
    ("1 … 9, 0, U", "Paint this part, background, undecided"),
    ("Shift + a part's letter", "Paint that part; again: its twin"),
    ("Hold H", "See the picture without its mask"),
    ("Space + drag, middle button", "Move the picture"),
    ("Arrow keys, wheel", "Move, zoom"),
    ("Ctrl + wheel", "Larger or smaller brush"),
    ("Alt or Ctrl + click", "Pick the part under the pointer"),
    ("Right button", "Erase"),
    ("Enter, Backspace", "Lasso: close, one point back"),
    ("Esc", "Give up what is drawn; back"),
)
_LIST_KEYS = (
    ("Space", "Tick: show and search only there"),
    ("Enter, double-click", "Search for the person"),
)
_PART_KEYS = (
    ("1 … 9", "Count a part, or no longer"),
    ("Click on a part", "Count it, or no longer"),
    ("Shift+Click on a part", "Count it alone"),
)
_SECTIONS: tuple[Section, ...] = (
    ("Grid", _GRID_KEYS),
    ("Match beside the query", _COMPARE_KEYS),
    ("Mask editor", _MASK_KEYS),
    ("Map", _MAP_KEYS),
    ("Suggested persons", _SUGGESTED_KEYS),
    ("Duplicates", _DUPLICATE_KEYS),
    ("Lists on the left", _LIST_KEYS),
    ("Parts", _PART_KEYS),
)


class ShortcutSheet(QDialog):
    """Made from the menus themselves, so that it is never out of date."""

    def __init__(self, menus: Iterable[QMenu], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        shown = [section for menu in menus for section in _sections(menu, "")]
        area = QScrollArea()
        bar = area.verticalScrollBar().sizeHint().width()
        screen = self.screen().availableSize() * 0.9
        room = _room([*shown, *_SECTIONS], screen.width() - 6 * GRID - bar)
        area.setWidget(room)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.viewport().setAutoFillBackground(False)
        room.setAutoFillBackground(False)
        area.setAccessibleName("Keys and what they do")
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the arrow keys scroll where the screen is small
        buttons = QDialogButtonBox()
        buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(area, 1)
        column.addWidget(buttons)
        room_for_all = room.sizeHint() + QSize(6 * GRID + bar, 8 * GRID + buttons.sizeHint().height())
        self.resize(room_for_all.boundedTo(screen))


def _room(sections: Sequence[Section], width: int) -> QWidget:
    """All of them in as many columns as ``width`` (device-independent pixels) has room for."""
    count = _COLUMNS
    while (room := _in_columns(sections, count)).sizeHint().width() > width and count > 1:
        count -= 1
    return room


def _in_columns(sections: Sequence[Section], count: int) -> QWidget:
    room = QWidget()
    columns = QHBoxLayout(room)
    columns.setContentsMargins(0, 0, 0, 0)
    columns.setSpacing(4 * GRID)
    for together in _columns(sections, count):
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        for title, rows in together:
            _section(column, title, rows)
        column.addStretch()
        columns.addLayout(column)
    return room


def _columns(sections: Sequence[Section], count: int) -> Iterable[Sequence[Section]]:
    """The sections in their order, in ``count`` columns that are about as high as each other."""
    heights = [len(rows) + 2 for _, rows in sections]
    tops = [sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]
    for number in range(count):
        low, high = (sum(heights) * end / count for end in (number, number + 1))
        yield [section for section, middle in zip(sections, tops, strict=True) if low <= middle < high]


def _sections(menu: QMenu, within: str) -> Iterable[Section]:
    """A menu's commands that have keys, then those of each menu inside it, which stand by themselves."""
    title = f"{within}{menu.title().replace('&', '')}"
    commands = [action for action in menu.actions() if not isinstance(action.menu(), QMenu)]
    # An action can have a longer name than the one that is clear where it stands in its menu.
    if rows := tuple(
        (_keys(each), each.iconText().removesuffix("…")) for each in commands if not each.shortcut().isEmpty()
    ):
        yield title, rows
    for action in menu.actions():
        if isinstance(inner := action.menu(), QMenu):
            yield from _sections(inner, f"{title} · ")


def _keys(action: QAction) -> str:
    """The first of them: desktops give undo and redo up to four, which nobody looks for here."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _section(column: QVBoxLayout, title: str, rows: Keys) -> None:
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
