"""What of a library can be measured: which versions, on whom; for a page to offer before it is asked to."""

from collections.abc import Mapping
from dataclasses import dataclass

from dropgui.evaluation.evaluate import is_taught_here
from dropgui.evaluation.labels import Source, held_out, labelled_crops, state_of
from dropgui.finetuning.split import split_of
from dropgui.library import Library
from dropgui.library.rows import ModelVersionRow
from dropgui.versions.tree import Version, version_tree


@dataclass(frozen=True, slots=True)
class VersionOffer:
    """A version; ``why_not``: why it cannot be measured, None where it can."""

    row: ModelVersionRow
    is_taught: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """``persons``: how many can be looked for by each source, and ``held_out`` how many of them are held out.

    ``states`` change with what people say (:func:`dropgui.evaluation.labels.state_of`).
    """

    versions: tuple[VersionOffer, ...]
    persons: Mapping[Source, int]
    held_out: Mapping[Source, int]
    states: Mapping[Source, str]


def offer_of(library: Library) -> Offer:
    """Reads the labels of all crops: of 100,000 that takes a second or two."""
    split = split_of(library)
    sources: tuple[Source, ...] = ("persons", "names")
    labelled = {source: labelled_crops(library, source) for source in sources}
    kept = {source: each.take(held_out(each, split)) for source, each in labelled.items()}
    versions = tuple(
        VersionOffer(version.row, is_taught_here(library, version.row), _why_not(version))
        for version in version_tree(library)
    )
    return Offer(
        versions,
        {source: each.searchable for source, each in labelled.items()},
        {source: each.searchable for source, each in kept.items()},
        {source: state_of(library, each) for source, each in labelled.items()},
    )


def _why_not(version: Version) -> str | None:
    if not version.crops:
        return "It has no vectors yet. Use it once, so that all crops are embedded."
    if version.behind and not version.row.active:
        return f"It has no vectors yet of {version.behind:,} crops. Use it, so that they are embedded."
    return None
