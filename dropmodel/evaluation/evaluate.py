"""A model on a data set's query and gallery: everything that is measured, in one call."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from dropmodel.data.datasets import Dataset, Sample
from dropmodel.data.targets import TargetReader
from dropmodel.decode import RgbImage, read_image
from dropmodel.errors import DataError
from dropmodel.evaluation.calibrate import calibrate
from dropmodel.evaluation.calibration import Kind
from dropmodel.evaluation.distances import Block, choice_blocks, distance_blocks
from dropmodel.evaluation.parsing import ParsingMeter, ParsingScore
from dropmodel.evaluation.ranking import Labels, Ranker, Ranking, Rules
from dropmodel.evaluation.report import QueryResult, Report
from dropmodel.evaluation.rerank import Neighbourhood, reranked_blocks
from dropmodel.evaluation.tables import Row, by_camera, by_level, part_choices, row
from dropmodel.evaluation.verification import PairSampler, roc
from dropmodel.features import Features, default_weights
from dropmodel.inference import Extraction
from dropmodel.parts import EIGHT, FIVE_V, PartSchema

KEPT = 10
"""First matches of each query that a report keeps, for pictures of them."""

_MOST_CAMERAS = 20
"""With more cameras than this a table of their pairs is too long to be of use."""

_RENDERED = "rendered people"

Progress = Callable[[int], None]
"""Told how many more pictures are done."""


class Reader(Protocol):
    """What looks at pictures: :class:`dropmodel.inference.Extractor`."""

    batch_size: int

    @property
    def schema(self) -> PartSchema:
        """The parts it knows."""
        ...

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width that pictures are resized to."""
        ...

    def extract(self, images: Sequence[RgbImage]) -> Extraction:
        """What it says of pictures uint8 [H, W, 3]."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """``parts``: names of the vectors to compare, None for foreground and all parts.

    ``rerank``: None for plain distances. ``tables`` and ``calibration`` take a few times as long as the
    ranking alone; ``calibration`` names the kind of fit, None for none. ``device``: where distances are made,
    ``cpu``, ``cuda`` or ``auto``.
    """

    parts: tuple[str, ...] | None = None
    rerank: Neighbourhood | None = None
    tables: bool = True
    calibration: Kind | None = "isotonic"
    device: str = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class SplitFeatures:
    """A model's features of a data set's query and gallery, and how well it parsed them (None: no masks)."""

    query: Features
    gallery: Features
    parsing: ParsingScore | None = None


def evaluate(
    reader: Reader,
    dataset: Dataset,
    options: Options | None = None,
    *,
    model: str = "model",
    weights_hash: str = "",
    flip: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Everything about a model on ``dataset``.

    ``model``, its ``weights_hash`` and whether ``reader`` answers with the mean over mirror images (``flip``)
    are for the report's head.

    Nothing is left out in silence: a picture or mask that cannot be read is an
    :class:`~dropmodel.errors.ImageError` or :class:`~dropmodel.errors.DataError` that names it.
    """
    chosen = Options() if options is None else options
    if chosen.parts is not None:
        reader.schema.vector_indices(chosen.parts)  # A wrong name is told before the long work.
    features = extract_test(reader, dataset, progress)
    return measure(features, dataset, chosen, model=model, weights_hash=weights_hash, flip=flip)


def extract_test(reader: Reader, dataset: Dataset, progress: Progress | None = None) -> SplitFeatures:
    """The features of query and gallery; errors as for :func:`evaluate`."""
    if not dataset.query or not dataset.gallery:
        missing = "query" if not dataset.query else "gallery"
        raise DataError(f"{dataset.root}: {dataset.name} has no {missing} pictures to evaluate on")
    targets, meter = None, ParsingMeter(reader.schema)
    if dataset.labels is not None and reader.schema in (EIGHT, FIVE_V):
        targets = TargetReader(dataset.labels, reader.schema)
    query, gallery = (
        _features(reader, samples, targets, meter, progress) for samples in (dataset.query, dataset.gallery)
    )
    parsed = meter.result()
    return SplitFeatures(query, gallery, parsed if parsed.images else None)


def measure(
    features: SplitFeatures,
    dataset: Dataset,
    options: Options | None = None,
    *,
    model: str = "model",
    weights_hash: str = "",
    flip: bool = False,
) -> Report:
    """The report of features that are there already; what is for its head as for :func:`evaluate`."""
    chosen = Options() if options is None else options
    schema, device = features.query.schema, _device(chosen.device)
    names = tuple(default_weights(schema)) if chosen.parts is None else chosen.parts
    weights = dict.fromkeys(names, 1.0)
    query, gallery = Labels.of(dataset.query), Labels.of(dataset.gallery)
    rules = Rules(query, gallery)
    blocks: Iterator[Block]
    if chosen.rerank is None:
        blocks = distance_blocks(features.query, features.gallery, weights, device=device)
    else:
        blocks = reranked_blocks(
            features.query, features.gallery, weights, options=chosen.rerank, device=device
        )
    cameras = _cameras(query, gallery) if chosen.tables else {}
    ranker, sampler = Ranker(rules, keep=KEPT), PairSampler(rules)
    among = {camera: Ranker(rules, columns=columns) for camera, columns in cameras.items()}
    for part, distances in blocks:
        rules.remove(part, distances)
        sampler.add(part, distances)
        for taker in (ranker, *among.values()):
            taker.add(part, distances)
    ranking = ranker.result()
    counted = ranking.counted
    if not counted.any():
        raise DataError(
            f"{dataset.root}: no query of {dataset.name} has a right answer in the gallery (the same person "
            "by another camera); check its identities and cameras"
        )
    tables: dict[str, tuple[Row, ...]] = {}
    if chosen.tables:
        camera_rankings = {camera: item.result() for camera, item in among.items()}
        made = {
            "parts": _part_rows(features, rules, device),
            "occlusion": by_level(ranking, query.identities, [sample.level for sample in dataset.query]),
            "cameras": by_camera(camera_rankings, query.identities, query.cameras),
        }
        tables = {name: tuple(rows) for name, rows in made.items() if rows}
    fitted = None
    if chosen.calibration is not None:
        fitted = calibrate(features.query, features.gallery, rules, kind=chosen.calibration)
    if fitted is not None:
        source = _RENDERED if dataset.name == "synthetic" else f"pictures of {dataset.name}"
        fitted = replace(fitted[0], source=source), fitted[1]
    return Report(
        dataset=dataset.name,
        model=model,
        weights_hash=weights_hash,
        vectors=names,
        reranked=chosen.rerank is not None,
        flip=flip,
        whole=row("all", ranking, query.identities),
        ranking=ranking,
        queries=_results(dataset, ranking),
        left_out=ranking.left_out,
        tables=tables,
        roc=roc(sampler.result()),
        parsing=features.parsing,
        calibration=None if fitted is None else fitted[0],
        reliability=None if fitted is None else fitted[1],
    )


def _features(
    reader: Reader,
    samples: Sequence[Sample],
    targets: TargetReader | None,
    meter: ParsingMeter,
    progress: Progress | None,
) -> Features:
    parts = []
    waiting = iter(samples)
    while batch := list(islice(waiting, reader.batch_size)):
        masked = [targets is not None and sample.mask is not None for sample in batch]
        # Where a mask says what each pixel is, all of them are read.
        images = [
            read_image(sample.path, at_least=None if whole else reader.input_size)
            for sample, whole in zip(batch, masked, strict=True)
        ]
        found = reader.extract(images)
        bad = ~np.isfinite(found.features.vectors).all(axis=(1, 2))
        if bad.any():
            raise DataError(
                f"{batch[int(np.argmax(bad))].path}: the model's vectors of this picture are not numbers; "
                "the model is damaged or overflows in this precision"
            )
        for sample, image, labels, whole in zip(batch, images, found.labels, masked, strict=True):
            if targets is not None and whole:
                meter.add(labels, targets(sample.mask, sample.path, (image.shape[0], image.shape[1])))
        parts.append(found.features)
        if progress is not None:
            progress(len(batch))
    return Features.concatenate(parts)


def _device(name: str) -> str:
    """CUDA where there is one; Apple GPUs are left alone, for their float32 products are not checked here."""
    if name != "auto":
        return name
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _cameras(query: Labels, gallery: Labels) -> dict[int, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Gallery places by known camera; nothing where a table of cameras would say nothing."""
    known = np.unique(gallery.cameras[gallery.cameras >= 0]).tolist()
    if len(known) > _MOST_CAMERAS or len(np.unique(query.cameras)) < 2:
        return {}
    return {camera: np.flatnonzero(gallery.cameras == camera) for camera in known}


def _part_rows(features: SplitFeatures, rules: Rules, device: str) -> list[Row]:
    """Part dropout: the same ranking by other choices of vectors, always with plain distances."""
    choices = part_choices(features.query.schema)
    rankers = [Ranker(rules) for _ in choices]
    blocks = choice_blocks(features.query, features.gallery, list(choices.values()), device=device)
    for part, found in blocks:
        for ranker, distances in zip(rankers, found, strict=True):
            rules.remove(part, distances)
            ranker.add(part, distances)
    return [
        row(name, ranker.result(), rules.query.identities)
        for name, ranker in zip(choices, rankers, strict=True)
    ]


def _results(dataset: Dataset, ranking: Ranking) -> tuple[QueryResult, ...]:
    return tuple(
        QueryResult(
            _within(sample.path, dataset.root),
            sample.identity,
            float(ranking.average_precision[place]),
            float(ranking.inverse_penalty[place]),
            int(ranking.first_hit[place]),
        )
        for place, sample in enumerate(dataset.query)
        if ranking.counted[place]
    )


def _within(path: Path, root: Path) -> str:
    """``path`` as it is called in the data set, so that reports made elsewhere can be compared."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
