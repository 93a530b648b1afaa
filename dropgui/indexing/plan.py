"""Which pictures have to be read, and what is known of them so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, select

from dropgui.indexing.catalogue import in_scope
from dropgui.indexing.roots import Root
from dropgui.indexing.walk import FoundFile
from dropgui.library import Library
from dropgui.library.chunks import chunks
from dropgui.library.schema import Crop, Embedding, Image


@dataclass(frozen=True, slots=True)
class Item:
    """A picture to read: its rows and file, and the content that ``embedded`` says embeddings exist of."""

    image_id: int
    crop_id: int
    path: Path
    size: int
    mtime_ns: int
    old_hash: bytes | None
    embedded: bool


def plan_work(
    library: Library, root: Root, changed: Mapping[int, FoundFile], model_version_id: int
) -> list[Item]:
    """The pictures of ``root`` that changed or have no embeddings under the model version, by path."""
    own = and_(Embedding.crop_id == Crop.id, Embedding.model_version_id == model_version_id)
    images = (
        select(
            Image.id,
            Image.relative_path,
            Image.size,
            Image.mtime_ns,
            Image.content_hash,
            Crop.id.label("crop_id"),
            Embedding.id.label("embedding_id"),
        )
        .join(Crop, and_(Crop.image_id == Image.id, Crop.left.is_(None)))
        .outerjoin(Embedding, own)
    )
    without = images.where(
        in_scope(root), Embedding.id.is_(None), Image.error.is_(None), Image.missing.is_(False)
    )
    with library.read() as connection:
        rows = {row.id: row for row in connection.execute(without)}
        for piece in chunks(changed):
            rows.update((row.id, row) for row in connection.execute(images.where(Image.id.in_(piece))))
    items = []
    for row in sorted(rows.values(), key=lambda row: row.relative_path):
        file = changed.get(row.id)
        items.append(
            Item(
                image_id=row.id,
                crop_id=row.crop_id,
                path=root.path / row.relative_path,
                size=row.size if file is None else file.size,
                mtime_ns=row.mtime_ns if file is None else file.mtime_ns,
                old_hash=row.content_hash,
                embedded=row.embedding_id is not None,
            )
        )
    return items
