"""Moved and renamed pictures are recognised by their content and keep all that is known of them."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, or_, select, update

from dropgui.indexing.catalogue import crops_of
from dropgui.indexing.decode import hash_file
from dropgui.indexing.progress import CancelToken
from dropgui.indexing.roots import Root
from dropgui.library import Change, Library
from dropgui.library.chunks import chunks
from dropgui.library.schema import Folder, Image


@dataclass(frozen=True, slots=True)
class _Move:
    """Image ``old`` is now the file that was just added as image ``new``.

    ``place`` is where its file has gone from: folder and relative path.
    """

    old: int
    place: tuple[int, str]
    new: int


def relink_moved(library: Library, root: Root, watermark: int, cancel: CancelToken) -> int:
    """Gives images whose file has gone the new file (an image id above ``watermark``) with their content.

    Such an image keeps its id, and with it crops, decisions and embeddings. Returns how many there were.
    """
    moves = list(_moves(library, root, watermark, cancel))
    if not moves:
        return 0
    count, _ = library.write(lambda connection: _relink(connection, moves), change=lambda result: result[1])
    return count


def _moves(library: Library, root: Root, watermark: int, cancel: CancelToken) -> Iterator[_Move]:
    is_new = (Image.folder_id == root.folder_id) & (Image.id > watermark)
    sizes = select(Image.size).where(is_new)
    # A file of this folder that is not marked as missing was just seen, so only others can have moved.
    gone = (
        select(Image.id, Image.size, Image.content_hash, Image.folder_id, Image.relative_path, Folder.path)
        .join(Folder)
        .where(Image.id <= watermark, Image.content_hash.is_not(None), Image.size.in_(sizes))
        .where(or_(Image.missing.is_(True), Image.folder_id != root.folder_id))
    )
    lost: dict[int, dict[bytes, list[tuple[int, tuple[int, str]]]]] = defaultdict(lambda: defaultdict(list))
    with library.read() as connection:
        for row in connection.execute(gone):
            if not os.path.lexists(Path(row.path, row.relative_path)):
                place = (row.folder_id, row.relative_path)
                lost[row.size][row.content_hash].append((row.id, place))
        arrived = [
            row
            for piece in chunks(lost)
            for row in connection.execute(
                select(Image.id, Image.size, Image.relative_path).where(is_new, Image.size.in_(piece))
            )
        ]
    for file in arrived:
        if cancel.cancelled:
            return
        try:
            content = hash_file(root.path / file.relative_path)
        except OSError:
            continue  # it will be a fault when it is decoded
        candidates = lost[file.size].get(content)
        if candidates:
            old, place = candidates.pop()
            yield _Move(old, place, file.id)


def _relink(connection: Connection, moves: list[_Move]) -> tuple[int, Change]:
    """How many it was possible for: others may have relinked or removed some of the images meanwhile."""
    removed: list[int] = []
    done: list[int] = []
    for move in moves:
        old = select(Image.folder_id, Image.relative_path).where(Image.id == move.old)
        target = connection.execute(select(Image).where(Image.id == move.new)).one_or_none()
        if target is None or connection.execute(old).one_or_none() != move.place:
            continue
        removed += crops_of(connection, [move.new])
        done.append(move.old)
        connection.execute(delete(Image).where(Image.id == move.new))
        values = {
            "folder_id": target.folder_id,
            "relative_path": target.relative_path,
            "mtime_ns": target.mtime_ns,
            "camera_id": target.camera_id,
            "missing": False,
        }
        connection.execute(update(Image).where(Image.id == move.old).values(values))
    return len(done), Change(
        crops_changed=crops_of(connection, done),
        crops_removed=tuple(removed),
        folders=True,
        cameras=True,
        faults=True,
    )
