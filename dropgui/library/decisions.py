"""Somebody says that crops are a person, or are not; the last word counts, and every word can be taken back.

Ids of crops that are gone are ignored; an unknown person is a ``KeyError``. What was said already is left as
it is. Each change is one transaction with its event.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import select

from dropgui.library.chunks import chunks
from dropgui.library.library import Library
from dropgui.library.persons import add_person
from dropgui.library.rows import DecisionRow
from dropgui.library.schema import Decision
from dropgui.library.undo import Recorder, Undo, UndoError, recorded, undo
from dropgui.library.verdicts import CONFIRMED, REJECTED, write_confirmed, write_rejected, write_retracted

__all__ = [
    "CONFIRMED",
    "REJECTED",
    "Undo",
    "UndoError",
    "confirm",
    "decided_crops",
    "decisions_of",
    "reject",
    "retract",
    "undo",
]


def confirm(library: Library, crop_ids: Iterable[int], person_id: int | None = None) -> Undo:
    """These crops are that person, a new one (the token's ``person_id``) where none is given.

    A crop that was another person's is taken from it, with the decision that had said so.
    """
    wanted = list(crop_ids)

    def work(recorder: Recorder) -> int:
        if person_id is None:
            person = add_person(recorder.connection)
            recorder.note_made(person)
        else:
            person = person_id
            recorder.note_persons([person])
        write_confirmed(recorder, wanted, person)
        return person

    return recorded(library, "crops confirmed", work)


def reject(library: Library, crop_ids: Iterable[int], person_id: int) -> Undo:
    """These crops are not that person; those that were it become nobody's."""
    return _decide(library, "crops rejected", write_rejected, crop_ids, person_id)


def retract(library: Library, crop_ids: Iterable[int], person_id: int) -> Undo:
    """Takes decisions back: these crops were neither confirmed nor rejected as that person.

    Those that were confirmed become nobody's.
    """
    return _decide(library, "decisions retracted", write_retracted, crop_ids, person_id)


def decisions_of(library: Library, crop_ids: Iterable[int]) -> dict[int, tuple[DecisionRow, ...]]:
    """What was decided of these crops, oldest first; a crop of which nothing was is left out."""
    found: dict[int, tuple[DecisionRow, ...]] = {}
    with library.read() as connection:
        for piece in chunks(crop_ids):
            query = select(Decision).where(Decision.crop_id.in_(piece)).order_by(Decision.id)
            for row in connection.execute(query):
                decision = DecisionRow(row.crop_id, row.person_id, row.verdict, row.decided_at)
                found[row.crop_id] = (*found.get(row.crop_id, ()), decision)
    return found


def decided_crops(library: Library, person_id: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The crops that were confirmed and those that were rejected as a person, by id."""
    query = select(Decision.crop_id).where(Decision.person_id == person_id).order_by(Decision.crop_id)
    with library.read() as connection:
        confirmed = connection.execute(query.where(Decision.verdict == CONFIRMED)).scalars().all()
        rejected = connection.execute(query.where(Decision.verdict == REJECTED)).scalars().all()
    return tuple(confirmed), tuple(rejected)


def _decide(
    library: Library,
    action: str,
    write: Callable[[Recorder, Iterable[int], int], None],
    crop_ids: Iterable[int],
    person_id: int,
) -> Undo:
    wanted = list(crop_ids)

    def work(recorder: Recorder) -> int:
        recorder.note_persons([person_id])
        write(recorder, wanted, person_id)
        return person_id

    return recorded(library, action, work)
