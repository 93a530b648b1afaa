"""Painters of cloth: weaves, knits and patterns as seamless square tiles.

Weaves are grey tiles around one, to be multiplied by a colour; patterns carry their own colours. All tile
without a seam, which holds by construction: every painter works with whole repeats, periodic noise or
wrapped distances.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.textures import cloudy

Random = np.random.Generator
Array = npt.NDArray[Any]
Colors = npt.NDArray[np.float32]
Painter = Callable[[int, Colors, Random], Array]


@dataclass(frozen=True, slots=True)
class Pattern:
    """``paint(size, colors [3, 3] sRGB, random)`` gives [size, size, 3]; one repeat is ``width`` metres wide.

    ``width`` is the range repeats are drawn from; ``colors`` how many of the three colours it uses;
    ``whole`` means the tile is one metre high and stands for the whole garment (blocks, bands).
    """

    paint: Painter
    width: tuple[float, float]
    size: int = 64
    colors: int = 2
    whole: bool = False


def _grid(size: int) -> tuple[Array, Array]:
    """Down and across in 0..1 at pixel centres."""
    at = (np.arange(size, dtype=np.float32) + 0.5) / size
    down, across = np.meshgrid(at, at, indexing="ij")
    return down, across


def _mixed(share: Array, low: Array, high: Array) -> Array:
    image: Array = (low * (1 - share[..., None]) + high * share[..., None]).astype(np.float32)
    return image


def _bands(position: Array, edges: tuple[float, ...], values: tuple[int, ...], colors: Colors) -> Array:
    value: Array = colors[np.asarray(values)[np.searchsorted(np.asarray(edges), position)]]
    return value


def _wrapped(offset: Array) -> Array:
    """Shortest signed distance on a circle of length one."""
    away: Array = offset - np.round(offset)
    return away


# ------------------------------------------------------------------ weaves (grey, around 1)


def _plain(size: int, random: Random) -> Array:
    return 1 + 0.05 * cloudy(size, (6, 6), random, 3)


def _melange(size: int, random: Random) -> Array:
    return 1 + 0.16 * cloudy(size, (size // 2, size // 8), random, 2) + 0.05 * cloudy(size, (4, 4), random)


def _denim(size: int, random: Random) -> Array:
    down, across = _grid(size)
    twill = np.sin(2 * np.pi * 16 * (down + across)).astype(np.float32)
    return 1 + 0.07 * twill + 0.09 * cloudy(size, (4, size // 4), random, 2)


def _corduroy(size: int, random: Random) -> Array:
    _, across = _grid(size)
    return 0.92 + 0.2 * np.abs(np.sin(np.pi * 12 * across)) + 0.05 * cloudy(size, (5, 5), random)


def _rib(size: int, random: Random) -> Array:
    _, across = _grid(size)
    return 0.9 + 0.2 * np.sin(2 * np.pi * 10 * across) ** 2 + 0.04 * cloudy(size, (5, 5), random)


def _knit(size: int, random: Random) -> Array:
    down, across = _grid(size)
    rows = np.sin(2 * np.pi * (12 * down + 0.22 * np.abs(np.sin(np.pi * 10 * across))))
    stitch = np.abs(np.sin(np.pi * 10 * across))
    return (0.88 + 0.13 * stitch + 0.07 * rows + 0.05 * cloudy(size, (4, 4), random)).astype(np.float32)


def _cable(size: int, random: Random) -> Array:
    down, across = _grid(size)
    lane = _wrapped(across * 3)
    twist = np.abs(_wrapped(down * 4 + 0.7 * np.sign(lane) * np.abs(lane)))
    rope = np.where(np.abs(lane) < 0.3, 0.72 + 0.9 * twist, 0.95 + 0.1 * np.sin(2 * np.pi * 24 * across))
    value: Array = (rope + 0.04 * cloudy(size, (4, 4), random)).astype(np.float32)
    return value


def _twill(size: int, random: Random) -> Array:
    down, across = _grid(size)
    return (1 + 0.06 * np.sin(2 * np.pi * 16 * (down - across)) + 0.04 * cloudy(size, (4, 4), random)).astype(
        np.float32
    )


def _fleece(size: int, random: Random) -> Array:
    return 1 + 0.2 * cloudy(size, (12, 12), random, 3)


def _leather(size: int, random: Random) -> Array:
    return 1 + 0.12 * cloudy(size, (8, 8), random, 4) + 0.12 * np.minimum(cloudy(size, (5, 9), random, 2), 0)


def _shell(size: int, random: Random) -> Array:
    return 1 + 0.04 * cloudy(size, (3, 5), random, 2)


def _quilt(size: int, random: Random) -> Array:
    """Sewn channels of a down jacket: dark stitched lines, light bellies; two channels a tile."""
    down, _ = _grid(size)
    belly = np.abs(np.sin(np.pi * 2 * down))
    pucker = 0.09 * cloudy(size, (4, 14), random, 2) * (1.2 - belly)
    return (0.66 + 0.4 * belly**0.6 + pucker).astype(np.float32)


def _diamonds(size: int, random: Random) -> Array:
    """Diamond-quilted jacket."""
    down, across = _grid(size)
    line = np.minimum(np.abs(_wrapped(2 * (down + across))), np.abs(_wrapped(2 * (down - across))))
    value: Array = (0.75 + 0.3 * np.minimum(line * 6, 1) + 0.04 * cloudy(size, (4, 4), random)).astype(
        np.float32
    )
    return value


def _pleats(size: int, random: Random) -> Array:
    _, across = _grid(size)
    return (0.72 + 0.36 * _ramp(across * 4) + 0.03 * cloudy(size, (3, 3), random)).astype(np.float32)


def _ramp(position: Array) -> Array:
    part = position % 1
    soft: Array = np.where(part < 0.85, part / 0.85, (1 - part) / 0.15).astype(np.float32)
    return soft


WEAVES: Mapping[str, tuple[Callable[[int, Random], Array], float]] = MappingProxyType({
    "plain": (_plain, 0.25), "melange": (_melange, 0.12), "denim": (_denim, 0.12), "cord": (_corduroy, 0.10),
    "rib": (_rib, 0.06), "knit": (_knit, 0.11), "cable": (_cable, 0.24), "twill": (_twill, 0.10),
    "fleece": (_fleece, 0.16), "leather": (_leather, 0.30), "shell": (_shell, 0.30), "quilt": (_quilt, 0.19),
    "diamonds": (_diamonds, 0.15), "pleats": (_pleats, 0.20),
})  # fmt: skip
"""Kind of weave -> painter of a grey tile, and the width of one repeat in metres."""


def weave(kind: str, random: Random, size: int = 64) -> tuple[Array, float]:
    """Grey tile ``[size, size, 3]`` around 1 (to multiply a colour with) and its width in metres."""
    paint, width = WEAVES[kind]
    return np.repeat(paint(size, random)[..., None], 3, 2).astype(np.float32), width


# ------------------------------------------------------------------ patterns with colours of their own


def _even_stripes(size: int, colors: Colors, _random: Random) -> Array:
    down, _ = _grid(size)
    return _bands(down % 0.25 * 4, (0.5,), (0, 1), colors)


def _breton(size: int, colors: Colors, _random: Random) -> Array:
    down, _ = _grid(size)
    return _bands(down % 0.25 * 4, (0.68,), (0, 1), colors)


def _rugby(size: int, colors: Colors, _random: Random) -> Array:
    down, _ = _grid(size)
    return _bands(down, (0.44, 0.5, 0.94), (0, 2, 1, 2), colors)


def _uneven_stripes(size: int, colors: Colors, _random: Random) -> Array:
    down, _ = _grid(size)
    return _bands(down, (0.3, 0.36, 0.5, 0.54, 0.6, 0.85), (0, 1, 0, 2, 0, 1, 0), colors)


def _pin_stripes(size: int, colors: Colors, _random: Random) -> Array:
    _, across = _grid(size)
    line = (np.abs(_wrapped(across * 4)) < 0.07).astype(np.float32)
    return _mixed(line, colors[0], colors[1])


def _gingham(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    share = ((down * 4 % 1 < 0.5).astype(np.float32) + (across * 4 % 1 < 0.5)) / 2
    return _mixed(share, colors[0], colors[1])


def _tartan(size: int, colors: Colors, random: Random) -> Array:
    widths = random.uniform(0.06, 0.3, 5)
    edges = tuple(np.cumsum(widths / widths.sum())[:-1].tolist())
    order = tuple(int(k) for k in random.permutation([0, 0, 1, 2, 1]))
    down, across = _grid(size)
    warp, weft = _bands(across, edges, order, colors), _bands(down, edges, order, colors)
    over = (np.floor(down * 48) + np.floor(across * 48)) % 2
    return _mixed((0.25 + 0.5 * over).astype(np.float32), warp, weft)


def _window_pane(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    line = np.maximum(np.abs(_wrapped(down * 2)) < 0.05, np.abs(_wrapped(across * 2)) < 0.05)
    return _mixed(line.astype(np.float32), colors[0], colors[1])


def _glen_check(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    fine = (np.floor(down * 32) + np.floor(across * 32)) % 2
    block = (_wrapped(down * 2) > 0).astype(np.float32) * 0.5 + (_wrapped(across * 2) > 0) * 0.5
    line = np.maximum(np.abs(_wrapped(down * 2 - 0.25)) < 0.03, np.abs(_wrapped(across * 2 - 0.25)) < 0.03)
    base = _mixed((0.55 * block * fine).astype(np.float32), colors[0], colors[1])
    return _mixed(0.6 * line.astype(np.float32), base, colors[2])


def _argyle(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    diamond = np.abs(_wrapped(across * 2)) + np.abs(_wrapped(down)) * 1.0
    line = np.abs(np.abs(_wrapped(across * 2 + 0.5)) - np.abs(_wrapped(down + 0.5))) < 0.03
    base = _mixed((diamond < 0.5).astype(np.float32), colors[0], colors[1])
    return _mixed(0.8 * line.astype(np.float32), base, colors[2])


def _houndstooth(size: int, colors: Colors, _random: Random) -> Array:
    tooth = np.array(
        [
            [1, 1, 1, 1, 0, 0, 0, 1], [1, 1, 1, 1, 0, 0, 1, 0], [1, 1, 1, 1, 0, 1, 0, 0],
            [1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1],
        ],
        np.float32,
    )  # fmt: skip
    share = np.tile(np.kron(tooth, np.ones((size // 32, size // 32), np.float32)), (4, 4))
    return _mixed(share, colors[0], colors[1])


def _herringbone(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    slope = np.abs(_wrapped(across * 4)) * 2
    share = ((down * 8 + slope) % 1 < 0.5).astype(np.float32) * 0.8
    return _mixed(share, colors[0], colors[1])


def _dots(size: int, colors: Colors, random: Random) -> Array:
    down, across = _grid(size)
    radius = random.uniform(0.2, 0.32)
    near = np.minimum(
        np.hypot(_wrapped(down * 4), _wrapped(across * 4)),
        np.hypot(_wrapped(down * 4 + 0.5), _wrapped(across * 4 + 0.5)),
    )
    return _mixed(np.clip((radius - near) * 12 + 0.5, 0, 1), colors[0], colors[1])


def _scattered(
    size: int, colors: Colors, random: Random, count: int, shape: Callable[[Array, Array], Array]
) -> Array:
    """``shape(radius, angle)`` > 0 painted at ``count`` random places, sizes and turns, wrapped at the
    edges."""
    down, across = _grid(size)
    image = np.broadcast_to(colors[0], (size, size, 3)).astype(np.float32)
    for k in range(count):
        y, x, turn = random.uniform(0, 1, 3)
        dy, dx = _wrapped(down - np.float32(y)), _wrapped(across - np.float32(x))
        reach = random.uniform(0.08, 0.14)
        inside = shape(np.hypot(dy, dx) / reach, np.arctan2(dy, dx) + 2 * np.pi * turn)
        image = _mixed(np.clip(inside * 4 + 0.5, 0, 1).astype(np.float32), image, colors[1 + k % 2])
    return image


def _floral(size: int, colors: Colors, random: Random) -> Array:
    image = _scattered(size, colors, random, 20, lambda r, a: 0.62 + 0.38 * np.cos(5 * a) - r)
    middle = np.stack([colors[0] * 0.6, colors[2], colors[1]])
    speckle = np.abs(_scattered(size, middle, random, 9, lambda r, a: 0.35 + 0.1 * np.cos(a) - r) - middle[0])
    return _mixed((speckle.max(2) > 0.08).astype(np.float32) * 0.7, image, colors[2])


def _leaf(size: int, colors: Colors, random: Random) -> Array:
    return _scattered(size, colors, random, 16, lambda r, a: 1.1 * np.abs(np.cos(a)) ** 3 - r)


def _paisley(size: int, colors: Colors, random: Random) -> Array:
    def drop(r: Array, a: Array) -> Array:
        edge = 0.9 * (0.65 + 0.45 * np.cos(a - 1.3 * r))
        return np.abs(edge - r) * -1 + 0.22 + 0.25 * (r < 0.3)

    return _scattered(size, colors, random, 12, drop)


def _camouflage(size: int, colors: Colors, random: Random) -> Array:
    image = np.broadcast_to(colors[0], (size, size, 3)).astype(np.float32)
    for k, level in ((1, 0.05), (2, 0.18)):
        patch = (cloudy(size, (4, 4), random, 3) > level).astype(np.float32)
        image = _mixed(patch, image, colors[k])
    dark = (cloudy(size, (5, 4), random, 3) > 0.3).astype(np.float32)
    return _mixed(dark * 0.85, image, colors[0] * 0.45)


def _animal(size: int, colors: Colors, random: Random) -> Array:
    spot = cloudy(size, (8, 8), random, 1)
    ring = (np.abs(spot - 0.25) < 0.14).astype(np.float32)
    core = (spot > 0.4).astype(np.float32) * 0.5
    return _mixed(ring, _mixed(core, colors[0], colors[1]), colors[1] * 0.5)


def _tie_dye(size: int, colors: Colors, random: Random) -> Array:
    down, across = _grid(size)
    far = np.hypot(_wrapped(down - 0.5), _wrapped(across - 0.5)) + 0.06 * cloudy(size, (5, 5), random)
    first = _mixed((0.5 + 0.5 * np.cos(far * 26)).astype(np.float32), colors[0], colors[1])
    return _mixed(np.clip(1.4 - 4 * far, 0, 1).astype(np.float32), first, colors[2])


def _geometric(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    ring = np.hypot(_wrapped(down * 3), _wrapped(across * 3))
    line = np.abs(_wrapped(3 * (down + across))) < 0.08
    base = _mixed(((ring * 6) % 1 < 0.45).astype(np.float32), colors[0], colors[1])
    return _mixed(line.astype(np.float32) * 0.7, base, colors[2])


def _triangles(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    rows, columns = np.floor(down * 5), np.floor(across * 5)
    upper = (across * 5 % 1) + (down * 5 % 1) > 1
    value: Array = colors[((rows * 2 + columns * 3 + upper * 1) % 5 % 3).astype(int)]
    return value


def _hexagons(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    best = np.full((size, size), 9, np.float32)
    second = best.copy()
    for shift in (0.0, 0.5):
        for side in (-1, 0, 1):
            near = np.hypot(_wrapped(down * 3 + shift), (_wrapped(across * 4 + shift) + side) * 0.87)
            second = np.minimum(second, np.maximum(best, near))
            best = np.minimum(best, near)
    return _mixed((second - best < 0.16).astype(np.float32), colors[0], colors[1])


# ------------------------------------------------------------------ patterns for the whole garment, 1 m high


def _colour_block(size: int, colors: Colors, random: Random) -> Array:
    down, _ = _grid(size)
    edge = random.uniform(0.30, 0.5)
    return _bands(down, (edge, edge + 0.03), (1, 2 if random.random() < 0.5 else 0, 0), colors)


def _chest_band(size: int, colors: Colors, random: Random) -> Array:
    down, _ = _grid(size)
    edge = random.uniform(0.40, 0.52)
    wide = random.uniform(0.06, 0.14)
    return _bands(down, (edge, edge + wide), (0, 1, 0), colors)


def _gradient(size: int, colors: Colors, _random: Random) -> Array:
    down, _ = _grid(size)
    share = np.clip((down - 0.3) / 0.5, 0, 1)
    return _mixed(share, colors[0], colors[1])


def _half_and_half(size: int, colors: Colors, _random: Random) -> Array:
    _, across = _grid(size)
    return _mixed((across < 0.5).astype(np.float32), colors[0], colors[1])


def _diagonal_block(size: int, colors: Colors, _random: Random) -> Array:
    down, across = _grid(size)
    tilted = down + 0.25 * np.cos(2 * np.pi * across)
    return _bands(tilted, (0.38, 0.46), (1, 2, 0), colors)


PATTERNS: Mapping[str, Pattern] = MappingProxyType({
    "even stripes": Pattern(_even_stripes, (0.08, 0.28)),
    "breton": Pattern(_breton, (0.10, 0.18)),
    "rugby": Pattern(_rugby, (0.22, 0.34), colors=3),
    "uneven stripes": Pattern(_uneven_stripes, (0.14, 0.34), colors=3),
    "pin stripes": Pattern(_pin_stripes, (0.08, 0.16)),
    "gingham": Pattern(_gingham, (0.06, 0.16)),
    "tartan": Pattern(_tartan, (0.12, 0.24), 128, 3),
    "window pane": Pattern(_window_pane, (0.12, 0.26)),
    "glen check": Pattern(_glen_check, (0.16, 0.26), 128, 3),
    "argyle": Pattern(_argyle, (0.18, 0.26), 128, 3),
    "houndstooth": Pattern(_houndstooth, (0.12, 0.24), 128),
    "herringbone": Pattern(_herringbone, (0.06, 0.12)),
    "dots": Pattern(_dots, (0.08, 0.22)),
    "floral": Pattern(_floral, (0.20, 0.40), 128, 3),
    "leaf": Pattern(_leaf, (0.24, 0.44), 128, 3),
    "paisley": Pattern(_paisley, (0.22, 0.36), 128, 3),
    "camouflage": Pattern(_camouflage, (0.45, 0.60), 128, 3),
    "animal": Pattern(_animal, (0.14, 0.24), 128),
    "tie-dye": Pattern(_tie_dye, (0.45, 0.65), 128, 3),
    "geometric": Pattern(_geometric, (0.16, 0.30), 128, 3),
    "triangles": Pattern(_triangles, (0.20, 0.40), 64, 3),
    "hexagons": Pattern(_hexagons, (0.14, 0.26), 128),
    "colour block": Pattern(_colour_block, (1.0, 1.0), 64, 3, True),
    "chest band": Pattern(_chest_band, (1.0, 1.0), 64, 2, True),
    "gradient": Pattern(_gradient, (1.0, 1.0), 64, 2, True),
    "half and half": Pattern(_half_and_half, (1.0, 1.0), 64, 2, True),
    "diagonal block": Pattern(_diagonal_block, (1.0, 1.0), 64, 3, True),
})  # fmt: skip


def paint(kind: str, colors: Colors, random: Random) -> tuple[Array, float, bool]:
    """Tile ``[S, S, 3]`` sRGB of a pattern in up to three ``colors`` [3, 3], its width in metres,
    ``whole``."""
    pattern = PATTERNS[kind]
    image = pattern.paint(pattern.size, colors, random)
    soft = 1 + 0.04 * cloudy(pattern.size, (5, 5), random, 3)
    width = float(random.uniform(*pattern.width))
    return np.clip(image * soft[..., None], 0, 1).astype(np.float32), width, pattern.whole
