"""Groups of duplicates that somebody went through and wants to see no more.

A group is remembered as its crops. What is found later is ignored where all of it is in one such group: a
crop that joins it makes it worth another look.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from dropgui.library.chunks import chunks
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.schema import Crop, IgnoredCrop, IgnoredGroup

Groups = Mapping[int, frozenset[int]]
"""The crops of ignored groups, by the groups' ids."""


@dataclass(frozen=True, slots=True)
class IgnoredUndo:
    """How to take back what was said of groups: those that were ignored before, and that are after."""

    before: Groups
    after: Groups


def ignored_groups(library: Library) -> dict[int, frozenset[int]]:
    """All of them, in the order in which they were ignored."""
    with library.read() as connection:
        return _read(connection)


def ignore_group(library: Library, crop_ids: Iterable[int]) -> IgnoredUndo:
    """These crops, found as duplicates, need no more looking at; crops that are gone are left out."""
    wanted = frozenset(crop_ids)

    def work(connection: Connection) -> IgnoredUndo:
        made = connection.execute(insert(IgnoredGroup).values().returning(IgnoredGroup.id)).scalar_one()
        after = _add(connection, {made: wanted})
        log_event(connection, "duplicates ignored", f"{len(after[made])} crops")
        return IgnoredUndo({}, after)

    return library.write(work)


def heed_groups(library: Library, group_ids: Iterable[int]) -> IgnoredUndo:
    """These groups are ignored no more; ids that there are not are left out."""
    wanted = set(group_ids)

    def work(connection: Connection) -> IgnoredUndo:
        before = {key: crops for key, crops in _read(connection).items() if key in wanted}
        _remove(connection, before)
        log_event(connection, "duplicates ignored no more", f"{len(before)} groups")
        return IgnoredUndo(before, {})

    return library.write(work)


def undo_ignored(library: Library, token: IgnoredUndo) -> IgnoredUndo:
    """Brings back what was said before, as far as its crops are still there; returns how to do it again."""

    def work(connection: Connection) -> IgnoredUndo:
        _remove(connection, token.after)
        _remove(connection, token.before)
        if token.before:
            connection.execute(insert(IgnoredGroup), [{"id": key} for key in token.before])
        before = _add(connection, token.before)
        log_event(connection, "duplicates ignored undone")
        return IgnoredUndo(token.after, before)

    return library.write(work)


def forget_ignored(connection: Connection) -> None:
    """Removes groups that have lost their crops: one crop alone is no duplicate."""
    for group_id, crops in _read(connection).items():
        if len(crops) < 2:
            connection.execute(delete(IgnoredGroup).where(IgnoredGroup.id == group_id))


def _read(connection: Connection) -> dict[int, frozenset[int]]:
    crops: defaultdict[int, set[int]] = defaultdict(set)
    for row in connection.execute(select(IgnoredCrop).order_by(IgnoredCrop.group_id)):
        crops[row.group_id].add(row.crop_id)
    return {group_id: frozenset(ids) for group_id, ids in crops.items()}


def _add(connection: Connection, groups: Groups) -> dict[int, frozenset[int]]:
    """Writes the crops of groups that are there; returns those that exist."""
    every = {crop_id for crops in groups.values() for crop_id in crops}
    living = {
        crop_id
        for piece in chunks(every)
        for crop_id in connection.execute(select(Crop.id).where(Crop.id.in_(piece))).scalars()
    }
    found = {group_id: crops & living for group_id, crops in groups.items()}
    rows = [{"group_id": key, "crop_id": crop} for key, crops in found.items() for crop in sorted(crops)]
    if rows:
        connection.execute(insert(IgnoredCrop), rows)
    return found


def _remove(connection: Connection, groups: Groups) -> None:
    for piece in chunks(groups):
        connection.execute(delete(IgnoredGroup).where(IgnoredGroup.id.in_(piece)))
