"""An evaluation as tables: the same on the page, in files and on the command line."""

from dataclasses import dataclass

import numpy as np

from dropgui.evaluation.result import FALSE_RATES, Certainties, Evaluation
from dropgui.evaluation.words import CERTAINTY_TITLES, MEANINGS
from dropmodel.evaluation.calibration import Reliability
from dropmodel.evaluation.parsing import ParsingScore
from dropmodel.evaluation.tables import Row

Cell = str | int | float | None
"""Shares are in percent; None where there is nothing to measure."""

DEPTH = 50
"""So many ranks the curve of cumulative matches has."""

RANGE = "95 % range"


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is for a file, ``title`` for people; every row has a cell a column."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def cell_text(value: Cell) -> str:
    """For people: one decimal, a dash where there is nothing."""
    if value is None:
        return "–"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def summary(found: Evaluation) -> Table:
    """The measures, with their ranges where they have one, and what they say."""
    rows: list[tuple[Cell, ...]] = []
    report = found.report
    if report is not None:
        whole = report.whole
        rows.append(("Rank-1", _percent(whole.rank1), _range(whole.rank1_interval)))
        rows += [(f"Rank-{r}", _percent(report.ranking.rank(r)), "") for r in (5, 10, 20)]
        rows.append(("mAP", _percent(whole.mean_ap), _range(whole.map_interval)))
        rows.append(("mINP", _percent(whole.mean_inp), ""))
        if report.roc is not None:
            rows += [("AUC", _percent(report.roc.auc), ""), ("EER", _percent(report.roc.eer), "")]
            rows += [
                (f"TPR at FPR {100 * rate:g} %", _percent(report.roc.tpr_at(rate)), "")
                for rate in FALSE_RATES
            ]
    for title, name in (("ECE of first matches", "matches"), ("ECE at even odds", "even")):
        if found.certainty is not None and found.certainty.trust is not None:
            diagram = getattr(found.certainty.trust, name)
            rows.append((title, None if diagram is None else _percent(diagram.ece), ""))
    if found.parsing is not None:
        rows += [
            ("mIoU", _percent(found.parsing.mean_iou), ""),
            ("Pixels right", _percent(found.parsing.pixel_accuracy), ""),
            ("Left and right exchanged", _percent(found.parsing.swapped), ""),
        ]
    told = tuple((*row, MEANINGS.get(str(row[0]), "")) for row in rows)
    return Table("summary", "Measures", ("Measure", "Percent", RANGE, "Meaning"), told)


def parts(found: Evaluation) -> Table:
    """A row for each choice of vectors."""
    columns = ("Compared by", "Rank-1", "mAP", "mINP", f"{RANGE} of mAP", "Searches")
    return Table("parts", "By parts", columns, tuple(_row(row) for row in found.parts))


def cameras(found: Evaluation) -> Table:
    """A row for each pair of cameras."""
    rows: tuple[tuple[Cell, ...], ...] = ()
    if found.cameras is not None:
        rows = tuple((own, *_row(row, other)) for (own, other), row in found.cameras.rows.items())
    columns = ("Seen by", "Looked for in", "Rank-1", "mAP", "mINP", f"{RANGE} of mAP", "Searches")
    return Table("cameras", "By cameras", columns, rows)


def confusion(score: ParsingScore) -> Table:
    """Of each part's pixels in corrected masks, the share that was given each part, in percent."""
    titles = ("Background", *(part.title for part in score.schema))
    totals = score.confusion.sum(axis=1)
    rows = tuple(
        (
            title,
            *(float(100 * count / total) if total else None for count in line),
            None if np.isnan(iou) else float(100 * iou),
        )
        for title, line, total, iou in zip(titles, score.confusion, totals, score.class_iou, strict=True)
    )
    return Table("confusion", "Masks: true part by given part", ("True part", *titles, "IoU"), rows)


def all_tables(found: Evaluation) -> list[Table]:
    """Everything that was measured, for files."""
    told = [summary(found)]
    report = found.report
    if report is not None:
        curve = report.ranking.cmc(min(DEPTH, max(report.whole.gallery, 1)))
        told += [parts(found), cameras(found)]
        rows = tuple((rank, float(100 * share)) for rank, share in enumerate(curve, 1))
        told.append(Table("cmc", "Cumulative matches", ("Rank", "Searches with a right answer"), rows))
        if report.roc is not None:
            thin = report.roc.thinned()
            points = tuple((float(100 * x), float(100 * y)) for x, y in zip(thin.fpr, thin.tpr, strict=True))
            told.append(Table("roc", "Pairs told apart", ("FPR", "TPR"), points))
        told += [_diagrams(found), _queries(found)]
    if found.parsing is not None:
        told.append(confusion(found.parsing))
    return [table for table in told if table.rows]


def diagrams(found: Evaluation) -> dict[str, Reliability]:
    """Of first matches, how often what was told came true: in use, and as fitted; by title."""
    certainty = found.certainty
    told: dict[str, Reliability | None] = {}
    if certainty is not None:
        told = {
            CERTAINTY_TITLES["in_use"]: None if certainty.trust is None else certainty.trust.matches,
            CERTAINTY_TITLES["fitted"]: _fitted(certainty),
        }
    return {title: diagram for title, diagram in told.items() if diagram is not None}


def _fitted(certainty: Certainties) -> Reliability | None:
    """What could be fitted, where it is not in use already."""
    if certainty.fitted is None or certainty.is_fitted:
        return None
    return certainty.fitted.trust.matches


def _diagrams(found: Evaluation) -> Table:
    rows = tuple(
        (title, float(100 * told), float(100 * true), float(100 * weight))
        for title, diagram in diagrams(found).items()
        for told, true, weight in zip(diagram.predicted, diagram.observed, diagram.weights, strict=True)
    )
    columns = ("Calibration", "Told", "Came true", "Share of first matches")
    return Table("certainty", "Certainty of first matches", columns, rows)


def _queries(found: Evaluation) -> Table:
    assert found.report is not None
    rows = tuple(
        (crop, query.path, float(100 * query.average_precision), query.first_hit)
        for crop, query in zip(found.query_crops, found.report.queries, strict=True)
    )
    return Table("queries", "Searches", ("Crop", "Picture", "AP", "First right answer"), rows)


def _row(row: Row, name: str | None = None) -> tuple[Cell, ...]:
    shares = (row.rank1, row.mean_ap, row.mean_inp)
    return (name or row.name, *map(_percent, shares), _range(row.map_interval), row.queries)


def _percent(share: float) -> float | None:
    return None if np.isnan(share) else float(100 * share)


def _range(interval: tuple[float, float]) -> str:
    return "" if np.isnan(interval[0]) else f"{100 * interval[0]:.0f} to {100 * interval[1]:.0f}"
