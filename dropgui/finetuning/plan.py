"""What a library has to teach with, what is missing, and whether a recipe makes sense in it."""

from dataclasses import dataclass

from dropgui.errors import UserError
from dropgui.finetuning.recipe import SOURCES, Recipe, Source
from dropgui.finetuning.split import parted, split_of
from dropgui.finetuning.stock import (
    rejections,
    single_persons,
    usable_count,
)
from dropgui.library import Library
from dropgui.library.models import active_model
from dropgui.library.rows import ModelVersionRow

PERSONS_NEEDED = 8
"""Of fewer persons with two crops each, six would be left to learn from, and fewer make no comparison."""

MASKS_NEEDED = 8
"""With fewer corrected masks, two are not left to see whether it helped."""

CROPS_NEEDED = 64
"""Fewer crops, named or not, make no clusters worth the name."""


class TooLittleError(UserError):
    """There is too little to teach with; the text says how much more is needed."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """One source in this library: ``words`` say what would be used, ``missing`` what else is needed first.

    ``hints`` would make it worth more. It is possible where nothing is missing.
    """

    source: Source
    words: str
    missing: str
    hints: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether there is enough to begin with."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to teach the active model, ``parent`` (None: nothing was ever indexed).

    ``persons`` with two crops or more that would be taught, ``confirmed`` crops of them, by ``cameras``;
    ``rejected`` decisions about them; ``corrected`` masks taught; ``unlabelled`` crops that are nobody's whom
    the model can learn from. Held out, to measure: ``held_out_persons`` with ``held_out_crops``, and
    ``held_out_masks``. ``sources`` in the order of :data:`~dropgui.finetuning.recipe.SOURCES`.
    """

    parent: ModelVersionRow | None
    persons: int
    confirmed: int
    cameras: int
    rejected: int
    corrected: int
    unlabelled: int
    held_out_persons: int
    held_out_crops: int
    held_out_masks: int
    sources: tuple[SourcePlan, ...]

    @property
    def possible(self) -> tuple[Source, ...]:
        """The sources that there is enough of."""
        return tuple(one.source for one in self.sources if one.possible)

    def of(self, source: Source) -> SourcePlan:
        """What there is of one source."""
        return self.sources[SOURCES.index(source)]

    @property
    def measured(self) -> str:
        """In words, what the result is measured on; empty where on nothing."""
        parts = []
        if self.held_out_persons:
            parts.append(f"{_n(self.held_out_persons, 'person')} ({_n(self.held_out_crops, 'crop')})")
        if self.held_out_masks:
            parts.append(_n(self.held_out_masks, "corrected mask"))
        return " and ".join(parts)


def plan(library: Library) -> Plan:
    """What there is to teach with now; nothing is written."""
    split = split_of(library)
    parent = active_model(library)
    with library.read() as connection:
        sides = parted(connection, split)
        single = single_persons(connection)
        rejected = rejections(connection)
        total = usable_count(connection)
    taught, held_out = sides.taught.values(), sides.held_out.values()
    masks = {**sides.teaching, **sides.measuring}
    aside = sum(masks[crop].person_id in sides.taught for crop in sides.aside)
    confirmed = sum(one.crops for one in taught) - aside
    held_out_crops = sum(one.crops for one in held_out)
    unlabelled = total - confirmed - held_out_crops - len(sides.aside)
    cameras = max((one.cameras for one in taught), default=0)
    return Plan(
        parent=parent,
        persons=len(taught),
        confirmed=confirmed,
        cameras=cameras,
        rejected=sum(person in sides.taught for _, person in rejected),
        corrected=len(sides.teaching),
        unlabelled=unlabelled,
        held_out_persons=len(held_out),
        held_out_crops=held_out_crops,
        held_out_masks=len(sides.measuring),
        sources=(
            _persons(len(taught) + len(held_out), len(taught), confirmed, single, cameras),
            _masks(len(masks), len(sides.teaching)),
            _adapt(unlabelled, confirmed),
        ),
    )


def check(library: Library, recipe: Recipe) -> Plan:
    """The plan; :class:`TooLittleError` where the recipe wants what is not there."""
    found = plan(library)
    if found.parent is None:
        raise TooLittleError(
            f"Nothing is indexed in {library.path} yet, so there is no model to teach. Index a folder first."
        )
    missing = [found.of(source).missing for source in recipe.sources if not found.of(source).possible]
    if missing:
        others = [source for source in found.possible if source not in recipe.sources]
        instead = f" What there is enough for: {', '.join(others)}." if others else ""
        raise TooLittleError(f"There is too little to teach with. Needed: {'; '.join(missing)}.{instead}")
    return found


def summary(recipe: Recipe, found: Plan) -> str:
    """What a version made so was taught with, in words, without naming anybody."""
    words = [found.of(source).words for source in SOURCES if source in recipe.sources]
    return "; ".join(words)


def _persons(known: int, taught: int, confirmed: int, single: int, cameras: int) -> SourcePlan:
    missing, hints = "", []
    if known < PERSONS_NEEDED:
        more = PERSONS_NEEDED - known
        missing = f"{more} more {'person' if more == 1 else 'persons'} with two crops each"
        if single:
            missing += f" ({_n(single, 'person')} {_has(single)} one crop only: confirm another)"
    if single and not missing:
        hints.append(f"{_n(single, 'person')} {_has(single)} one crop only and cannot be used yet")
    if known and cameras < 2:
        hints.append("nobody was confirmed at two cameras; such crops teach most")
    words = f"{_n(taught, 'person')} with {_n(confirmed, 'crop')}"
    words += f" by up to {cameras} cameras each" if cameras > 1 else ""
    return SourcePlan("persons", words, missing, tuple(hints))


def _masks(known: int, taught: int) -> SourcePlan:
    more = MASKS_NEEDED - known
    missing = f"{more} more corrected {'mask' if more == 1 else 'masks'}" if more > 0 else ""
    return SourcePlan("masks", _n(taught, "corrected mask"), missing)


def _adapt(unlabelled: int, confirmed: int) -> SourcePlan:
    more = CROPS_NEEDED - unlabelled - confirmed
    missing = f"{_n(more, 'more picture')} of people, named or not" if more > 0 else ""
    words = f"{_n(unlabelled, 'crop')} that nobody was named in"
    if not unlabelled:
        words = f"{_n(confirmed, 'crop')} (their names are not needed)"
    hint = "it helps most where light, colours or cameras are others than the model has seen so far"
    return SourcePlan("adapt", words, missing, () if missing else (hint,))


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
