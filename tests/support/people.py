"""Pictures for tests: blocks of colour in the shape of a person. Nobody real, and quick to make."""

from pathlib import Path

import numpy as np
from PIL import Image


def person(identity: int, view: int, height: int = 128, width: int = 64) -> Image.Image:
    """A figure in its identity's colours; the view shifts it and changes the light."""
    colours = np.random.default_rng(identity).integers(30, 226, (3, 3))
    noise = np.random.default_rng([identity, view])
    pixels = np.full((height, width, 3), noise.integers(90, 170), np.float64)
    left = width // 4 + int(noise.integers(-3, 4))
    right = left + width // 2
    bounds = [(0.06, 0.2), (0.2, 0.55), (0.55, 0.95)]
    for colour, (top, bottom) in zip(colours, bounds, strict=True):
        pixels[int(top * height) : int(bottom * height), left:right] = colour
    pixels += noise.normal(0, 6, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def make_folder(folder: Path, identities: int = 4, cameras: int = 3) -> list[Path]:
    """A folder of Market-1501 names, one picture an identity and camera; its paths, sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for identity in range(identities):
        for camera in range(cameras):
            path = folder / f"{identity:04d}_c{camera + 1}s1_{camera:06d}_00.jpg"
            person(identity, camera).save(path, quality=92)
            paths.append(path)
    return sorted(paths)
