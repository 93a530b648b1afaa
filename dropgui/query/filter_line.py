"""The one line that filters gallery and matches, with completion, and with its fault said below it."""

from PySide6.QtCore import QEvent, QPoint, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLabel, QLineEdit, QWidget

from dropgui.library.rows import CropFilter
from dropgui.query.filter_words import (
    HELP,
    FilterError,
    Vocabulary,
    begins_key,
    completions,
    parse,
    write,
)
from dropgui.style import GRID, mark_wrong

_WIDTH, _NARROW = 38 * GRID, 23 * GRID
_PAUSE_MS = 200  # after a keystroke that may not be the word's last, before the word counts
_OFFERS = 10  # rows seen at a time
_EXAMPLES = "\n".join(f"{key}:  {words}" for key, words in HELP.items())
_TIP = (
    "Show and search only some crops (Ctrl+F). Words are looked for in the file names; besides:\n\n"
    f"{_EXAMPLES}\n\nAll must be met. What is typed here counts before what is ticked on the left."
)


class FilterLine(QLineEdit):
    """Understands :mod:`dropgui.query.filter_words`. What is no filter changes nothing, and says why."""

    filter_changed = Signal(CropFilter)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vocabulary = Vocabulary()
        self._filter = CropFilter()
        self._waiting: CropFilter | None = None  # to be written once names are known
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._completer.setMaxVisibleItems(_OFFERS)
        self._completer.activated.connect(self._complete)
        offers = self._completer.popup()
        assert offers is not None
        offers.setObjectName("offers")
        self._start = 0
        self._problem = _Bubble(self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._read_typed)
        self.setPlaceholderText("Filter: camera:c3 person:none")
        self.setToolTip(_TIP)
        self.setAccessibleName("Filter of crops")
        self.setAccessibleDescription(_TIP)
        self.setClearButtonEnabled(True)
        self.setAcceptDrops(False)  # folders may be dropped anywhere, here too
        self.setMinimumWidth(_NARROW)
        self.textChanged.connect(lambda _: self._typed())
        self.textEdited.connect(lambda _: self._offer())

    def sizeHint(self) -> QSize:
        """Room for a few words; a corner goes by this."""
        return QSize(_WIDTH, super().sizeHint().height())

    @property
    def crop_filter(self) -> CropFilter:
        """What the line says, or said before it said what cannot be understood."""
        return self._filter

    @property
    def problem(self) -> str:
        """Why what was typed is no filter; empty where it is one."""
        return self._problem.text() if not self._problem.isHidden() else ""

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """What can be named from now on."""
        self._vocabulary = vocabulary
        if self._waiting is not None:
            self.set_filter(self._waiting)
        elif self.text():
            self._read()

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Say this, and let it count at once."""
        known = self._vocabulary != Vocabulary()
        self._waiting = None if known or not crop_filter else crop_filter
        self.setText(write(crop_filter, self._vocabulary))
        self._read()

    def event(self, event: QEvent) -> bool:
        """Escape is for this line, not for the window's shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        elif event.type() == QEvent.Type.Show:
            if self.property("wrong"):
                self._read()
        elif event.type() == QEvent.Type.Hide:
            self._problem.hide()
            self._hide_offers()
        elif event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self._problem.place()
            self._hide_offers()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties the line, and leaves an empty one; Enter lets it count at once."""
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.clearFocus()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._read()
        super().keyPressEvent(event)

    def _typed(self) -> None:
        """What is understood counts with the keystroke; half a word is given time to become one."""
        said = self._said()
        # The beginning of a key would be looked for in file names.
        if isinstance(said, FilterError) or begins_key(self.text(), self.cursorPosition()):
            self._pause.start()
        else:
            self._heed(said)

    def _read(self) -> None:
        self._heed(self._said())

    def _read_typed(self) -> None:
        """What can still become a word that is offered is not wrong yet."""
        popup = self._completer.popup()
        said = self._said()
        if isinstance(said, FilterError) and popup is not None and popup.isVisible():
            self._pause.start()
        else:
            self._heed(said)

    def _said(self) -> CropFilter | FilterError:
        try:
            return parse(self.text(), self._vocabulary)
        except FilterError as error:
            return error

    def _heed(self, said: CropFilter | FilterError) -> None:
        self._pause.stop()
        mark_wrong(self, wrong=isinstance(said, FilterError))
        if isinstance(said, FilterError):
            self._problem.say(str(said))
            return
        self._problem.hide()
        if said != self._filter:
            self._filter = said
            self.filter_changed.emit(said)

    def _offer(self) -> None:
        if not self.isVisible():
            return
        self._start, words = completions(self.text(), self.cursorPosition(), self._vocabulary)
        if not words or self._start == self.cursorPosition():
            self._hide_offers()
            return
        popup = self._completer.popup()
        assert popup is not None
        self._words.setStringList(words)
        self._completer.complete()
        popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _hide_offers(self) -> None:
        """A popup outlives its window otherwise, and the program with it."""
        popup = self._completer.popup()
        if popup is not None and popup.isVisible():
            popup.hide()

    def _complete(self, word: str) -> None:
        text, cursor = self.text(), self.cursorPosition()
        ending = "" if word.endswith(":") else " "
        self.setText(text[: self._start] + word + ending + text[cursor:].lstrip())
        self.setCursorPosition(self._start + len(word) + len(ending))
        if word.endswith(":"):
            QTimer.singleShot(0, self, self._offer)


class _Bubble(QLabel):
    """A few words right below a line edit, over whatever is there."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._line = line
        self.setWordWrap(True)
        self.setMargin(GRID)
        self.setObjectName("bubble")
        self.setAccessibleName("What is wrong with the filter")
        self.hide()

    def say(self, text: str) -> None:
        """Show these words."""
        if not self._line.isVisible():
            return
        self.setParent(self._line.window())
        self.setText(text)
        self.show()
        self.place()
        self.raise_()

    def place(self) -> None:
        """Go where the line is."""
        if not self.isHidden():
            width = self._line.width()
            self.setFixedSize(width, self.heightForWidth(width))
            self.move(self._line.mapTo(self._line.window(), QPoint(0, self._line.height() + GRID // 2)))
