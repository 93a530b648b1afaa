"""What is said of a model version."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dropgui.versions.tree import Version

TITLES: Mapping[str, str] = {"rank1": "Rank-1", "map": "mAP", "minp": "mINP", "miou": "mIoU"}
"""Measures by name; shares in 0..1."""

EXPLAINED: Mapping[str, str] = {
    "rank1": "how often the first match is right",
    "map": "how far up all pictures of the same person come",
    "minp": "how far up even the last one of them comes",
    "miou": "how well the masks fit those that you corrected",
}
"""What the measures say, by name."""


def state(version: Version) -> str:
    """Whether it answers searches, could at once, or what it lacks."""
    if version.row.active:
        return "In use" if not version.behind else f"In use · {version.behind:,} behind"
    if version.is_ready:
        return "Ready"
    if version.crops:
        return f"{version.behind:,} crops to embed"
    return "Not embedded"


def explained(version: Version) -> str:
    """The same in sentences, with what follows from it."""
    own = f"It has vectors of {version.crops:,} crop{'s' * (version.crops != 1)}"
    if version.row.active:
        return f"In use: it answers searches. {own}."
    if version.is_ready:
        return f"Ready: it can answer at once. {own}."
    if version.crops:
        return (
            f"{own}. {version.behind:,} more have to be embedded before it can answer; "
            "the version in use answers meanwhile."
        )
    if version.behind:
        return (
            f"Not embedded yet. Using it embeds {version.behind:,} crops in the background; "
            "the version in use answers meanwhile."
        )
    return "Not embedded yet, and there is nothing to embed: no folder is indexed."


def percent(share: float) -> str:
    """A share in 0..1: "83.4 %"."""
    return f"{100 * share:.1f} %"


def explained_measures(names: Iterable[str]) -> str:
    """What these measures say: "mAP: how far up ...; mIoU: how well ..."."""
    return "; ".join(f"{TITLES[name]}: {EXPLAINED[name]}" for name in names) + "."


def measured(metrics: Mapping[str, Any], name: str) -> str:
    """A measure of a version, empty where it was not measured."""
    value = metrics.get(name)
    return percent(value) if isinstance(value, int | float) and 0 <= value <= 1 else ""


def size(count: float) -> str:
    """Bytes: "7.2 MB", "340 MB", "1.2 GB"."""
    if count >= 1e9:
        return f"{count / 1e9:,.1f} GB"
    return f"{count / 1e6:.1f} MB" if count < 1e8 else f"{count / 1e6:.0f} MB"


def day(moment: datetime) -> str:
    """A day as people write it: "21 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"
