"""Which folder of the library a path belongs to, so that no picture is ever in it twice.

A path below a known folder is that folder's: only this part of it is scanned. A path above known folders
becomes one folder that takes their images over, with crops, embeddings and decisions. Paths are compared
after links were resolved.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, literal, select, update

from dropgui.errors import UserError
from dropgui.indexing.walk import SUFFIXES, readable
from dropgui.library import Change, Library
from dropgui.library.events import log_event
from dropgui.library.schema import Folder, Image, Job


class FolderError(UserError):
    """A path that cannot be indexed as a folder."""


class ForgottenFolderError(FolderError):
    """A folder left the library while it was being indexed."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of the library and the part of it to index (a relative path, empty for all of it)."""

    folder_id: int
    path: Path
    start: str
    is_new: bool


def check_folder(library: Library, folder: Path) -> Path:
    """``folder``, absolute and with links resolved; :class:`FolderError` if it is none that can be listed.

    A known folder that has gone is marked as missing.
    """
    path = folder.expanduser().resolve()
    if readable(str(path)) != str(path):
        raise FolderError(
            f"The name of the folder {readable(str(path))} is not valid text. Rename it, then add it again."
        )
    if path.is_dir():
        try:
            next(path.iterdir(), None)
        except OSError as error:
            raise FolderError(f"The folder {path} cannot be listed: {error.strerror}.") from error
        return path
    if path.exists():
        hint = (
            f"{path} is a picture, not a folder. Add the folder it is in."
            if path.suffix.lower() in SUFFIXES
            else f"{path} is not a folder. Add a folder of pictures."
        )
        raise FolderError(hint)
    library.write(
        lambda connection: connection.execute(
            update(Folder).where(Folder.path == str(path)).values(missing=True)
        ),
        change=Change(folders=True),
    )
    raise FolderError(f"There is no folder {path}. Check the name, or connect the drive that it is on.")


def find_root(library: Library, path: Path) -> Root:
    """The library's folder for ``path`` (as :func:`check_folder` gives it), added if none covers it."""

    def work(connection: Connection) -> Root:
        known = {Path(row.path): row.id for row in connection.execute(select(Folder.id, Folder.path))}
        for above in (path, *path.parents):
            if above in known:
                connection.execute(update(Folder).where(Folder.id == known[above]).values(missing=False))
                start = path.relative_to(above).as_posix()
                return Root(known[above], above, "" if start == "." else start, is_new=False)
        values = {"path": str(path), "name": path.name or str(path)}
        folder_id = connection.execute(insert(Folder).values(values).returning(Folder.id)).scalar_one()
        for below in sorted(known, key=str):
            if path in below.parents:
                _take_over(connection, known[below], below.relative_to(path).as_posix(), folder_id)
        log_event(connection, "folder added", str(path))
        return Root(folder_id, path, "", is_new=True)

    return library.write(work, change=Change(folders=True))


def check_known(connection: Connection, root: Root) -> None:
    """:class:`ForgottenFolderError` if the folder has left the library, :class:`FolderError` if it became
    part of another one."""
    known = {row.id: Path(row.path) for row in connection.execute(select(Folder.id, Folder.path))}
    if root.folder_id in known:
        return
    around = next((path for path in known.values() if path in root.path.parents), None)
    if around is None:
        raise ForgottenFolderError(
            f"{root.path} was forgotten while it was being indexed; nothing of it was kept."
        )
    raise FolderError(
        f"{root.path} became part of the folder {around} while it was being indexed. Index {around} to go on."
    )


def drop_empty_root(library: Library, root: Root) -> bool:
    """Takes a folder that was added in vain out of the library; False if it has images."""

    def work(connection: Connection) -> bool:
        if connection.execute(select(Image.id).where(Image.folder_id == root.folder_id)).first():
            return False
        connection.execute(delete(Folder).where(Folder.id == root.folder_id))
        return True

    return library.write(work, change=Change(folders=True, jobs=True))


def _take_over(connection: Connection, child_id: int, prefix: str, parent_id: int) -> None:
    connection.execute(
        update(Image)
        .where(Image.folder_id == child_id)
        .values(folder_id=parent_id, relative_path=literal(f"{prefix}/") + Image.relative_path)
    )
    connection.execute(update(Job).where(Job.folder_id == child_id).values(folder_id=parent_id))
    connection.execute(delete(Folder).where(Folder.id == child_id))
