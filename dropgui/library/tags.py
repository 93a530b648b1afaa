"""Words that people put on crops."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from dropgui.library.library import Library
from dropgui.library.marks import Marks, MarksUndo, difference, marked, note, read_marks, write_marks
from dropgui.library.names import clean_name, name_order
from dropgui.library.rows import TagRow
from dropgui.library.schema import CropTag, Tag


def add_tag(library: Library, crop_ids: Iterable[int], name: str) -> MarksUndo:
    """Puts a tag on crops, made where there is none of that name; returns how to take it back.

    Ids of crops that are gone are ignored. :class:`~dropgui.library.names.UnfitNameError` for no name.
    """
    return _set(library, crop_ids, name, "crops tagged", has=True)


def remove_tag(library: Library, crop_ids: Iterable[int], name: str) -> MarksUndo:
    """Takes a tag off crops; one that no crop has any more is gone. Returns how to take it back."""
    return _set(library, crop_ids, name, "tags removed", has=False)


def tag_rows(library: Library) -> list[TagRow]:
    """All tags, by name, with how many crops have them."""
    query = (
        select(Tag.id, Tag.name, func.count(CropTag.crop_id).label("crops"))
        .outerjoin(CropTag)
        .group_by(Tag.id)
    )
    with library.read() as connection:
        rows = [TagRow(row.id, row.name, row.crops) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: name_order(row.name))


def _set(library: Library, crop_ids: Iterable[int], name: str, action: str, *, has: bool) -> MarksUndo:
    tag = clean_name(name)
    wanted = [(int(crop_id), tag) for crop_id in crop_ids]

    def work(connection: Connection) -> MarksUndo:
        before = read_marks(connection, (), wanted)
        token = difference(before, Marks(tags=dict.fromkeys(before.tags, has)))
        write_marks(connection, token.after)
        return note(connection, action, token)

    return marked(library, work)
