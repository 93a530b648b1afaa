"""Two models on the same queries: what changed, how sure that is, and which queries got better or worse."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dropmodel.errors import DataError
from dropmodel.evaluation.report import QueryResult
from dropmodel.evaluation.tables import bootstrap

_MEASURES = ("rank1", "map", "minp")
_LEAST = 1e-6
"""Average precisions nearer than this are equal: files keep six decimals."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``after`` minus ``before`` is ``change``, shares -1..1, with its 95 % ``interval``.

    The interval is a paired bootstrap over persons: a change is beyond chance where it does not hold 0.
    """

    before: float
    after: float
    interval: tuple[float, float]

    @property
    def change(self) -> float:
        """How much better the second is."""
        return self.after - self.before

    @property
    def certain(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.interval[0] > 0 or self.interval[1] < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """One query whose average precision differs."""

    before: QueryResult
    after: QueryResult

    @property
    def change(self) -> float:
        """Difference of the average precisions."""
        return self.after.average_precision - self.before.average_precision


@dataclass(frozen=True, slots=True)
class Comparison:
    """``measures`` by name: rank1, map, minp; ``better`` and ``worse`` queries, the most changed first."""

    measures: Mapping[str, Difference]
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]
    queries: int

    def to_dict(self, *, most: int | None = None) -> dict[str, Any]:
        """Plain data for JSON, in percent; at most ``most`` queries of each kind."""

        def listed(rows: Sequence[Changed]) -> list[dict[str, Any]]:
            return [
                {
                    "path": row.after.path,
                    "ap": [round(100 * item.average_precision, 2) for item in (row.before, row.after)],
                    "first_hit": [row.before.first_hit, row.after.first_hit],
                }
                for row in rows[:most]
            ]

        return {
            **{
                name: {
                    "before": round(100 * found.before, 2),
                    "after": round(100 * found.after, 2),
                    "change": round(100 * found.change, 2),
                    "interval": [round(100 * bound, 2) for bound in found.interval],
                    "certain": found.certain,
                }
                for name, found in self.measures.items()
            },
            "queries": self.queries,
            "better_queries": len(self.better),
            "worse_queries": len(self.worse),
            "better": listed(self.better),
            "worse": listed(self.worse),
        }

    def lines(self, most: int = 5) -> list[str]:
        """For people, a line each."""
        lines = [
            f"{name:6} {100 * found.before:6.1f} to {100 * found.after:6.1f}  {100 * found.change:+6.2f} "
            f"[{100 * found.interval[0]:+.2f}, {100 * found.interval[1]:+.2f}]"
            + ("" if found.certain else "  may be chance")
            for name, found in self.measures.items()
        ]
        for title, rows in (("better", self.better), ("worse", self.worse)):
            lines.append(f"{len(rows)} of {self.queries} queries got {title}" + (":" if rows else ""))
            lines += [
                f"  {row.after.path}: average precision {100 * row.before.average_precision:.1f} to "
                f"{100 * row.after.average_precision:.1f}, first right answer at "
                f"{row.before.first_hit}, now {row.after.first_hit}"
                for row in rows[:most]
            ]
        return lines


def compare(before: Sequence[QueryResult], after: Sequence[QueryResult], *, seed: int = 0) -> Comparison:
    """The ``queries`` of two reports; ``ValueError`` where they are not of the same queries."""
    first, second = ({query.path: query for query in side} for side in (before, after))
    if set(first) != set(second) or not first:
        odd = sorted(set(first) ^ set(second))
        raise ValueError(
            "the two reports are of different queries and cannot be compared"
            + (f"; only one has {odd[0]}" if odd else "")
        )
    pairs = [Changed(first[path], second[path]) for path in sorted(first)]
    old, new = (np.array([_row(query) for query in side]) for side in zip(*_sides(pairs), strict=True))
    persons = np.array([pair.after.person for pair in pairs], np.int64)
    low, high = bootstrap(new - old, persons, seed=seed)
    measures = {
        name: Difference(
            float(old[:, place].mean()), float(new[:, place].mean()), (float(low[place]), float(high[place]))
        )
        for place, name in enumerate(_MEASURES)
    }
    ordered = sorted(pairs, key=lambda pair: (-abs(pair.change), pair.after.path))
    return Comparison(
        measures,
        tuple(pair for pair in ordered if pair.change > _LEAST),
        tuple(pair for pair in ordered if pair.change < -_LEAST),
        len(pairs),
    )


def _sides(pairs: Sequence[Changed]) -> list[tuple[QueryResult, QueryResult]]:
    return [(pair.before, pair.after) for pair in pairs]


def _row(query: QueryResult) -> tuple[float, float, float]:
    return float(query.first_hit == 1), query.average_precision, query.inverse_penalty


def read_queries(path: Path) -> tuple[QueryResult, ...]:
    """The queries of a report written by ``dropmodel evaluate --out``; ``DataError`` names what is wrong."""
    try:
        rows = json.loads(path.read_text("utf-8"))["per_query"]
        return tuple(
            QueryResult(
                str(row["path"]),
                int(row["person"]),
                float(row["ap"]),
                float(row["inp"]),
                int(row["first_hit"]),
            )
            for row in rows
        )
    except OSError as error:
        raise DataError(f"{path}: the report cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: this is no report with single queries; make one with dropmodel evaluate --out"
        ) from error
