"""The model versions a library knows. One of them is active: its embeddings answer searches."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from dropgui.library.changes import Change
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import ModelVersion
from dropmodel.parts import PartSchema

_CALIBRATION = "calibration"  # beside the measured numbers in ``metrics``


def model_versions(library: Library) -> list[ModelVersionRow]:
    """All model versions, oldest first."""
    with library.read() as connection:
        return [_row(row) for row in connection.execute(select(ModelVersion).order_by(ModelVersion.id))]


def active_model(library: Library) -> ModelVersionRow | None:
    """The model version that answers searches; None in a library that was never indexed."""
    with library.read() as connection:
        row = connection.execute(select(ModelVersion).where(ModelVersion.active.is_(True))).one_or_none()
    return None if row is None else _row(row)


def model_version(connection: Connection, model_version_id: int) -> ModelVersionRow:
    """The model version with this id; ``KeyError`` if there is none."""
    row = connection.execute(select(ModelVersion).where(ModelVersion.id == model_version_id)).one_or_none()
    if row is None:
        raise KeyError(f"no model version {model_version_id}")
    return _row(row)


def register_model(
    library: Library,
    *,
    name: str,
    schema: PartSchema,
    dim: int,
    weights_hash: str,
    trained: bool,
    weights_path: Path | None = None,
    parent_id: int | None = None,
    metrics: Mapping[str, Any] | None = None,
    calibration: Mapping[str, Any] | None = None,
) -> ModelVersionRow:
    """The version with these weights, added if it is new and made active if none is.

    ``calibration`` is a :class:`dropmodel.evaluation.calibration.Calibration` as plain data; a known version
    takes it over, because a model can be calibrated again.
    """

    def work(connection: Connection) -> tuple[ModelVersionRow, bool]:
        by_hash = select(ModelVersion).where(ModelVersion.weights_hash == weights_hash)
        known = connection.execute(by_hash).one_or_none()
        if known is not None:
            if calibration and known.metrics.get(_CALIBRATION) != calibration:
                kept = {**known.metrics, _CALIBRATION: dict(calibration)}
                same = ModelVersion.id == known.id
                connection.execute(update(ModelVersion).where(same).values(metrics=kept))
            return _row(known), False
        active = connection.execute(select(ModelVersion.id).where(ModelVersion.active.is_(True))).first()
        values = {
            "name": name,
            "trained": trained,
            "schema": schema.to_dict(),
            "dim": dim,
            "weights_hash": weights_hash,
            "weights_path": None if weights_path is None else str(weights_path),
            "parent_id": parent_id,
            "metrics": {**(metrics or {}), **({_CALIBRATION: dict(calibration)} if calibration else {})},
            "active": active is None,
        }
        connection.execute(insert(ModelVersion).values(values))
        log_event(connection, "model registered", name)
        return _row(connection.execute(by_hash).one()), True

    row, _ = library.write(work, change=lambda result: Change(models=result[1]))
    return row


def calibration_of(library: Library, model_version_id: int) -> Mapping[str, Any] | None:
    """A version's calibration as plain data, None where it has none; ``KeyError`` for an unknown version."""
    query = select(ModelVersion.metrics).where(ModelVersion.id == model_version_id)
    with library.read() as connection:
        metrics = connection.execute(query).scalar_one_or_none()
    if metrics is None:
        raise KeyError(f"no model version {model_version_id}")
    found: Mapping[str, Any] | None = metrics.get(_CALIBRATION)
    return found


def activate_model(library: Library, model_version_id: int) -> None:
    """Makes a version the one that answers searches; ``KeyError`` if there is no such version."""

    def work(connection: Connection) -> None:
        model = model_version(connection, model_version_id)
        connection.execute(update(ModelVersion).values(active=False))
        connection.execute(update(ModelVersion).where(ModelVersion.id == model.id).values(active=True))
        log_event(connection, "model activated", model.name)

    library.write(work, change=Change(models=True))


def _row(row: Row[Any]) -> ModelVersionRow:
    return ModelVersionRow(
        id=row.id,
        name=row.name,
        trained=row.trained,
        schema=PartSchema.from_dict(row.schema),
        dim=row.dim,
        weights_hash=row.weights_hash,
        weights_path=None if row.weights_path is None else Path(row.weights_path),
        parent_id=row.parent_id,
        active=row.active,
        created_at=row.created_at,
    )
