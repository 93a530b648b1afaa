"""What of a library can be taught: crops whose file is there and sound, and what people said of them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from dropgui.library.rows import CORRECTED
from dropgui.library.schema import Crop, Decision, Image, Mask, ModelVersion
from dropgui.library.verdicts import REJECTED

LEAST_CROPS = 2
"""A person with fewer crops teaches nothing of who is who, and cannot be looked for."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person with :data:`LEAST_CROPS` or more crops, by how many cameras (0: none is known)."""

    person_id: int
    crops: int
    cameras: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """A crop with a mask that a person made: its latest ``revision``."""

    crop_id: int
    person_id: int | None
    revision: int


def usable() -> tuple[ColumnElement[bool], ...]:
    """What a crop, joined with its image, must meet to be learnt from or measured on."""
    return Image.error.is_(None), Image.missing.is_(False)


def known_persons(connection: Connection) -> list[KnownPerson]:
    """Everybody of whom there are crops enough, by id."""
    query = (
        select(Crop.person_id, func.count(), func.count(Image.camera_id.distinct()))
        .join(Image)
        .where(Crop.person_id.is_not(None), *usable())
        .group_by(Crop.person_id)
        .having(func.count() >= LEAST_CROPS)
        .order_by(Crop.person_id)
    )
    return [KnownPerson(person or 0, *counts) for person, *counts in connection.execute(query)]


def single_persons(connection: Connection) -> int:
    """How many persons have one crop only."""
    sizes = (
        select(Crop.person_id)
        .join(Image)
        .where(Crop.person_id.is_not(None), *usable())
        .group_by(Crop.person_id)
        .having(func.count() < LEAST_CROPS)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(sizes)).scalar_one()


def corrected_of(connection: Connection) -> list[Corrected]:
    """The crops whose mask a person made with the parts that the active model knows, by id."""
    query = (
        select(Mask.crop_id, Crop.person_id, func.max(Mask.revision), Mask.schema_name)
        .join(Crop, Crop.id == Mask.crop_id)
        .join(Image, Image.id == Crop.image_id)
        .where(Mask.origin == CORRECTED, *usable())
        .group_by(Mask.crop_id)  # SQLite takes the other columns from the row with the highest revision
        .order_by(Mask.crop_id)
    )
    parts = connection.execute(
        select(func.json_extract(ModelVersion.schema, "$.name")).where(ModelVersion.active.is_(True))
    ).scalar()
    return [
        Corrected(crop_id, person_id, revision)
        for crop_id, person_id, revision, schema_name in connection.execute(query)
        if schema_name == parts
    ]


def rejections(connection: Connection) -> list[tuple[int, int]]:
    """(crop, person) of all that was said not to be, by id."""
    query = (
        select(Decision.crop_id, Decision.person_id)
        .join(Crop, Crop.id == Decision.crop_id)
        .join(Image, Image.id == Crop.image_id)
        .where(Decision.verdict == REJECTED, *usable())
        .order_by(Decision.crop_id, Decision.person_id)
    )
    return list(connection.execute(query))


def usable_count(connection: Connection) -> int:
    """How many crops there are."""
    return connection.execute(
        select(func.count()).select_from(Crop).join(Image).where(*usable())
    ).scalar_one()
