"""Who is looked for among whom, and what counts as a right answer."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from dropgui.evaluation.labels import BoolArray, Labelled
from dropmodel.evaluation.ranking import DISTRACTOR, IntArray, Labels, Rules

MOST_QUERIES = 2000
"""More crops than these are not looked for: figures hardly move any more, and it would take hours."""

_OWN = 10**9  # above every camera's place


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """``labelled`` crops are all searched in; those at places ``asked`` int64 [Q] are looked for one by one.

    ``across``: a right answer is by another camera, the standard rule; else any other crop of the person is.
    ``askable``: how many could have been asked, were there not too many.
    """

    labelled: Labelled
    rules: Rules
    asked: IntArray
    across: bool
    askable: int

    @classmethod
    def of(
        cls, labelled: Labelled, wanted: BoolArray | None = None, *, most: int = MOST_QUERIES, seed: int = 0
    ) -> "Protocol":
        """Every crop of a person is asked once (of ``wanted`` bool [N] only), at most ``most`` at random.

        The standard rule holds where at least half of the persons with two crops were seen by two cameras.
        A crop of which no camera is known counts as by one of its own.
        """
        across = _seen_by_several(labelled)
        own = _OWN + np.arange(len(labelled))
        cameras = np.where(labelled.cameras >= 0, labelled.cameras, own) if across else own
        labels = Labels(labelled.who, cameras.astype(np.int64))
        askable = labelled.who > DISTRACTOR
        if wanted is not None:
            askable &= wanted
        places = np.flatnonzero(askable)
        asked = places
        if len(places) > most:
            asked = np.sort(np.random.default_rng(seed).permutation(places)[:most])
        return cls(labelled, Rules(labels[asked], labels), asked.astype(np.int64), across, len(places))

    @property
    def persons(self) -> IntArray:
        """Whom each query shows, int64 [Q]."""
        return self.labelled.who[self.asked]

    @property
    def odds(self) -> tuple[float, float]:
        """In the mean over the queries that have one: right answers, and crops that are searched in."""
        found = [self.rules.split(query) for query in range(len(self.asked))]
        sizes = [(len(right), len(removed)) for right, removed in found if len(right)]
        if not sizes:
            return 0.0, 0.0
        right, removed = np.mean(sizes, axis=0)
        ranked = np.count_nonzero(self.labelled.who >= DISTRACTOR)
        return float(right), float(ranked - removed)


def _seen_by_several(labelled: Labelled) -> bool:
    """Whether most persons that can be looked for were seen by two known cameras."""
    seen: defaultdict[int, set[int]] = defaultdict(set)
    crops: defaultdict[int, int] = defaultdict(int)
    for who, camera in zip(labelled.who.tolist(), labelled.cameras.tolist(), strict=True):
        if who > DISTRACTOR:
            crops[who] += 1
            if camera >= 0:
                seen[who].add(camera)
    searchable = [who for who, count in crops.items() if count > 1]
    several = sum(len(seen[who]) > 1 for who in searchable)
    return several > 0 and 2 * several >= len(searchable)
