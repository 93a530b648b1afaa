"""A crop in a coloured frame, the unit of every ranked figure."""

from typing import Literal

from PIL import Image, ImageDraw

from dropmodel.evaluation.chart import PAPER

RED = "#c8102e"
FILLING = "#ececec"

Mark = Literal["tick", "cross"]
Stroke = tuple[tuple[float, float], ...]

STROKES: dict[Mark, tuple[Stroke, ...]] = {
    "tick": (((0.22, 0.55), (0.42, 0.75), (0.78, 0.3)),),
    "cross": (((0.28, 0.28), (0.72, 0.72)), ((0.72, 0.28), (0.28, 0.72))),
}
"""Lines of a mark in shares of its side, from the upper left."""

STROKE = 0.125
"""How wide a mark's lines are, as a share of its side."""

_SMOOTHING = 4


def fitted(picture: tuple[int, int], room: tuple[float, float]) -> tuple[float, float]:
    """Width and height of ``picture`` (width, height) in ``room``, its proportions kept."""
    scale = min(room[0] / picture[0], room[1] / picture[1])
    return picture[0] * scale, picture[1] * scale


def framed(
    picture: Image.Image,
    size: tuple[int, int],
    frame: int,
    color: str,
    mark: Mark | None = None,
    side: int = 28,
) -> Image.Image:
    """``picture`` fitted into ``size`` (width, height) pixels, a frame of ``color`` around that.

    ``mark`` stands in a square of ``side`` pixels in the upper right corner: colour is not the only sign.
    """
    width, height = fitted(picture.size, size)
    small = picture.resize((max(round(width), 1), max(round(height), 1)), Image.Resampling.LANCZOS)
    tile = Image.new("RGB", (size[0] + 2 * frame, size[1] + 2 * frame), color)
    tile.paste(FILLING, (frame, frame, frame + size[0], frame + size[1]))
    tile.paste(small, (frame + (size[0] - small.width) // 2, frame + (size[1] - small.height) // 2))
    if mark is not None:
        badge = _badge(color, mark, side)
        tile.paste(badge, (tile.width - badge.width, 0))
    return tile


def _badge(color: str, mark: Mark, side: int) -> Image.Image:
    large = Image.new("RGB", (_SMOOTHING * side, _SMOOTHING * side), color)
    draw = ImageDraw.Draw(large)
    for stroke in STROKES[mark]:
        points = [(x * large.width, y * large.width) for x, y in stroke]
        draw.line(points, PAPER, round(STROKE * large.width), joint="curve")
    return large.resize((side, side), Image.Resampling.BOX)
