"""Whether teaching teaches: ``python -m tests.benchmarks.finetune [--json] [--seeds N] [--only SOURCE] ...``.

A small library of another look than the parent's is rendered: people of the style ``held_out``, seen by six
cameras of low resolution, each with a tint, a contrast and a noise of its own (``--look``: by night they are
grey, by day as rendered). Its persons are split in three: to learn from, to choose the epoch and the share of
averaging by, and to measure on, which nothing else sees. Each source teaches the parent alone, then all do:

- ``masks``: exact label maps of some of the crops to learn from; measured: mIoU;
- ``persons``: their names; measured: mAP;
- ``adapt``: nothing but the crops; nothing chooses, and what is measured is the mAP of the very crops adapted
  to (``library``: what an owner searches in) and of the persons nobody saw;
- ``together``: as many masks, the names of half of the persons, and the crops of the other half.

Each seed is another order, other crops with masks and other persons with names. ``--parent``: another model
than the starter.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.datasets import open_dataset
from dropmodel.inference import load_model, starter_path
from dropmodel.inference.weights import LoadedModel
from dropmodel.synthetic.output.dataset import write_dataset
from dropmodel.synthetic.output.recipe import simple
from dropmodel.training.finetune import (
    Clustered,
    EpochDone,
    Events,
    Example,
    FinetuneConfig,
    Material,
    finetune,
)
from dropmodel.training.finetune.measure import Held, seen
from dropmodel.training.finetune.pictures import Pictures

SOURCES = ("masks", "persons", "adapt")
TOGETHER = "together"
TAUGHT = (*SOURCES, TOGETHER)

Pixels = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Look:
    """How cameras see: their ``light``, the share of the resolution that they ``keep``, their ``noise``.

    ``light`` takes pixels float [h, w, 3] in 0..1 and a camera's own numbers, and gives pixels, grey or not.
    """

    light: Callable[[Pixels, np.random.Generator], Pixels]
    keep: tuple[float, float]
    noise: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Library:
    """Crops to learn from, to choose by and to measure on, all with names and exact maps."""

    train: list[Example]
    held_out: list[Example]
    test: list[Example]


class Say(Events):
    def epoch(self, epoch: EpochDone) -> None:
        if epoch.metrics:
            say(f"  epoch {epoch.epoch}: {percent(epoch.metrics)}")

    def clustered(self, clusters: Clustered) -> None:
        agreed = f"agreement {clusters.agreement:.2f}"
        say(f"  {clusters.clusters} clusters of {clusters.clustered} crops, {agreed}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def percent(metrics: dict[str, float] | Any) -> dict[str, float]:
    return {name: round(100 * value, 2) for name, value in metrics.items()}


def at_dusk(pixels: Pixels, camera: np.random.Generator) -> Pixels:
    """Colours with a tint, few of them, and flat."""
    tinted = (pixels * (1 + camera.uniform(-0.22, 0.22, 3))).clip(0, 1) ** camera.uniform(0.6, 1.6)
    grey = tinted.mean(-1, keepdims=True)
    pale = grey + camera.uniform(0.35, 0.9) * (tinted - grey)
    found: Pixels = (pale - pale.mean()) * camera.uniform(0.5, 0.9) + camera.uniform(0.25, 0.6)
    return found


def by_night(pixels: Pixels, camera: np.random.Generator) -> Pixels:
    """No colours at all."""
    grey = (pixels @ camera.dirichlet((6, 2, 1))) ** camera.uniform(0.5, 1.6)
    found: Pixels = (grey - grey.mean()) * camera.uniform(0.6, 1.0) + camera.uniform(0.3, 0.6)
    return found


LOOKS: dict[str, Look | None] = {
    "dusk": Look(at_dusk, (0.28, 0.5), (0.015, 0.05)),
    "night": Look(by_night, (0.45, 0.65), (0.02, 0.06)),
    "day": None,
}


def take(picture: Path, look: Look) -> None:
    """The picture as another camera would have taken it; each camera's settings follow its number."""
    random = np.random.default_rng(zlib.crc32(picture.name.encode()))
    camera = np.random.default_rng(int(picture.name.split("_c")[1].split("s")[0]))
    keep, noise = camera.uniform(*look.keep), camera.uniform(*look.noise)
    with Image.open(picture) as opened:
        size = opened.size
        small = opened.convert("RGB").resize((int(size[0] * keep), int(size[1] * keep)), Image.Resampling.BOX)
    light = look.light(np.asarray(small, np.float32) / 255, camera)
    noisy = Image.fromarray(
        ((light + random.normal(0, noise, light.shape)).clip(0, 1) * 255).astype(np.uint8)
    )
    noisy.resize(size, Image.Resampling.BILINEAR).convert("RGB").save(picture, quality=75)


def library(folder: Path, persons: int, chosen_by: int, frames: int, look: str) -> Library:
    """``persons`` to learn from, ``chosen_by`` to choose by, and as many as both together to measure on."""
    out = folder / f"{look}-{persons}-{chosen_by}-{frames}"
    if not (out / "done").exists():
        shutil.rmtree(out, ignore_errors=True)
        say("rendering")
        write_dataset(
            simple(2 * (persons + chosen_by), 6, frames, (128, 256), "held_out", 71), out, workers=2
        )
        if (taken := LOOKS[look]) is not None:
            for picture in sorted(out.glob("*/*.jpg")):
                take(picture, taken)
        (out / "done").touch()
    dataset = open_dataset("synthetic", out)

    def examples(samples: Sequence[Any]) -> list[Example]:
        return [
            Example(
                sample.path, None, sample.identity, sample.camera, corrected=np.array(Image.open(sample.mask))
            )
            for sample in samples
        ]

    train = examples(dataset.train)
    choosing = sorted({example.person or 0 for example in train})[:chosen_by]
    return Library(
        [example for example in train if example.person not in choosing],
        [example for example in train if example.person in choosing],
        examples((*dataset.query, *dataset.gallery)),
    )


def material(source: str, lib: Library, weak: Any, masks: int, seed: int) -> Material:
    """What the library's owner would have told of it."""
    lot = np.random.default_rng(seed)
    marked = masks if source in ("masks", TOGETHER) else 0
    corrected = set(lot.permutation(len(lib.train))[:marked].tolist())
    persons = sorted({example.person or 0 for example in lib.train})
    told = {"persons": len(persons), TOGETHER: len(persons) // 2}.get(source, 0)
    named = set(lot.permutation(persons)[:told].tolist())
    train = [
        replace(
            example,
            person=example.person if example.person in named else None,
            corrected=example.corrected if place in corrected else None,
            weak=weak[place],
        )
        for place, example in enumerate(lib.train)
    ]
    return Material(train, [] if source == "adapt" else lib.held_out)


def measured(model: LoadedModel, lib: Library, source: str) -> dict[str, float]:
    size = (model.config.height, model.config.width)
    found = {"": Held(Pictures(lib.test, size)).measure(model, lambda: None)}
    if source in ("adapt", TOGETHER):
        found["library "] = Held(Pictures(lib.train, size)).measure(model, lambda: None)
    return {f"{where}{name}": value for where, metrics in found.items() for name, value in metrics.items()}


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", choices=TAUGHT, action="append")
    parser.add_argument("--persons", type=int, default=30)
    parser.add_argument("--chosen-by", type=int, default=8)
    parser.add_argument("--frames", type=int, default=2)
    parser.add_argument("--masks", type=int, default=120)
    parser.add_argument("--parent", type=Path, default=starter_path())
    parser.add_argument("--folder", type=Path, help="keep the rendered library here")
    parser.add_argument("--look", choices=LOOKS, default="dusk")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="a setting of the run")
    arguments = parser.parse_args(argv)
    changes = {key: json.loads(value) for key, _, value in (text.partition("=") for text in arguments.set)}
    with tempfile.TemporaryDirectory() as scratch:
        lib = library(
            arguments.folder or Path(scratch),
            arguments.persons,
            arguments.chosen_by,
            arguments.frames,
            arguments.look,
        )
        parent = load_model(arguments.parent, "cpu")
        size = (parent.config.height, parent.config.width)
        weak = seen(parent, Pictures(lib.train, size), range(len(lib.train)), lambda: None).labels
        rows = []
        for source in arguments.only or TAUGHT:
            before = measured(parent, lib, source)
            for seed in range(arguments.seeds):
                sources = {name: float(source in (name, TOGETHER)) for name in SOURCES}
                config = FinetuneConfig.from_dict({**sources, "seed": seed, **changes})
                say(f"{source}, seed {seed}: {percent(before)}")
                started = time.perf_counter()
                found = finetune(
                    arguments.parent,
                    material(source, lib, weak, arguments.masks, seed),
                    Path(scratch) / f"{source}-{seed}",
                    config,
                    events=Say(),
                    device="cpu",
                )
                seconds = time.perf_counter() - started
                after = (
                    before if found.model is None else measured(load_model(found.model, "cpu"), lib, source)
                )
                rows.append(
                    {
                        "source": source,
                        "seed": seed,
                        "before": percent(before),
                        "after": percent(after),
                        "alpha": found.alpha,
                        "message": found.message,
                        "seconds": round(seconds, 1),
                    }
                )
                say(f"{source}, seed {seed}: {percent(after)} with {found.alpha:g} of it, {seconds:.0f} s")
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    for source in arguments.only or TAUGHT:
        mine: list[Any] = [row for row in rows if row["source"] == source]
        for name in mine[0]["before"]:
            changed = [row["after"][name] - row["before"][name] for row in mine]
            spread = statistics.stdev(changed) if len(changed) > 1 else 0.0
            print(
                f"{source:8} {name:14} {mine[0]['before'][name]:6.2f}  {statistics.mean(changed):+6.2f}"
                f" (deviation {spread:.2f}, {len(changed)} seeds)"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
