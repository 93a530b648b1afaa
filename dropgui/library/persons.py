"""The persons of a library: listed, made, named, joined, split, taken away.

What changes them returns how to take it back (:func:`dropgui.library.undo.undo`).
"""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.names import UnfitNameError, clean_name, name_order
from dropgui.library.rows import PersonRow
from dropgui.library.schema import Crop, Decision, Image, Person
from dropgui.library.stored_queries import join_persons
from dropgui.library.undo import Recorder, Undo, recorded
from dropgui.library.verdicts import CONFIRMED, REJECTED, write_confirmed, write_rejected

_NUMBERED = re.compile(r"Person ([0-9]{1,9})")


def person_rows(library: Library) -> list[PersonRow]:
    """All persons, also those without crops, by name."""
    shown = (
        select(Crop.person_id, Image.camera_id, Image.captured_at)
        .join(Image)
        .where(Crop.person_id.is_not(None), Image.error.is_(None))
        .subquery()
    )
    query = (
        select(
            Person.id,
            Person.name,
            func.count(shown.c.person_id).label("crops"),
            func.count(shown.c.camera_id.distinct()).label("cameras"),
            func.min(shown.c.captured_at).label("first_seen"),
            func.max(shown.c.captured_at).label("last_seen"),
        )
        .outerjoin(shown, shown.c.person_id == Person.id)
        .group_by(Person.id)
    )
    with library.read() as connection:
        rows = [PersonRow(*row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: name_order(row.name))


def person_names(library: Library, person_ids: Iterable[int]) -> dict[int, str]:
    """The names of these persons; one that is gone is left out."""
    found: dict[int, str] = {}
    with library.read() as connection:
        for piece in chunks(person_ids):
            query = select(Person.id, Person.name).where(Person.id.in_(piece))
            found.update((row.id, row.name) for row in connection.execute(query))
    return found


def person_sizes(library: Library) -> list[int]:
    """How many crops each person has, of those that have any; in no order."""
    query = select(func.count()).where(Crop.person_id.is_not(None)).group_by(Crop.person_id)
    with library.read() as connection:
        return list(connection.execute(query).scalars())


def create_person(library: Library, name: str | None = None) -> int:
    """A new person without crops, called "Person 1", "Person 2", ... where no name is given; its id.

    :class:`UnfitNameError` for a name that is taken or empty.
    """

    def work(connection: Connection) -> int:
        person_id = add_person(connection, name)
        log_event(connection, "person made", f"person {person_id}")
        return person_id

    return library.write(work, change=Change(persons=True))


def rename_person(library: Library, person_id: int, name: str) -> Undo:
    """Gives a person another name; :class:`UnfitNameError` for one that is taken or empty."""

    def work(recorder: Recorder) -> int:
        recorder.note_persons([person_id])
        fit = _free_name(recorder.connection, name, person_id)
        recorder.connection.execute(update(Person).where(Person.id == person_id).values(name=fit))
        return person_id

    return recorded(library, "person renamed", work)


def merge_persons(library: Library, into: int, others: Iterable[int]) -> Undo:
    """Makes ``others`` the person ``into``: crops, decisions and stored queries; then they are gone.

    Of two decisions on a crop the confirmed one stays, of two alike the later one.
    """
    gone = sorted(set(others) - {into})

    def work(recorder: Recorder) -> int:
        connection = recorder.connection
        recorder.note_persons([into, *gone])
        crop_ids = recorder.note_crops(_crops_of(connection, gone))
        recorder.note_queries()
        for piece in chunks(crop_ids):
            of_gone = and_(Crop.id.in_(piece), Crop.person_id.in_(gone))
            connection.execute(update(Crop).where(of_gone).values(person_id=into))
            _join_decisions(connection, piece, into, gone)
        join_persons(connection, into, gone)
        connection.execute(delete(Person).where(Person.id.in_(gone)))
        return into

    return recorded(library, "persons merged", work)


def split_person(library: Library, crop_ids: Iterable[int], name: str | None = None) -> Undo:
    """Makes these crops a new person, the token's ``person_id``, and rejects them as the one they were.

    Ids that are gone are ignored. :class:`UnfitNameError` for a name that is taken or empty.
    """
    wanted = list(crop_ids)

    def work(recorder: Recorder) -> int:
        person_id = add_person(recorder.connection, name)
        recorder.note_made(person_id)
        for old, crops in _by_person(recorder.connection, wanted).items():
            write_rejected(recorder, crops, old)
        write_confirmed(recorder, wanted, person_id)
        return person_id

    return recorded(library, "person split", work)


def delete_person(library: Library, person_id: int) -> Undo:
    """Takes a person away with all decisions about it; its crops become nobody's.

    Nothing is wiped from the disk: to forget somebody, forget the crops.
    """

    def work(recorder: Recorder) -> int:
        recorder.note_persons([person_id])
        recorder.note_crops(_crops_of(recorder.connection, [person_id]))
        recorder.connection.execute(delete(Person).where(Person.id == person_id))
        return person_id

    return recorded(library, "person deleted", work)


def add_person(connection: Connection, name: str | None = None) -> int:
    """A new person as :func:`create_person` makes it, inside a transaction."""
    fit = _next_name(connection) if name is None else _free_name(connection, name)
    return connection.execute(insert(Person).values(name=fit).returning(Person.id)).scalar_one()


def _next_name(connection: Connection) -> str:
    names = connection.execute(select(Person.name).where(Person.name.startswith("Person "))).scalars()
    numbers = [int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))]
    return f"Person {max(numbers, default=0) + 1}"


def _free_name(connection: Connection, name: str, person_id: int | None = None) -> str:
    """``name`` as it is stored, where nobody else than ``person_id`` has it."""
    fit = clean_name(name)
    owner = connection.execute(select(Person.id).where(Person.name == fit)).scalar()
    if owner not in (None, person_id):
        raise UnfitNameError(
            f"Another person is called {fit!r} already. Choose another name, or merge the two."
        )
    return fit


def _crops_of(connection: Connection, person_ids: list[int]) -> set[int]:
    """The crops that are these persons' or were decided on for them."""
    theirs = connection.execute(select(Crop.id).where(Crop.person_id.in_(person_ids))).scalars()
    decided = connection.execute(select(Decision.crop_id).where(Decision.person_id.in_(person_ids))).scalars()
    return {*theirs, *decided}


def _by_person(connection: Connection, crop_ids: Iterable[int]) -> dict[int, list[int]]:
    """Those of the crops that are somebody's, by person."""
    found: dict[int, list[int]] = {}
    query = select(Crop.id, Crop.person_id).where(Crop.person_id.is_not(None))
    for piece in chunks(crop_ids):
        for row in connection.execute(query.where(Crop.id.in_(piece))):
            found.setdefault(row.person_id, []).append(row.id)
    return found


def _join_decisions(connection: Connection, crop_ids: list[int], into: int, gone: list[int]) -> None:
    """Keeps one decision of each crop on any of these persons, the one that counts, as one on ``into``."""
    of_crops = Decision.crop_id.in_(crop_ids)
    rows = connection.execute(
        select(Decision)
        .where(of_crops, Decision.person_id.in_([into, *gone]))
        .order_by(Decision.verdict == CONFIRMED, Decision.decided_at, Decision.id)
    )
    counts = {row.crop_id: row.id for row in rows}  # the last one of each crop is left
    beaten = and_(of_crops, Decision.person_id.in_([into, *gone]), Decision.id.not_in(counts.values()))
    connection.execute(delete(Decision).where(beaten))
    connection.execute(update(Decision).where(Decision.id.in_(counts.values())).values(person_id=into))
    # A crop may be somebody's without a decision; it is the joined person's now, whatever was said of "into".
    theirs = select(Crop.id).where(Crop.person_id == into)
    contradicted = and_(Decision.person_id == into, Decision.verdict == REJECTED)
    connection.execute(delete(Decision).where(of_crops, contradicted, Decision.crop_id.in_(theirs)))
