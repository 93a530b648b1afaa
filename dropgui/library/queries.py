"""What the window and the command line ask a library. Each question reads one committed state.

The gallery shows a crop as soon as its file was seen, until the file turns out to be unreadable: then it
is a :class:`Fault`. A crop whose file has gone stays, marked as missing, with all that was decided of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, or_, select

from dropgui.library.chunks import chunks
from dropgui.library.columns import integer_columns
from dropgui.library.embeddings import features_of
from dropgui.library.library import Library
from dropgui.library.masks import mask_of
from dropgui.library.models import active_model, model_versions, register_model
from dropgui.library.rows import (
    CameraRow,
    Counts,
    CropFilter,
    CropRow,
    Fault,
    FolderRow,
    MaskRow,
    ModelVersionRow,
)
from dropgui.library.schema import (
    Camera,
    Crop,
    CropTag,
    Embedding,
    Folder,
    Image,
    ModelVersion,
    Person,
    Tag,
)
from dropgui.library.sqlite import has_text

__all__ = [
    "CameraRow",
    "Counts",
    "CropFilter",
    "CropRow",
    "Fault",
    "FolderRow",
    "MaskRow",
    "ModelVersionRow",
    "active_model",
    "camera_rows",
    "counts",
    "crop_ids",
    "crop_rows",
    "faults",
    "features_of",
    "folder_rows",
    "mask_of",
    "model_versions",
    "register_model",
]

_READABLE = Image.error.is_(None)
_FAULTY = and_(Image.error.is_not(None), Image.missing.is_(False))
_INDEXED = (
    select(Embedding.id)
    .join(ModelVersion)
    .where(Embedding.crop_id == Crop.id, ModelVersion.active.is_(True))
    .exists()
)
_CROPS = (
    select(
        Crop.id,
        Crop.image_id,
        Crop.left,
        Crop.top,
        Crop.right,
        Crop.bottom,
        Image.relative_path,
        Image.folder_id,
        Image.captured_at,
        Image.width,
        Image.height,
        Image.orientation,
        Image.missing,
        Image.camera_id,
        Crop.person_id,
        Crop.review_state,
        Folder.path.label("folder_path"),
        Folder.name.label("folder"),
        Camera.name.label("camera"),
        Person.name.label("person"),
        _INDEXED.label("indexed"),
    )
    .join(Image, Image.id == Crop.image_id)
    .join(Folder, Folder.id == Image.folder_id)
    .outerjoin(Camera, Camera.id == Image.camera_id)
    .outerjoin(Person, Person.id == Crop.person_id)
)


def crop_ids(library: Library, crop_filter: CropFilter = CropFilter()) -> npt.NDArray[np.int64]:  # noqa: B008 - frozen
    """Ids of the crops the gallery shows, int64 [N], by folder, path in the folder, and id."""
    query = (
        select(Crop.id)
        .join(Image)
        .where(*shown(library, crop_filter))
        .order_by(Image.folder_id, Image.relative_path, Crop.id)
    )
    with library.read() as connection:
        return integer_columns(connection, query)[0]


def shown(library: Library, crop_filter: CropFilter) -> list[ColumnElement[bool]]:
    """What a crop, joined with its image, must meet to be on show and pass the filter."""
    return [_READABLE, *_conditions(crop_filter), *_visible(library, crop_filter)]


def _conditions(crop_filter: CropFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if crop_filter.folders:
        conditions.append(Image.folder_id.in_(sorted(crop_filter.folders)))
    if crop_filter.cameras:
        conditions.append(Image.camera_id.in_(sorted(crop_filter.cameras)))
    persons = []
    if crop_filter.persons:
        persons.append(Crop.person_id.in_(sorted(crop_filter.persons)))
    if crop_filter.unassigned:
        persons.append(Crop.person_id.is_(None))
    if persons:
        conditions.append(or_(*persons))
    if crop_filter.tags:
        tagged = select(CropTag.crop_id).where(CropTag.tag_id.in_(sorted(crop_filter.tags)))
        conditions.append(Crop.id.in_(tagged))
    if crop_filter.review_states:
        conditions.append(Crop.review_state.in_(sorted(crop_filter.review_states)))
    if crop_filter.since is not None:
        conditions.append(Image.captured_at >= crop_filter.since)
    if crop_filter.until is not None:
        conditions.append(Image.captured_at < crop_filter.until)
    if crop_filter.text:
        conditions.append(_path_has(crop_filter.text))
    return conditions


def _visible(library: Library, crop_filter: CropFilter) -> list[ColumnElement[bool]]:
    """Whether the parts are visible that have to be."""
    if not crop_filter.visible:
        return []
    model = active_model(library)
    if model is None or not {name for name, _ in crop_filter.visible}.issubset(model.schema.vector_names):
        return [false()]
    conditions = [Embedding.model_version_id == model.id]
    for name, least in crop_filter.visible:
        place = 2 * model.schema.vector_names.index(name)
        # Of numbers that are not negative, fp16 sorts as its bits do; SQLite can compare those.
        high, low = (func.hex(func.substr(Embedding.visibility, place + at, 1)) for at in (2, 1))
        bits = int(np.float16(least).view(np.uint16))
        conditions.append(high.concat(low) >= f"{bits:04X}")
    return [Crop.id.in_(select(Embedding.crop_id).where(*conditions))]


def _path_has(text: str) -> ColumnElement[bool]:
    """Whether the path in the folder has ``text`` in it, upper and lower case alike."""
    try:
        text.encode()
    except UnicodeEncodeError:  # not valid text; no library has such a path
        return false()
    return has_text(Image.relative_path, text)


def crop_rows(library: Library, ids: Iterable[int]) -> dict[int, CropRow]:
    """The rows of the crops with these ids; an id that is gone is left out."""
    rows: dict[int, CropRow] = {}
    with library.read() as connection:
        for piece in chunks(ids):
            tags = _tags(connection, piece)
            found = connection.execute(_CROPS.where(Crop.id.in_(piece)))
            rows.update((row.id, _crop_row(row, tuple(tags[row.id]))) for row in found)
    return rows


def _tags(connection: Connection, crop_ids: list[int]) -> defaultdict[int, list[str]]:
    """The names of these crops' tags, in alphabetical order."""
    query = select(CropTag.crop_id, Tag.name).join(Tag).order_by(Tag.name)
    tags: defaultdict[int, list[str]] = defaultdict(list)
    for row in connection.execute(query.where(CropTag.crop_id.in_(crop_ids))):
        tags[row.crop_id].append(row.name)
    return tags


def crops_at(library: Library, path: Path) -> list[int]:
    """Ids of the crops cut from the picture at ``path``; empty where the library does not know it."""
    path = path.resolve()
    try:
        str(path).encode()
    except UnicodeEncodeError:  # a name that is not valid text; no library has such a picture
        return []
    parents = {str(parent): path.relative_to(parent).as_posix() for parent in path.parents}
    query = (
        select(Crop.id, Folder.path, Image.relative_path)
        .join(Image, Image.id == Crop.image_id)
        .join(Folder)
        .where(Folder.path.in_(parents), Image.relative_path.in_(parents.values()))
    )
    with library.read() as connection:
        rows = connection.execute(query).all()
    return sorted(row.id for row in rows if parents[row.path] == row.relative_path)


def _crop_row(row: "Row[*tuple[Any, ...]]", tags: tuple[str, ...]) -> CropRow:
    return CropRow(
        id=row.id,
        image_id=row.image_id,
        path=Path(row.folder_path, row.relative_path),
        relative_path=row.relative_path,
        folder_id=row.folder_id,
        folder=row.folder,
        camera=row.camera,
        camera_id=row.camera_id,
        person=row.person,
        person_id=row.person_id,
        review_state=row.review_state,
        tags=tags,
        captured_at=row.captured_at,
        width=row.width,
        height=row.height,
        orientation=row.orientation,
        box=None if row.left is None else (row.left, row.top, row.right, row.bottom),
        missing=row.missing,
        indexed=bool(row.indexed),
    )


def folder_rows(library: Library) -> list[FolderRow]:
    """All folders, by name."""
    crops = select(Image.folder_id, func.count().label("n")).join(Crop).where(_READABLE)
    shown = crops.group_by(Image.folder_id).subquery()
    faulty = select(Image.folder_id, func.count().label("n")).where(_FAULTY)
    broken = faulty.group_by(Image.folder_id).subquery()
    query = (
        select(Folder, func.coalesce(shown.c.n, 0).label("crops"), func.coalesce(broken.c.n, 0).label("bad"))
        .outerjoin(shown, shown.c.folder_id == Folder.id)
        .outerjoin(broken, broken.c.folder_id == Folder.id)
        .order_by(Folder.name, Folder.path)
    )
    with library.read() as connection:
        return [
            FolderRow(row.id, Path(row.path), row.name, row.crops, row.bad, row.missing)
            for row in connection.execute(query)
        ]


def camera_rows(library: Library) -> list[CameraRow]:
    """All cameras that have crops on show, by name."""
    query = (
        select(Camera.id, Camera.name, func.count().label("crops"))
        .join(Image, Image.camera_id == Camera.id)
        .join(Crop, Crop.image_id == Image.id)
        .where(_READABLE)
        .group_by(Camera.id)
        .order_by(Camera.name)
    )
    with library.read() as connection:
        return [CameraRow(row.id, row.name, row.crops) for row in connection.execute(query)]


def faults(library: Library) -> list[Fault]:
    """The pictures that cannot be read, in gallery order."""
    query = (
        select(Folder.path, Image.relative_path, Image.error, Image.folder_id)
        .join(Folder)
        .where(_FAULTY)
        .order_by(Image.folder_id, Image.relative_path)
    )
    with library.read() as connection:
        return [
            Fault(Path(row.path, row.relative_path), row.error, row.folder_id)
            for row in connection.execute(query)
        ]


def counts(library: Library) -> Counts:
    """How much the library holds."""
    crops = select(func.count()).select_from(Crop).join(Image).where(_READABLE)
    indexed = (
        select(func.count()).select_from(Embedding).join(ModelVersion).where(ModelVersion.active.is_(True))
    )
    images = select(func.count()).select_from(Image)
    with library.read() as connection:
        return Counts(
            crops=connection.execute(crops).scalar_one(),
            indexed=connection.execute(indexed).scalar_one(),
            images=connection.execute(images).scalar_one(),
            faults=connection.execute(images.where(_FAULTY)).scalar_one(),
        )
