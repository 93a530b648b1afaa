"""The ladder in Markdown, as one section of a page; what it says follows from the numbers."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dropmodel.errors import DataError
from tests.benchmarks.ladder.results import Result
from tests.benchmarks.ladder.steps import Step

OPEN, CLOSE = "<!-- ladder -->", "<!-- /ladder -->"

MEASURES = {"rank1": "Rank-1", "map": "mAP", "miou": "mIoU"}

Results = Mapping[tuple[str, int], Result]
"""Results by the name of their step and their seed."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation over seeds, the latter None where there is one seed."""

    mean: float
    deviation: float | None
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None without values."""
        if not values:
            return None
        deviation = statistics.stdev(values) if len(values) > 1 else None
        return cls(statistics.fmean(values), deviation, len(values))

    def text(self, form: str = ".1f") -> str:
        """Such as ``41.2 ± 0.6``."""
        return f"{self.mean:{form}}" + ("" if self.deviation is None else f" ± {self.deviation:.1f}")


def verdict(difference: Spread | None, measure: str) -> str:
    """What DROP's paired differences to its base say, as the rest of a sentence that begins with DROP."""
    if difference is None:
        return f"is not compared with its base in {measure} yet"
    if difference.deviation is None:
        return (
            f"is not told apart from its base in {measure} ({difference.mean:+.1f}): one seed has no spread"
        )
    told = f"in {measure} ({difference.text('+.1f')}, {difference.count} seeds)"
    if difference.mean > difference.deviation:
        return f"is ahead of its base by more than the spread over seeds {told}"
    if difference.mean < -difference.deviation:
        return f"is behind its base by more than the spread over seeds {told}"
    return f"is not told apart from its base {told}: the difference is within the spread over seeds"


def section(results: Sequence[Result], steps: Sequence[Step], command: str) -> str:
    """The whole section with its marks; ``results`` are at least one."""
    known: Results = {(result.step, result.seed): result for result in results}
    lines = [OPEN, "## The ladder: from the base to DROP, a change a step", ""]
    for name in dict.fromkeys(name for result in results for name in result.sets):
        lines += [f"### On `{name}`", "", _sentence(known, steps, name), "", *_table(known, steps, name), ""]
    return "\n".join([*lines, *_made(results, command), CLOSE, ""])


def put_into(page: Path, text: str) -> None:
    """Put the section ``text`` in the place of the one in ``page``, or at its end; the rest stays."""
    old = page.read_text(encoding="utf-8") if page.exists() else "# Results\n"
    before, opened, rest = old.partition(OPEN)
    if opened:
        _, closed, after = rest.partition(CLOSE)
        if not closed:
            raise DataError(f"{page}: {OPEN} is never closed; add {CLOSE}")
        new = before + text.rstrip("\n") + after
    else:
        new = f"{old.rstrip()}\n\n{text}"
    part = page.with_name(f".{page.name}.part")
    part.write_text(new, encoding="utf-8")
    part.replace(page)


def _sentence(known: Results, steps: Sequence[Step], name: str) -> str:
    drop = next(step for step in steps if step.name == "drop")
    found = {
        measure: Spread.of(_differences(known, drop, steps[0], name, measure)) for measure in ("rank1", "map")
    }
    return (
        "; ".join(f"DROP {verdict(difference, MEASURES[measure])}" for measure, difference in found.items())
        + "."
    )


def _table(known: Results, steps: Sequence[Step], name: str) -> list[str]:
    titles = [*MEASURES.values(), *(f"{title}, change" for title in MEASURES.values())]
    lines = [f"| step | seeds | {' | '.join(titles)} | to |", f"|---|{'---:|' * (len(titles) + 1)}---|"]
    for step in steps:
        values = [Spread.of(list(_values(known, step, name, measure).values())) for measure in MEASURES]
        seeds = sum(place == step.name and name in result.sets for (place, _), result in known.items())
        if not seeds:
            continue
        changes: list[Spread | None] = [None] * len(MEASURES)
        if step.before is not None:
            changes = [
                Spread.of(_differences(known, step, step.before, name, measure)) for measure in MEASURES
            ]
        cells = [_cell(value, ".1f") for value in values] + [_cell(change, "+.1f") for change in changes]
        to = "" if step.before is None else step.before.title
        lines.append(f"| {step.title} | {seeds} | {' | '.join(cells)} | {to} |")
    return lines


def _made(results: Sequence[Result], command: str) -> list[str]:
    machines = sorted({f"{result.machine}, {result.cores} cores" for result in results})
    commits = dict.fromkeys(commit for result in results for commit in result.commits)
    minutes = statistics.median(result.seconds for result in results) / 60
    rate = statistics.median(result.crops_per_s for result in results)
    meaning = (
        "Percent; mean ± standard deviation over seeds. A change is the mean of the seeds' own differences "
        "to the step named last, with their standard deviation."
    )
    facts = [
        f"`{command}`",
        "; ".join(machines),
        max(result.date for result in results),
        f"tree {', '.join(commits)}",
        f"median run {minutes:.1f} min at {rate:.0f} crops/s",
    ]
    return [meaning, "", " · ".join(facts)]


def _values(known: Results, step: Step, name: str, measure: str) -> dict[int, float]:
    """By seed."""
    found = {
        seed: result.sets[name][measure]
        for (place, seed), result in known.items()
        if place == step.name and name in result.sets
    }
    return {seed: value for seed, value in found.items() if value is not None}


def _differences(known: Results, step: Step, before: Step, name: str, measure: str) -> list[float]:
    """Those of the seeds that both have."""
    after, earlier = (_values(known, each, name, measure) for each in (step, before))
    return [after[seed] - earlier[seed] for seed in after if seed in earlier]


def _cell(spread: Spread | None, form: str) -> str:
    return "–" if spread is None else spread.text(form)
