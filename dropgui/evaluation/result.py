"""What an evaluation of a model version in a library found, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dropgui.evaluation.labels import Source
from dropgui.evaluation.trust import Fitted, Trust
from dropgui.library.rows import ModelVersionRow
from dropmodel.evaluation.calibration import Calibration, Reliability
from dropmodel.evaluation.parsing import ParsingScore
from dropmodel.evaluation.report import Report, parsing_data
from dropmodel.evaluation.tables import Row, percent

FALSE_RATES = (1e-2, 1e-3)
"""False positive rates at which the page tells the share of pairs of one person that are found."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure on.

    ``held_out``: only persons whom no version was taught with; None: where the version was taught in this
    library and there are such persons. ``parts``: names of the vectors to compare, None for the whole person
    and all parts.
    """

    source: Source = "persons"
    held_out: bool | None = None
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class WorstQuery:
    """A query that went badly: its crop and person, 0..1, and what came first.

    ``first_hit`` is the rank from 1 of the first right answer; ``found`` are crop ids of the first matches,
    each with whether it is right.
    """

    crop_id: int
    person: str
    average_precision: float
    first_hit: int
    found: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class CameraTable:
    """``rows`` by (query camera, gallery camera) of the cameras called ``names``; ``left_out``: so many more.

    A pair without queries is missing.
    """

    names: tuple[str, ...]
    rows: Mapping[tuple[str, str], Row]
    left_out: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Certainties:
    """The probability "same person", by who made it, with how it comes true (None without one).

    ``brought`` came with the model; ``own`` was fitted in this library before, and speaks where there is one.
    ``fitted`` could be fitted to these pairs; where it is None, ``why_not`` says why.
    """

    brought: Calibration | None
    brought_trust: Trust | None
    own: Calibration | None
    own_trust: Trust | None
    fitted: Fitted | None
    why_not: str | None

    @property
    def in_use(self) -> Calibration | None:
        """What searches tell; None where the version is not calibrated."""
        return self.brought if self.own is None else self.own

    @property
    def trust(self) -> Trust | None:
        """How that comes true."""
        return self.brought_trust if self.own is None else self.own_trust

    @property
    def is_fitted(self) -> bool:
        """Whether what is in use is what would be fitted now."""
        return self.fitted is not None and self.own == self.fitted.calibration

    def with_own(self, fitted: Fitted | None) -> "Certainties":
        """The same once that was fitted to the library speaks, or was taken back (None)."""
        if fitted is None:
            return replace(self, own=None, own_trust=None)
        return replace(self, own=fitted.calibration, own_trust=fitted.trust)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """``report`` is None where nobody can be looked for, and only ``parsing`` was measured.

    ``notes`` say in sentences on whom it was measured, and how; ``state`` changes when that does
    (:func:`dropgui.evaluation.labels.state_of`). ``parts`` has a row for each choice of vectors.
    """

    version: ModelVersionRow
    options: Options
    is_held_out: bool
    notes: tuple[str, ...]
    state: str
    report: Report | None = None
    persons: int = 0
    labelled: int = 0
    across_cameras: bool = False
    parts: tuple[Row, ...] = ()
    cameras: CameraTable | None = None
    certainty: Certainties | None = None
    worst: tuple[WorstQuery, ...] = ()
    parsing: ParsingScore | None = None
    query_crops: tuple[int, ...] = field(default=())

    def with_own(self, fitted: Fitted | None) -> "Evaluation":
        """The same once percentages that were fitted to the library are told, or were taken back (None)."""
        known = self.certainty
        return self if known is None else replace(self, certainty=known.with_own(fitted))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; measures in percent, None where there was nothing to measure."""
        data: dict[str, Any] = {
            "version": self.version.name,
            "version_id": self.version.id,
            "persons_from": self.options.source,
            "held_out": self.is_held_out,
            "across_cameras": self.across_cameras,
            "persons": self.persons,
            "labelled": self.labelled,
            "notes": list(self.notes),
            "parsing": None if self.parsing is None else parsing_data(self.parsing),
        }
        if self.report is not None:
            data |= {name: value for name, value in self.report.to_dict().items() if name not in data}
            data["rank20"] = percent(self.report.ranking.rank(20))
            if self.report.roc is not None:
                rates = {f"{rate:g}": percent(self.report.roc.tpr_at(rate)) for rate in FALSE_RATES}
                data["tpr_at_fpr"] = rates
        if self.cameras is not None:
            data["cameras"] = [
                {"query": own, "gallery": other, **row.to_dict()}
                for (own, other), row in self.cameras.rows.items()
            ]
        if self.certainty is not None:
            data["certainty"] = _certainty(self.certainty)
        data["worst"] = [
            {
                "crop": query.crop_id,
                "person": query.person,
                "ap": percent(query.average_precision),
                "first_hit": query.first_hit,
                "found": [{"crop": crop, "right": right} for crop, right in query.found],
            }
            for query in self.worst
        ]
        return data


def _certainty(found: Certainties) -> dict[str, Any]:
    return {
        "calibrated_on": None if found.in_use is None else found.in_use.source,
        "own": found.own is not None,
        "in_use": _trust(found.trust),
        "fitted": None if found.fitted is None else _trust(found.fitted.trust),
        "why_not": found.why_not,
    }


def _trust(trust: Trust | None) -> dict[str, Any] | None:
    return None if trust is None else {"even": _diagram(trust.even), "matches": _diagram(trust.matches)}


def _diagram(found: Reliability | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "ece": percent(found.ece),
        "predicted": [round(float(value), 6) for value in found.predicted],
        "observed": [round(float(value), 6) for value in found.observed],
        "weights": [round(float(value), 6) for value in found.weights],
    }
