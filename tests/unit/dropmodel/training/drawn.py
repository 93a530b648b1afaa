"""Eight drawn persons in the layout of Market-1501, with masks, and a configuration that trains in seconds.

As a program, ``python drawn.py CONFIG ROOT OUT [--resume] [--wait-after STEP]`` trains on them; with
``--wait-after`` it stands still after that step, for a test to kill it.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from dropmodel.training.config import TrainConfig, load_config

SETTINGS = (
    "network.backbone=lcnet_035",
    "network.height=64",
    "network.width=32",
    "network.dim=32",
    "network.parsing_channels=16",
    "data.labels=eight",
    "data.persons=4",
    "data.pictures=2",
    "data.passes=2",
    "data.workers=0",
    "schedule.epochs=3",
    "schedule.warmup=1.0",
    "losses.triplet_from=0",
    "losses.triplet_ramp=1",
    "losses.compactness_from=1",
    "validation.every=0",
    "runtime.precision=fp32",
    "runtime.checkpoint_steps=2",
    "runtime.threads=1",
)


def config_for(root: Path, *more: str) -> TrainConfig:
    return load_config("drop_lite", [*SETTINGS, f"data.masks={root / 'masks'}", *more])


def draw(root: Path, persons: int = 8, shots: int = 4) -> Path:
    """Each person in clothes of its own, before another background each time; the test asks for the same."""
    random = np.random.default_rng(0)
    colors = random.integers(0, 256, (persons, 3, 3))
    for person in range(persons):
        for shot in range(shots):
            picture = random.integers(0, 256, (1, 1, 3)) + random.normal(0, 6, (64, 32, 3))
            labels = np.zeros((64, 32), np.uint8)
            left = 8 + int(random.integers(-3, 4))
            for band, (top, bottom, label) in enumerate(((4, 16, 1), (16, 40, 2), (40, 60, 5))):
                picture[top:bottom, left : left + 16] = colors[person, band]
                labels[top:bottom, left : left + 16] = label
            name = f"{person + 1:04}_c{shot % 2 + 1}s1_{shot:06}_00"
            for folder in ("bounding_box_train", "bounding_box_test" if shot else "query"):
                for at, pixels, ending in (
                    (root / folder, picture.clip(0, 255).astype(np.uint8), "jpg"),
                    (root / "masks" / folder, labels, "png"),
                ):
                    at.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(pixels).save(at / f"{name}.{ending}")
    return root


def curve(run: Path) -> list[dict[str, object]]:
    """The log's lines without what depends on the clock."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    clock = {"time", "images_per_second"}
    return [{key: value for key, value in line.items() if key not in clock} for line in lines]


def main(argv: list[str]) -> None:
    from dropmodel.training import session
    from dropmodel.training.trainer import Hook, Step, Trainer

    path, root, out = map(Path, argv[:3])
    wait = int(argv[argv.index("--wait-after") + 1]) if "--wait-after" in argv else 0

    class Wait(Hook):
        def after_step(self, trainer: Trainer, step: Step) -> None:
            if step.number == wait:
                (out / "waiting").touch()
                time.sleep(60)

    watchers = session._watchers
    session._watchers = lambda *given: [*watchers(*given), Wait()]
    session.train(load_config(path), root, out, resume="--resume" in argv, device="cpu")


if __name__ == "__main__":
    main(sys.argv[1:])
