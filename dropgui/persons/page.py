"""The page of suggested persons: one card at a time, to accept, split, merge, refuse or skip."""

from collections.abc import Callable, Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from dropgui.finetuning.plan import CROPS_NEEDED
from dropgui.flow import labelled
from dropgui.gallery.grid import CropGrid
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.decisions import confirm, reject, undo
from dropgui.library.library import Library
from dropgui.library.persons import person_rows
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow, PersonRow
from dropgui.library.undo import Undo
from dropgui.persons.around import Around, look_around
from dropgui.persons.card_view import CardView
from dropgui.persons.companions import Companion, CompanionList
from dropgui.persons.review import Review
from dropgui.search import PartIndex
from dropgui.search.clusters import Suggestion, suggest_persons
from dropgui.session import Session
from dropgui.stacks.find_bar import FindBar
from dropgui.stacks.key_buttons import Step
from dropgui.stacks.look import Progress
from dropgui.stacks.page import StackPage
from dropmodel.evaluation.grouping import Grouping

STRICTNESS = {"Loose": 2.0, "Normal": 2.5, "Strict": 3.0}
_FIRST = (
    "Crops that look like one person are put together here, for you to look at.\n"
    "Nothing is saved until you accept it."
)
_NOTHING = "No crops without a person look alike enough. Try “Loose”, or add more pictures."
_FINISHED = "You have been through all suggestions."
_SKIPPED = f"{_FINISHED} Skipped ones are still there: press B to go back."
_TEACH = (
    "Where light or cameras are unusual, the model can learn the look of this library first, without names:\n"
    "Model > Fine-tune…, “Pictures as they are”."
)


class PersonsPage(StackPage):
    """Suggests on demand; every decision goes to the library at once and can be taken back."""

    reviewed = Signal()
    """The card in front is another one, or there is none any more."""

    def __init__(
        self,
        library: Library,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        self._strictness = QComboBox()
        tip = "Put crops together that look like one person"
        super().__init__(
            runner, FindBar("Su&ggest Persons", tip, labelled("G&roups", self._strictness)), _FIRST, parent
        )
        self._library = library
        self._session = session
        self._arounds = Latest(runner)
        self._review = Review()
        self._names: dict[int, str] = {}
        self._hint = ""
        self._card = CardView(library, runner, thumbnails)
        self._strictness.addItems(list(STRICTNESS))
        self._strictness.setCurrentText("Normal")
        self._strictness.setAccessibleName("How alike crops must be")
        self._strictness.setToolTip("Strict: small groups that are nearly always right. Loose: larger ones.")
        self._lay_out(self._card, self._steps(), (self.grid, self._card.known, self.companions))
        self._card.selection_changed.connect(self._show_able)
        self.companions.wanted.connect(self._merge_with)

    def _steps(self) -> tuple[Step, ...]:
        key = Qt.Key
        return (
            Step("Accept", key.Key_Return, self.accept, "These crops are one person (Enter)"),
            Step("Split Off", key.Key_S, self.split, "The selected crops are somebody else (S)"),
            Step("Merge", key.Key_M, self.merge, "One person with what is selected on the right (M)"),
            Step("Not This Person", key.Key_N, self.refuse, "The selected crops, or all, are not them (N)"),
            Step("Skip", key.Key_K, self.skip, "Leave it and go on (K)", apart=True),
            Step("Back", key.Key_B, self.back, "To the suggestion before (B)", apart=True),
            Step("Undo", key.Key_Z, self.undo, "Take the last step back (Z)", apart=True),
        )

    # -- what it shows ----------------------------------------------------------------------------

    @property
    def review(self) -> Review:
        """The stack that is gone through."""
        return self._review

    @property
    def title(self) -> str:
        """What the card in front suggests."""
        return self._card.title

    @property
    def grid(self) -> CropGrid:
        """The crops of the card in front."""
        return self._card.grid

    @property
    def known(self) -> CropGrid:
        """The crops of the person that the card in front extends."""
        return self._card.known

    @property
    def companions(self) -> CompanionList:
        """What the card in front may be merged with."""
        return self._card.companions

    def grid_ids(self) -> list[int]:
        """The crops that are shown as the suggestion, in order."""
        return self._card.crop_ids()

    # -- from outside -----------------------------------------------------------------------------

    def library_changed(self, change: Change) -> None:
        """Crops that are gone, or got a person elsewhere, leave the cards."""
        self._card.refresh_crops(change.crops_changed)
        before = self._review.current
        self._review.forget(change.crops_removed)
        if self._review.current != before:
            self._show_front()
        if (change.persons or change.elsewhere) and self._review.cards and not self._busy:
            ids = [crop_id for card in self._review.cards for crop_id in card.crop_ids]
            self._runner.run(
                lambda: (crop_rows(self._library, ids), person_rows(self._library)), self._settle
            )

    def look(self) -> None:
        """Look for groups; what was on the stack is dropped, what was decided stays."""
        options = Grouping(strictness=STRICTNESS[self._strictness.currentText()])
        crop_filter = self._filter

        def work(tell: Progress) -> tuple[tuple[Suggestion, ...], dict[int, str], str]:
            index = self._session.index
            index.refresh()
            found = suggest_persons(index, crop_filter, options=options, on_progress=tell)
            return found, {row.id: row.name for row in person_rows(self._library)}, _hint(index)

        self._start("Looking for crops that look alike…", work, self._suggested)

    # -- the steps --------------------------------------------------------------------------------

    def accept(self) -> None:
        """The crops of the card are one person: the known one, or a new one."""
        card = self._review.current
        if card is not None:
            self._decide(card.crop_ids, lambda: confirm(self._library, card.crop_ids, card.person_id))

    def refuse(self) -> None:
        """The selected crops, or all, are not the known person that the card says."""
        card = self._review.current
        if card is not None and card.person_id is not None:
            person, crop_ids = card.person_id, tuple(self.grid.selected_ids()) or card.crop_ids
            self._decide(crop_ids, lambda: reject(self._library, crop_ids, person))

    def split(self) -> None:
        """The selected crops become a card of their own, the next one."""
        if not self._busy and self._review.split(self.grid.selected_ids()):
            self._show_front()

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
            self._show_front()
        else:
            self._write(lambda: undo(self._library, written), lambda _: self._review.undo())

    # -- what happens -----------------------------------------------------------------------------

    def _suggested(self, found: tuple[tuple[Suggestion, ...], dict[int, str], str]) -> None:
        cards, self._names, self._hint = found
        self._review = Review(cards)
        self._show_front()
        self.grid.setFocus()

    def _settle(self, found: tuple[dict[int, CropRow], list[PersonRow]]) -> None:
        rows, persons = found
        self._names = {row.id: row.name for row in persons}
        before = self._review.current
        self._review.settled({crop_id for crop_id, row in rows.items() if row.person_id is not None})
        card = self._review.current
        if card is not None and card.person_id is not None and card.person_id not in self._names:
            self._review.name(None)
        if self._review.current != before:
            self._show_front()
        elif card is not None:
            self._card.show_words(card, self._names)

    def _move(self, step: int) -> None:
        if not self._busy:
            self._review.move(step)
            self._show_front()

    def _decide(self, crop_ids: Collection[int], work: Callable[[], Undo]) -> None:
        self._write(work, lambda token: self._review.decided(crop_ids, token))

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
        self._show_front()

    # -- what is shown ----------------------------------------------------------------------------

    def _has_cards(self) -> bool:
        return bool(self._review.cards)

    def _has_steps(self) -> bool:
        return self._review.can_undo or self._has_cards()

    def _show_front(self) -> None:
        card = self._review.current
        self._arounds.drop()
        if card is None:
            self._card.show_nothing()
            none_left = _FINISHED if self._review.can_undo else _NOTHING
            self._say("\n".join([_SKIPPED if self._review.cards else none_left, self._hint]).rstrip())
            self._message.setFocus()
        else:
            self._card.show_card(card, self._names)
            self._buttons.set_shown("Not This Person", shown=card.person_id is not None)
            self._show_card()
            stack = self._review.cards
            self._arounds.request(
                lambda: look_around(self._session, card, stack), lambda found: self._show_around(card, found)
            )
        self._show_summary()
        self._show_able()
        self.reviewed.emit()

    def _show_around(self, card: Suggestion, around: Around) -> None:
        if card is self._review.current:
            self._names = around.names
            self._card.show_around(card, around)
            self._show_able()

    def _show_summary(self) -> None:
        total, place = len(self._review.cards), self._review.position + 1
        words = [f"Suggestion {place:,} of {total:,}"] if self._review.current is not None else []
        if self._review.done:
            words.append(f"{self._review.done:,} decided")
        self._bar.set_summary(" · ".join(words))

    def _able(self) -> dict[str, bool]:
        card = self._review.current
        known = card is not None and card.person_id is not None
        selected = self.grid.selected_count()
        return {
            "Accept": card is not None,
            "Split Off": card is not None and 0 < selected < len(card.crop_ids),
            "Merge": card is not None and self.companions.chosen is not None,
            "Not This Person": known,
            "Skip": card is not None,
            "Back": self._review.position > 0,
            "Undo": self._review.can_undo,
        }


def _hint(index: PartIndex) -> str:
    """What may help where too little, or the wrong, was suggested; empty where that was tried already."""
    never_taught = index.model.trained and index.model.parent_id is None
    return _TEACH if never_taught and len(index) >= CROPS_NEEDED else ""
