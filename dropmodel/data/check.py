"""Looks through a data set as a whole: what is in it, and everything that is wrong with it."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.datasets import DISTRACTOR, SPLITS, Dataset, Sample
from dropmodel.data.targets import TargetReader, stored_size
from dropmodel.decode import read_image
from dropmodel.errors import DataError, ImageError
from dropmodel.parts import EIGHT, PartSchema

PUBLISHED = {
    "market1501": ((12936, 751), (3368, 750), (15913, 751)),
    "dukemtmc": ((16522, 702), (2228, 702), (17661, 1110)),
    "occluded_duke": ((15618, 702), (2210, 519), (17661, 1110)),
    "p_dukemtmc": ((12927, 665), (2163, 634), (9053, 634)),
    "occluded_reid": ((0, 0), (1000, 200), (1000, 200)),
    "msmt17": ((32621, 1041), (11659, 3060), (82161, 3060)),
}
"""Pictures and persons of training, query and gallery as their papers and releases count them, distractors as
one person and junk left out. CUHK03 has two sizes and is not compared."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: its ``kind`` in one word, the file where there is one, and ``text`` for people."""

    kind: str
    text: str
    path: Path | None = None

    def __str__(self) -> str:
        return self.text if self.path is None else f"{self.path}: {self.text}"


@dataclass(slots=True)
class SplitReport:
    """What a split holds; ``identities`` without distractors, ``cameras`` without unknown ones."""

    images: int = 0
    identities: int = 0
    cameras: int = 0
    distractors: int = 0
    unknown_cameras: int = 0
    labelled: int = 0


@dataclass(slots=True)
class Report:
    """All that was found. ``parts`` by name: the share of labelled pictures that show it, and of pixels.

    ``levels`` counts pictures by level of occlusion. ``notes`` are worth knowing but may be meant so.
    """

    name: str
    root: Path
    splits: dict[str, SplitReport]
    junk: int = 0
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)
    undecided: float = 0.0
    levels: dict[int, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "root": str(self.root),
            "splits": {
                name: {key: getattr(split, key) for key in SplitReport.__dataclass_fields__}
                for name, split in self.splits.items()
            },
            "junk": self.junk,
            "parts": {
                name: {"pictures": round(pictures, 4), "pixels": round(pixels, 5)}
                for name, (pictures, pixels) in self.parts.items()
            },
            "undecided": round(self.undecided, 5),
            "levels": {str(level): count for level, count in sorted(self.levels.items())},
            "faults": [
                {"kind": fault.kind, "path": fault.path and str(fault.path), "text": fault.text}
                for fault in self.faults
            ],
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class _Seen:
    """What looking at one sample gave: pixels of each class, ``IGNORE`` last; None without a target."""

    faults: tuple[Fault, ...]
    counts: npt.NDArray[np.intp] | None


def check_dataset(dataset: Dataset, schema: PartSchema = EIGHT, *, threads: int | None = None) -> Report:
    """Reads every picture and mask of ``dataset`` and compares its splits; counts the parts of ``schema``."""
    report = Report(dataset.name, dataset.root, {}, junk=dataset.junk)
    reader = None if dataset.labels is None else TargetReader(dataset.labels, schema)
    counts: list[npt.NDArray[np.intp]] = []
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for split in SPLITS:
            samples = dataset.split(split)
            report.splits[split] = described = _described(samples)
            for seen in pool.map(partial(_look, reader=reader, schema=schema), samples, chunksize=16):
                report.faults += seen.faults
                if seen.counts is not None:
                    counts.append(seen.counts)
                    described.labelled += 1
    _add_coverage(report, counts, schema)
    levels = (sample.level for split in SPLITS for sample in dataset.split(split))
    report.levels = dict(Counter(level for level in levels if level is not None))
    report.faults += _split_faults(dataset)
    report.notes += _notes(dataset, report)
    return report


def _described(samples: Sequence[Sample]) -> SplitReport:
    return SplitReport(
        images=len(samples),
        identities=len({sample.identity for sample in samples} - {DISTRACTOR}),
        cameras=len({sample.camera for sample in samples if sample.camera >= 0}),
        distractors=sum(sample.identity == DISTRACTOR for sample in samples),
        unknown_cameras=sum(sample.camera < 0 for sample in samples),
    )


def _look(sample: Sample, reader: TargetReader | None, schema: PartSchema) -> _Seen:
    try:
        size = read_image(sample.path).shape[:2]
    except ImageError as error:
        return _Seen((Fault("picture", error.reason, sample.path),), None)
    if reader is None or sample.mask is None:
        return _Seen((), None)
    if not sample.mask.exists():
        return _Seen((Fault("mask", f"its mask {sample.mask} is missing", sample.path),), None)
    faults: list[Fault] = []
    try:
        if sample.mask.suffix == ".png" and (other := stored_size(sample.mask)) != size:
            text = f"is {other[1]} x {other[0]} pixels, its picture {size[1]} x {size[0]}"
            faults.append(Fault("mask size", text, sample.mask))
        labels = reader(sample.mask, sample.path, size)
    except DataError as error:
        return _Seen((*faults, Fault("mask", str(error))), None)
    classes = len(schema) + 1
    counts = np.bincount(np.minimum(labels, classes).ravel(), minlength=classes + 1)
    # Nobody has marked it, such as a picture that a COCO file does not list.
    return _Seen(tuple(faults), None if counts[classes] == labels.size else counts)


def _add_coverage(report: Report, counts: list[npt.NDArray[np.intp]], schema: PartSchema) -> None:
    if not counts:
        return
    table = np.stack(counts)
    pixels = table.sum(axis=0) / table.sum()
    shown = (table > 0).mean(axis=0)
    report.parts = {
        name: (float(shown[label]), float(pixels[label])) for label, name in enumerate(schema.names, start=1)
    }
    report.undecided = float(pixels[-1])


def _split_faults(dataset: Dataset) -> list[Fault]:
    faults = []
    trained = set(dataset.identities) - {DISTRACTOR}
    tested = {sample.identity for sample in (*dataset.query, *dataset.gallery)}
    if both := sorted(trained & tested):
        listed = ", ".join(map(str, both[:10])) + (", ..." if len(both) > 10 else "")
        faults.append(Fault("identities", f"{len(both)} persons are in training and in the test: {listed}"))
    cameras: dict[int, set[int]] = defaultdict(set)
    for sample in dataset.gallery:
        cameras[sample.identity].add(sample.camera)
    for sample in dataset.query:
        if not cameras[sample.identity] - {sample.camera}:
            text = f"person {sample.identity} of this query is not in the gallery at another camera"
            faults.append(Fault("query", text, sample.path))
    places = Counter(sample.path for split in SPLITS for sample in dataset.split(split))
    faults += [
        Fault("twice", f"is listed {count} times", path) for path, count in places.items() if count > 1
    ]
    return faults


def _notes(dataset: Dataset, report: Report) -> list[str]:
    notes = []
    shots = Counter(sample.identity for sample in dataset.train)
    if single := sum(count == 1 for count in shots.values()):
        notes.append(f"{single} training persons have one picture only")
    unlabelled = sum(split.images - split.labelled for split in report.splits.values())
    if dataset.labels is not None and unlabelled:
        notes.append(f"{unlabelled} pictures have no parts")
    for split, published in zip(SPLITS, PUBLISHED.get(dataset.name, ()), strict=False):
        samples = dataset.split(split)
        found = len(samples), len({sample.identity for sample in samples})
        if found != published:
            notes.append(
                f"{split} holds {found[0]} pictures of {found[1]} persons; "
                f"published are {published[0]} of {published[1]}"
            )
    return notes


def preview(
    dataset: Dataset, schema: PartSchema = EIGHT, *, count: int = 48, height: int = 192, seed: int = 0
) -> Image.Image:
    """Sheet of ``count`` crops drawn at random from all splits, each beside itself with its parts."""
    from dropmodel.data.preview import sheet

    samples = [sample for split in SPLITS for sample in dataset.split(split)]
    order = np.random.default_rng(seed).permutation(len(samples))
    chosen = [samples[place] for place in order]
    return sheet(chosen, dataset.labels, schema, count=count, height=height)
