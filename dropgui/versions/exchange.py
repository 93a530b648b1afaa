"""Model versions in and out of a library, as one ``.safetensors`` file each.

What a version is called, what was noted and measured of it and what it was taught with travel on the model's
card. Its vectors do not: they belong to the library's pictures.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dropgui.errors import UserError
from dropgui.library.model_files import keep_file
from dropgui.library.models import calibration_of, model_version, model_versions, register_model
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropgui.weights.loading import device_called, load_file, load_version
from dropmodel.parts import PartSchema


class OtherPartsError(UserError):
    """A model knows other body parts than those of the library."""


class ExportError(UserError):
    """A model version could not be written to a file."""


def import_version(
    session: Session,
    path: Path,
    *,
    name: str | None = None,
    parent_id: int | None = None,
    metrics: Mapping[str, Any] | None = None,
    data: str | None = None,
    notes: str | None = None,
) -> ModelVersionRow:
    """Adds the model in ``path`` to the library as a version, with a copy of its file, and returns it.

    Nothing else changes: it is not used until :func:`dropgui.versions.use.use_version`. Only a library that
    has no version yet takes it as its active one. ``name``, ``metrics``, ``data`` and ``notes`` are the
    card's where they are None; a name that is taken gets a number. ``parent_id`` is the version that it was
    taught from. A model that is a version already is only returned.

    :class:`OtherPartsError` for one with another part schema, a
    :class:`~dropgui.weights.loading.ModelFileError` for a file that is no model, a
    :class:`~dropgui.library.model_files.ModelCopyError` where it cannot be kept, ``KeyError`` for an unknown
    parent.
    """
    from dropmodel.inference import starter_path

    library = session.library
    if parent_id is not None:
        with library.read() as connection:
            model_version(connection, parent_id)
    model = load_file(path, device_called("cpu")).model
    _check_parts(path, model.schema, model_versions(library))
    keep_file(library, model.weights_hash, path)
    card = model.card
    return register_model(
        library,
        name=name or card.name,
        schema=model.schema,
        dim=model.config.dim,
        weights_hash=model.weights_hash,
        trained=card.trained,
        weights_path=None if path == starter_path() else path.absolute(),
        parent_id=parent_id,
        metrics=card.metrics if metrics is None else metrics,
        calibration=card.calibration,
        data=card.data if data is None else data,
        notes=card.notes if notes is None else notes,
    )


def export_version(session: Session, model_version_id: int, path: Path, *, overwrite: bool = False) -> None:
    """Writes a version to ``path``, which ends in ``.safetensors``; any library with its parts can take it.

    :class:`ExportError` where something is there already (``overwrite`` allows that), or it cannot be
    written; errors of loading where its weights are gone; ``KeyError`` for an unknown version.
    """
    from dropmodel.errors import ModelError
    from dropmodel.inference import ModelCard, copy_model, save_model

    library = session.library
    with library.read() as connection:
        version = model_version(connection, model_version_id)
    if path.exists() and not overwrite:
        raise ExportError(f"{path} exists already. Choose another name.")

    def told(card: ModelCard) -> ModelCard:
        measured = {key: value for key, value in version.metrics.items() if _is_share(value)}
        return replace(
            card,
            name=version.name,
            metrics=measured,
            data=version.data,
            notes=version.notes,
            calibration=calibration_of(library, version.id) or {},
        )

    found = load_version(library, version, device_called("cpu"))
    try:
        if found.file is not None:
            copy_model(found.file, path, told(found.model.card))
        else:
            save_model(replace(found.model, card=told(found.model.card)), path)
    except ModelError as error:
        raise ExportError(f"{version.name!r} could not be written: {error}.") from error


def _check_parts(path: Path, schema: PartSchema, versions: list[ModelVersionRow]) -> None:
    """A library has one part schema: people's choices of parts and corrected masks are made with it."""
    if not versions or versions[0].schema == schema:
        return
    own = versions[0].schema
    raise OtherPartsError(
        f"{path} cannot be a version of this library: it knows {len(schema)} parts "
        f"({', '.join(part.title.lower() for part in schema)}), the library has {len(own)} "
        f"({', '.join(part.title.lower() for part in own)}). Corrected masks and saved searches would have "
        "no meaning under it. Index the folders into a new library with this model instead."
    )


def _is_share(value: object) -> bool:
    """Whether a measured number can be on a model's card."""
    return type(value) in {int, float} and 0 <= value <= 1  # type: ignore[operator]
