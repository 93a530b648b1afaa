"""What an evaluation found, as one value: for people, for JSON, for pictures and for comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dropmodel.evaluation.calibration import Calibration, Reliability
from dropmodel.evaluation.parsing import ParsingScore
from dropmodel.evaluation.ranking import Ranking
from dropmodel.evaluation.tables import Row, percent
from dropmodel.evaluation.verification import Roc

FALSE_RATES = (1e-2, 1e-3, 1e-4)
"""False positive rates at which a report tells the share of pairs of one person that are found."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query: its picture ``path`` (within the data set), the ``person``, and what was found, 0..1.

    ``first_hit`` is the rank from 1 of the first right answer.
    """

    path: str
    person: int
    average_precision: float
    inverse_penalty: float
    first_hit: int


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The results of a model on a data set.

    ``vectors`` are the names of those compared; with ``flip`` they are the mean over a picture and its
    mirror image. ``ranking`` has a row a query of ``queries``, which are only those with a right answer;
    ``left_out`` counts the others. ``whole`` is the summary with intervals, ``tables`` has more by name. What
    the data could not tell is None.
    """

    dataset: str
    model: str
    weights_hash: str
    vectors: tuple[str, ...]
    reranked: bool
    flip: bool
    whole: Row
    ranking: Ranking
    queries: tuple[QueryResult, ...]
    left_out: int
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    roc: Roc | None = None
    parsing: ParsingScore | None = None
    calibration: Calibration | None = None
    reliability: Reliability | None = None

    def to_dict(self, *, per_query: bool = False) -> dict[str, Any]:
        """Plain data for JSON; measures in percent, None where there was nothing to measure.

        ``queries`` counts all of the data set's, ``left_out`` those of them without a right answer.
        ``per_query`` adds each query's own result, which :mod:`dropmodel.evaluation.compare` needs.
        """
        data: dict[str, Any] = {
            **{f"rank{r}": percent(self.ranking.rank(r)) for r in (1, 5, 10)},
            "map": percent(self.whole.mean_ap),
            "minp": percent(self.whole.mean_inp),
            "queries": len(self.queries) + self.left_out,
            "gallery": self.whole.gallery,
            "miou": None if self.parsing is None else percent(self.parsing.mean_iou),
            "left_out": self.left_out,
            "dataset": self.dataset,
            "model": self.model,
            "weights_hash": self.weights_hash,
            "parts": list(self.vectors),
            "reranked": self.reranked,
            "flip": self.flip,
            "intervals": {
                "rank1": [percent(value) for value in self.whole.rank1_interval],
                "map": [percent(value) for value in self.whole.map_interval],
            },
            "parsing": None if self.parsing is None else parsing_data(self.parsing),
            "verification": None if self.roc is None else _verification(self.roc),
            "ece": None if self.reliability is None else percent(self.reliability.ece),
            "calibration": None if self.calibration is None else self.calibration.to_dict(),
            "tables": {name: [row.to_dict() for row in rows] for name, rows in self.tables.items()},
        }
        if per_query:
            data["per_query"] = [
                {
                    "path": query.path,
                    "person": query.person,
                    "ap": round(query.average_precision, 6),
                    "inp": round(query.inverse_penalty, 6),
                    "first_hit": query.first_hit,
                }
                for query in self.queries
            ]
        return data

    def lines(self) -> list[str]:
        """The report for people, a line each."""
        whole = self.whole
        how = (", mean with the mirror image" if self.flip else "") + (", re-ranked" if self.reranked else "")
        ranks = ", ".join(f"Rank-{r} {100 * self.ranking.rank(r):.1f}" for r in (1, 5, 10))
        lines = [
            f"{self.model} on {self.dataset}: {len(self.queries)} queries among {whole.gallery} crops"
            + (f" ({self.left_out} more have no right answer)" if self.left_out else ""),
            f"compared    {', '.join(self.vectors)}{how}",
            f"ranking     {ranks}, mAP {100 * whole.mean_ap:.1f}, mINP {100 * whole.mean_inp:.1f}",
            f"95 % range  Rank-1 {_span(whole.rank1_interval)}, mAP {_span(whole.map_interval)}",
        ]
        if self.parsing is not None:
            parsing = self.parsing
            lines.append(
                f"parsing     mIoU {100 * parsing.mean_iou:.1f}, pixels right "
                f"{100 * parsing.pixel_accuracy:.1f}, left and right exchanged {100 * parsing.swapped:.1f}"
            )
        if self.roc is not None:
            found = ", ".join(f"{100 * self.roc.tpr_at(rate):.1f} at {rate:g}" for rate in FALSE_RATES)
            lines.append(
                f"same person AUC {100 * self.roc.auc:.2f}, EER {100 * self.roc.eer:.2f}, TPR {found} FPR"
            )
        if self.reliability is not None:
            lines.append(f"calibration error {100 * self.reliability.ece:.2f}")
        for name, rows in self.tables.items():
            lines += ["", *_table(name, rows)]
        return lines


def parsing_data(score: ParsingScore) -> dict[str, Any]:
    """How well parts are found, as plain data for JSON in percent."""
    names = ("background", *score.schema.names)
    return {
        "images": score.images,
        "miou": percent(score.mean_iou),
        "pixel_accuracy": percent(score.pixel_accuracy),
        "left_right_swapped": percent(score.swapped),
        "iou": {name: percent(float(iou)) for name, iou in zip(names, score.class_iou, strict=True)},
    }


def _verification(roc: Roc) -> dict[str, Any]:
    return {
        "auc": percent(roc.auc),
        "eer": percent(roc.eer),
        "tpr_at_fpr": {f"{rate:g}": percent(roc.tpr_at(rate)) for rate in FALSE_RATES},
    }


def _span(interval: tuple[float, float]) -> str:
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"


def _table(name: str, rows: tuple[Row, ...]) -> list[str]:
    width = max(len(name), *(len(row.name) for row in rows))
    head = f"{name:{width}}  Rank-1    mAP   mINP  queries"
    return [
        head,
        *(
            f"{row.name:{width}}  {100 * row.rank1:6.1f} {100 * row.mean_ap:6.1f} {100 * row.mean_inp:6.1f}"
            f"  {row.queries:7}"
            for row in rows
        ),
    ]
