"""Where everything of a ranking figure stands, in points (1/72 inch); painting it is somebody else's work."""

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from dropgui.reports.content import Entry, Report, Verdict, View
from dropgui.reports.fonts import font_for, legible
from dropgui.search.certainty import percent
from dropmodel.evaluation.chart import GREEN, INK, MUTED
from dropmodel.evaluation.tiles import RED, Mark

TILE = (54.0, 108.0)
FRAME = 2.5

_GAP = 7.0
_MARGIN = 14.0
_TITLE, _TEXT, _SMALL = 13.0, 7.5, 6.5
_HEAD = 52.0
_CAPTION = 22.0
_LEGEND = 20.0
_SAMPLE = 8.0
_GREY = "#9a9a9a"
_FEW_VIEWS = 3
_MEASURED = 8  # letters are measured so many times larger, because fonts come in whole pixels

FRAMES: dict[Verdict, tuple[str, Mark | None]] = {
    Verdict.CONFIRMED: (GREEN, "tick"),
    Verdict.REJECTED: (RED, "cross"),
    Verdict.UNDECIDED: (_GREY, None),
}
"""Colour and mark of a match's frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A framed picture whose frame's upper left corner is at (x, y); None shows an empty frame."""

    x: float
    y: float
    picture: Image.Image | None
    color: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Swatch:
    """A small framed square of the legend."""

    x: float
    y: float
    side: float
    color: str


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text on the baseline ``y``, from, around or up to ``x``."""

    x: float
    y: float
    text: str
    size: float
    color: str = INK
    anchor: Literal["left", "middle", "right"] = "left"


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A figure of ``width`` x ``height`` points."""

    title: str
    width: float
    height: float
    tiles: tuple[Tile, ...]
    swatches: tuple[Swatch, ...]
    labels: tuple[Label, ...]


def lay_out(report: Report, columns: int = 10) -> Layout:
    """The query's views in a column on the left, the matches in rows of ``columns`` beside it."""
    if columns < 1:
        raise ValueError(f"a figure needs at least one column, got {columns}")
    columns = min(columns, max(len(report.entries), 1))
    width, height = TILE[0] + 2 * FRAME, TILE[1] + 2 * FRAME
    across, down = width + _GAP, height + _CAPTION + _GAP
    first = _MARGIN + across + 2 * _GAP
    lines = max(-(-len(report.entries) // columns), min(len(report.views), _FEW_VIEWS), 1)
    tiles: list[Tile] = []
    labels = _heading(report, first + columns * across - _GAP - _MARGIN)
    labels.append(Label(_MARGIN, _HEAD - 4, "Query", _TEXT, MUTED))
    for line, view in enumerate(report.views[:lines]):
        top = _HEAD + line * down
        tiles.append(Tile(_MARGIN, top, view.picture, INK))
        labels += _under_view(view, len(report.views) - lines if line == lines - 1 else 0, top + height)
    for place, entry in enumerate(report.entries):
        x, y = first + place % columns * across, _HEAD + place // columns * down
        tiles.append(Tile(x, y, entry.picture, *FRAMES[entry.verdict]))
        labels += _under_match(entry, x, y + height)
    labels += [
        Label(tile.x + width / 2, tile.y + height / 2, "no picture", _TEXT, MUTED, "middle")
        for tile in tiles
        if tile.picture is None
    ]
    if not report.entries:
        labels.append(Label(first, _HEAD + height / 2, "No match", _TEXT, MUTED))
    foot = _HEAD + lines * down
    swatches, told, end = _legend(report, foot)
    return Layout(
        title=report.title,
        width=max(first + columns * across - _GAP, end) + _MARGIN,
        height=foot + (_LEGEND if swatches else 0) + _MARGIN / 2,
        tiles=tuple(tiles),
        swatches=tuple(swatches),
        labels=tuple(labels + told),
    )


def _heading(report: Report, room: float) -> list[Label]:
    chosen = ", ".join(
        report.schema.vector(name).title + (f" (weight {weight:g})" if weight != 1 else "")
        for name, weight in report.weights.items()
    )
    if any(entry.match.uncalibrated for entry in report.entries):
        some = any(entry.match.probability is not None for entry in report.entries)
        chosen += " · where there is no percentage it is not calibrated" if some else " · not calibrated"
    title = Label(_MARGIN, _MARGIN + _TITLE * 0.8, shortened(report.title, _TITLE, room), _TITLE)
    return [title, Label(_MARGIN, _HEAD - 16, shortened(f"Compared: {chosen}", _TEXT, room), _TEXT, MUTED)]


def _under_view(view: View, more: int, y: float) -> list[Label]:
    room = TILE[0] + 2 * FRAME
    labels = [Label(_MARGIN, y + 9, shortened(view.caption, _SMALL, room), _SMALL, MUTED)]
    if more > 0:
        labels.append(Label(_MARGIN, y + 18, f"and {more} more", _SMALL, MUTED))
    return labels


def _under_match(entry: Entry, x: float, y: float) -> list[Label]:
    width = TILE[0] + 2 * FRAME
    labels = [
        Label(x, y + 9, str(entry.rank), _TEXT, MUTED),
        Label(x + width, y + 9, f"{entry.match.score:.3f}", _TEXT, INK, "right"),
    ]
    room = width
    if entry.match.probability is not None:
        text = percent(entry.match.probability)
        labels.append(Label(x + width, y + 18, text, _SMALL, MUTED, "right"))
        room -= measured(text, _SMALL) + 3
    return [*labels, Label(x, y + 18, shortened(entry.row.place, _SMALL, room), _SMALL, MUTED)]


def _legend(report: Report, y: float) -> tuple[list[Swatch], list[Label], float]:
    """What the frames mean, as far as they occur; and where that ends."""
    x = end = _MARGIN
    swatches: list[Swatch] = []
    labels: list[Label] = []
    seen = {entry.verdict for entry in report.entries}
    for verdict, (color, _) in FRAMES.items():
        if verdict in seen:
            swatches.append(Swatch(x, y, _SAMPLE, color))
            labels.append(Label(x + _SAMPLE + 4, y + _SAMPLE - 1, verdict.value, _TEXT, MUTED))
            end = x + _SAMPLE + 4 + measured(verdict.value, _TEXT)
            x = end + 2 * _GAP
    return swatches, labels, end


def shortened(text: str, size: float, room: float) -> str:
    """``text`` on one line, legible, with its middle left out where it is wider than ``room`` points."""
    text = " ".join(legible(text).split())
    if measured(text, size) <= room:
        return text
    kept = len(text)
    while kept > 1:
        kept -= 1
        cut = text[: -(-kept // 2)] + "…" + text[len(text) - kept // 2 :]
        if measured(cut, size) <= room:
            return cut
    return "…"


def measured(text: str, size: float) -> float:
    """How wide ``text`` is at ``size`` points."""
    return font_for(text, round(size * _MEASURED)).getlength(text) / _MEASURED
