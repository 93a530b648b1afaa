"""The model versions a library knows. One of them is active: its embeddings answer searches."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from dropgui.errors import UserError
from dropgui.library.changes import Change
from dropgui.library.events import log_event
from dropgui.library.library import Library
from dropgui.library.names import clean_name
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Embedding, Mask, ModelVersion, now
from dropmodel.parts import PartSchema

_CALIBRATION = "calibration"  # beside the measured numbers in ``metrics``
_OWN_CALIBRATION = "library_calibration"
_CALIBRATIONS = (_CALIBRATION, _OWN_CALIBRATION)
_CHANGED = Change(models=True)


class IncompleteVersionError(UserError):
    """A model version has no vectors yet of crops that can be found now; ``behind`` says of how many."""

    def __init__(self, name: str, behind: int) -> None:
        super().__init__(
            f"The model version {name!r} has no vectors yet of {behind:,} of the crops that can be found "
            "now. They have to be embedded with it first."
        )
        self.behind = behind


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


def version_named(library: Library, wanted: str) -> ModelVersionRow:
    """The version with this name, else with this number; a ``UserError`` lists those that there are."""
    versions = model_versions(library)
    for version in versions:
        if version.name == wanted:
            return version
    for version in versions:
        if str(version.id) == wanted:
            return version
    known = ", ".join(f"{version.name!r} ({version.id})" for version in versions) or "none"
    raise UserError(f"There is no model version {wanted!r}. There are: {known}.")


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
    data: str = "",
    notes: str = "",
) -> ModelVersionRow:
    """The version with these weights, added if it is new and made active if none is.

    A new one whose ``name`` is taken gets a number behind it.
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
            "name": _free_name(connection, name),
            "trained": trained,
            "schema": schema.to_dict(),
            "dim": dim,
            "weights_hash": weights_hash,
            "weights_path": None if weights_path is None else str(weights_path),
            "parent_id": parent_id,
            "metrics": {**(metrics or {}), **({_CALIBRATION: dict(calibration)} if calibration else {})},
            "active": active is None,
            "activated_at": now() if active is None else None,
            "data": data,
            "notes": notes,
        }
        connection.execute(insert(ModelVersion).values(values))
        log_event(connection, "model registered", name)
        return _row(connection.execute(by_hash).one()), True

    row, _ = library.write(work, change=lambda result: Change(models=result[1]))
    return row


def calibration_of(library: Library, model_version_id: int) -> Mapping[str, Any] | None:
    """A version's calibration as plain data, None where it has none; ``KeyError`` for an unknown version.

    The one that was fitted in this library (:func:`recalibrate`), else the one that the model brought.
    """
    own = own_calibration_of(library, model_version_id)
    return brought_calibration_of(library, model_version_id) if own is None else own


def brought_calibration_of(library: Library, model_version_id: int) -> Mapping[str, Any] | None:
    """What the model brought, as plain data; ``KeyError`` for an unknown version."""
    found: Mapping[str, Any] | None = _metrics(library, model_version_id).get(_CALIBRATION)
    return found


def own_calibration_of(library: Library, model_version_id: int) -> Mapping[str, Any] | None:
    """What was fitted in this library for a version, as plain data; ``KeyError`` for an unknown version."""
    found: Mapping[str, Any] | None = _metrics(library, model_version_id).get(_OWN_CALIBRATION)
    return found


def recalibrate(library: Library, model_version_id: int, calibration: Mapping[str, Any] | None) -> None:
    """Lets a calibration that was fitted in this library speak for a version; None takes it back.

    What the model brought is kept beside it. ``KeyError`` for an unknown version.
    """

    def work(connection: Connection) -> None:
        row = connection.execute(
            select(ModelVersion.name, ModelVersion.metrics).where(ModelVersion.id == model_version_id)
        ).one_or_none()
        if row is None:
            raise KeyError(f"no model version {model_version_id}")
        kept = {name: value for name, value in row.metrics.items() if name != _OWN_CALIBRATION}
        own = {} if calibration is None else {_OWN_CALIBRATION: dict(calibration)}
        _set(connection, model_version_id, metrics={**kept, **own})
        log_event(connection, "calibration taken back" if calibration is None else "calibrated", row.name)

    library.write(work, change=_CHANGED)


def activate_model(
    library: Library, model_version_id: int, *, without: Collection[int] | None = None
) -> None:
    """Makes a version the one that answers searches; ``KeyError`` if there is no such version.

    ``without``: the crops that are allowed to be behind (:func:`crops_behind`); with any other,
    :class:`IncompleteVersionError` and nothing changes. None allows all.
    """

    def work(connection: Connection) -> None:
        model = model_version(connection, model_version_id)
        if without is not None:
            behind = set(crops_behind(connection, model.id)).difference(without)
            if behind:
                raise IncompleteVersionError(model.name, len(behind))
        same = ModelVersion.id == model.id
        connection.execute(update(ModelVersion).values(active=False))
        connection.execute(update(ModelVersion).where(same).values(active=True, activated_at=now()))
        log_event(connection, "model activated", model.name)

    library.write(work, change=_CHANGED)


def crops_behind(connection: Connection, model_version_id: int, *, any_version: bool = False) -> list[int]:
    """The crops that the active version finds and this one would not, or not as a person corrected them.

    By id: those with vectors under the active version (``any_version``: under any one) that have none under
    this one, or some of an older mask than the latest that a person made, if that has this version's parts.
    """
    parts = model_version(connection, model_version_id).schema.name
    corrected = Mask.origin == "corrected"
    latest = select(Mask.crop_id, func.max(Mask.revision).label("revision")).where(corrected)
    last = latest.group_by(Mask.crop_id).subquery()
    usable = (
        select(Mask.crop_id, Mask.revision)
        .join(last, (last.c.crop_id == Mask.crop_id) & (last.c.revision == Mask.revision))
        .where(corrected, Mask.schema_name == parts)
        .subquery()
    )
    own, theirs = aliased(Embedding), aliased(Embedding)
    query = (
        select(theirs.crop_id)
        .distinct()
        .join(ModelVersion, ModelVersion.id == theirs.model_version_id)
        .outerjoin(own, (own.crop_id == theirs.crop_id) & (own.model_version_id == model_version_id))
        .outerjoin(usable, usable.c.crop_id == theirs.crop_id)
        .where(or_(own.id.is_(None), own.mask_revision < func.coalesce(usable.c.revision, 0)))
        .order_by(theirs.crop_id)
    )
    if not any_version:
        query = query.where(ModelVersion.active.is_(True))
    return list(connection.execute(query).scalars())


def previous_version(library: Library) -> ModelVersionRow | None:
    """The version that answered before the active one, to which one goes back; None where there is none.

    Where it is not known, the active one's parent.
    """
    with library.read() as connection:
        active = connection.execute(select(ModelVersion).where(ModelVersion.active.is_(True))).one_or_none()
        if active is None:
            return None
        before = (
            select(ModelVersion)
            .where(ModelVersion.active.is_(False), ModelVersion.activated_at.is_not(None))
            .order_by(ModelVersion.activated_at.desc(), ModelVersion.id.desc())
            .limit(1)
        )
        parent = select(ModelVersion).where(ModelVersion.id == active.parent_id)
        found = connection.execute(before).one_or_none() or connection.execute(parent).one_or_none()
    return None if found is None else _row(found)


def rename_version(library: Library, model_version_id: int, name: str) -> None:
    """Another name; ``UserError`` where it is empty or taken, ``KeyError`` for an unknown version."""
    wanted = clean_name(name)

    def work(connection: Connection) -> None:
        row = model_version(connection, model_version_id)
        if wanted != row.name and _free_name(connection, wanted) != wanted:
            raise UserError(f"There is a model version called {wanted!r} already. Choose another name.")
        _set(connection, model_version_id, name=wanted)

    library.write(work, change=_CHANGED)


def note_version(library: Library, model_version_id: int, notes: str) -> None:
    """What people want to remember of a version, in place of what they wrote before; empty takes it away."""
    library.write(lambda connection: _set(connection, model_version_id, notes=notes.strip()), change=_CHANGED)


def add_metrics(library: Library, model_version_id: int, metrics: Mapping[str, Any]) -> None:
    """Measured numbers of a version, beside those it has; one of a known name is replaced."""

    def work(connection: Connection) -> None:
        kept = select(ModelVersion.metrics).where(ModelVersion.id == model_version_id)
        known = connection.execute(kept).scalar_one_or_none() or {}
        _set(connection, model_version_id, metrics={**known, **metrics})

    library.write(work, change=_CHANGED)


def _metrics(library: Library, model_version_id: int) -> Mapping[str, Any]:
    query = select(ModelVersion.metrics).where(ModelVersion.id == model_version_id)
    with library.read() as connection:
        metrics: Mapping[str, Any] | None = connection.execute(query).scalar_one_or_none()
    if metrics is None:
        raise KeyError(f"no model version {model_version_id}")
    return metrics


def _set(connection: Connection, model_version_id: int, **values: Any) -> None:
    """``KeyError`` for an unknown version."""
    same = ModelVersion.id == model_version_id
    if not connection.execute(update(ModelVersion).where(same).values(**values)).rowcount:
        raise KeyError(f"no model version {model_version_id}")


def _free_name(connection: Connection, name: str) -> str:
    """``name``, with the first free number from 2 on behind it where it is taken."""
    taken = set(connection.execute(select(ModelVersion.name)).scalars())
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 2))
    return name if name not in taken else next(free for free in numbered if free not in taken)


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
        metrics={name: value for name, value in row.metrics.items() if name not in _CALIBRATIONS},
        data=row.data,
        notes=row.notes,
        activated_at=row.activated_at,
    )
