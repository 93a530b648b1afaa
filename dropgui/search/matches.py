"""What is told of the rows that a search found."""

import math

import numpy as np
import numpy.typing as npt

from dropgui.search.certainty import OTHER_COUNT, Certainty
from dropgui.search.index import Rows
from dropgui.search.query import SEEN_IN_COMMON, Match
from dropgui.search.target import Places, Target

_HIDDEN_BELOW = math.sqrt(SEEN_IN_COMMON)  # of sqrt(v): where both reach it, the part is seen in common


def matches_of(
    rows: Rows, target: Target, found: Places, certainty: Certainty | None, uncalibrated: str
) -> tuple[Match, ...]:
    """The matches of these comparable rows, in this order; ``uncalibrated`` says why without certainty."""
    scores = target.scores(rows, found)
    similarities = target.similarities(rows, found)
    plain = target.plain_scores(rows, found, similarities)
    roots = target.roots(rows, found)
    seen = roots * target.visibility_roots >= SEEN_IN_COMMON
    counts = seen.sum(axis=1)
    probabilities: list[float | None] = [None] * len(found)
    if certainty is not None:
        probabilities = certainty.probabilities(1 - plain, counts)
    short = target.visibility_roots < _HIDDEN_BELOW
    return tuple(
        Match(
            crop_id=int(rows.crop_ids[row]),
            score=float(scores[i]),
            parts={
                name: float(value) if compared else None
                for name, value, compared in zip(target.names, similarities[i], seen[i], strict=True)
            },
            visibility={name: float(root**2) for name, root in zip(target.names, roots[i], strict=True)},
            probability=probabilities[i],
            hidden_in_query=_named(target, ~seen[i] & short),
            hidden_in_crop=_named(target, ~seen[i] & ((roots[i] < _HIDDEN_BELOW) | ~short)),
            pushed=float(scores[i] - plain[i]),
            uncalibrated=(uncalibrated or OTHER_COUNT) if probabilities[i] is None and counts[i] else "",
        )
        for i, row in enumerate(found)
    )


def _named(target: Target, chosen: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, wanted in zip(target.names, chosen, strict=True) if wanted)
