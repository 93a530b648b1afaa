"""A tiny parent and drawn crops that a run teaches it with in a second.

As a program, ``python made.py PARENT PICTURES RUN --wait-after STEP`` teaches and stands
still after that step, for a test to kill it.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from dropmodel.inference.card import ModelCard
from dropmodel.inference.weights import LoadedModel, save_model
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.training.finetune import (
    Clustered,
    EpochDone,
    Events,
    Example,
    FinetuneConfig,
    Material,
    Plan,
    StepDone,
    finetune,
)

SMALL = FinetuneConfig(
    epochs=2,
    steps=3,
    batch=8,
    pictures=2,
    rate=1e-3,
    backbone_rate=1.0,
    norm_momentum=0.0,
    neighbours=3,
    alphas=(0.5, 1.0),
    precision="fp32",
    threads=1,
    checkpoint_steps=2,
)


def make_parent(path: Path) -> Path:
    torch.manual_seed(0)
    shape = NetworkConfig(backbone="lcnet_035", height=64, width=32, dim=16, parsing_channels=8)
    save_model(LoadedModel.of(Drop(shape), ModelCard("small", trained=True), "cpu"), path)
    return path


def draw(folder: Path, persons: int = 8, shots: int = 4) -> list[Example]:
    """Each person in clothes of its own, by two cameras, with exact label maps; the same files every time."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    colors = random.integers(0, 256, (persons, 3, 3))
    examples = []
    for person in range(persons):
        for shot in range(shots):
            picture = random.integers(0, 256, (1, 1, 3)) + random.normal(0, 6, (64, 32, 3))
            labels = np.zeros((64, 32), np.uint8)
            left = 8 + int(random.integers(-3, 4))
            for band, (top, bottom, label) in enumerate(((4, 16, 1), (16, 40, 2), (40, 60, 5))):
                picture[top:bottom, left : left + 16] = colors[person, band]
                labels[top:bottom, left : left + 16] = label
            path = folder / f"{person}_{shot}.png"
            Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(path)
            examples.append(Example(path, None, person, shot % 2, float(shot), labels))
    return examples


def material(folder: Path) -> Material:
    """Four persons to learn (one crop of nobody, one rejected), two held out, two to rehearse."""
    examples = draw(folder)
    train = [replace(example, corrected=None, weak=example.corrected) for example in examples[:16]]
    train[::4] = examples[:16:4]
    train[15] = replace(train[15], person=None)
    return Material(train, examples[16:24], frozenset({(15, 0)}), examples[24:])


class Told(Events):
    """Remembers everything it was told."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.steps: list[StepDone] = []
        self.epochs: list[EpochDone] = []
        self.clusters: list[Clustered] = []
        self.alphas: list[float] = []
        self.pauses: list[bool] = []

    def planned(self, plan: Plan) -> None:
        self.plans.append(plan)

    def step(self, step: StepDone) -> None:
        self.steps.append(step)

    def epoch(self, epoch: EpochDone) -> None:
        self.epochs.append(epoch)

    def clustered(self, clusters: Clustered) -> None:
        self.clusters.append(clusters)

    def averaged(self, alpha: float, metrics: object) -> None:
        self.alphas.append(alpha)

    def paused(self, *, paused: bool) -> None:
        self.pauses.append(paused)

    def curve(self) -> dict[int, tuple[float, ...]]:
        """Rate, total and losses by step."""
        return {step.number: (step.rate, step.total, *step.losses.values()) for step in self.steps}


def main(argv: list[str]) -> None:
    parent, pictures, run = map(Path, argv[:3])
    wait = int(argv[argv.index("--wait-after") + 1])

    class Wait(Events):
        def step(self, step: StepDone) -> None:
            if step.number == wait:
                (run / "waiting").write_text(json.dumps(step.total))
                time.sleep(600)

    finetune(parent, material(pictures), run, replace(SMALL, adapt=1.0), events=Wait(), device="cpu")


if __name__ == "__main__":
    main(sys.argv[1:])
