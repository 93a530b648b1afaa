"""What is said of two versions that were compared: in the window, on a terminal, in files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dropgui.versions.compare import Measure, VersionComparison
from dropgui.versions.words import TITLES, percent

Verdict = Literal["better", "worse", "no difference"]

MARKS: Mapping[Verdict, str] = {"better": "▲", "worse": "▼", "no difference": "="}
"""Beside the word, for colour is not the only sign."""

COLUMNS = ("Measure", "Result", "Before", "After", "Change")
_MINUS = "\N{MINUS SIGN}"
_UNFAIR = (
    "There are too few persons to hold some out of teaching, so a version may have been taught with these: "
    "it looks better than it is."
)
_NONE_CHANGED = "No search got better or worse."


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with what it takes to read it.

    ``right``: the crops of the person of each changed query, by person id. ``is_fair``: no version was taught
    with what they were measured on.
    """

    comparison: VersionComparison
    right: Mapping[int, frozenset[int]]
    is_fair: bool

    @property
    def title(self) -> str:
        """Which versions."""
        return f"{self.comparison.before.name} → {self.comparison.after.name}"

    @property
    def headline(self) -> str:
        """What came of it, in a sentence that needs no measure."""
        one, told = self.comparison, []
        before, after = repr(one.before.name), repr(one.after.name)
        if (finds := one.measures.get("map")) is not None:
            on = f"measured on {one.persons:,} persons."
            if finds.certain:
                told.append(f"{after} finds persons {verdict(finds)} than {before}, {on}")
            else:
                told.append(f"No difference in finding persons can be told, {on}")
        if (masks := one.measures.get("miou")) is not None:
            on = f"measured on {one.masks:,} masks."
            if masks.certain:
                told.append(f"The masks of {after} fit {verdict(masks)} than those of {before}, {on}")
            else:
                told.append(f"No difference in masks can be told, {on}")
        return " ".join(told)

    @property
    def words(self) -> str:
        """What they were measured on, and how to read it."""
        one, told = self.comparison, []
        if one.queries:
            told.append(f"{one.queries:,} searches for {one.persons:,} persons among {one.gallery:,} crops")
        if one.masks:
            told.append(f"{one.masks:,} corrected masks")
        text = f"Measured on {' and on '.join(told)}. In brackets: where 95 of 100 such samples would lie."
        if one.left_out:
            text += f" {one.left_out:,} could not be counted."
        if not self.is_fair:
            text += f" {_UNFAIR}"
        if not one.better and not one.worse:
            text += f" {_NONE_CHANGED}"
        return text

    @property
    def columns(self) -> list[str]:
        """Titles of :meth:`rows`, with the versions' names."""
        one = self.comparison
        return [*COLUMNS[:2], one.before.name, one.after.name, COLUMNS[4]]

    @property
    def measures(self) -> list[tuple[str, Measure]]:
        """By title, in the order they are always told."""
        known = self.comparison.measures
        return [(title, known[name]) for name, title in TITLES.items() if name in known]

    def rows(self) -> list[tuple[str, Verdict, str, str, str]]:
        """One row a measure, as of :data:`COLUMNS`."""
        return [
            (
                title,
                verdict(one),
                f"{percent(one.before)} ({_bounds(one.before_interval)})",
                f"{percent(one.after)} ({_bounds(one.after_interval)})",
                f"{_signed(one.change)} ({_change_bounds(one.change_interval)})",
            )
            for title, one in self.measures
        ]

    def drift(self) -> list[tuple[str, str]] | None:
        """How alike both versions' vectors of a crop are, by part; None where they differ in length."""
        one = self.comparison
        if one.drift is None:
            return None
        schema = one.before.schema
        titles = {name: schema.vector(name).title for name in schema.vector_names}
        return [(titles.get(name, name), f"{value:.3f}") for name, value in one.drift.items()]


def verdict(measure: Measure) -> Verdict:
    """Whether the change is beyond chance, and to which side: by its paired interval."""
    if not measure.certain:
        return "no difference"
    return "better" if measure.change > 0 else "worse"


def _signed(change: float) -> str:
    return f"{100 * change:+.1f}".replace("-", _MINUS)


def _bounds(interval: tuple[float, float]) -> str:
    return " to ".join(f"{100 * bound:.0f}" for bound in interval)


def _change_bounds(interval: tuple[float, float]) -> str:
    """Whole percents where they are many: there is no room for more, and nobody could tell them apart."""
    told = (f"{100 * bound:+.{int(abs(bound) < 0.1)}f}" for bound in interval)
    return " to ".join("0" if float(each) == 0 else each.replace("-", _MINUS) for each in told)
