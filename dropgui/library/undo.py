"""What a decision changed, row by row, so that it can be taken back exactly.

A :class:`Recorder` compares what the file says of some crops and persons before and after a change; the
difference is its :class:`Undo` token. Taking it back is refused where somebody changed these rows since.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from dropgui.errors import UserError
from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.schema import Crop, Decision, Person
from dropgui.library.stored_queries import QueryKey, read_queries, write_queries

_UNDONE = " undone"

K = TypeVar("K")
V = TypeVar("V")


class UndoError(UserError):
    """What was done cannot be taken back, because something else was done since."""


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person's row."""

    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionState:
    """A decision's row. A decision is replaced, never changed, so the same id is the same word."""

    id: int
    verdict: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """Some rows at one moment: the persons of crops, decisions by (crop, person), persons, stored queries.

    None stands for no person, and for a row that was not there.
    """

    crops: dict[int, int | None] = field(default_factory=dict)
    decisions: dict[tuple[int, int], DecisionState | None] = field(default_factory=dict)
    persons: dict[int, PersonState | None] = field(default_factory=dict)
    queries: dict[QueryKey, dict[str, Any] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take back a change: the rows that differ, before and after; false where none does.

    ``action`` says what was done, as the log of events does. ``person_id`` is the person it was about, the
    new one where it made one.
    """

    action: str
    person_id: int
    before: State
    after: State

    def __bool__(self) -> bool:
        return self.before != self.after

    @property
    def crop_ids(self) -> frozenset[int]:
        """The crops that were given another person or decision."""
        return frozenset(self.before.crops) | {crop_id for crop_id, _ in self.before.decisions}


class Recorder:
    """Notes rows before they change, in the transaction that changes them."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._crops: dict[int, int | None] = {}
        self._decisions: dict[tuple[int, int], DecisionState | None] = {}
        self._persons: dict[int, PersonState | None] = {}
        self._queries: dict[QueryKey, dict[str, Any]] = {}

    def note_crops(self, crop_ids: Iterable[int]) -> list[int]:
        """Notes the persons of these crops and all decisions on them; returns those that exist, in order."""
        found = _crops(self.connection, crop_ids)
        new = found.keys() - self._crops.keys()
        self._decisions |= _decisions(self.connection, new)
        self._crops = found | self._crops
        return sorted(found)

    def note_persons(self, person_ids: Iterable[int]) -> None:
        """Notes these persons; ``KeyError`` for one that there is not."""
        wanted = set(person_ids)
        found = _persons(self.connection, wanted)
        if wanted != found.keys():
            raise KeyError(f"no persons {sorted(wanted - found.keys())}")
        self._persons = found | self._persons

    def note_made(self, person_id: int) -> None:
        """Notes that this person is new."""
        self._persons[person_id] = None

    def note_queries(self) -> None:
        """Notes all stored queries."""
        self._queries = read_queries(self.connection)

    def token(self, action: str, person_id: int) -> Undo:
        """What is different now from what was noted."""
        crops = _differences(self._crops, _crops(self.connection, self._crops))
        decisions = _differences(self._decisions, _decisions(self.connection, self._crops))
        persons = _differences(self._persons, _persons(self.connection, self._persons))
        queries = _differences(self._queries, read_queries(self.connection) if self._queries else {})
        before, after = zip(crops, decisions, persons, queries, strict=True)
        return Undo(action, person_id, State(*before), State(*after))


def recorded(library: Library, action: str, work: Callable[[Recorder], int]) -> Undo:
    """Runs ``work`` in one transaction with its event; returns how to take it back.

    ``work`` notes with the recorder what it is going to change, and returns the person it was about.
    """

    def run(connection: Connection) -> tuple[Undo, Change]:
        recorder = Recorder(connection)
        person_id = work(recorder)
        token = recorder.token(action, person_id)
        return token, _told(connection, token)

    token, _ = library.write(run, change=lambda result: result[1])
    return token


def undo(library: Library, token: Undo) -> Undo:
    """Brings back exactly the rows that were there before; returns how to do it again.

    Persons that were made vanish, those that were joined or deleted return with their ids. Raises
    :class:`UndoError`, and changes nothing, where these rows were changed since.
    """

    def run(connection: Connection) -> tuple[Undo, Change]:
        _refuse_if_changed(connection, token)
        _bring_back(connection, token)
        # A token says what was done; done once more after having been undone, it is that again.
        undone = token.action.endswith(_UNDONE)
        action = token.action.removesuffix(_UNDONE) if undone else token.action + _UNDONE
        inverse = Undo(action, token.person_id, token.after, token.before)
        return inverse, _told(connection, inverse)

    inverse, _ = library.write(run, change=lambda result: result[1])
    return inverse


def _told(connection: Connection, token: Undo) -> Change:
    """Logs what was done, by numbers only, and says what views have to read again."""
    if not token:
        return Change()
    log_event(connection, token.action, f"person {token.person_id}, {len(token.crop_ids)} crops")
    # A person with another name is written on all its crops.
    shown = select(Crop.id).where(Crop.person_id.in_(list(token.before.persons)))
    changed = token.crop_ids.union(connection.execute(shown).scalars())
    return Change(crops_changed=tuple(sorted(changed)), persons=True, searches=bool(token.before.queries))


def _refuse_if_changed(connection: Connection, token: Undo) -> None:
    before, after = token.before, token.after
    crops = _crops(connection, after.crops)
    decisions = _decisions(connection, token.crop_ids)
    persons = _persons(connection, after.persons)
    changed = {crop_id for crop_id, person_id in after.crops.items() if crops.get(crop_id, -1) != person_id}
    changed.update(key[0] for key, state in after.decisions.items() if decisions.get(key) != state)
    if changed:
        raise UndoError(
            f"This cannot be undone any more: {len(changed)} of its crops were decided on again or "
            "forgotten since. Decide on them by hand."
        )
    if any(persons.get(person_id) != state for person_id, state in after.persons.items()):
        raise UndoError(
            "This cannot be undone any more: the person was renamed, merged or deleted since. "
            "Undo that first."
        )
    returning = {person_id for person_id, state in before.persons.items() if state is not None}
    needed = {*before.crops.values(), *(key[1] for key, state in before.decisions.items() if state)}
    needed = needed - returning - {None}
    if len(_persons(connection, (i for i in needed if i is not None))) < len(needed):
        raise UndoError(
            "This cannot be undone any more: a person that these crops belonged to is gone. "
            "Decide on them by hand."
        )


def _bring_back(connection: Connection, token: Undo) -> None:
    before, after = token.before, token.after
    _bring_back_persons(connection, before)
    if before.crops:
        connection.execute(
            update(Crop).where(Crop.id == bindparam("crop")).values(person_id=bindparam("person")),
            [{"crop": crop_id, "person": person_id} for crop_id, person_id in before.crops.items()],
        )
    if before.decisions:
        of_key = (Decision.crop_id == bindparam("crop")) & (Decision.person_id == bindparam("person"))
        connection.execute(
            delete(Decision).where(of_key),
            [{"crop": crop_id, "person": person_id} for crop_id, person_id in before.decisions],
        )
    rows = [
        {
            "id": state.id,
            "crop_id": crop_id,
            "person_id": person_id,
            "verdict": state.verdict,
            "decided_at": state.decided_at,
        }
        for (crop_id, person_id), state in before.decisions.items()
        if state is not None
    ]
    if rows:
        connection.execute(insert(Decision), rows)
    _remove_made_persons(connection, before)
    # Past queries come and go, and a search that was changed since is right as it is.
    stored = read_queries(connection) if before.queries else {}
    write_queries(
        connection,
        {
            key: query
            for key, query in before.queries.items()
            if query is not None and stored.get(key) == after.queries[key]
        },
    )


def _bring_back_persons(connection: Connection, before: State) -> None:
    known = _persons(connection, before.persons)
    for person_id, state in before.persons.items():
        if state is None:
            continue
        taken = select(Person.id).where(Person.name == state.name, Person.id != person_id)
        if connection.execute(taken).first() is not None:
            raise UndoError(
                f"This cannot be undone any more: another person is called {state.name!r} now. "
                "Rename that person, then try again."
            )
        values = {"name": state.name, "created_at": state.created_at}
        if person_id in known:
            connection.execute(update(Person).where(Person.id == person_id).values(values))
        else:
            connection.execute(insert(Person).values(id=person_id, **values))


def _remove_made_persons(connection: Connection, before: State) -> None:
    made = [person_id for person_id, state in before.persons.items() if state is None]
    for person_id in made:
        in_crops = select(Crop.id).where(Crop.person_id == person_id).exists()
        in_decisions = select(Decision.id).where(Decision.person_id == person_id).exists()
        if connection.execute(select(Person.id).where(or_(in_crops, in_decisions))).first() is not None:
            raise UndoError(
                "This cannot be undone any more: other crops were decided on for the new person since. "
                "Undo that first."
            )
        connection.execute(delete(Person).where(Person.id == person_id))


def _differences(before: dict[K, V], after: dict[K, V]) -> tuple[dict[K, V | None], dict[K, V | None]]:
    """What differs, as it was and as it is; None for a row that was or is not there."""
    keys = [key for key in before | after if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


def _crops(connection: Connection, crop_ids: Iterable[int]) -> dict[int, int | None]:
    query = select(Crop.id, Crop.person_id)
    return {
        row.id: row.person_id
        for piece in chunks(crop_ids)
        for row in connection.execute(query.where(Crop.id.in_(piece)))
    }


def _decisions(
    connection: Connection, crop_ids: Iterable[int]
) -> dict[tuple[int, int], DecisionState | None]:
    return {
        (row.crop_id, row.person_id): DecisionState(row.id, row.verdict, row.decided_at)
        for piece in chunks(crop_ids)
        for row in connection.execute(select(Decision).where(Decision.crop_id.in_(piece)))
    }


def _persons(connection: Connection, person_ids: Iterable[int]) -> dict[int, PersonState | None]:
    return {
        row.id: PersonState(row.name, row.created_at)
        for piece in chunks(person_ids)
        for row in connection.execute(select(Person).where(Person.id.in_(piece)))
    }
