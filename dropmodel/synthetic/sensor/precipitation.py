"""Rain and snow between the camera and what it looks at."""

import math

import numba
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_PERSON = 1.9
"""Metres that a crop spans, for which the numbers of drops and flakes are meant."""

_FARTHEST = 8.0
"""Metres; drops of a wider picture are drawn as if it spanned no more, else they would be lost in it."""


def rained(image: Array, amount: float, light: float, metres: float, random: np.random.Generator) -> Array:
    """``image`` [H, W, 3] of linear light with falling streaks as bright as ``light`` shining through them.

    ``amount`` 0..1; ``metres`` is what the picture's height spans: streaks are 5 to 40 cm long.
    """
    rows, columns, _ = image.shape
    reach = min(metres, _FARTHEST)
    count = random.poisson(amount * 26 * max(1.0, columns / rows) * (reach / _PERSON) ** 2)
    slant = random.normal(0, 0.12)
    out = image.copy()
    for _ in range(count):
        length = float(random.uniform(0.05, 0.4)) / reach * rows
        x, y = random.uniform(0, columns), random.uniform(-0.1 * rows, rows)
        width = random.uniform(0.3, 0.8)
        strength = random.uniform(0.05, 0.3)
        _streak(out, x, y, length * (slant + random.normal(0, 0.03)), length, width, strength, light)
    return out


def snowed(image: Array, amount: float, light: float, metres: float, random: np.random.Generator) -> Array:
    """``image`` [H, W, 3] of linear light with flakes as bright as ``light``, arguments as for rain.

    Most flakes are small and far; a few near ones are large, soft and fast.
    """
    rows, columns, _ = image.shape
    reach = min(metres, _FARTHEST)
    count = random.poisson(amount * 45 * max(1.0, columns / rows) * (reach / _PERSON) ** 2)
    drift = random.normal(0, 0.5)
    out = image.copy()
    for _ in range(count):
        radius = rows * 0.0076 / reach * math.exp(float(random.normal(0, 0.6)))
        fall = radius * random.uniform(0.3, 3.0)
        x, y = random.uniform(0, columns), random.uniform(0, rows)
        _streak(out, x, y, fall * drift, fall, max(radius, 0.35), random.uniform(0.3, 0.85), light)
    return out


@numba.njit(cache=True)
def _streak(
    image: Array, x: float, y: float, dx: float, dy: float, width: float, strength: float, light: float
) -> None:
    """Lays a soft line from (x, y) to (x + dx, y + dy); its cross-section is a Gaussian of ``width``."""
    rows, columns, _ = image.shape
    reach = 2.5 * width
    x0, x1 = min(x, x + dx) - reach, max(x, x + dx) + reach
    y0, y1 = min(y, y + dy) - reach, max(y, y + dy) + reach
    squared = max(dx * dx + dy * dy, 1e-6)
    for v in range(max(0, int(y0)), min(rows, int(y1) + 1)):
        for u in range(max(0, int(x0)), min(columns, int(x1) + 1)):
            along = min(max(((u + 0.5 - x) * dx + (v + 0.5 - y) * dy) / squared, 0.0), 1.0)
            away = (u + 0.5 - x - along * dx) ** 2 + (v + 0.5 - y - along * dy) ** 2
            alpha = strength * math.exp(-0.5 * away / (width * width))
            for c in range(3):
                image[v, u, c] += np.float32(alpha * (light - image[v, u, c]))
