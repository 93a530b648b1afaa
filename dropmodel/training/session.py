"""A whole run from a configuration: data, network, hooks, in a folder that can be taken up again."""

import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from dropmodel.data.datasets import Dataset, guess_name, hold_out, open_dataset
from dropmodel.data.loading import Batch, training_loader
from dropmodel.errors import DataError, TrainingError
from dropmodel.evaluation.evaluate import Options, evaluate
from dropmodel.inference.devices import choose_device, cpu_threads
from dropmodel.inference.extractor import Extractor
from dropmodel.inference.weights import LoadedModel
from dropmodel.training import checkpoint
from dropmodel.training.config import DataConfig, TrainConfig
from dropmodel.training.distributed import barrier, process_group, rank, world_size
from dropmodel.training.hooks import Checkpoints, Validation
from dropmodel.training.logs import JsonLog, ProgressBar, TensorBoard
from dropmodel.training.model import finished_model, new_network
from dropmodel.training.toml import to_table
from dropmodel.training.trainer import Hook, Trainer

_FREE = {"runtime", "validation", "name"}
"""Tables a resumed run may change: they decide how it is computed and watched, not what it learns."""

_FREE_KEYS = {("data", "workers"), ("data", "cache_gib")}


class Pictures:
    """A data set's training pictures as the trainer's :class:`~dropmodel.training.trainer.Loader`."""

    def __init__(self, dataset: Dataset, config: TrainConfig, *, pin_memory: bool) -> None:
        data = config.data
        self._samples = dataset.train
        self._persons = len(dataset.identities)
        shown = self._persons * data.pictures
        self._loader, self._sampler = training_loader(
            dataset,
            config.transforms,
            config.network.schema,
            persons=data.persons,
            pictures=data.pictures,
            seed=config.runtime.seed,
            passes=data.passes or max(1, round(len(dataset.train) / shown)),
            rank=rank(),
            world=world_size(),
            workers=data.workers,
            pin_memory=pin_memory,
            cache_gib=data.cache_gib,
        )

    @property
    def identities(self) -> int:
        """Number of training identities."""
        return self._persons

    def __len__(self) -> int:
        return self._sampler.batches

    def batches(self, epoch: int, start: int = 0) -> Generator[Batch, None, None]:
        """The epoch's batches from the one at ``start`` on."""
        self._sampler.start_at(epoch, start)
        yield from self._loader

    def names(self, batch: Batch) -> Sequence[str]:
        """The files of a batch."""
        return [str(self._samples[index].path) for index in batch.indices.tolist()]


def train(
    config: TrainConfig,
    root: Path,
    out: Path,
    *,
    resume: bool = False,
    device: str = "auto",
    say: Callable[[str], None] = lambda _text: None,
) -> Path | None:
    """Train as ``config`` says on the data set in ``root``; all about the run goes into the folder ``out``:

    ``config.toml``, ``checkpoint.pt``, ``log.jsonl``, ``tensorboard/``, ``best.safetensors`` and at the end
    ``last.safetensors``. Returns the best model's file, the last one's without validation; None when the run
    was stopped by a signal, with a checkpoint to ``resume`` from. In a process started by torchrun it trains
    together with the others.
    """
    with process_group(choose_device(device)) as own, cpu_threads(config.runtime.threads or None):
        if own.type == "cuda":
            torch.backends.cudnn.benchmark = True  # Batches are all of one size.
        dataset = open_data(config.data, root)
        watching = bool(config.validation.every and dataset.query and dataset.gallery)
        if watching:
            _check_metric(config, dataset)
        state = _prepare(config, out, resume=resume)
        checkpoint.seed_everything(config.runtime.seed, 0)  # All processes build the same network.
        loader = Pictures(dataset, config, pin_memory=own.type == "cuda")
        network, origin = new_network(config, loader.identities)
        checkpoint.seed_everything(config.runtime.seed, rank())
        summary = _summary(dataset, loader)

        def finish(trainer: Trainer, numbers: Mapping[str, float]) -> LoadedModel:
            return finished_model(trainer, origin, summary, numbers)

        watchers = _watchers(config, out, say) if rank() == 0 else []

        def tell(trainer: Trainer, numbers: Mapping[str, float]) -> None:
            for watcher in watchers:
                watcher.validated(trainer, numbers)

        validation = Validation(
            out,
            (lambda model: measured(model, dataset)) if watching else None,
            finish,
            metric=config.validation.metric,
            every=config.validation.every,
            patience=config.validation.patience,
            tell=tell,
        )
        hooks: list[Hook] = [validation, *watchers, Checkpoints(out, config.runtime.checkpoint_steps)]
        trainer = Trainer(config, network, loader, own, hooks)
        if state is not None:
            trainer.restore(state)
            say(f"going on after step {trainer.progress.step}")
        say(f"{summary}; on {own} in {str(trainer.dtype).removeprefix('torch.')}, {world_size()} process(es)")
        with _stopped_by_signals(trainer):
            trainer.run()
        if trainer.progress.interrupted:
            return None
        if trainer.progress.stopped:
            say(f"stopped early: {trainer.progress.stopped}")
        return out / ("last.safetensors" if validation.best is None else "best.safetensors")


def open_data(config: DataConfig, root: Path) -> Dataset:
    """The data set of ``config`` in ``root``; ``DataError`` if it has nothing to train on."""
    name = config.dataset or guess_name(root)
    masks, labels = Path(config.masks) if config.masks else None, config.labels or None
    dataset = open_dataset(name, root, masks=masks, labels=labels)
    if not dataset.train:
        raise DataError(f"{root}: {name} has no training pictures")
    return hold_out(dataset, config.hold_out) if config.hold_out else dataset


def measured(model: LoadedModel, dataset: Dataset) -> dict[str, float]:
    """Rank-1, 5, 10, mAP, mINP and, with masks, mIoU on ``dataset``, in percent."""
    reader = Extractor(model, batch_size=64, runtime="torch")
    # Where the model is: another GPU may be somebody else's.
    device = str(model.device) if model.device.type == "cuda" else "cpu"
    report = evaluate(reader, dataset, Options(tables=False, calibration=None, device=device)).to_dict()
    names = ("rank1", "rank5", "rank10", "map", "minp", "miou")
    return {name: float(report[name]) for name in names if report[name] is not None}


def _check_metric(config: TrainConfig, dataset: Dataset) -> None:
    """``TrainingError`` now, not after the first epochs, for a metric that validation cannot measure."""
    tested = (*dataset.query, *dataset.gallery)
    if config.validation.metric == "miou" and not any(sample.mask is not None for sample in tested):
        raise TrainingError(
            f"{dataset.root}: no picture tested on has a mask, so validation.metric cannot be miou; choose "
            "another, or name masks with data.masks and data.labels"
        )


def _summary(dataset: Dataset, loader: Pictures) -> str:
    masks = sum(sample.mask is not None for sample in dataset.train)
    return (
        f"{dataset.name}: {len(dataset.train)} pictures of {loader.identities} persons, "
        f"{masks} with masks of their parts"
    )


def _watchers(config: TrainConfig, out: Path, say: Callable[[str], None]) -> list[Any]:
    watchers: list[Any] = [JsonLog(out, config.runtime.log_steps)]
    for make, package in ((lambda: TensorBoard(out), "tensorboard"), (ProgressBar, "tqdm")):
        try:
            watchers.append(make())
        except ImportError:
            say(f"{package} is not installed, so there is no such log: pip install dropgui[train]")
    return watchers


def _prepare(config: TrainConfig, out: Path, *, resume: bool) -> dict[str, Any] | None:
    """Make the run's folder, or read the checkpoint in it."""
    path = out / checkpoint.FILE
    table = to_table(config)
    state = None
    if resume:
        state = checkpoint.load_checkpoint(path)
        _check_same(state["config"], table, path)
    elif path.exists():
        raise TrainingError(f"{out} holds a run already; go on with --resume, or choose another folder")
    barrier()  # Nobody writes before all have looked.
    if rank() == 0:
        out.mkdir(parents=True, exist_ok=True)
        (out / "config.toml").write_text(config.to_toml(), encoding="utf-8")
    return state


def _check_same(saved: Mapping[str, Any], table: Mapping[str, Any], path: Path) -> None:
    changed = [
        f"{name}.{key}"
        for name in table
        if name not in _FREE
        for key in {**saved.get(name, {}), **table[name]}
        if (name, key) not in _FREE_KEYS and saved.get(name, {}).get(key) != table[name].get(key)
    ]
    if changed:
        raise TrainingError(
            f"{path} is of a run with other settings: {', '.join(changed)}; give the same, or start anew in "
            "another folder"
        )


@contextmanager
def _stopped_by_signals(trainer: Trainer) -> Iterator[None]:
    """SIGINT and SIGTERM let the running step end and a checkpoint be written; a second one ends at once."""

    before: dict[int, Any] = {}

    def stop(number: int, frame: Any) -> None:  # noqa: ARG001 - the form of a signal handler
        signal.signal(number, before[number])
        trainer.interrupt()

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stop)
    except ValueError:  # Only the main thread may; elsewhere the caller stops the trainer itself.
        yield
        return
    try:
        yield
    finally:
        for known, handler in before.items():
            signal.signal(known, handler)
