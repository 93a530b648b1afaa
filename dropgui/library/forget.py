"""Forgetting: a folder or some crops leave the library without a trace that a file search could find.

Rows, vectors, masks and decisions go with the crops, and stored queries lose them; caches are wiped or,
being disposable, go as a whole; then the file is rewritten and its log emptied. The pictures on disk are
never touched. What a drive keeps of overwritten blocks, and what trained weights learnt, is beyond us;
docs/decisions/0022 says so.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.drafts import remove_lost_drafts
from dropgui.library.embeddings import remove_embeddings
from dropgui.library.events import log_anonymous_event
from dropgui.library.faults import BusyLibraryError
from dropgui.library.ignored import forget_ignored
from dropgui.library.library import Library
from dropgui.library.schema import Camera, Crop, CropTag, Decision, Event, Folder, Image, Meta, Person, Tag
from dropgui.library.stored_queries import forget_lost

_PENDING = "wipe_pending"

WipeCache = Callable[[Library, Connection], bool]
"""Leaves nothing of crops without embeddings in the cache directory; False where something could not go.

Called on the writer thread, so that no program is appending to the cache meanwhile.
"""


def remove_cache(library: Library, _: Connection) -> bool:
    """Removes the whole cache directory; False if files stay: Windows keeps what a program has mapped."""
    files = [path for path in library.cache_dir.rglob("*") if path.is_file()]
    shutil.rmtree(library.cache_dir, ignore_errors=True)
    return not any(path.exists() for path in files)


def forget_folder(library: Library, folder_id: int, *, wipe_cache: WipeCache = remove_cache) -> None:
    """Forgets a folder and everything known of its pictures; ``KeyError`` if there is no such folder.

    ``wipe_cache`` may keep what the cache has of other crops.
    :class:`BusyLibraryError`: it has left the library, but not yet the disk (:func:`finish_forgetting`).
    """

    def work(connection: Connection) -> list[int]:
        path = connection.execute(select(Folder.path).where(Folder.id == folder_id)).scalar()
        if path is None:
            raise KeyError(f"no folder {folder_id}")
        in_folder = select(Crop.id).join(Image).where(Image.folder_id == folder_id)
        crop_ids = list(connection.execute(in_folder).scalars())
        remove_embeddings(connection, crop_ids)
        connection.execute(delete(Folder).where(Folder.id == folder_id))
        _forget_events(connection, path)
        _forget_the_unused(connection)
        forget_lost(connection, path)
        _note_pending(connection)
        log_anonymous_event(connection, "folder forgotten")
        return crop_ids

    library.write(work, change=_gone)
    _wipe(library, wipe_cache)


def forget_crops(library: Library, ids: Iterable[int], *, wipe_cache: WipeCache = remove_cache) -> None:
    """Forgets these crops and the images that then have none left; unknown ids are ignored.

    The pictures stay on disk, so indexing their folder again finds them again. Raises what
    :func:`forget_folder` raises.
    """
    wanted = {int(i) for i in ids}

    def work(connection: Connection) -> list[int]:
        crop_ids: list[int] = []
        images: set[int] = set()
        for piece in chunks(wanted):
            for row in connection.execute(select(Crop.id, Crop.image_id).where(Crop.id.in_(piece))):
                crop_ids.append(row.id)
                images.add(row.image_id)
        remove_embeddings(connection, crop_ids)
        for piece in chunks(crop_ids):
            connection.execute(delete(Crop).where(Crop.id.in_(piece)))
        for piece in chunks(images):
            bare = ~select(Crop.id).where(Crop.image_id == Image.id).exists()
            connection.execute(delete(Image).where(Image.id.in_(piece), bare))
        _forget_the_unused(connection)
        forget_lost(connection)
        _note_pending(connection)
        log_anonymous_event(connection, "crops forgotten")
        return crop_ids

    library.write(work, change=_gone)
    _wipe(library, wipe_cache)


def _gone(crop_ids: list[int]) -> Change:
    return Change(
        crops_removed=tuple(crop_ids),
        folders=True,
        cameras=True,
        persons=True,
        searches=True,
        faults=True,
        tags=True,
        jobs=True,
    )


def _forget_events(connection: Connection, path: str) -> None:
    """What the log says of a folder and of folders below it that it once took over."""
    inside = path.rstrip(os.sep) + os.sep
    # Not LIKE: in a path "_" and "%" are letters.
    below = func.substr(Event.detail, 1, len(inside)) == inside
    connection.execute(delete(Event).where(or_(Event.detail == path, below)))


def _forget_the_unused(connection: Connection) -> None:
    """What nothing is left of: names of cameras, persons and tags could tell who was there."""
    connection.execute(delete(Camera).where(~select(Image.id).where(Image.camera_id == Camera.id).exists()))
    in_crops = select(Crop.id).where(Crop.person_id == Person.id).exists()
    in_decisions = select(Decision.id).where(Decision.person_id == Person.id).exists()
    connection.execute(delete(Person).where(~in_crops, ~in_decisions))
    forget_ignored(connection)
    connection.execute(delete(Tag).where(~select(CropTag.tag_id).where(CropTag.tag_id == Tag.id).exists()))


def finish_forgetting(library: Library) -> None:
    """Wipes what a forgetting left behind whose program was killed, or other programs kept from wiping.

    If one still does, the next start tries again: that is no reason not to open the library.
    """
    with library.read() as connection:
        pending = connection.execute(select(Meta.key).where(Meta.key == _PENDING)).first()
    if pending is not None:
        with suppress(BusyLibraryError):
            _wipe(library, remove_cache)


def _note_pending(connection: Connection) -> None:
    row = upsert(Meta).values(key=_PENDING, value="")
    connection.execute(row.on_conflict_do_nothing())


def _wipe(library: Library, wipe_cache: WipeCache) -> None:
    library.write(lambda connection: remove_lost_drafts(library, connection))
    whole = library.write(lambda connection: wipe_cache(library, connection))
    try:
        library.compact()
    except BusyLibraryError as error:
        raise _unfinished(library) from error
    if not whole:
        raise _unfinished(library)
    library.write(lambda connection: connection.execute(delete(Meta).where(Meta.key == _PENDING)))


def _unfinished(library: Library) -> BusyLibraryError:
    return BusyLibraryError(
        f"What you forgot has left {library.path}, but traces of it are still on the disk, because it "
        "is in use. They are wiped when dropgui is started the next time and no other program has it open."
    )
