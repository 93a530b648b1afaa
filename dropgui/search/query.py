"""A question to the library in vectors, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from dropgui.library.rows import CropFilter
from dropgui.search.certainty import Prior
from dropmodel.features import Features

SEEN_IN_COMMON = 0.05
"""A part has a score of its own in a match where sqrt(v_query v_crop) reaches this.

The ranking uses every visibility above 0, as the model's distance does; below this value a part weighs so
little, and its vector says so little, that a bar for it would mislead.
"""


@dataclass(frozen=True, slots=True, eq=False)
class VectorQuery:
    """Crops to find again, by which vectors, among which crops of the library.

    ``features`` holds 1..n views of one person. ``weights`` maps vector names to weights > 0; vectors not
    named do not count. At most ``top`` matches are wanted; crops in ``exclude`` are never among them.
    ``negatives`` show persons who are not meant; the ranking is pushed away from them by ``push`` >= 0
    (:mod:`dropgui.search.scan` has the formula). Matches that score less than ``least_score`` are left out.
    ``model_version_id`` is the model version that the features are of, None where nobody said.
    """

    features: Features
    weights: Mapping[str, float]
    crop_filter: CropFilter = field(default_factory=CropFilter)
    top: int = 50
    exclude: frozenset[int] = frozenset()
    negatives: Features | None = None
    push: float = 0.5
    least_score: float | None = None
    model_version_id: int | None = None

    def __post_init__(self) -> None:
        if not len(self.features):
            raise ValueError("a query needs at least one view")
        if not self.weights or any(not 0 < weight < inf for weight in self.weights.values()):
            raise ValueError("a query needs at least one part, and every weight must be a number above 0")
        if self.top < 1:
            raise ValueError("a query must ask for at least one match")
        if not 0 <= self.push < inf:
            raise ValueError(f"negatives push by a number of at least 0, not {self.push}")
        if self.negatives is not None and (self.negatives.schema, self.negatives.dim) != (
            self.features.schema,
            self.features.dim,
        ):
            raise ValueError("the negatives of a query must be features of the same model as its views")
        self.features.schema.vector_indices(self.weights)


@dataclass(frozen=True, slots=True)
class Match:
    """One crop of an answer.

    ``score`` is the visibility-weighted cosine similarity, 1 - ``dropmodel.features.distance``, plus
    ``pushed``, what the query's negatives did to it (0 without negatives); with them it may leave [-1, 1].
    ``parts`` has the cosine similarity of every chosen vector to the query's views alone, None where the part
    is not seen in common (:data:`SEEN_IN_COMMON`); ``visibility`` how visible it is in this crop, in [0, 1].
    A chosen part that was not compared is in ``hidden_in_query``, in ``hidden_in_crop`` or in both.
    ``probability`` that this is the person (:mod:`dropgui.search.certainty`), from the score without
    negatives; None where the model is not calibrated for what was compared, which ``uncalibrated`` then says
    in a sentence, or where no part is seen in common.
    ``former_rank``, from 1, is where it was before its answer was re-ranked (:mod:`dropgui.search.rerank`).
    """

    crop_id: int
    score: float
    parts: dict[str, float | None]
    visibility: dict[str, float]
    probability: float | None
    hidden_in_query: tuple[str, ...]
    hidden_in_crop: tuple[str, ...]
    pushed: float = 0.0
    former_rank: int | None = None
    uncalibrated: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The best matches first; equal scores by crop id.

    ``compared`` crops had a score; ``uncomparable`` ones passed the filter but show none of the chosen
    parts that the query shows, so nothing can be said of them. ``approximate``: the best were looked for
    among candidates of :mod:`dropgui.search.approximate`, and some may be missing; scores are exact.
    ``recall`` is the share of the exact first 100 that was found when that was measured on this library, None
    where it was not. ``prior`` is what the probabilities assume; None where there are none.
    """

    matches: tuple[Match, ...]
    compared: int
    uncomparable: int
    seconds: float
    approximate: bool = False
    recall: float | None = None
    prior: Prior | None = None

    @property
    def uncalibrated(self) -> str:
        """Why no match has a probability, in a sentence; empty where one has."""
        if any(match.probability is not None for match in self.matches):
            return ""
        return next((match.uncalibrated for match in self.matches if match.uncalibrated), "")
