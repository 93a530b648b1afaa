"""What a scan finds becomes rows: new pictures at once, changed ones noted, gone ones marked."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from dropgui.indexing.names import camera_of
from dropgui.indexing.roots import Root, check_known
from dropgui.indexing.walk import Failure, FoundFile
from dropgui.library import Change, Library
from dropgui.library.chunks import chunks
from dropgui.library.schema import Camera, Crop, Image


class Catalogue:
    """The images of one root during one scan.

    ``changed`` has the files that are not as the library knows them, by image id; ``watermark`` is the
    highest image id from before: the images above it are new.
    """

    def __init__(self, library: Library, root: Root) -> None:
        self._library = library
        self._root = root
        self._seen: set[int] = set()
        self._faulty: dict[int, tuple[FoundFile, str]] = {}
        self.changed: dict[int, FoundFile] = {}
        with library.read() as connection:
            self.watermark: int = connection.execute(select(func.max(Image.id))).scalar() or 0

    @property
    def count(self) -> int:
        """How many pictures were found."""
        return len(self._seen)

    @property
    def known_faults(self) -> list[Failure]:
        """Pictures that could not be read before and have not changed since."""
        return [Failure(self._root.path / file.relative_path, why) for file, why in self._faulty.values()]

    def retry_faults(self) -> None:
        """Takes the known faults for changed, so that they are read again."""
        self.changed.update({image_id: file for image_id, (file, _) in self._faulty.items()})
        self._faulty.clear()

    def add(self, files: list[FoundFile]) -> None:
        """Takes found files in; the gallery shows the new ones when this returns.

        Raises what :func:`~dropgui.indexing.roots.check_known` raises.
        """
        self._library.write(lambda connection: self._add(connection, files), change=lambda change: change)

    def mark_missing(self, unlisted: Iterable[str]) -> int:
        """Marks the images that a complete scan did not find, and returns how many.

        Of what is below ``unlisted`` folders nothing is known, so nothing is marked.
        """
        unknown = tuple(f"{path}/" if path else "" for path in unlisted)

        def work(connection: Connection) -> tuple[int, Change]:
            present = select(Image.id, Image.relative_path).where(
                in_scope(self._root), Image.missing.is_(False)
            )
            gone = [
                row.id
                for row in connection.execute(present)
                if row.id not in self._seen and not (unknown and row.relative_path.startswith(unknown))
            ]
            for piece in chunks(gone):
                connection.execute(update(Image).where(Image.id.in_(piece)).values(missing=True))
            crops = crops_of(connection, gone)
            return len(gone), Change(crops_changed=crops, folders=bool(gone), faults=bool(gone))

        count, _ = self._library.write(work, change=lambda result: result[1])
        return count

    def _add(self, connection: Connection, files: list[FoundFile]) -> Change:
        check_known(connection, self._root)
        in_folder = Image.folder_id == self._root.folder_id
        known = {
            row.relative_path: row
            for row in connection.execute(
                select(Image.id, Image.relative_path, Image.size, Image.mtime_ns, Image.error, Image.missing)
                .where(in_folder)
                .where(Image.relative_path.in_([file.relative_path for file in files]))
            )
        }
        new, returned = [], []
        for file in files:
            row = known.get(file.relative_path)
            if row is None:
                new.append(file)
                continue
            self._seen.add(row.id)
            if row.missing:
                returned.append(row.id)
            if (row.size, row.mtime_ns) != (file.size, file.mtime_ns):
                self.changed[row.id] = file
            elif row.error is not None:
                self._faulty[row.id] = (file, row.error)
        added = self._insert(connection, new) if new else ()
        connection.execute(update(Image).where(Image.id.in_(returned)).values(missing=False))
        return Change(
            crops_added=added,
            crops_changed=crops_of(connection, returned),
            folders=bool(new or returned),
            cameras=bool(new),
            faults=bool(returned),
        )

    def _insert(self, connection: Connection, files: list[FoundFile]) -> tuple[int, ...]:
        """Adds images with one crop each, the whole image; returns the crop ids."""
        cameras = _camera_ids(
            connection, {file.relative_path: camera_of(file.relative_path) for file in files}
        )
        before = connection.execute(select(func.max(Image.id))).scalar() or 0
        rows = [
            {
                "folder_id": self._root.folder_id,
                "relative_path": file.relative_path,
                "size": file.size,
                "mtime_ns": file.mtime_ns,
                "camera_id": cameras.get(file.relative_path),
            }
            for file in files
        ]
        connection.execute(insert(Image), rows)
        new = select(Image.id).where(Image.id > before).order_by(Image.id)
        self._seen.update(connection.execute(new).scalars())
        connection.execute(insert(Crop).from_select(["image_id"], new))
        crops = select(Crop.id).where(Crop.image_id > before).order_by(Crop.id)
        return tuple(connection.execute(crops).scalars())


def in_scope(root: Root) -> ColumnElement[bool]:
    """Condition on images: below the part of the folder that is being indexed."""
    inside = Image.folder_id == root.folder_id
    if not root.start:
        return inside
    # All paths that start with "start/": "0" is the character after "/".
    return and_(inside, Image.relative_path >= f"{root.start}/", Image.relative_path < f"{root.start}0")


def crops_of(connection: Connection, image_ids: Iterable[int]) -> tuple[int, ...]:
    """Ids of the crops of these images."""
    return tuple(
        crop_id
        for piece in chunks(image_ids)
        for crop_id in connection.execute(select(Crop.id).where(Crop.image_id.in_(piece))).scalars()
    )


def _camera_ids(connection: Connection, names: dict[str, str | None]) -> dict[str, int]:
    """Ids of the cameras by path, cameras that are new added."""
    wanted = {name for name in names.values() if name is not None}
    known = {
        row.name: row.id
        for row in connection.execute(select(Camera.id, Camera.name).where(Camera.name.in_(wanted)))
    }
    for name in sorted(wanted - known.keys()):
        values = insert(Camera).values(name=name).returning(Camera.id)
        known[name] = connection.execute(values).scalar_one()
    return {path: known[name] for path, name in names.items() if name is not None}
