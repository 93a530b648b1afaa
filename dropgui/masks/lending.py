"""Whose mask to copy: other crops of the same person, those that look alike, the picture before.

Only a picture that is nearly the same lends a mask that is better than the model's own; the fit tells.
"""

from dataclasses import dataclass

from dropgui.correction.borrow import Borrowed, borrow
from dropgui.correction.photo import read_crop
from dropgui.correction.region import Labels
from dropgui.correction.review import ACCEPTED, CORRECTED, review_rows, similar
from dropgui.correction.revisions import Opened, crop_labels, model_labels
from dropgui.errors import UserError
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.rows import CropFilter, CropRow
from dropgui.session import PictureError, Session

_TRIED = 4  # the best of so many is taken
_LOOKED_AT = 24
_TRUST = {CORRECTED: 0, ACCEPTED: 1}  # a mask that somebody looked at goes before one that nobody did
_WHOSE = {CORRECTED: "corrected", ACCEPTED: "accepted"}
_FITS = 0.5  # below, three masks in four were worse than the model's own (docs/decisions/0073)
_FITS_WELL = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Lent:
    """A mask that was fitted to the crop in hand, and whose it was."""

    borrowed: Borrowed
    name: str
    state: str

    @property
    def fits(self) -> bool:
        """Whether it is likely better than what the model sees."""
        return self.borrowed.fit >= _FITS

    @property
    def words(self) -> str:
        """What to say of it."""
        fit = self.borrowed.fit
        quality = "well" if fit >= _FITS_WELL else "fairly" if self.fits else "badly, look closely"
        whose = _WHOSE.get(self.state, "not reviewed")
        return f"Copied from {self.name} ({whose}); it fits {quality} ({fit:.0%}). Ctrl+Z takes it back."

    def declined(self, key: str) -> str:
        """Why it is not copied, and how to have it all the same."""
        return (
            f"Nothing was copied: the best there is, {self.name}, fits {self.borrowed.fit:.0%}, and such "
            f"masks are mostly worse than the model's own. {key} once more copies it."
        )


def from_same_person(session: Session, opened: Opened) -> Lent:
    """The mask that fits best of a few of the same person's crops, or of those that look most alike."""
    library = session.library
    found = similar(session, opened.crop.id, top=_LOOKED_AT)
    states = review_rows(library, found)
    rows, camera = crop_rows(library, found), opened.crop.camera_id

    def promise(crop_id: int) -> tuple[bool, int]:
        return rows[crop_id].camera_id != camera, _TRUST.get(states[crop_id].state, 2)

    # The order is by likeness; sorting keeps it among those that promise as much.
    return _best(session, opened, sorted(found, key=promise)[:_TRIED])


def from_before(session: Session, opened: Opened) -> Lent:
    """The mask of the picture before this one by the same camera, or in the same folder."""
    row = opened.crop
    cameras = frozenset() if row.camera_id is None else frozenset({row.camera_id})
    same = crop_ids(session.library, CropFilter(folders=frozenset({row.folder_id}), cameras=cameras)).tolist()
    place = same.index(row.id) if row.id in same else 0
    return _best(session, opened, same[max(0, place - 1) : place])


def _best(session: Session, opened: Opened, lenders: list[int]) -> Lent:
    library = session.library
    model = model_labels(library, opened.crop.id, opened.photo, opened.schema)
    rows = crop_rows(library, lenders)
    lent = [_lend(session, opened, model, rows[crop_id]) for crop_id in lenders if crop_id in rows]
    usable = [each for each in lent if each is not None and each.borrowed.labels.any()]
    if not usable:
        raise UserError("There is no mask to copy: no other crop of this person or camera has one.")
    return max(usable, key=lambda each: each.borrowed.fit)


def _lend(session: Session, opened: Opened, model: Labels, row: CropRow) -> Lent | None:
    """A crop's mask fitted to the one in hand; None where its picture cannot be read."""
    try:
        photo = read_crop(row)
    except PictureError:
        return None
    labels, _ = crop_labels(session.library, row.id, photo, opened.schema)
    borrowed = borrow(labels, photo, opened.photo, model if model.any() else None)
    return Lent(borrowed, row.path.name, review_rows(session.library, [row.id])[row.id].state)
