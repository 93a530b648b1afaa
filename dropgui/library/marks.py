"""Words and tags on crops, and taking them back: what of them changed, as it was and as it is.

Like a decision's (:mod:`dropgui.library.undo`), a token brings back exactly what was there, or refuses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.schema import Crop, CropTag, Tag
from dropgui.library.undo import UndoError


@dataclass(frozen=True, slots=True)
class Marks:
    """Review states by crop, and by (crop, name of a tag) whether the crop has it."""

    states: dict[int, str] = field(default_factory=dict)
    tags: dict[tuple[int, str], bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarksUndo:
    """How to take a change of marks back; false where nothing changed."""

    before: Marks
    after: Marks

    def __bool__(self) -> bool:
        return self.before != self.after

    @property
    def crop_ids(self) -> frozenset[int]:
        """The crops that were changed."""
        return frozenset(self.before.states) | {crop_id for crop_id, _ in self.before.tags}


def undo_marks(library: Library, token: MarksUndo) -> MarksUndo:
    """Brings back exactly the marks of before; returns how to do it again.

    Raises :class:`~dropgui.library.undo.UndoError`, and changes nothing, where they were changed since or
    their crops forgotten.
    """

    def work(connection: Connection) -> MarksUndo:
        now = read_marks(connection, token.after.states, token.after.tags)
        if now != token.after:
            raise UndoError(
                "This cannot be undone any more: some of its crops were marked again or forgotten since. "
                "Mark them by hand."
            )
        write_marks(connection, token.before)
        return MarksUndo(token.after, token.before)

    return marked(library, work)


def marked(library: Library, work: Callable[[Connection], MarksUndo]) -> MarksUndo:
    """Runs ``work`` in one transaction and tells views of the crops that it marked."""
    return library.write(
        work,
        change=lambda token: Change(
            crops_changed=tuple(sorted(token.crop_ids)), tags=bool(token.before.tags)
        ),
    )


def read_marks(
    connection: Connection, crop_ids: Iterable[int], tags: Iterable[tuple[int, str]] = ()
) -> Marks:
    """The states of these crops and whether these crops have these tags; crops that are gone are left out."""
    states = {
        row.id: row.review_state
        for piece in chunks(crop_ids)
        for row in connection.execute(select(Crop.id, Crop.review_state).where(Crop.id.in_(piece)))
    }
    wanted = list(tags)
    living = {
        crop_id
        for piece in chunks({crop_id for crop_id, _ in wanted})
        for crop_id in connection.execute(select(Crop.id).where(Crop.id.in_(piece))).scalars()
    }
    has: set[tuple[int, str]] = set()
    for name in {name for _, name in wanted}:
        of_tag = select(CropTag.crop_id).join(Tag).where(Tag.name == name)
        for piece in chunks(living):
            found = connection.execute(of_tag.where(CropTag.crop_id.in_(piece))).scalars()
            has.update((crop_id, name) for crop_id in found)
    return Marks(states, {key: key in has for key in wanted if key[0] in living})


def write_marks(connection: Connection, marks: Marks) -> None:
    """Makes the file say ``marks``, of crops that it has; a tag that nothing has any more goes."""
    if marks.states:
        connection.execute(
            update(Crop).where(Crop.id == bindparam("crop")).values(review_state=bindparam("state")),
            [{"crop": crop_id, "state": state} for crop_id, state in marks.states.items()],
        )
    for name in sorted({name for _, name in marks.tags}):
        tag_id = connection.execute(select(Tag.id).where(Tag.name == name)).scalar()
        if tag_id is None:
            tag_id = connection.execute(insert(Tag).values(name=name).returning(Tag.id)).scalar_one()
        crops = {has: [i for (i, tag), there in marks.tags.items() if (tag, there) == (name, has)]
                 for has in (True, False)}  # fmt: skip
        for piece in chunks([*crops[True], *crops[False]]):
            connection.execute(delete(CropTag).where(CropTag.tag_id == tag_id, CropTag.crop_id.in_(piece)))
        if crops[True]:
            rows = [{"crop_id": crop_id, "tag_id": tag_id} for crop_id in crops[True]]
            connection.execute(insert(CropTag), rows)
    if marks.tags:
        connection.execute(
            delete(Tag).where(~select(CropTag.tag_id).where(CropTag.tag_id == Tag.id).exists())
        )


def difference(before: Marks, after: Marks) -> MarksUndo:
    """The token of what differs between two states of the same marks."""
    states = [key for key in before.states if before.states[key] != after.states[key]]
    tags = [key for key in before.tags if before.tags[key] != after.tags[key]]

    def only(marks: Marks) -> Marks:
        return Marks({key: marks.states[key] for key in states}, {key: marks.tags[key] for key in tags})

    return MarksUndo(only(before), only(after))


def note(connection: Connection, action: str, token: MarksUndo) -> MarksUndo:
    """Logs what was done, by numbers only, where something was; returns ``token``."""
    if token:
        log_event(connection, action, f"{len(token.crop_ids)} crops")
    return token
