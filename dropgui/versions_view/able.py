"""What can be done with the versions of a library now, and why the rest cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dropgui.versions.tree import Version

_CHOOSE = "Select a version first"


@dataclass(frozen=True, slots=True)
class Able:
    """Whether a command can be done; ``tip`` says what it does, or why it cannot be done."""

    able: bool
    tip: str


def able(
    versions: Sequence[Version], chosen: Version | None, busy: str | None, *, compared: bool
) -> Mapping[str, Able]:
    """By command, for the ``chosen`` one of ``versions`` while ``busy`` is being done (None: nothing is).

    ``compared``: whether there is a comparison to save.
    """
    before = next((each.row.name for each in versions if each.is_previous), None)
    wait = None if busy is None else f"{busy}: wait until that is done, or stop it"
    none = _CHOOSE if chosen is None else None
    in_use = "It is in use already" if chosen is not None and chosen.row.active else None
    no_vectors = "It has no vectors" if chosen is not None and not chosen.crops else None
    lone = "There is no other version" if len(versions) < 2 else None
    no_before = "No other version answered before" if before is None else None
    # Why not, and else what it does.
    said: dict[str, tuple[str | None, str]] = {
        "use": (none or in_use, "Let this version answer searches; what it lacks is embedded first"),
        "back": (no_before, f"Let {before!r} answer searches again, at once"),
        "compare": (
            none or lone,
            "See which version finds more, how sure that is, and in which searches",
        ),
        "import": (None, "Add a model file (.safetensors) as a version; it is not used until you say so"),
        "starter": (
            None,
            "Add the model that this program brings as a version; it is not used until you say so",
        ),
        "export": (none, "Write this version to a .safetensors file that any library can import"),
        "vectors": (
            none or no_vectors or (None if chosen is None else chosen.why_vectors_stay),
            "Make room: drop the vectors of this version; it stays, and can be embedded again",
        ),
        "drop": (
            none or (None if chosen is None else chosen.why_stays),
            "Remove this version with its vectors and its file",
        ),
    }
    found = {
        name: Able((wait or why_not) is None, wait or why_not or tip) for name, (why_not, tip) in said.items()
    }
    save = "Save what two versions were compared on as a page, a table or a picture"
    found["save"] = Able(compared, save if compared else "Compare two versions first")
    return {**found, "stop": Able(busy is not None, "Stop after the current pictures; what is done stays")}
