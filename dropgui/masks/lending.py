"""Whose mask to copy: other crops of the same person, those that look alike, the picture before."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Lent:
    """A mask that was fitted to the crop in hand, and whose it was."""

    borrowed: Borrowed
    name: str

    @property
    def words(self) -> str:
        """What to say of it."""
        fit = self.borrowed.fit
        quality = "well" if fit > 0.65 else "badly, look closely" if fit < 0.5 else "fairly"
        return f"Copied from {self.name}; it fits {quality} ({fit:.0%}). Ctrl+Z takes it back."


def from_same_person(session: Session, opened: Opened) -> Lent:
    """The mask that fits best of a few of the same person's crops, or of those that look most alike."""
    library = session.library
    found = similar(session, opened.crop.id, top=_LOOKED_AT)
    states = review_rows(library, found)
    # The order is by likeness; sorting keeps it among those that are trusted alike.
    trusted = sorted(found, key=lambda crop_id: _TRUST.get(states[crop_id].state, 2))
    return _best(session, opened, trusted[:_TRIED])


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
    return Lent(borrow(labels, photo, opened.photo, model if model.any() else None), row.path.name)
