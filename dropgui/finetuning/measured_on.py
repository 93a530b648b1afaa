"""Two versions compared on what is held out of teaching, where anything is."""

from collections.abc import Callable
from dataclasses import dataclass

from dropgui.finetuning.split import parted, split_of
from dropgui.indexing.progress import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.decisions import decided_crops
from dropgui.session import Session
from dropgui.versions.compare import compare_versions
from dropgui.versions.compared import Compared
from dropgui.versions.held_out import HeldOut

MOST_OTHERS = 500
"""So many crops of other persons stand among those that are searched; more would take long to embed."""


@dataclass(frozen=True, slots=True)
class MeasuredOn:
    """``held_out`` to measure on; ``is_fair``: no version was taught with it."""

    held_out: HeldOut
    is_fair: bool


def measured_on(library: Library) -> MeasuredOn:
    """Persons and masks that are held out, with crops of the others as wrong answers.

    Where nothing is held out, because there is too little, all persons and all corrected masks.
    """
    split = split_of(library)
    with library.read() as connection:
        found = parted(connection, split)
    if not found.held_out and not found.measuring:
        return MeasuredOn(HeldOut.of(library, found.taught, found.teaching), is_fair=False)
    taught = HeldOut.of(library, found.taught).persons.values()
    others = [crop for crops in taught for crop in crops][:MOST_OTHERS]
    return MeasuredOn(HeldOut.of(library, found.held_out, found.measuring, others), is_fair=True)


def compare_fairly(
    session: Session,
    before_id: int,
    after_id: int,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
) -> Compared | None:
    """Compares two versions on :func:`measured_on`; None where that was cancelled.

    Errors as of :func:`dropgui.versions.compare.compare_versions`.
    """
    library = session.library
    on = measured_on(library)
    found = compare_versions(
        session, before_id, after_id, on.held_out, on_progress=on_progress, cancel=cancel
    )
    if found is None:
        return None
    persons = {query.person_id for query in (*found.better, *found.worse)}
    right = {who: frozenset(decided_crops(library, who)[0]) for who in persons}
    return Compared(found, right, on.is_fair)
