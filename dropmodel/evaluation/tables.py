"""Tables of a test: by chosen parts, by pair of cameras, by level of occlusion, each with its uncertainty.

Intervals are percentile bootstrap intervals over persons, not over queries: the queries of one person
succeed or fail together, and to draw them singly would make intervals too narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropmodel.evaluation.ranking import DoubleArray, IntArray, Ranking
from dropmodel.parts import FOREGROUND, GLOBAL, PartSchema

RESAMPLES = 1000
LEVEL = 0.95

_PLURALS = {"foot": "feet"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: shares 0..1, NaN without queries; intervals (low, high)."""

    name: str
    rank1: float
    mean_ap: float
    mean_inp: float
    queries: int
    gallery: int
    rank1_interval: tuple[float, float]
    map_interval: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, in percent; None where there is nothing to measure."""
        return {
            "name": self.name,
            "rank1": percent(self.rank1),
            "map": percent(self.mean_ap),
            "minp": percent(self.mean_inp),
            "queries": self.queries,
            "gallery": self.gallery,
            "rank1_interval": [percent(value) for value in self.rank1_interval],
            "map_interval": [percent(value) for value in self.map_interval],
        }


def row(name: str, ranking: Ranking, persons: IntArray, *, resamples: int = RESAMPLES) -> Row:
    """The line of ``ranking``, whose queries show ``persons`` int64 [Q]."""
    counted = ranking.counted
    hits = (ranking.first_hit[counted] == 1).astype(np.float64)
    table = np.stack([hits, ranking.average_precision[counted]], axis=1)
    low, high = bootstrap(table, persons[counted], resamples=resamples)
    return Row(
        name,
        ranking.rank(1),
        ranking.mean_ap,
        ranking.mean_inp,
        int(np.count_nonzero(counted)),
        ranking.gallery,
        (float(low[0]), float(high[0])),
        (float(low[1]), float(high[1])),
    )


def bootstrap(
    values: DoubleArray,
    persons: IntArray,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[DoubleArray, DoubleArray]:
    """Interval of the mean of ``values`` float64 [Q, m], float64 [m] low and high; NaN without queries.

    ``persons`` int64 [Q] are drawn with replacement, each with all of its queries.
    """
    if not len(values):
        return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    _, groups = np.unique(persons, return_inverse=True)
    count = int(groups.max()) + 1
    sums = np.stack([np.bincount(groups, column, minlength=count) for column in values.T], axis=1)
    sizes = np.bincount(groups, minlength=count)
    random = np.random.default_rng(seed)
    draws = random.multinomial(count, np.full(count, 1 / count), size=resamples)
    means = (draws @ sums) / (draws @ sizes)[:, None]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def part_choices(schema: PartSchema) -> dict[str, tuple[str, ...]]:
    """Choices of vectors for the table of part dropout, by names for people.

    The usual one, foreground and global alone, all parts without these, only each part (a left and its right
    together), and all parts without each.
    """
    usual = tuple(name for name in schema.vector_names if name != GLOBAL)
    choices = {
        "foreground and parts": usual,
        "only global": (GLOBAL,),
        "only foreground": (FOREGROUND,),
        "only parts": schema.names,
    }
    groups = _groups(schema)
    if len(groups) > 1:
        for title, names in groups.items():
            choices[f"only {title}"] = names
        for title, names in groups.items():
            choices[f"without {title}"] = tuple(name for name in schema.names if name not in names)
    return choices


def _groups(schema: PartSchema) -> dict[str, tuple[str, ...]]:
    """Parts by what people call them, mirrored ones together: "arms" are left_arm and right_arm."""
    twins = {name: pair for pair in schema.mirrored for name in pair}
    groups: dict[str, tuple[str, ...]] = {}
    for part in schema:
        names = twins.get(part.name, (part.name,))
        word = part.title.lower()
        if len(names) > 1:
            single = word.removeprefix("left ").removeprefix("right ")
            word = _PLURALS.get(single, f"{single}s")
        groups[word] = names
    return groups


def by_level(ranking: Ranking, persons: IntArray, levels: Sequence[int | None]) -> list[Row]:
    """A line for each level of occlusion of the query; empty where none is known."""
    known = np.array([-1 if level is None else level for level in levels], np.int64)
    return [
        row(f"level {level}", ranking.take(known == level), persons[known == level])
        for level in np.unique(known[known >= 0]).tolist()
    ]


def by_camera(rankings: Mapping[int, Ranking], persons: IntArray, cameras: IntArray) -> list[Row]:
    """A line for each query camera and gallery camera; ``rankings`` are those among one camera's crops."""
    rows = []
    for own in np.unique(cameras).tolist():
        for other, ranking in sorted(rankings.items()):
            if own != other:
                asked = cameras == own
                rows.append(row(f"{own} to {other}", ranking.take(asked), persons[asked]))
    return [line for line in rows if line.queries]


def percent(value: float) -> float | None:
    """A share in percent to two decimals; None for NaN."""
    return None if np.isnan(value) else round(100 * value, 2)
