"""What a suggestion may be joined with: other suggestions and known persons, the most alike first."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dropgui.gallery.picture_list import PictureList
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library


@dataclass(frozen=True, slots=True)
class Companion:
    """A suggestion (``first_crop`` names it) or, with ``person_id``, a known person, and how alike it is."""

    first_crop: int
    person_id: int | None
    words: str


class CompanionList(PictureList):
    """A double-click or the merge key joins the selected one."""

    wanted = Signal(Companion)

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(library, runner, thumbnails, "Suggestions and persons to merge with", parent)
        self._companions: tuple[Companion, ...] = ()
        self.doubleClicked.connect(lambda index: self.wanted.emit(self._companions[index.row()]))

    @property
    def companions(self) -> tuple[Companion, ...]:
        """What is listed."""
        return self._companions

    @property
    def chosen(self) -> Companion | None:
        """The selected one."""
        return None if self.row is None else self._companions[self.row]

    def show_companions(self, companions: Sequence[Companion]) -> None:
        """List these; none is selected."""
        self._companions = tuple(companions)
        self.show_pictures([each.first_crop for each in companions], lambda row: self._companions[row].words)
