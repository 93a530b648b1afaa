"""Reviewing masks one after the other: the least certain first, accepted, corrected or skipped.

The model is asked which masks it is least sure of (active learning by its own entropy); a person looks at
these first. Nothing is accepted for crops that were not shown.
"""

from typing import TYPE_CHECKING

from dropgui.library.marks import MarksUndo, undo_marks
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.reviews import (
    next_to_review,
    review_order,
    review_progress,
    review_rows,
    set_review_state,
)
from dropgui.library.rows import (
    ACCEPTED,
    CORRECTED,
    REVIEW_STATES,
    SKIPPED,
    UNSEEN,
    CropFilter,
    ReviewProgress,
    ReviewRow,
)
from dropgui.search import VectorQuery
from dropmodel.features import default_weights

if TYPE_CHECKING:
    from dropgui.session import Session

__all__ = [
    "ACCEPTED",
    "CORRECTED",
    "REVIEW_STATES",
    "SKIPPED",
    "UNSEEN",
    "MarksUndo",
    "ReviewProgress",
    "ReviewRow",
    "next_to_review",
    "review_order",
    "review_progress",
    "review_rows",
    "set_review_state",
    "similar",
    "undo_marks",
]


def similar(session: "Session", crop_id: int, *, top: int = 24) -> list[int]:
    """Crops whose masks may be wrong or right in the same way, to be shown and chosen from; at most ``top``.

    First the other crops of the same person, then those that look most alike, without any the model has not
    seen. Nothing is done to them. :class:`~dropgui.library.embeddings.NotIndexedError` for a crop without
    vectors.
    """
    features = session.features_of_crop(crop_id)
    row = crop_rows(session.library, [crop_id])[crop_id]
    found: list[int] = []
    if row.person_id is not None:
        of_person = crop_ids(session.library, CropFilter(persons=frozenset({row.person_id}))).tolist()
        known = crop_rows(session.library, of_person)
        found = [other for other in of_person if other != crop_id and known[other].indexed]
    weights = default_weights(features.schema)
    alike = session.search(VectorQuery(features, weights, top=top + len(found), exclude=frozenset({crop_id})))
    found += [match.crop_id for match in alike.matches if match.crop_id not in set(found)]
    return found[:top]
