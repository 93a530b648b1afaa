"""Dropping a model version, or only its vectors: what can be made again goes first."""

import shutil
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from dropgui.errors import UserError
from dropgui.library import Change, Library, LibraryError
from dropgui.library.embeddings import bump_generation
from dropgui.library.events import log_event
from dropgui.library.jobs import is_worked_on
from dropgui.library.model_files import remove_file, remove_strays
from dropgui.library.models import model_version
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Embedding, Mask, ModelVersion

_AT_ONCE = 2000  # rows a transaction: others may write in between


class VersionNeededError(UserError):
    """A model version, or its vectors, cannot be dropped; says why."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Of how many ``crops`` vectors were dropped, and whether that made the file smaller: ``freed``.

    If not, it has free space in it for what comes next.
    """

    crops: int
    freed: bool


def why_vectors_stay(connection: Connection, version: ModelVersionRow) -> str | None:
    """Why the vectors of a version cannot be dropped, for people; None where they can."""
    if version.active:
        return f"{version.name!r} is in use: it answers searches. Use another version first."
    if is_worked_on(connection, version.id):
        return f"{version.name!r} is being worked on. Wait until that is done, or cancel it."
    return None


def why_version_stays(connection: Connection, version: ModelVersionRow) -> str | None:
    """Why a version cannot be dropped, for people; None where it can."""
    children = select(ModelVersion.name).where(ModelVersion.parent_id == version.id).order_by(ModelVersion.id)
    names = list(connection.execute(children).scalars())
    if (reason := why_vectors_stay(connection, version)) is not None:
        return reason
    if names:
        return (
            f"{', '.join(repr(name) for name in names)} {'was' if len(names) == 1 else 'were'} taught from "
            f"{version.name!r}, and without it nobody could tell from what. Drop what was taught from it "
            "first, or only its vectors."
        )
    return None


def drop_vectors(library: Library, model_version_id: int) -> Dropped:
    """Drops a version's vectors and masks, and its search cache; it stays, and can be used again.

    That takes embedding everything anew. :class:`VersionNeededError` for the active version and one that is
    worked on, ``KeyError`` for an unknown one. One that is killed leaves fewer vectors and nothing broken.
    """
    dropped = 0
    while count := library.write(lambda connection: _drop_some(connection, model_version_id)):
        dropped += count
    shutil.rmtree(library.cache_dir / str(model_version_id), ignore_errors=True)
    freed = False
    if dropped:
        # Another program that reads keeps the pages, a full disk has no room to rewrite the file: then the
        # space stays in the file and is used for what comes next.
        with suppress(LibraryError):
            library.compact()
            freed = True
    library.write(lambda _: None, change=Change(models=True))
    return Dropped(dropped, freed)


def drop_version(library: Library, model_version_id: int) -> Dropped:
    """Drops a version: its vectors and masks, its row and its file.

    :class:`VersionNeededError` for the active version, one that is worked on and one that another was taught
    from; ``KeyError`` for an unknown one.
    """
    with library.read() as connection:
        _refuse(why_version_stays(connection, model_version(connection, model_version_id)))
    dropped = drop_vectors(library, model_version_id)

    def work(connection: Connection) -> ModelVersionRow:
        version = model_version(connection, model_version_id)
        _refuse(why_version_stays(connection, version))
        connection.execute(delete(ModelVersion).where(ModelVersion.id == version.id))
        log_event(connection, "model dropped", version.name)
        return version

    version = library.write(work, change=Change(models=True, jobs=True))
    remove_file(library, version)
    remove_strays(library)
    return dropped


def _drop_some(connection: Connection, model_version_id: int) -> int:
    """Drops some of the rows; returns how many of them were vectors, 0 when all are gone."""
    version = model_version(connection, model_version_id)
    _refuse(why_vectors_stay(connection, version))
    same = ModelVersion.id == version.id
    connection.execute(update(ModelVersion).where(same).values(activated_at=None))
    of_version = Embedding.model_version_id == version.id
    crops = list(connection.execute(select(Embedding.crop_id).where(of_version).limit(_AT_ONCE)).scalars())
    masks = delete(Mask).where(Mask.model_version_id == version.id)
    connection.execute(delete(Embedding).where(of_version, Embedding.crop_id.in_(crops)))
    connection.execute(masks.where(Mask.crop_id.in_(crops)) if crops else masks)
    bump_generation(connection, version.id)
    return len(crops)


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise VersionNeededError(reason)
