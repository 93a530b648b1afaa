"""Ranked lists as pictures: each query, then its first matches, right ones framed green, wrong ones red."""

import numpy as np
from PIL import Image, ImageDraw

from dropmodel.data.datasets import Dataset, Sample
from dropmodel.decode import read_image
from dropmodel.evaluation.chart import GREEN, INK, MUTED, PAPER, font
from dropmodel.evaluation.ranking import DISTRACTOR, IntArray, Ranking
from dropmodel.evaluation.tiles import RED, Mark, framed

QUERIES = 8

_CROP = (112, 224)
_FRAME = 6
_GAP = 14
_MARGIN = 26
_LINE = 30
_HEAD = 84


def draw_queries(ranking: Ranking, count: int = QUERIES, seed: int = 0) -> tuple[IntArray, IntArray]:
    """Queries drawn at random, so that nobody picked them, and those of the least average precision."""
    places = np.flatnonzero(ranking.counted)
    random = np.sort(np.random.default_rng(seed).permutation(places)[:count])
    worst = places[np.argsort(ranking.average_precision[places], kind="stable")][:count]
    return random, worst


def ranked_lists(dataset: Dataset, ranking: Ranking, queries: IntArray, title: str) -> Image.Image:
    """A line for each of ``queries``: the query, then as many first matches as ``ranking`` kept.

    A right match is framed green and ticked, a wrong one red and crossed: colour is not the only sign.
    Crops that do not take part (a person's own camera, junk) are not shown. ``ImageError`` for a picture that
    cannot be read.
    """
    columns = ranking.top.shape[1] + 1
    width, height = _CROP[0] + 2 * _FRAME, _CROP[1] + 2 * _FRAME
    pitch = height + _LINE + _GAP
    size = (2 * _MARGIN + columns * (width + _GAP) + _GAP, _HEAD + len(queries) * pitch + _MARGIN)
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_MARGIN, 44), title, INK, font(28), "lb")
    for text, at in (("query", 0), *((f"{rank}", rank) for rank in range(1, columns))):
        draw.text((_left(at) + width / 2, _HEAD - 8), text, MUTED, font(20), "mb")
    for line, query in enumerate(queries.tolist()):
        top = _HEAD + line * pitch
        asked = dataset.query[query]
        image.paste(_framed(asked, INK, None), (_left(0), top))
        precision = 100 * ranking.average_precision[query]
        draw.text((_left(0), top + height + 6), f"AP {precision:.0f}", INK, font(20), "lt")
        for rank, place in enumerate(ranking.top[query].tolist(), start=1):
            if place < 0:
                break
            match = dataset.gallery[place]
            good = match.identity == asked.identity and match.identity > DISTRACTOR
            image.paste(
                _framed(match, GREEN if good else RED, "tick" if good else "cross"), (_left(rank), top)
            )
            told = f"camera {match.camera}" if match.camera >= 0 else ""
            draw.text((_left(rank) + width / 2, top + height + 6), told, MUTED, font(18), "mt")
    return image


def _left(column: int) -> int:
    """Where a column begins; the query stands a little apart."""
    return _MARGIN + column * (_CROP[0] + 2 * _FRAME + _GAP) + (_GAP if column else 0)


def _framed(sample: Sample, color: str, mark: Mark | None) -> Image.Image:
    return framed(Image.fromarray(read_image(sample.path)), _CROP, _FRAME, color, mark)
