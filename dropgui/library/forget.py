"""Forgetting: a folder or some crops leave the library without a trace that a file search could find.

Rows, vectors, masks and decisions go with the crops; caches go as a whole, being disposable; then the
file is rewritten and its log emptied. The pictures on disk are never touched. What a drive keeps of
overwritten blocks, and what trained weights learnt, is beyond us; docs/decisions/0022 says so.
"""

import shutil
from collections.abc import Iterable

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropgui.library.changes import Change
from dropgui.library.chunks import chunks
from dropgui.library.embeddings import remove_embeddings
from dropgui.library.events import log_anonymous_event
from dropgui.library.library import Library
from dropgui.library.schema import Camera, Crop, Decision, Event, Folder, Image, Meta, Person

_PENDING = "wipe_pending"


def forget_folder(library: Library, folder_id: int) -> None:
    """Forgets a folder and everything known of its pictures; ``KeyError`` if there is no such folder."""

    def work(connection: Connection) -> list[int]:
        path = connection.execute(select(Folder.path).where(Folder.id == folder_id)).scalar()
        if path is None:
            raise KeyError(f"no folder {folder_id}")
        in_folder = select(Crop.id).join(Image).where(Image.folder_id == folder_id)
        crop_ids = list(connection.execute(in_folder).scalars())
        remove_embeddings(connection, crop_ids)
        connection.execute(delete(Folder).where(Folder.id == folder_id))
        connection.execute(delete(Event).where(Event.detail == path))
        _forget_the_unused(connection)
        _note_pending(connection)
        log_anonymous_event(connection, "folder forgotten")
        return crop_ids

    library.write(work, change=_gone)
    _wipe(library)


def forget_crops(library: Library, ids: Iterable[int]) -> None:
    """Forgets these crops and the images that then have none left; unknown ids are ignored.

    The pictures stay on disk, so indexing their folder again finds them again.
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
        _note_pending(connection)
        log_anonymous_event(connection, "crops forgotten")
        return crop_ids

    library.write(work, change=_gone)
    _wipe(library)


def _gone(crop_ids: list[int]) -> Change:
    return Change(
        crops_removed=tuple(crop_ids), folders=True, cameras=True, persons=True, faults=True, jobs=True
    )


def _forget_the_unused(connection: Connection) -> None:
    """Cameras and persons that nothing is left of: their names could tell who was there."""
    connection.execute(delete(Camera).where(~select(Image.id).where(Image.camera_id == Camera.id).exists()))
    in_crops = select(Crop.id).where(Crop.person_id == Person.id).exists()
    in_decisions = select(Decision.id).where(Decision.person_id == Person.id).exists()
    connection.execute(delete(Person).where(~in_crops, ~in_decisions))


def finish_forgetting(library: Library) -> None:
    """Wipes what a forgetting left behind whose program was killed before it was done."""
    with library.read() as connection:
        pending = connection.execute(select(Meta.key).where(Meta.key == _PENDING)).first()
    if pending is not None:
        _wipe(library)


def _note_pending(connection: Connection) -> None:
    row = upsert(Meta).values(key=_PENDING, value="")
    connection.execute(row.on_conflict_do_nothing())


def _wipe(library: Library) -> None:
    # Inside a write, so that no program is appending to the cache meanwhile.
    library.write(lambda _: shutil.rmtree(library.cache_dir, ignore_errors=True))
    library.compact()
    library.write(lambda connection: connection.execute(delete(Meta).where(Meta.key == _PENDING)))
