"""One crop in hand, from opening it to leaving it: its document, what of it is saved, and what is not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dropgui.correction.delta import Delta
from dropgui.correction.document import MaskDocument
from dropgui.correction.drafts import Draft, DraftError, Journal, discard_draft, open_draft
from dropgui.correction.region import Labels
from dropgui.correction.revisions import Opened, open_crop, revisions, save_correction
from dropgui.library.corrections import Saved
from dropgui.library.reviews import review_rows
from dropgui.library.rows import ReviewRow, RevisionRow
from dropgui.masks.layers import Photo
from dropgui.masks.letters import Letter, letters_of
from dropgui.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Everything that is shown of a crop; read on a worker. ``draft`` is work that was never saved."""

    opened: Opened
    photo: Photo
    draft: Draft | None
    revisions: tuple[RevisionRow, ...]
    review: ReviewRow | None
    letters: tuple[Letter, ...]


def load(session: Session, crop_id: int) -> Loaded:
    """Read a crop to correct its mask; errors as of :func:`dropgui.correction.revisions.open_crop`."""
    opened = open_crop(session, crop_id)
    library = session.library
    draft = open_draft(library, crop_id)
    fits = (
        draft is not None
        and draft.labels.shape == opened.labels.shape
        and draft.schema_name == opened.schema.name
    )
    return Loaded(
        opened,
        Photo(opened.photo),
        draft if fits else None,
        tuple(revisions(library, crop_id)),
        review_rows(library, [crop_id]).get(crop_id),
        tuple(letters_of(opened.labels, opened.schema)),
    )


class Sitting:
    """However often it is saved, a sitting is one revision.

    ``on_fault`` hears on another thread that the disk refuses to keep what is drawn.
    """

    def __init__(
        self, session: Session, loaded: Loaded, on_fault: Callable[[DraftError], None] | None = None
    ) -> None:
        opened = loaded.opened
        self._session = session
        self._journal = Journal(
            session.library, opened.crop.id, opened.labels, opened.schema, opened.revision, on_fault
        )
        self._first = opened.labels.copy()
        self._revision: int | None = None  # of this sitting, once it is saved
        self._written = 0  # number of the last edit that is saved
        self.loaded = loaded
        self.opened = opened
        self.document = MaskDocument(opened.labels, opened.schema, opened.photo)
        self.draft = loaded.draft
        self.draft_is_taken = False

    @property
    def crop_id(self) -> int:
        """The crop in hand."""
        return self.opened.crop.id

    @property
    def is_saved(self) -> bool:
        """Whether there is nothing to save."""
        return self._journal.noted == self._written

    @property
    def was_corrected(self) -> bool:
        """Whether the mask is a person's, of this sitting or an earlier one."""
        return self._revision is not None or self.opened.revision > 0

    def note(self, delta: Delta) -> None:
        """Keep an edit safe on the disk."""
        self._journal.note(delta)

    def prepare(self) -> tuple[Labels, int]:
        """What is to be saved now: a copy of the mask, and the number of its last edit."""
        return self.document.labels.copy(), self._journal.noted

    def save(self, labels: Labels, number: int) -> Saved | None:
        """Write what :meth:`prepare` gave; on the thread that saves. None where nothing is different."""
        if number == self._written:
            return None
        if self._revision is None and np.array_equal(labels, self._first):
            self._written = number
            self._journal.saved(number, labels, self.opened.revision)
            return None
        saved = save_correction(
            self._session,
            self.crop_id,
            labels,
            base_revision=self.opened.revision,
            amends=self._revision,
        )
        self._revision, self._written = saved.revision, number
        self._journal.saved(number, labels, saved.revision)
        return saved

    def forget_draft(self) -> None:
        """Its edits were taken over, or nobody wants them."""
        if self.draft is not None:
            discard_draft(self.draft)
            self.draft = None

    def close(self) -> None:
        """End the journal; what could not be saved stays on the disk as a draft. On any thread, once."""
        self._journal.close()
