"""How certain it is that a match is the person: the model's calibration, at the prior of this library.

A calibration tells how much likelier a distance is for two crops of one person than for two of different
ones. How probable one person is then rests on how many of the candidates are of the person at all. The fit
was made as if half of them were; in a library it is about n of N, n crops a person among N. Bayes' rule:

odds(same | d) = (odds of the fit at d) / (the fit's own prior odds) · n / (N - n).

n is the mean, over all crops of the library, of how many crops the crop's person has. A crop that is nobody's
yet counts as one of somebody with :data:`USUAL_CROPS`: what is known of persons counts as far as it goes.

N is the library's, whatever a search is filtered by: a filter that knows nothing of persons leaves as great a
share of the person's crops as of the others, and a match should not change its number because the list is
shorter.

The fit knows distances of one view to one crop, over so many vectors that all weigh the same. A distance over
several views, or over vectors of unequal weight, scatters otherwise; of those nothing is told but why
(docs/decisions/0071).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.calibration import Calibration
from dropmodel.evaluation.ranking import DoubleArray

USUAL_CROPS = 10
"""So many crops a person are assumed where nobody said.

One order of magnitude fits most footage and data sets (5 to 30); to be wrong by 3 moves 50 % to 25 or 75 %.
"""

NO_MODEL = "Not calibrated: nobody has measured yet how often this model's scores are right."
SEVERAL_VIEWS = (
    "Not calibrated for several views together: percentages were measured with one view against one crop."
)
UNEQUAL_WEIGHTS = (
    "Not calibrated for unequal weights: percentages were measured with parts that all weigh the same."
)
OTHER_COUNT = "Not calibrated for so many parts together: percentages were measured with other numbers."

_ROUNDING = 1e-6  # weights that differ by less are equal
_MOST = 0.5  # no library is so small that the next crop is likely the person before one has looked


@dataclass(frozen=True, slots=True)
class Prior:
    """What probabilities assume: ``crops_a_person``, above 0, among ``crops``.

    ``source`` says in words on what the model's calibration was fitted; empty where it does not tell.
    """

    crops_a_person: float
    crops: int
    source: str = ""

    @property
    def share(self) -> float:
        """The share of candidates that is assumed to be of the person, in (0, 0.5]."""
        return min(self.crops_a_person / max(self.crops, 1), _MOST)


@dataclass(frozen=True, slots=True)
class Certainty:
    """A model's ``calibration`` at the ``prior`` of a library."""

    calibration: Calibration
    prior: Prior

    @classmethod
    def of_query(
        cls, model: "Certainty | None", views: int, weights: Collection[float]
    ) -> "tuple[Certainty | None, str]":
        """What tells probabilities for a query of so many ``views`` by vectors of these ``weights``, all > 0.

        ``model`` is what the model has, if anything. Where there is nothing to tell them, a sentence on why.
        """
        if model is None:
            return None, NO_MODEL
        if views > 1:
            return None, SEVERAL_VIEWS
        if max(weights) - min(weights) > _ROUNDING * max(weights):
            return None, UNEQUAL_WEIGHTS
        return model, ""

    def probabilities(self, distances: DoubleArray, vectors: npt.NDArray[np.int64]) -> list[float | None]:
        """P(same person) of each of n matches: ``distances`` [n], each over as many ``vectors`` [n].

        None where nothing was compared, or where the calibration has no curve for that many vectors.
        """
        found: list[float | None] = [None] * len(distances)
        for count in set(vectors.tolist()) & set(self.calibration.curves):
            places = np.flatnonzero(vectors == count)
            values = self.calibration.probability(distances[places], count, prior=self.prior.share)
            for place, value in zip(places, values, strict=True):
                found[place] = float(value)
        return found


def crops_a_person(sizes: Sequence[int], crops: int) -> float:
    """How many crops the person of a crop has in the mean over ``crops`` crops; at least 1.

    ``sizes`` are the numbers of crops of the persons that are known.
    """
    known = sum(sizes)
    nobodys = max(crops - known, 0)
    usual = min(USUAL_CROPS, nobodys)
    return max((sum(size**2 for size in sizes) + usual * nobodys) / max(known + nobodys, 1), 1.0)


def percent(probability: float) -> str:
    """For people: ``<1%``, ``37%``, ``>99%``; never 0 or 100, which nobody can know."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def prior_words(prior: Prior) -> str:
    """What the percentages rest on, in a sentence."""
    fitted = f"are calibrated on {prior.source}; they " if prior.source else ""
    crops = round(prior.crops_a_person)
    return (
        f"Percentages {fitted}assume about {crops:,} crop{'s' * (crops != 1)} a person among this "
        f"library's {prior.crops:,}."
    )
