"""A page that looks for something on demand and shows what it found card by card, with keys that decide."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dropgui.errors import UserError
from dropgui.jobs.runner import Runner
from dropgui.library.rows import CropFilter
from dropgui.session import NotIndexedYetError
from dropgui.stacks.find_bar import FindBar
from dropgui.stacks.key_buttons import KeyButtons, Step
from dropgui.stacks.look import Look, Progress
from dropgui.style import GRID, note

_NOT_INDEXED = "Nothing is indexed yet. Add a folder of pictures first."
Result = TypeVar("Result")


class StackPage(QWidget):
    """``bar`` starts and stops the look; until the first one stands ``first``. One thing at a time is done.

    A page of cards says what is looked for (:meth:`look`), whether there are cards or steps to take, and
    shows its card in front; it calls :meth:`_lay_out` once it has made its own widgets.
    """

    def __init__(self, runner: Runner, bar: FindBar, first: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._bar = bar
        self._first = first
        self._look = Look(runner, self)
        self._filter = CropFilter()
        self._busy = False
        self._message = note(first)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._message.setMargin(4 * GRID)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)

    def _lay_out(self, card: QWidget, steps: Sequence[Step], views: Sequence[QWidget]) -> None:
        """``card`` shows what is in front; the keys of ``steps`` work on the page and on ``views``."""
        self._pages.addWidget(card)
        self._buttons = KeyButtons(steps, (self, self._message, *views))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._bar)
        column.addWidget(self._pages, 1)
        column.addWidget(self._buttons)
        self._look.progressed.connect(self._bar.set_share)
        self._bar.start_wanted.connect(self.look)
        self._bar.stop_wanted.connect(self._look.stop)
        self._say(self._first)

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something is being looked for or written."""
        return self._busy

    @property
    def message(self) -> str:
        """What stands in place of a card, empty while one is shown."""
        return "" if self._pages.currentIndex() == 1 else self._message.text()

    @property
    def summary(self) -> str:
        """How many cards there are, and which is in front."""
        return self._bar.summary

    @property
    def start_button(self) -> QPushButton:
        """Starts looking, and stops it."""
        return self._bar.start

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Look only among these crops, from the next time on."""
        self._filter = crop_filter

    # -- what a page of cards says -----------------------------------------------------------------

    def look(self) -> None:
        """Look for cards among the crops that the filter shows, unless something is under way."""
        raise NotImplementedError

    def _has_cards(self) -> bool:
        raise NotImplementedError

    def _has_steps(self) -> bool:
        """Whether keys mean something also where no card is in front: back, undo."""
        raise NotImplementedError

    def _show_front(self) -> None:
        """Show the card in front, or say why there is none."""
        raise NotImplementedError

    def _able(self) -> dict[str, bool]:
        """Which steps can be taken now, while nothing is under way."""
        raise NotImplementedError

    # -- what happens -----------------------------------------------------------------------------

    def _start(self, words: str, work: Callable[[Progress], Result], found: Callable[[Result], None]) -> None:
        """Look with ``work`` while ``words`` are shown; ``found`` is not called where it was stopped."""
        if self._busy:
            return

        def done(result: Result | None) -> None:
            self._set_busy(False)
            if result is None:
                self._say(self._first)
            else:
                found(result)

        self._set_busy(True)
        self._bar.set_looking()
        self._say(words)
        self._look.start(work, done, self._failed)

    def _write(self, work: Callable[[], Result], written: Callable[[Result], None]) -> None:
        """Write what was decided, then show the card that is in front after ``written``."""
        if self._busy:
            return

        def done(result: Result) -> None:
            self._set_busy(False)
            written(result)
            self._show_front()

        self._set_busy(True)
        self._runner.run(work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        if isinstance(error, UserError) and not self._has_cards():
            self._say(_NOT_INDEXED if isinstance(error, NotIndexedYetError) else str(error))
            return
        if self._has_cards():
            self._show_front()
        else:
            self._say(self._first)
        self._runner.failed.emit(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._bar.set_busy(busy=busy)
        self._show_able()

    def _say(self, words: str) -> None:
        """Show words in place of a card."""
        self._message.setText(words)
        self._pages.setCurrentIndex(0)
        self._bar.set_summary("")
        self._buttons.setVisible(self._has_steps())
        self._show_able()

    def _show_card(self) -> None:
        """Show the card in place of words."""
        self._pages.setCurrentIndex(1)
        self._buttons.show()

    def _show_able(self) -> None:
        able = self._able()
        self._buttons.set_able({text: is_able and not self._busy for text, is_able in able.items()})
