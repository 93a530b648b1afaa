"""Reports that nobody had to search for."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dropgui.library.rows import CropRow
from dropgui.reports import Entry, Report, Verdict, View
from dropgui.search.certainty import NO_MODEL
from dropgui.search.query import Match
from dropmodel.parts import EIGHT

WEIGHTS = {"foreground": 1.0, "head": 1.0, "torso": 2.0}


def made_row(crop_id: int, **changes: Any) -> CropRow:
    values: dict[str, Any] = {
        "id": crop_id, "image_id": crop_id, "path": Path("/pictures", f"{crop_id}.png"),
        "relative_path": f"{crop_id}.png", "folder_id": 1, "folder": "pictures", "camera": f"c{crop_id % 3}",
        "camera_id": 1, "person": None, "person_id": None, "review_state": "unseen", "tags": (),
        "captured_at": datetime(2026, 11, 21, 10, crop_id % 60),  # noqa: DTZ001 - the camera's own clock
        "width": 64, "height": 128, "orientation": 1, "box": None, "missing": False, "indexed": True,
    }  # fmt: skip
    return CropRow(**{**values, **changes})


def made_match(crop_id: int, score: float, probability: float | None = None, **changes: Any) -> Match:
    values: dict[str, Any] = {
        "parts": {"foreground": score, "head": score - 0.2, "torso": None}, "visibility": dict(WEIGHTS),
        "probability": probability, "hidden_in_query": (), "hidden_in_crop": ("torso",),
        "uncalibrated": NO_MODEL if probability is None else "",
    }  # fmt: skip
    return Match(crop_id, score, **{**values, **changes})


def made_picture(seed: int, size: tuple[int, int] = (64, 128)) -> Image.Image:
    colour = np.random.default_rng(seed).integers(60, 200, 3).tolist()
    return Image.new("RGB", size, tuple(colour))


def made_report(
    count: int = 5,
    *,
    verdicts: Sequence[Verdict] = tuple(Verdict),
    probability: float | None = 0.8,
    views: int = 1,
    **changes: Any,
) -> Report:
    entries = [
        Entry(
            rank=i + 1,
            match=made_match(i, 0.95 - 0.01 * i, probability),
            row=made_row(i),
            picture=made_picture(i),
            verdict=verdicts[i % len(verdicts)],
            reasons=("Compared: head.",),
        )
        for i in range(count)
    ]
    values: dict[str, Any] = {
        "title": "Somebody", "views": tuple(View(made_picture(99), f"view {i}") for i in range(views)),
        "negatives": (), "entries": tuple(entries), "weights": WEIGHTS, "schema": EIGHT,
        "notes": ("10 crops were compared.",), "model": "made model",
        "made_at": datetime(2026, 11, 21, 12, 30),  # noqa: DTZ001 - told as it stands on the wall
    }  # fmt: skip
    return Report(**{**values, **changes})
