"""The page of suggested persons: one card at a time, to accept, split, merge, refuse or skip."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.decisions import confirm, reject, undo
from dropgui.library.library import Library
from dropgui.library.persons import person_rows
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropFilter, CropRow, PersonRow
from dropgui.library.undo import Undo
from dropgui.persons.companions import Companion, CompanionList
from dropgui.persons.review import Review
from dropgui.search.clusters import Suggestion, closest_groups, persons_by_crop, suggest_persons
from dropgui.session import Session
from dropgui.style import GRID, heading, note, scaled
from dropmodel.evaluation.grouping import Grouping

STRICTNESS = {"Loose": 2.0, "Normal": 2.5, "Strict": 3.0}
_FIRST = (
    "Crops that look like one person are put together here, for you to look at.\n"
    "Nothing is saved until you accept it."
)
_NOTHING = "No crops without a person look alike enough. Try “Loose”, or add more pictures."
_FINISHED = "You have been through all suggestions. Skipped ones are still there: press B to go back."
_HOW = "The surest come first. Click those who do not belong, then split them off."
_KNOWN_SHOWN = 12


class _StoppedError(Exception):
    """The user or the end of the program stopped the search for groups."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What there is beside a card: its known person's crops, its crops' cameras, what it may be joined with.

    ``names`` are those of all known persons by id.
    """

    known: tuple[int, ...]
    cameras: tuple[str, ...]
    companions: tuple[Companion, ...]
    names: dict[int, str]


class PersonsPage(QWidget):
    """Suggests on demand; every decision goes to the library at once and can be taken back."""

    reviewed = Signal()
    """The card in front is another one, or there is none any more."""
    _progressed = Signal(float)

    def __init__(
        self,
        library: Library,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._session = session
        self._runner = runner
        self._around = Latest(runner)
        self._filter = CropFilter()
        self._review = Review()
        self._names: dict[int, str] = {}
        self._busy = False
        self._stopping = False
        self._model = CropModel(library, runner, thumbnails, self)
        self._known_model = CropModel(library, runner, thumbnails, self)
        self.grid = CropGrid(self._model, thumbnails, matches=False)
        self.grid.setAccessibleName("Crops of the suggestion")
        self.known = CropGrid(self._known_model, thumbnails, matches=False)
        self.known.setAccessibleName("Crops of the known person")
        self.companions = CompanionList(library, runner, thumbnails)
        self._actions: dict[int, tuple[QPushButton, Callable[[], None]]] = {}
        self._build()
        self._progressed.connect(lambda share: self._progress.setValue(round(1000 * share)))
        self.grid.selection_changed.connect(self._show_buttons)
        self.companions.wanted.connect(self._merge_with)
        self.companions.selectionModel().selectionChanged.connect(self._show_buttons)
        self._say(_FIRST)
        self._show_buttons()

    @property
    def review(self) -> Review:
        """The stack that is gone through."""
        return self._review

    @property
    def busy(self) -> bool:
        """Whether groups are being looked for, or a decision is being written."""
        return self._busy

    @property
    def message(self) -> str:
        """What stands in place of a card, empty while one is shown."""
        return "" if self._pages.currentIndex() == 1 else self._message.text()

    @property
    def title(self) -> str:
        """What the card in front suggests."""
        return self._title.text()

    @property
    def start_button(self) -> QPushButton:
        """Starts looking for groups, and stops it."""
        return self._start

    def grid_ids(self) -> list[int]:
        """The crops that are shown as the suggestion, in order."""
        ids: list[int] = self._model.ids.tolist()
        return ids

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Suggest only from these crops, from the next time on."""
        self._filter = crop_filter

    def library_changed(self, change: Change) -> None:
        """Crops that are gone, or got a person elsewhere, leave the cards."""
        self._model.refresh(change.crops_changed)
        self._known_model.refresh(change.crops_changed)
        before = self._review.current
        self._review.forget(change.crops_removed)
        if self._review.current != before:
            self._show_card()
        if (change.persons or change.elsewhere) and self._review.cards and not self._busy:
            ids = [crop_id for card in self._review.cards for crop_id in card.crop_ids]
            self._runner.run(
                lambda: (crop_rows(self._library, ids), person_rows(self._library)), self._settle
            )

    def suggest(self) -> None:
        """Look for groups; what was on the stack is dropped, what was decided stays."""
        if self._busy:
            return
        self._stopping = False
        self._set_busy(True)
        options = Grouping(strictness=STRICTNESS[self._strictness.currentText()])
        crop_filter = self._filter

        def tell(share: float) -> None:
            if self._stopping or self._runner.closed:
                raise _StoppedError
            self._progressed.emit(share)

        def work() -> tuple[tuple[Suggestion, ...], dict[int, str]] | None:
            index = self._session.index
            index.refresh()
            try:
                found = suggest_persons(index, crop_filter, options=options, on_progress=tell)
            except _StoppedError:
                return None
            return found, {row.id: row.name for row in person_rows(self._library)}

        self._progress.setValue(0)
        self._progress.show()
        self._start.setText("Sto&p")
        self._start.setEnabled(True)
        self._say("Looking for crops that look alike…")
        self._runner.run(work, self._suggested, self._failed)

    def accept(self) -> None:
        """The crops of the card are one person: the known one, or a new one."""
        card = self._review.current
        if card is not None:
            self._write(card.crop_ids, lambda: confirm(self._library, card.crop_ids, card.person_id))

    def refuse(self) -> None:
        """The selected crops, or all, are not the known person that the card says."""
        card = self._review.current
        if card is not None and card.person_id is not None:
            person, crop_ids = card.person_id, tuple(self.grid.selected_ids()) or card.crop_ids
            self._write(crop_ids, lambda: reject(self._library, crop_ids, person))

    def split(self) -> None:
        """The selected crops become a card of their own, the next one."""
        if not self._busy and self._review.split(self.grid.selected_ids()):
            self._show_card()

    def merge(self) -> None:
        """The card is one person with what is selected in the list."""
        if (companion := self.companions.chosen) is not None:
            self._merge_with(companion)

    def skip(self) -> None:
        """Leave this card as it is and go to the next."""
        self._move(1)

    def back(self) -> None:
        """Go to the card before."""
        self._move(-1)

    def undo(self) -> None:
        """Take the last step back, in the library too where it was written there."""
        if self._busy or not self._review.can_undo:
            return
        written = self._review.last_written
        if written is None:
            self._review.undo()
            self._show_card()
            return

        def undone(_: object) -> None:
            self._set_busy(False)
            self._review.undo()
            self._show_card()

        self._set_busy(True)
        self._runner.run(lambda: undo(self._library, written), undone, self._failed)

    # -- layout -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self._summary = QLabel()
        self._strictness = QComboBox()
        self._strictness.addItems(list(STRICTNESS))
        self._strictness.setCurrentText("Normal")
        self._strictness.setAccessibleName("How alike crops must be")
        self._strictness.setToolTip("Strict: small groups that are nearly always right. Loose: larger ones.")
        self._start = QPushButton("Su&ggest Persons")
        self._start.clicked.connect(self._start_or_stop)
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(15 * GRID, GRID)
        self._progress.hide()
        header = QHBoxLayout()
        header.setContentsMargins(2 * GRID, GRID // 2, GRID, 0)
        header.setSpacing(GRID)
        header.addWidget(self._summary, 1)
        header.addWidget(self._progress)
        header.addWidget(self._strictness)
        header.addWidget(self._start)
        self._message = note()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self._card())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(header)
        column.addWidget(self._pages, 1)
        column.addLayout(self._buttons())
        for view in (self, self.grid, self.known, self.companions, self._message):
            view.installEventFilter(self)

    def _card(self) -> QWidget:
        self._title = QLabel()
        self._title.setFont(scaled(self._title.font(), 1.25, bold=True))
        self._facts = note()
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self._known_title = heading("Known")
        self.known.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._crops_title = heading("Suggested")
        words = QVBoxLayout()
        words.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
        words.setSpacing(2)
        for line in (self._title, self._facts, self._known_title):
            words.addWidget(line)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GRID // 2)
        left.addLayout(words)
        left.addWidget(self.known)
        second = QHBoxLayout()
        second.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        second.addWidget(self._crops_title)
        left.addLayout(second)
        left.addWidget(self.grid, 1)
        right = QVBoxLayout()
        right.setContentsMargins(GRID, GRID, GRID, 0)
        right.addWidget(heading("Same person as"))
        right.addWidget(self.companions, 1)
        side = QWidget()
        side.setLayout(right)
        side.setFixedWidth(28 * GRID)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addLayout(left, 1)
        middle.addWidget(side)
        card = QWidget()
        card.setLayout(middle)
        return card

    def _buttons(self) -> QHBoxLayout:
        key = Qt.Key
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, 0, GRID, GRID)
        row.setSpacing(GRID)
        for text, letter, what, tip in (
            ("Accept", key.Key_Return, self.accept, "These crops are one person (Enter)"),
            ("Split Off", key.Key_S, self.split, "The selected crops are somebody else (S)"),
            ("Merge", key.Key_M, self.merge, "One person with what is selected on the right (M)"),
            (
                "Not This Person",
                key.Key_N,
                self.refuse,
                "The selected crops, or all, are not this person (N)",
            ),
            ("Skip", key.Key_K, self.skip, "Leave it and go on (K)"),
            ("Back", key.Key_B, self.back, "To the suggestion before (B)"),
            ("Undo", key.Key_Z, self.undo, "Take the last step back (Z)"),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{text} {tip[tip.rindex('(') :]}")
            button.setDefault(what == self.accept)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(what)
            if what == self.skip:
                row.addStretch()
            row.addWidget(button)
            self._actions[int(letter)] = (button, what)
        return row

    # -- keys -------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The letters work wherever the focus is on the card, before the views' own and the window's keys."""
        if isinstance(event, QKeyEvent) and event.type() in {
            QEvent.Type.ShortcutOverride,
            QEvent.Type.KeyPress,
        }:
            code = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else event.key()
            action = self._actions.get(int(code))
            plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
            undoes = code == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if action is not None and (plain or undoes):
                event.accept()
                if event.type() == QEvent.Type.KeyPress and action[0].isEnabled():
                    action[1]()
                return True
        return super().eventFilter(watched, event)

    # -- what happens -----------------------------------------------------------------------------

    def _start_or_stop(self) -> None:
        if self._busy:
            self._stopping = True
        else:
            self.suggest()

    def _suggested(self, found: tuple[tuple[Suggestion, ...], dict[int, str]] | None) -> None:
        self._set_busy(False)
        if found is None:
            self._say(_FIRST)
            return
        cards, self._names = found
        self._review = Review(cards)
        self._show_card()
        self.grid.setFocus()

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        if self._review.cards:
            self._show_card()
        else:
            self._say(_FIRST)
        self._runner.failed.emit(error)

    def _settle(self, found: tuple[dict[int, CropRow], list[PersonRow]]) -> None:
        rows, persons = found
        self._names = {row.id: row.name for row in persons}
        before = self._review.current
        self._review.settled({crop_id for crop_id, row in rows.items() if row.person_id is not None})
        card = self._review.current
        if card is not None and card.person_id is not None and card.person_id not in self._names:
            self._review.name(None)
        if self._review.current != before:
            self._show_card()
        elif card is not None:
            self._show_words(card)

    def _move(self, step: int) -> None:
        if not self._busy:
            self._review.move(step)
            self._show_card()

    def _write(self, crop_ids: Collection[int], work: Callable[[], Undo]) -> None:
        if self._busy:
            return

        def written(token: Undo) -> None:
            self._set_busy(False)
            self._review.decided(crop_ids, token)
            self._show_card()

        self._set_busy(True)
        self._runner.run(work, written, self._failed)

    def _merge_with(self, companion: Companion) -> None:
        if self._busy:
            return
        if companion.person_id is not None:
            self._review.name(companion.person_id)
        else:
            cards = self._review.cards
            places = [at for at, card in enumerate(cards) if companion.first_crop in card.crop_ids]
            if not places or not self._review.merge(places[0]):
                return
        self._show_card()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        if not busy:
            self._progress.hide()
            self._start.setText("Su&ggest Persons")
        self._start.setEnabled(not busy)
        self._strictness.setEnabled(not busy)
        self._show_buttons()

    # -- what is shown ----------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        self._message.setText(words)
        self._pages.setCurrentIndex(0)
        self._summary.setText("")

    def _show_card(self) -> None:
        card = self._review.current
        self._around.drop()
        if card is None:
            self._model.set_ids(np.empty(0, np.int64))
            finished = self._review.cards or self._review.can_undo
            self._say(_FINISHED if finished else _NOTHING)
            self._message.setFocus()
        else:
            self._model.set_ids(np.array(card.crop_ids, np.int64))
            self.grid.clearSelection()
            self.grid.scrollToTop()
            self._known_model.set_ids(np.empty(0, np.int64))
            self.companions.show_companions(())
            self._show_words(card)
            self._pages.setCurrentIndex(1)
            stack = self._review.cards
            self._around.request(
                lambda: self._look_around(card, stack), lambda found: self._show_around(card, found)
            )
        self._show_summary()
        self._show_buttons()
        self.reviewed.emit()

    def _show_summary(self) -> None:
        total, place = len(self._review.cards), self._review.position + 1
        words = [f"Suggestion {place:,} of {total:,}"] if self._review.current is not None else []
        if self._review.done:
            words.append(f"{self._review.done:,} decided")
        self._summary.setText(" · ".join(words))

    def _show_words(self, card: Suggestion) -> None:
        known = card.person_id is not None
        crops = f"{len(card.crop_ids):,} crop{'s' * (len(card.crop_ids) != 1)}"
        name = self._names.get(card.person_id or 0, "a known person")
        self._title.setText(f"{crops}, perhaps {name}" if known else f"{crops}, perhaps one person")
        self._facts.setText(f"Likeness {card.cohesion:.2f}")
        self._known_title.setText(name)
        self._crops_title.setText(f"Also {name}? {_HOW}" if known else _HOW)
        for widget in (self._known_title, self.known):
            widget.setVisible(known)
        self.known.setFixedHeight(self.known.gridSize().height() + GRID)

    def _look_around(self, card: Suggestion, stack: tuple[Suggestion, ...]) -> _Around:
        """What the card needs from the library; on a worker."""
        persons = persons_by_crop(self._library)
        cards = {at: each for at, each in enumerate(stack) if each is not card}
        group_of = {**persons}
        group_of |= {crop_id: -1 - at for at, each in cards.items() for crop_id in each.crop_ids}
        own = set(card.crop_ids)
        theirs = [crop_id for crop_id, person in persons.items() if person == card.person_id]
        closest = [
            (name, score)
            for name, score in closest_groups(self._session.index, card.crop_ids, group_of)
            if name != card.person_id
        ]
        first = {name: crop_id for crop_id, name in reversed(group_of.items()) if crop_id not in own}
        names = {row.id: row.name for row in person_rows(self._library)}
        companions = []
        for name, score in closest:
            if name >= 0:
                if card.person_id is None:
                    words = f"{names.get(name, '')}\nlikeness {score:.2f}"
                    companions.append(Companion(first[name], name, words))
                continue
            other = cards[-1 - name]
            if None in (card.person_id, other.person_id) or card.person_id == other.person_id:
                crops = f"{len(other.crop_ids)} crop{'s' * (len(other.crop_ids) != 1)}"
                words = f"Suggestion {-name}, {crops}\nlikeness {score:.2f}"
                companions.append(Companion(other.crop_ids[0], None, words))
        rows = crop_rows(self._library, card.crop_ids)
        cameras = sorted({row.camera for row in rows.values() if row.camera is not None})
        return _Around(tuple(theirs[:_KNOWN_SHOWN]), tuple(cameras), tuple(companions), names)

    def _show_around(self, card: Suggestion, around: _Around) -> None:
        if card is not self._review.current:
            return
        self._names = around.names
        self._show_words(card)
        self._known_model.set_ids(np.array(around.known, np.int64))
        self.companions.show_companions(around.companions)
        words = [self._facts.text()]
        if around.cameras:
            words.append(f"camera{'s' * (len(around.cameras) != 1)} {', '.join(around.cameras)}")
        self._facts.setText(" · ".join(words))
        self._show_buttons()

    def _show_buttons(self) -> None:
        card = None if self._busy else self._review.current
        selected = self.grid.selected_count()
        able = {
            "accept": card is not None,
            "split": card is not None and 0 < selected < len(card.crop_ids),
            "merge": card is not None and self.companions.chosen is not None,
            "refuse": card is not None and card.person_id is not None,
            "skip": card is not None,
            "back": not self._busy and self._review.position > 0,
            "undo": not self._busy and self._review.can_undo,
        }
        for button, what in self._actions.values():
            button.setEnabled(able[what.__name__])
