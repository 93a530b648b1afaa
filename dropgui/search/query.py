"""A question to the library and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dropgui.library.rows import CropFilter
from dropmodel.features import Features

SEEN_IN_COMMON = 0.05
"""A part has a score of its own in a match where sqrt(v_query v_crop) reaches this.

The ranking uses every visibility above 0, as the model's distance does; below this value a part weighs so
little, and its vector says so little, that a bar for it would mislead.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """Crops to find again, by which vectors, among which crops of the library.

    ``features`` holds 1..n views of one person. ``weights`` maps vector names to weights > 0; vectors not
    named do not count. At most ``top`` matches are wanted; crops in ``exclude`` are never among them.
    """

    features: Features
    weights: Mapping[str, float]
    crop_filter: CropFilter = field(default_factory=CropFilter)
    top: int = 50
    exclude: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not len(self.features):
            raise ValueError("a query needs at least one view")
        if not self.weights or any(not weight > 0 for weight in self.weights.values()):
            raise ValueError("a query needs at least one part, and every weight must be above 0")
        if self.top < 1:
            raise ValueError("a query must ask for at least one match")
        self.features.schema.vector_indices(self.weights)


@dataclass(frozen=True, slots=True)
class Match:
    """One crop of an answer.

    ``score`` is the visibility-weighted cosine similarity, 1 - ``dropmodel.features.distance``. ``parts``
    has the cosine similarity of every chosen vector, None where the part is not seen in common
    (:data:`SEEN_IN_COMMON`); ``visibility`` how visible it is in this crop, in [0, 1].
    """

    crop_id: int
    score: float
    parts: dict[str, float | None]
    visibility: dict[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """The best matches first; equal scores by crop id.

    ``compared`` crops had a score; ``uncomparable`` ones passed the filter but show none of the chosen
    parts that the query shows, so nothing can be said of them.
    """

    matches: tuple[Match, ...]
    compared: int
    uncomparable: int
    seconds: float
