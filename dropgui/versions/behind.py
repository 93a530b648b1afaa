"""What a model version still has to be shown, and reading it as it was indexed."""

from pathlib import Path

from sqlalchemy import select

from dropgui.indexing.decode import LeftOut, Outcome, Picture, Unreadable, read_item
from dropgui.indexing.plan import Item
from dropgui.indexing.walk import Failure
from dropgui.library import Library
from dropgui.library.chunks import chunks
from dropgui.library.models import crops_behind
from dropgui.library.schema import Crop, Folder, Image

_CHANGED = "it has changed since it was indexed; index its folder again"


def items_behind(library: Library, model_version_id: int) -> list[Item]:
    """The pictures of which some version has vectors and this one has none or outdated ones, by path.

    ``KeyError`` for an unknown version.
    """
    query = (
        select(
            Crop.id.label("crop_id"),
            Image.id.label("image_id"),
            Image.relative_path,
            Image.size,
            Image.mtime_ns,
            Image.content_hash,
            Folder.path,
        )
        .join(Image, Image.id == Crop.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .where(Crop.left.is_(None))
    )
    items = []
    with library.read() as connection:
        for piece in chunks(crops_behind(connection, model_version_id, any_version=True)):
            items += [
                Item(
                    image_id=row.image_id,
                    crop_id=row.crop_id,
                    path=Path(row.path, row.relative_path),
                    size=row.size,
                    mtime_ns=row.mtime_ns,
                    old_hash=row.content_hash,
                    embedded=False,
                )
                for row in connection.execute(query.where(Crop.id.in_(piece)))
            ]
    return sorted(items, key=lambda item: item.path)


def read_as_indexed(item: Item, at_least: tuple[int, int]) -> Outcome:
    """Reads a picture; one that is gone or has changed is left out, and what is known of it stays.

    Its vectors under the other versions may well be the only ones there will ever be.
    """
    match read_item(item, at_least):
        case Unreadable(failure=failure):
            return LeftOut(item, failure)
        case Picture(content_hash=content) if item.old_hash not in {None, content}:
            return LeftOut(item, Failure(item.path, _CHANGED))
        case outcome:
            return outcome
