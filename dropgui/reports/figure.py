"""The ranking figure: the query, its best matches in coloured frames, for papers and slides.

PNG and PDF are painted with Pillow, SVG is written as text whose letters stay letters. A plotting library
would be larger than the program and draws no such figure by itself (docs/decisions/0052-reports.md).
"""

from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from PIL import Image, ImageDraw

from dropgui.errors import UserError
from dropgui.reports.content import Report
from dropgui.reports.files import writing
from dropgui.reports.fonts import font_for
from dropgui.reports.layout import FRAME, TILE, Label, Layout, Swatch, Tile, lay_out
from dropgui.reports.markup import data_uri, element
from dropmodel.evaluation.chart import PAPER
from dropmodel.evaluation.tiles import FILLING, STROKE, STROKES, Mark, fitted, framed

FIGURE_SUFFIXES = (".png", ".pdf", ".svg")

_DPI = 300
_POINTS = 72  # an inch
_BADGE = 12.0
_QUALITY = 95
_ANCHORS = {"left": ("ls", "start"), "middle": ("ms", "middle"), "right": ("rs", "end")}


def save_figure(report: Report, path: Path, *, columns: int = 10, dpi: int = _DPI) -> None:
    """Writes the figure as its suffix says: .png, .pdf (both at ``dpi`` pixels an inch) or .svg.

    The query stands on the left; the matches go beside it in rows of ``columns``, framed green and ticked
    where confirmed, red and crossed where rejected, grey where undecided, with score, probability (of a
    calibrated model) and camera. A :class:`~dropgui.errors.UserError` for another suffix, or where nothing
    can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FIGURE_SUFFIXES:
        raise UserError(f"A figure is {', '.join(FIGURE_SUFFIXES)}; {path.name!r} ends in none of these.")
    layout = lay_out(report, columns)
    with writing(path) as file:
        if suffix == ".svg":
            file.write(b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(to_svg(layout), "utf-8"))
        elif suffix == ".png":
            paint(layout, dpi / _POINTS).save(file, "PNG", dpi=(dpi, dpi))
        else:
            picture = paint(layout, dpi / _POINTS)
            picture.save(file, "PDF", resolution=dpi, quality=_QUALITY, title=layout.title)


def paint(layout: Layout, scale: float) -> Image.Image:
    """The figure as RGB with ``scale`` pixels a point."""
    picture = Image.new("RGB", (round(layout.width * scale), round(layout.height * scale)), PAPER)
    draw = ImageDraw.Draw(picture)
    size = round(TILE[0] * scale), round(TILE[1] * scale)
    for tile in layout.tiles:
        content = Image.new("RGB", size, FILLING) if tile.picture is None else tile.picture
        side = round(_BADGE * scale)
        made = framed(content, size, round(FRAME * scale), tile.color, tile.mark, side)
        picture.paste(made, (round(tile.x * scale), round(tile.y * scale)))
    for swatch in layout.swatches:
        box = [swatch.x, swatch.y, swatch.x + swatch.side, swatch.y + swatch.side]
        draw.rectangle([value * scale for value in box], outline=swatch.color, width=round(FRAME * scale))
    for label in layout.labels:
        letters = font_for(label.text, round(label.size * scale))
        place = (label.x * scale, label.y * scale)
        draw.text(place, label.text, label.color, letters, _ANCHORS[label.anchor][0])
    return picture


def to_svg(layout: Layout) -> Element:
    """The figure as an ``<svg>`` with its pictures inside."""
    return element(
        "svg",
        element("title", layout.title),
        element("rect", width="100%", height="100%", fill=PAPER),
        *(_svg_tile(tile) for tile in layout.tiles),
        *(_svg_swatch(swatch) for swatch in layout.swatches),
        *(_svg_label(label) for label in layout.labels),
        xmlns="http://www.w3.org/2000/svg",
        width=f"{layout.width:g}pt",
        height=f"{layout.height:g}pt",
        viewBox=f"0 0 {layout.width:g} {layout.height:g}",
        font_family="Helvetica, Arial, 'DejaVu Sans', sans-serif",
    )


def _svg_tile(tile: Tile) -> Element:
    width, height = TILE[0] + 2 * FRAME, TILE[1] + 2 * FRAME
    inside = None
    if tile.picture is not None:
        across, down = fitted(tile.picture.size, TILE)
        left, top = FRAME + (TILE[0] - across) / 2, FRAME + (TILE[1] - down) / 2
        inside = element("image", x=left, y=top, width=across, height=down, href=data_uri(tile.picture))
    return element(
        "g",
        element("rect", width=width, height=height, fill=tile.color),
        element("rect", x=FRAME, y=FRAME, width=TILE[0], height=TILE[1], fill=FILLING),
        inside,
        None if tile.mark is None else _svg_badge(tile.color, tile.mark, width),
        transform=f"translate({tile.x:g} {tile.y:g})",
    )


def _svg_badge(color: str, mark: Mark, right: float) -> Element:
    lines = [
        element(
            "polyline",
            points=" ".join(f"{x * _BADGE:g},{y * _BADGE:g}" for x, y in stroke),
            fill="none",
            stroke=PAPER,
            stroke_width=STROKE * _BADGE,
            stroke_linejoin="round",
        )
        for stroke in STROKES[mark]
    ]
    square = element("rect", width=_BADGE, height=_BADGE, fill=color)
    return element("g", square, *lines, transform=f"translate({right - _BADGE:g} 0)")


def _svg_swatch(swatch: Swatch) -> Element:
    inner = swatch.side - FRAME
    place = {"x": swatch.x + FRAME / 2, "y": swatch.y + FRAME / 2, "width": inner, "height": inner}
    return element("rect", **place, fill="none", stroke=swatch.color, stroke_width=FRAME)


def _svg_label(label: Label) -> Element:
    anchor = _ANCHORS[label.anchor][1]
    return element(
        "text", label.text, x=label.x, y=label.y, font_size=label.size, fill=label.color, text_anchor=anchor
    )
