"""The curves of a report as PNG pictures: CMC, ROC, reliability, confusion of parts, ranked lists."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from dropmodel.data.datasets import Dataset
from dropmodel.evaluation.calibration import Reliability
from dropmodel.evaluation.chart import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    Axis,
    Chart,
    font,
)
from dropmodel.evaluation.parsing import ParsingScore
from dropmodel.evaluation.ranked_lists import draw_queries, ranked_lists
from dropmodel.evaluation.ranking import Ranking
from dropmodel.evaluation.report import FALSE_RATES, Report
from dropmodel.evaluation.verification import Roc

_COLORS = (BLUE, ORANGE, GREEN, "#cc79a7", "#56b4e9", "#e69f00")
_DEPTH = 50


def write_plots(report: Report, dataset: Dataset, folder: Path) -> list[Path]:
    """All pictures that ``report`` has data for, in ``folder``, which is made; their paths.

    ``ImageError`` for a picture of a ranked list that cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"cmc": cmc_chart({report.model: report.ranking})}
    if report.roc is not None:
        pictures["roc"] = roc_chart({report.model: report.roc})
    if report.reliability is not None:
        pictures["reliability"] = reliability_chart({"on persons held out": report.reliability})
    if report.parsing is not None:
        pictures["confusion"] = confusion_picture(report.parsing)
    drawn, worst = draw_queries(report.ranking)
    pictures["ranked"] = ranked_lists(dataset, report.ranking, drawn, "Queries drawn at random")
    pictures["ranked_worst"] = ranked_lists(dataset, report.ranking, worst, "Queries that went worst")
    paths = []
    for name, picture in pictures.items():
        paths.append(folder / f"{name}.png")
        picture.save(paths[-1])
    return paths


def cmc_chart(rankings: Mapping[str, Ranking], depth: int = _DEPTH) -> Image.Image:
    """Cumulative matching curves of one or several models by name."""
    depth = max(min([depth, *(ranking.gallery for ranking in rankings.values())]), 2)
    curves = {name: 100 * ranking.cmc(depth) for name, ranking in rankings.items()}
    least = min(float(curve[0]) for curve in curves.values())
    low = 10 * math.floor(max(least - 5, 0) / 10)
    step = 10 if 100 - low > 40 else 5
    apart = 10 if depth > 20 else 5
    ticks = ((1.0, "1"), *((float(r), f"{r}") for r in range(apart, depth + 1, apart)))
    chart = Chart(
        "Cumulative matches",
        Axis("Rank", 0, depth, ticks),
        Axis.linear("Queries with a right answer", low, 100, step, " %"),
    )
    for (name, curve), color in zip(curves.items(), _COLORS, strict=False):
        ranking = rankings[name]
        title = f"{name}: Rank-1 {curve[0]:.1f}, mAP {100 * ranking.mean_ap:.1f}"
        chart.line(np.arange(1, depth + 1), curve, color, title)
        marked = [rank for rank in (1, 5, 10) if rank <= depth]
        chart.points(marked, [float(curve[rank - 1]) for rank in marked], color)
    return chart.picture()


def roc_chart(curves: Mapping[str, Roc]) -> Image.Image:
    """ROC curves by name; false positives on a logarithmic axis, as access control reads them."""
    finest = min(float(curve.fpr[curve.fpr > 0].min(initial=1)) for curve in curves.values())
    power = min(max(math.floor(math.log10(finest)), -5), -2)
    low = 10.0**power
    chart = Chart(
        "Verification of pairs",
        Axis.powers("Pairs of two persons accepted (FPR)", power, 0),
        Axis.linear("Pairs of one person accepted (TPR)", 0, 100, 20, " %"),
    )
    for (name, curve), color in zip(curves.items(), _COLORS, strict=False):
        thin = curve.thinned()
        title = f"{name}: AUC {100 * curve.auc:.1f}, EER {100 * curve.eer:.1f}"
        # Below the axis's first value a curve says nothing; its left end would be drawn as a wall.
        shown = thin.fpr >= low
        across = np.append(low, thin.fpr[shown])
        up = np.append(100 * curve.tpr_at(low), 100 * thin.tpr[shown])
        chart.line(across, up, color, title, steps=True)
        marked = [rate for rate in FALSE_RATES if rate >= low]
        chart.points(marked, [100 * curve.tpr_at(rate) for rate in marked], color)
    guess = np.geomspace(low, 1, 60)
    chart.line(guess, 100 * guess, MUTED, "chance", width=2.5, dashed=True)
    poor = max(curve.tpr_at(0.03) for curve in curves.values()) < 0.7
    chart.legend("upper left" if poor else "lower right")
    return chart.picture()


def reliability_chart(curves: Mapping[str, Reliability]) -> Image.Image:
    """How often predictions came true, by who made them; the area of a disc is its group's weight."""
    chart = Chart(
        "Reliability of the probability “same person”",
        Axis.linear("Predicted", 0, 100, 20, " %"),
        Axis.linear("Came true", 0, 100, 20, " %"),
    )
    chart.line([0, 100], [0, 100], MUTED, "perfect", width=2.5, dashed=True)
    for (name, found), color in zip(curves.items(), _COLORS, strict=False):
        predicted, observed = 100 * found.predicted, 100 * found.observed
        chart.line(predicted, observed, color, f"{name}: error (ECE) {100 * found.ece:.2f} %", width=3)
        chart.points(predicted, observed, color, 4 + 24 * np.sqrt(found.weights))
    return chart.picture()


_CELL, _SIDE, _HEAD, _EDGE = 88, 250, 130, 24


def confusion_picture(score: ParsingScore) -> Image.Image:
    """Share of each target class's pixels (rows) given each class (columns), in percent."""
    parts = list(score.schema)
    titles = ["Background", *(part.title for part in parts)]
    letters = ["BG", *(part.letters for part in parts)]
    totals = score.confusion.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, score.confusion / np.maximum(totals, 1), np.nan)
    count = len(titles)
    size = (_SIDE + count * _CELL + _EDGE, _HEAD + count * _CELL + 2 * _EDGE)
    image = Image.new("RGB", (2 * size[0], 2 * size[1]), PAPER)
    draw = ImageDraw.Draw(image)

    def write(x: float, y: float, text: str, pixels: int, color: str, anchor: str) -> None:
        draw.text((2 * x, 2 * y), text, color, font(2 * pixels), anchor)

    head = f"Confusion of parts: mIoU {100 * score.mean_iou:.1f}, {score.images} pictures"
    write(_EDGE, 48, head, 30, INK, "lb")
    write(_SIDE + count * _CELL / 2, 68, "given (% of the pixels of the true part)", 24, MUTED, "mt")
    for i in range(count):
        write(_SIDE - 14, _HEAD + (i + 0.5) * _CELL, f"{titles[i]}  {letters[i]}", 24, INK, "rm")
        write(_SIDE + (i + 0.5) * _CELL, _HEAD - 10, letters[i], 24, INK, "mb")
        for j in range(count):
            share = float(shares[i, j])
            x, y = _SIDE + j * _CELL, _HEAD + i * _CELL
            box = [2 * (x + 1), 2 * (y + 1), 2 * (x + _CELL - 1), 2 * (y + _CELL - 1)]
            draw.rectangle(box, fill=_shade(0 if np.isnan(share) else share, i == j))
            text = "–" if np.isnan(share) else _short(100 * share)
            color = PAPER if share > 0.55 else MUTED if np.isnan(share) or share < 0.005 else INK
            write(x + _CELL / 2, y + _CELL / 2, text, 24, color, "mm")
    return image.resize(size, Image.Resampling.BOX)


def _shade(share: float, right: bool) -> tuple[int, int, int]:
    """Light grey to blue for right pixels, to orange for wrong ones; the root shows small shares too."""
    full = np.array([0, 114, 178] if right else [213, 94, 0])
    mixed = np.array([247, 247, 247]) + (full - 247) * math.sqrt(share)
    red, green, blue = (int(value) for value in np.rint(mixed))
    return red, green, blue


def _short(value: float) -> str:
    """A percentage in at most four characters."""
    return f"{value:.0f}" if value >= 9.95 or value < 0.05 else f"{value:.1f}"
