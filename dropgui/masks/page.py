"""The page of the mask editor: tools, canvas, parts, and what the mask was and does."""

from collections.abc import Callable, Sequence
from functools import partial
from string import ascii_uppercase

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dropgui.correction.document import MaskDocument
from dropgui.masks.canvas import MaskCanvas
from dropgui.masks.commands import Commands
from dropgui.masks.effect_view import FIRST, EffectView
from dropgui.masks.header import Header, button
from dropgui.masks.history import History
from dropgui.masks.keys import KeyedPage
from dropgui.masks.minimap import MiniMap
from dropgui.masks.option_bar import OptionBar, ViewBar
from dropgui.masks.options import Options
from dropgui.masks.part_chooser import PartChooser
from dropgui.masks.revision_list import RevisionList
from dropgui.masks.sitting import Sitting
from dropgui.masks.tool_strip import ToolStrip
from dropgui.masks.tools import Tool
from dropgui.style import GRID, ElidedLabel, heading, note, scaled
from dropmodel.parts import BACKGROUND, IGNORE

_SIDE = 28 * GRID
_COUNTED = 512  # rows or columns of the sample that shares are counted on: a large crop has too many
_TAKEN = {"C", "R", "X"}
"""Letters that mean something else with Shift."""
_ALWAYS = "Wheel: zoom. Space + drag: move. Hold H: see the picture."
_PANS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class _DraftLine(QWidget):
    """Offers what was drawn and not saved when the program ended."""

    def __init__(self) -> None:
        super().__init__()
        self.words = note()
        self.take = QPushButton("&Use It")
        self.drop = QPushButton("&Drop It")
        self.take.setToolTip("Go on from what was drawn; Ctrl+Z takes it back")
        self.drop.setToolTip("Forget what was drawn then, for good")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(self.words, 1)
        row.addWidget(self.take)
        row.addWidget(self.drop)
        self.hide()


class MaskPage(KeyedPage):
    """Shows the history's document. Its keys work wherever on it the focus is."""

    left = Signal()
    """Esc with nothing to give up."""

    def __init__(
        self,
        history: History,
        options: Options,
        tools: Sequence[Tool],
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mask editor")
        self._options = options
        self._commands = commands
        self._tool = tools[0]
        self.canvas = MaskCanvas(history, options)
        self.minimap = MiniMap(self.canvas)
        self.header = Header(commands)
        self.strip = ToolStrip(tools)
        self.chooser = PartChooser(options)
        self.bar = OptionBar(options)
        self.view_bar = ViewBar(options, [commands.outlines, commands.alone, commands.letters])
        self.effect = EffectView()
        self.revisions = RevisionList()
        self.draft = _DraftLine()
        self._looking = note()
        self._start = button(commands.next, "Start with the Least Certain")
        self._start.setDefault(True)
        self._hint = ElidedLabel()
        self._hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._hint.setContentsMargins(GRID, 0, GRID, GRID // 2)
        self._build()
        self.add_commands(commands.of_the_page)
        self._add_part_keys()
        self.answer_keys_of(self.revisions.view)
        self.canvas.counted.connect(self._count)
        self.canvas.placed.connect(lambda: self.view_bar.show_zoom(self.canvas.placement.scale))
        options.changed.connect(self._show_hint)
        self.strip.chosen.connect(self._tool_chosen)
        self.setFocusProxy(self.canvas)

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        """The one in hand."""
        return self._tool

    def show_sitting(self, sitting: Sitting) -> None:
        """Another crop is in hand."""
        loaded = sitting.loaded
        self._set_empty(on=False)
        self.header.show_crop(loaded.opened.crop, loaded.review)
        self.header.show_state("")
        self.effect.say(FIRST)
        self.revisions.set_revisions(loaded.revisions)
        self.canvas.show_document(loaded.photo, loaded.letters)
        self._count(sitting.document)
        draft = sitting.draft
        self.draft.setVisible(draft is not None)
        if draft is not None:
            edits = (
                "1 edit of this mask was" if draft.edits == 1 else f"{draft.edits:,} edits of this mask were"
            )
            when = f"{draft.at.astimezone():%d %B, %H:%M}"
            self.draft.words.setText(f"{edits} not saved when the program ended ({when}).")

    def show_nothing(self, words: str) -> None:
        """No crop is in hand."""
        self._set_empty(on=True)
        self.header.show_crop(None, None)
        self.header.show_state("")
        self.revisions.set_revisions(())
        self.chooser.set_shares({})
        self.draft.hide()
        self.effect.say(FIRST)
        if words:
            self.canvas.show_message(words)
        else:
            self.canvas.show_message()

    def _set_empty(self, *, on: bool) -> None:
        """Without a crop there is nothing to do but to choose one."""
        self._start.setVisible(on)
        for part in (self.strip, self._options_row, self.view_bar, self._side):
            part.setEnabled(not on)
        self._show_hint()

    def show_looking(self, words: str) -> None:
        """An earlier mask is on the canvas; nothing for none."""
        self._looking.setText(words)
        self._looking.setVisible(bool(words))

    # -- keys -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Space, H, Esc and the arrow keys are the page's too, unless a control has use for them."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in {Qt.Key.Key_Space, Qt.Key.Key_H, Qt.Key.Key_Escape} or event.key() in _PANS)
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hold H to hide the mask, hold Space to move the picture; arrows move it; Esc leaves."""
        key, plain = Qt.Key(event.key()), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self.canvas.set_space(True)
        elif key == Qt.Key.Key_H:
            self._options.set_hidden(True)
        elif key in _PANS:
            self.canvas.pan(*_PANS[key])
        elif key == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """What was held is let go."""
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            self.canvas.set_space(False)
        elif event.key() == Qt.Key.Key_H:
            self._options.set_hidden(False)
        else:
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Keys let go in another window are not told to this one."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.canvas.set_space(False)
            self._options.set_hidden(False)

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever brings it to the front goes on with its keys."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.setFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The map keeps its corner; there is more to say, or less."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._show_hint)
        QTimer.singleShot(0, self, self.minimap.place)

    def _escape(self) -> None:
        """One step back: from what is being drawn, from an earlier mask, from the page."""
        if self._tool.cancel():
            return
        if self.revisions.shows_one:
            self.revisions.clear_selection()
        elif not self.canvas.hasFocus():
            self.canvas.setFocus()
        else:
            self.left.emit()

    def _add_part_keys(self) -> None:
        """Digits and letters: the parts, the background, undecided."""
        keys = {str(digit): digit for digit in range(1, 10)} | {"0": BACKGROUND, "U": IGNORE}
        pick, pick_letter = self._options.pick, self._options.pick_letter
        self.add_commands(self._on_key(key, partial(pick, label)) for key, label in keys.items())
        letters = sorted(set(ascii_uppercase) - _TAKEN)
        self.add_commands(self._on_key(f"Shift+{letter}", partial(pick_letter, letter)) for letter in letters)

    # -- layout -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self._looking.setContentsMargins(GRID, 0, GRID, 0)
        self._looking.setFont(scaled(self._looking.font(), 1.0, bold=True))
        self._looking.hide()
        below = QVBoxLayout(self.canvas)
        below.addStretch(5)
        below.addWidget(self._start, 0, Qt.AlignmentFlag.AlignHCenter)
        below.addStretch(3)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(GRID // 2)
        self._options_row = self._make_options_row()
        self._side = self._make_side()
        middle.addWidget(self._options_row)
        middle.addWidget(self._looking)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.view_bar)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, GRID // 2)
        body.setSpacing(0)
        body.addWidget(self.strip)
        body.addLayout(middle, 1)
        body.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.header)
        column.addWidget(self.draft)
        column.addLayout(body, 1)
        column.addWidget(self._hint)

    def _make_options_row(self) -> QWidget:
        room = QWidget()
        row = QHBoxLayout(room)
        row.setContentsMargins(0, 0, GRID, 0)
        row.setSpacing(GRID)
        repair = QPushButton("&Repair")
        repair.setToolTip("Smooth, fill holes, exchange left and right, copy a mask, restore the model's")
        repair.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        repair.setMenu(self._commands.fill_repairs(QMenu(repair)))
        row.addWidget(self.bar, 1)
        row.addWidget(repair)
        return room

    def _make_side(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(GRID, 0, GRID, 0)
        column.setSpacing(GRID // 2)
        for title, widget, stretch in (
            ("Paint with", self.chooser, 0),
            ("After saving", self.effect, 0),
            ("Earlier masks", self.revisions, 1),
        ):
            column.addWidget(heading(title))
            column.addWidget(widget, stretch)
            column.addSpacing(GRID // 2)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(_SIDE)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        return area

    # -- how it hangs together --------------------------------------------------------------------

    def _tool_chosen(self, tool: Tool) -> None:
        self._tool = tool
        self._commands.tools[tool].setChecked(True)
        self.canvas.set_tool(tool)
        self.bar.set_tool(tool)
        self._show_hint()

    def _show_hint(self) -> None:
        title = self._options.title(self._options.label)
        if not self.strip.isEnabled():
            self._hint.set_text("")
            return
        own = self._tool.hint.format(part=title.lower())
        words = f"{own} {_ALWAYS}"
        room = self._hint.contentsRect().width()
        self._hint.set_text(words if self._hint.fontMetrics().horizontalAdvance(words) <= room else own)
        self._hint.setToolTip(words)

    def _count(self, document: MaskDocument) -> None:
        step = max(1, int(max(document.shape)) // _COUNTED)
        sample = document.labels[::step, ::step]
        counts = np.bincount(sample.ravel(), minlength=256)
        self.chooser.set_shares(
            {int(label): float(counts[label] / sample.size) for label in np.flatnonzero(counts)}
        )

    def _on_key(self, key: str, do: Callable[[], object]) -> QAction:
        action = QAction(self)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False: do())
        return action
