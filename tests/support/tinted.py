"""People whom every camera sees in a light of its own: hard to find again by their colours alone."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.people import person


def make_tinted(folder: Path, identities: range, cameras: int = 4, frames: int = 2) -> None:
    """A folder of Market-1501 names; each camera has its own gain and offset of the three colours."""
    folder.mkdir(parents=True, exist_ok=True)
    for camera in range(cameras):
        light = np.random.default_rng([1991, camera])
        gain, offset = light.uniform(0.45, 1.3, 3), light.uniform(-25, 40, 3)
        for identity in identities:
            for frame in range(frames):
                pixels = np.asarray(person(identity, camera * frames + frame), np.float64) * gain + offset
                name = f"{identity:04d}_c{camera + 1}s1_{frame:06d}_00.jpg"
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / name, quality=92)
