"""One run put together: parent, pictures, batches, loss, trainer; and the model that comes out of it."""

import hashlib
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dropmodel.errors import NotFiniteError
from dropmodel.inference.devices import choose_device, choose_dtype
from dropmodel.inference.preprocess import Preprocessor
from dropmodel.inference.weights import LoadedModel, load_model, save_model
from dropmodel.network.drop import Drop
from dropmodel.training.averaging import recalibrate_norms
from dropmodel.training.config import TrainConfig, load_config
from dropmodel.training.finetune.clusters import cluster
from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.events import Control, Ended, Events, Outcome, Plan
from dropmodel.training.finetune.examples import Example, Material
from dropmodel.training.finetune.folder import RunFolder
from dropmodel.training.finetune.loss import FinetuneLoss
from dropmodel.training.finetune.measure import Held, as_model, blended, score, seen
from dropmodel.training.finetune.memory_use import most_memory
from dropmodel.training.finetune.mixture import IntArray, Mixture, Roll
from dropmodel.training.finetune.pictures import Pictures
from dropmodel.training.finetune.tuner import (
    Adapting,
    Clock,
    Measuring,
    Tuner,
    Watch,
    begin_classes,
    freeze,
)
from dropmodel.training.hooks import Checkpoints
from dropmodel.training.trainer import Hook

_SEARCHED = 1
_PROBE_STEPS = 2
_PROBE_CROPS = 64
_NORM_CROPS, _NORM_BATCH = 512, 64


class Teaching:
    """A run of :func:`~dropmodel.training.finetune.run.finetune`; errors as there."""

    def __init__(
        self,
        parent: Path,
        material: Material,
        config: FinetuneConfig,
        events: Events,
        control: Control,
        device: str,
    ) -> None:
        self._config, self._events, self._control = config, events, control
        self._device = choose_device(device)
        self._parent = load_model(parent, self._device)
        self._material = material
        material.check(self._parent.schema)
        shape = self._parent.config
        size = (shape.height, shape.width)
        self._roll = Roll(material, persons=config.persons > 0)
        self._pictures = Pictures(self._roll.rows, size)
        self._held = Held(Pictures(material.held_out, size), config.precision)
        self._train_config = _train_config(config, self._parent)
        self._mixture = Mixture(
            self._roll, self._pictures, config, self._train_config.transforms, self._parent.schema
        )
        steps = config.epochs * len(self._mixture)
        measures = config.epochs + 1 + len(config.alphas) if material.held_out else 0
        self._clock = Clock(steps, measures, config.epochs if config.adapt else 0)
        self._watch = Watch(events, control, self._clock)
        self._measuring: Measuring | None = None
        self._tuner: Tuner | None = None

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What a run that is taken up again must share with the one before."""
        return {
            "parent": self._parent.weights_hash,
            "settings": self._config.to_dict(),
            "material": _hash(self._material),
        }

    def run(self, folder: RunFolder, state: dict[str, Any] | None) -> None:
        """Learn from the start, or from ``state`` on, until done, stopped or aborted."""
        self._events.planned(self._plan())
        self._measuring = Measuring(self._measure, score, folder.keep_best, self._events, self._clock)
        hooks: list[Hook] = [self._watch, self._measuring]
        if self._config.adapt:
            only = not self._roll.classes[: self._roll.taught].max(initial=-1) >= 0
            stable = self._config.stable if only else None
            hooks.append(Adapting(self._roll, self._clusters, self._events, self._clock, stable))
        hooks.append(Checkpoints(folder.path, self._config.checkpoint_steps))
        self._tuner = self._made(hooks, begin=state is None)
        if state is not None:
            self._tuner.restore(state)
        self._tuner.run()

    def ended(self, folder: RunFolder) -> Outcome:
        """The best of the run and the parent, and how it came to its end."""
        assert self._measuring is not None
        assert self._tuner is not None
        if self._control.ending == "abort":
            return Outcome("aborted", None, "aborted; it can be taken up again", epochs=self._tuner.epoch)
        if self._control.ending == "stop":
            return self._outcome(folder, "stopped", "stopped", (1.0,))
        return self._outcome(folder, "done", self._tuner.progress.stopped or "done", self._config.alphas)

    def diverged(self, folder: RunFolder, error: NotFiniteError) -> Outcome:
        """The best before numbers went beyond all bounds."""
        text = (
            f"the run met numbers that are not finite and was ended; try a smaller rate than "
            f"{self._config.rate:g} or the precision fp32 ({error})"
        )
        return self._outcome(folder, "diverged", text, (1.0,))

    def probe(self) -> tuple[float, float, int, int, str]:
        """Seconds of a whole run, seconds a step, steps, bytes in use, device; see :func:`run.probe`."""
        taught = self._roll.taught
        if self._config.adapt:  # Anybody will do: it costs the same.
            self._roll.clusters[:taught] = np.arange(taught) // self._config.pictures
        timer = _Steps(_PROBE_STEPS)
        tuner = self._made([timer], begin=False)
        if self._config.adapt:
            rows = torch.from_numpy(self._roll.clusters)
            width = len(self._parent.config.schema) + 1
            vectors = torch.randn(len(rows), width, self._parent.config.dim)
            tuner.loss.memory.fill(vectors, torch.ones(len(rows), width), rows)
        tuner.run()
        started = time.perf_counter()
        count = min(len(self._pictures), _PROBE_CROPS)
        seen(self._parent, self._pictures, range(count), lambda: None, self._config.precision)
        crop = (time.perf_counter() - started) / count
        steps = self._config.epochs * len(self._mixture)
        held = len(self._material.held_out) * (self._config.epochs + 1 + len(self._config.alphas))
        looked = held + (taught * self._config.epochs if self._config.adapt else 0)
        seconds = steps * timer.seconds + looked * crop
        return seconds, timer.seconds, steps, most_memory(self._device), str(self._device)

    def _made(self, hooks: list[Hook], *, begin: bool) -> Tuner:
        shape = replace(self._parent.config, identities=self._roll.identities)
        with torch.random.fork_rng(devices=[]):
            network = Drop(shape)
        network.load_state_dict(self._parent.network.state_dict(), strict=False)
        if begin and self._config.adapt and self._config.adapt_norms:
            self._move_norms(network.to(self._device))
        stages = self._config.frozen_stages if self._config.backbone_rate else None
        frozen = freeze(network, stages, self._config.norm_momentum)
        loss = FinetuneLoss(self._train_config.losses, self._config, self._roll, len(shape.schema), shape.dim)
        tuner = Tuner(
            self._train_config, network, self._mixture, self._device, hooks, loss=loss, frozen=frozen
        )
        if begin and self._roll.identities:
            self._begin_classes(tuner.network)
        return tuner

    def _move_norms(self, network: Drop) -> None:
        """Move the norms' statistics towards those of the crops to learn from (AdaBN, 1603.04779)."""
        begun = {name: value.clone() for name, value in network.state_dict().items()}
        rows = np.random.default_rng(self._config.seed).permutation(self._roll.taught)[:_NORM_CROPS]
        if len(rows) < 2:
            return  # One crop has no statistics.
        preprocess = Preprocessor((network.config.height, network.config.width), self._device)

        def batches() -> Iterator[Tensor]:
            # Of about one size: all count alike, and none is of a single crop.
            for part in np.array_split(rows, -(-len(rows) // _NORM_BATCH)):
                self._watch.stopper()
                yield preprocess([self._pictures.pixels(row) for row in part.tolist()])

        dtype = choose_dtype(self._config.precision, self._device)
        with torch.autocast(self._device.type, dtype, enabled=dtype != torch.float32):
            recalibrate_norms(network, batches())
        network.load_state_dict(blended(begun, network.state_dict(), self._config.adapt_norms))

    def _begin_classes(self, network: Drop) -> None:
        rows = np.flatnonzero(self._roll.classes >= 0)
        found = seen(self._parent, self._pictures, rows.tolist(), self._watch.stopper, self._config.precision)
        begin_classes(network, torch.from_numpy(found.features.vectors), self._roll.classes[rows].tolist())

    def _model(self, weights: Mapping[str, Tensor]) -> LoadedModel:
        return as_model(weights, self._parent.config, self._parent.card, self._device)

    def _measure(self, weights: Mapping[str, Tensor]) -> dict[str, float]:
        if not self._material.held_out:
            return {}
        return self._held.measure(self._model(weights), self._watch.stopper)

    def _clusters(self, weights: Mapping[str, Tensor]) -> tuple[IntArray, Tensor, Tensor]:
        places = range(self._roll.taught)
        found = seen(
            self._model(weights), self._pictures, places, self._watch.stopper, self._config.precision
        ).features
        labels = cluster(found, self._material.train, self._material.rejected, self._config)
        self._watch.stopper()
        vectors, visibility = (torch.from_numpy(x[:, _SEARCHED:]) for x in (found.vectors, found.visibility))
        return labels, vectors, visibility

    def _outcome(self, folder: RunFolder, ended: Ended, message: str, alphas: tuple[float, ...]) -> Outcome:
        measuring, tuner = self._measuring, self._tuner
        assert measuring is not None
        assert tuner is not None
        before = measuring.before
        parent = self._parent.network.state_dict()
        if not self._material.held_out:
            alpha = self._config.alpha
            if not tuner.progress.step:
                return Outcome(ended, None, f"{message}, before anything was learnt")
            weights = blended(parent, tuner.averaged_state(), alpha)
            self._save(folder, weights, alpha, {})
            return Outcome(ended, folder.model, message, alpha, tuner.epoch)
        if not measuring.best_epoch:
            return Outcome(ended, None, f"{message}, before anything was measured", before=before)
        child = folder.best()
        found = {1.0: measuring.best}
        for alpha in alphas:
            if alpha not in found:
                found[alpha] = self._measure(blended(parent, child, alpha))
            self._events.averaged(alpha, found[alpha])
            if self._control.ending:
                break
        alpha, after = max(found.items(), key=lambda item: (score(item[1]), -item[0]))
        if not score(after) > score(before):
            text = (
                f"{message}; nothing that was learnt is better on the held-out crops than what it began "
                "with, so there is no new version. More named crops or corrected masks may help"
            )
            return Outcome(ended, None, text, 0.0, measuring.best_epoch, before, after)
        self._save(folder, blended(parent, child, alpha), alpha, after)
        return Outcome(ended, folder.model, message, alpha, measuring.best_epoch, before, after)

    def _save(
        self, folder: RunFolder, weights: Mapping[str, Tensor], alpha: float, metrics: Mapping[str, float]
    ) -> None:
        plan, parent, config = self._plan(), self._parent.card, self._config
        sources = {
            f"{plan.confirmed} crops of {plan.persons} confirmed persons": plan.persons,
            f"{plan.corrected} corrected masks": plan.corrected,
            f"{plan.unlabelled} crops without names": plan.unlabelled,
            f"{plan.rehearsal} crops of rehearsal": plan.rehearsal,
        }
        card = replace(
            parent,
            name=f"{parent.name}, taught",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            backbone_weights=f"{parent.name} ({self._parent.weights_hash[:12]})",
            data=", ".join(text for text, count in sources.items() if count),
            metrics=dict(metrics),
            calibration={},
            people="may show real people: those of the library it was taught in",
            recipe=(
                f"{config.epochs} epochs of {len(self._mixture)} steps, {config.batch} crops a step",
                f"rate {config.rate:g}, the backbone's {config.backbone_rate:g} of it",
                f"{alpha:g} of what was learnt, {1 - alpha:g} of its parent",
            ),
            seeds=(config.seed,),
            notes=f"Taught from {parent.name}.",
        )
        save_model(as_model(weights, self._parent.config, card, self._device), folder.model)

    def _plan(self) -> Plan:
        config, train = self._config, self._material.train
        confirmed = [example.person for example in train if example.person is not None]
        return Plan(
            persons=len(set(confirmed)) if config.persons else 0,
            confirmed=len(confirmed) if config.persons else 0,
            rejected=len(self._roll.rejected),
            corrected=sum(example.corrected is not None for example in train) if config.masks else 0,
            weak=sum(example.corrected is None and example.weak is not None for example in train),
            unlabelled=len(train) - len(confirmed) if config.adapt else 0,
            rehearsal=len(self._material.rehearsal) if config.rehearse else 0,
            held_out=len(self._material.held_out),
            epochs=config.epochs,
            steps=config.epochs * len(self._mixture),
            device=str(self._device),
        )


class _Steps(Hook):
    """Ends a run after ``count`` steps; ``seconds`` of the last."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.seconds = math.nan

    def after_step(self, trainer: Any, step: Any) -> None:
        self.seconds = step.seconds
        trainer.progress.interrupted = step.number >= self._count


def _train_config(config: FinetuneConfig, parent: LoadedModel) -> TrainConfig:
    base = load_config(Path(__file__).with_name("finetune.toml"))
    return replace(
        base,
        name=f"{parent.card.name}, taught",
        network=replace(parent.config, identities=0),
        optimiser=replace(
            base.optimiser, rate=config.rate, backbone_rate=config.backbone_rate, ema=config.ema
        ),
        schedule=replace(base.schedule, epochs=config.epochs),
        runtime=replace(base.runtime, seed=config.seed, precision=config.precision, threads=config.threads),
    )


def _hash(material: Material) -> str:
    """Of everything that decides what is learnt and measured."""
    digest = hashlib.sha256()
    for name, examples in (
        ("train", material.train),
        ("held out", material.held_out),
        ("rehearsal", material.rehearsal),
    ):
        digest.update(name.encode())
        for example in examples:
            digest.update(_line(example))
    digest.update(repr(sorted(material.rejected)).encode())
    return digest.hexdigest()


def _line(example: Example) -> bytes:
    maps = b"".join(
        b"-" if labels is None else repr(labels.shape).encode() + labels.tobytes()
        for labels in (example.corrected, example.weak)
    )
    facts = (str(example.path), example.box, example.person, example.camera, example.seconds)
    return repr(facts).encode() + maps
