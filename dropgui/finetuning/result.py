"""What came of a run, as a model version of the library."""

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from dropgui.finetuning.words import METRICS
from dropgui.library import Library
from dropgui.library.changes import Change
from dropgui.library.model_files import keep_file
from dropgui.library.models import model_versions, register_model
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import TrainingRun
from dropgui.versions.words import percent
from dropgui.weights.loading import device_called, load_file

if TYPE_CHECKING:
    from dropmodel.training.finetune import Outcome


def add_version(library: Library, run_id: int, parent_id: int, outcome: "Outcome") -> ModelVersionRow:
    """Adds the model of a run to the library, and says so in the run's row: both or neither.

    Its weights are copied into the library's folder of models first; a ``UserError`` says why that failed.
    """
    assert outcome.model is not None
    model = load_file(outcome.model, device_called("cpu")).model
    keep_file(library, model.weights_hash, outcome.model)
    parent = next((version for version in model_versions(library) if version.id == parent_id), None)

    def work(connection: Connection) -> ModelVersionRow:
        config: dict[str, Any] = connection.execute(
            select(TrainingRun.config).where(TrainingRun.id == run_id)
        ).scalar_one()
        version = register_model(
            library,
            name=model.card.name if parent is None else name_after(parent.name),
            schema=model.schema,
            dim=model.config.dim,
            weights_hash=model.weights_hash,
            trained=True,
            parent_id=None if parent is None else parent.id,
            metrics=outcome.after,
            data=config.get("data") or model.card.data,
        )
        connection.execute(
            update(TrainingRun)
            .where(TrainingRun.id == run_id)
            .values(
                result_id=version.id, metrics={"before": dict(outcome.before), "after": dict(outcome.after)}
            )
        )
        return version

    return library.write(work, change=Change(models=True, jobs=True))


def name_after(parent: str) -> str:
    """What a child of ``parent`` is called; the library puts a number behind it where that is taken."""
    return re.sub(r" \d+$", "", parent)


def words_of(outcome: "Outcome", version: ModelVersionRow | None) -> str:
    """What came of a run, for people, in a sentence or two."""
    if version is None:
        return sentence(outcome.message)
    changes = [
        f"{title} {percent(outcome.before[name])} → {percent(outcome.after[name])}"
        for name, title in METRICS.items()
        if name in outcome.before and name in outcome.after
    ]
    if not changes:
        return f"{version.name!r} was added. There was nobody to measure it on."
    return f"{version.name!r} was added. On what was held out: {', '.join(changes)}."


def sentence(text: str) -> str:
    """``text`` with a capital letter and an end."""
    trimmed = text.strip()
    trimmed = trimmed[:1].upper() + trimmed[1:]
    return trimmed if trimmed.endswith((".", "!", "?")) else f"{trimmed}."
