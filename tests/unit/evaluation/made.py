"""Libraries whose persons are known and whose vectors are made, so that the answer is known too."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, update

from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import register_model
from dropgui.library.schema import Crop, Image
from dropgui.session import Session
from dropmodel.evaluation.calibration import Calibration, Logistic
from dropmodel.features import Features
from tests.support.clusters import crowd
from tests.unit.library.made import DIM, SCHEMA, add_crops, as_stored, embed

SURE = Calibration({count: Logistic(9.0, -30.0) for count in range(1, 5)}, source="made people")
"""Much too sure of itself."""


@dataclass(frozen=True)
class Case:
    session: Session
    version: int
    crops: list[int]
    who: np.ndarray
    features: Features


def make(
    library: Library,
    *,
    persons: int = 10,
    each: int = 6,
    cameras: int = 2,
    noise: float = 1.5,
    strangers: int = 4,
    calibration: Calibration | None = SURE,
    named: bool = True,
    seed: int = 0,
    exact: bool = False,
) -> Case:
    """Crop i is by camera ``c<i mod cameras>``; the last ``strangers`` crops are nobody's."""
    who = np.concatenate([np.repeat(np.arange(persons), each), persons + np.arange(strangers)])
    version = register_model(
        library,
        name="made",
        schema=SCHEMA,
        dim=DIM,
        weights_hash="made",
        trained=True,
        calibration=None if calibration is None else calibration.to_dict(),
    ).id
    crops = add_crops(library, len(who), cameras=cameras)
    features = as_stored(crowd(who, SCHEMA, dim=DIM, noise=noise, seed=seed))
    if exact:
        features = signs(who, noise / 16, seed)
    embed(library, version, crops, features)
    if named:
        for person in range(persons):
            confirm(library, np.array(crops)[who == person].tolist())
    return Case(Session(library, device="cpu"), version, crops, who, features)


def signs(who: np.ndarray, flipped: float, seed: int) -> Features:
    """Vectors of equal numbers with signs, a share of them ``flipped``, seen whole or not at all.

    Sums of their products are exact in whatever order they are made, so equal distances are equal everywhere.
    """
    rng = np.random.default_rng(seed)
    shape = (int(who.max()) + 1, len(SCHEMA.vector_names), DIM)
    vectors = rng.choice([-1, 1], shape)[who] * np.where(rng.random((len(who), *shape[1:])) < flipped, -1, 1)
    visibility = (rng.random((len(who), shape[1])) > 0.2).astype(np.float32)
    visibility[:, 0] = 1
    return Features((vectors / DIM**0.5).astype(np.float32), visibility, SCHEMA)


def call(library: Library, crops: list[int], paths: list[str]) -> None:
    """Gives the pictures of these crops other names."""

    def work(connection: Connection) -> None:
        for crop, path in zip(crops, paths, strict=True):
            image = connection.execute(Crop.__table__.select().where(Crop.id == crop)).one().image_id
            connection.execute(update(Image).where(Image.id == image).values(relative_path=path))

    library.write(work)
