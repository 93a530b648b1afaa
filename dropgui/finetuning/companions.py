"""Of many crops that nobody named, some from which one can learn: that show somebody more than once.

Crops drawn one by one from a large library would be of as many people, with nobody to compare them to. So
people are drawn: a crop by lot, and those that the model finds most like it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Crop, Embedding, Image
from dropmodel.parts import FOREGROUND

IntArray = npt.NDArray[np.int64]

_COMPANY = 24
_OF_CAMERA = 6
"""At most so many of a camera among them: neighbours in a film tell nothing of other places."""
_LOOKED_AT = 512
"""So many of the likest crops are looked at to find a crop's company."""
_LOTS, _ROWS = 32, 65_536
"""Crops drawn at once, and crops they are compared with at once."""
_ITEM = 2  # bytes of a stored number


def drawn(
    connection: Connection,
    model: ModelVersionRow | None,
    crops: Sequence[int],
    count: int,
    random: np.random.Generator,
) -> list[int]:
    """``count`` of ``crops`` (ids), or all if they are fewer; crops that ``model`` never saw come last."""
    order = random.permutation(np.array(crops, np.int64))
    if count >= len(order) or model is None:
        return [int(crop) for crop in order[:count]]
    seen, vectors, cameras = _stored(connection, model)
    places = np.flatnonzero(np.isin(seen, order))
    found = together(vectors[places], cameras[places], count, random)
    taken = seen[places[found]]
    rest = order[~np.isin(order, taken)][: count - len(taken)]
    return [int(crop) for crop in (*taken, *rest)]


def together(
    vectors: npt.NDArray[np.float16], cameras: IntArray, count: int, random: np.random.Generator
) -> IntArray:
    """Places of ``count`` crops, or of all if they are fewer, each drawn crop with its company; int64.

    ``vectors`` float16 [N, D], of any length; ``cameras`` int64 [N], below 0 where none is known. Likeness is
    the cosine after each camera's mean was moved to the mean of all.
    """
    units = _units(vectors, cameras)
    free = np.ones(len(units), np.bool_)
    lots = random.permutation(len(units))
    found: list[int] = []
    while len(found) < min(count, len(units)):
        lots = lots[free[lots]]
        now, lots = lots[:_LOTS], lots[_LOTS:]
        for lot, likeness in zip(now.tolist(), _likeness(units, now), strict=True):
            if free[lot]:
                company = _company(lot, likeness, free, cameras)
                free[company] = False
                found += company
    return np.array(found[:count], np.int64)


def _company(
    lot: int, likeness: npt.NDArray[np.float32], free: npt.NDArray[np.bool_], cameras: IntArray
) -> list[int]:
    """The drawn crop and the likest that are free, few of a camera."""
    looked_at = min(_LOOKED_AT, len(likeness))
    likest = np.argpartition(likeness, -looked_at)[-looked_at:]
    likest = likest[free[likest]]
    company = [lot]
    of_camera = {int(cameras[lot]): 1}
    for place in likest[np.argsort(-likeness[likest], kind="stable")].tolist():
        camera = int(cameras[place])
        if place == lot or (camera >= 0 and of_camera.get(camera, 0) >= _OF_CAMERA):
            continue
        company.append(place)
        of_camera[camera] = of_camera.get(camera, 0) + 1
        if len(company) == _COMPANY:
            break
    return company


def _likeness(units: npt.NDArray[np.float16], lots: IntArray) -> npt.NDArray[np.float32]:
    """Cosines float32 [L, N]."""
    chosen = units[lots].astype(np.float32)
    blocks = (units[start : start + _ROWS].astype(np.float32) for start in range(0, len(units), _ROWS))
    return np.concatenate([chosen @ block.T for block in blocks], axis=1)


def _units(vectors: npt.NDArray[np.float16], cameras: IntArray) -> npt.NDArray[np.float16]:
    units = np.empty_like(vectors)
    everyone = vectors.mean(0, dtype=np.float32) if len(vectors) else np.float32(0)
    for camera in np.unique(cameras):
        rows = np.flatnonzero(cameras == camera)
        moved = vectors[rows].astype(np.float32)
        if camera >= 0:
            moved += everyone - moved.mean(0)
        units[rows] = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return units


def _stored(
    connection: Connection, model: ModelVersionRow
) -> tuple[IntArray, npt.NDArray[np.float16], IntArray]:
    """Ids, foreground vectors and cameras of all crops that the model saw."""
    place, width = model.schema.vector_names.index(FOREGROUND), model.dim * _ITEM
    query = (
        select(Embedding.crop_id, func.substr(Embedding.vectors, 1 + place * width, width), Image.camera_id)
        .join(Crop, Crop.id == Embedding.crop_id)
        .join(Image, Image.id == Crop.image_id)
        .where(Embedding.model_version_id == model.id)
        .order_by(Embedding.crop_id)
    )
    rows = connection.execute(query).all()
    vectors = np.frombuffer(b"".join(row[1] for row in rows), "<f2").reshape(len(rows), model.dim)
    cameras = np.array([-1 if row[2] is None else row[2] for row in rows], np.int64)
    return np.array([row[0] for row in rows], np.int64), vectors, cameras
