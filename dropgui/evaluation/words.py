"""What is said of an evaluation, in the window and on the command line alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dropgui.evaluation.labels import Source
from dropgui.evaluation.protocol import Protocol
from dropmodel.parts import PartSchema

if TYPE_CHECKING:
    from dropgui.evaluation.result import Certainties, Evaluation
    from dropgui.evaluation.trust import Trust
    from dropgui.library.rows import ModelVersionRow

USUAL = "Person and parts"
"""The row of the usual choice of vectors."""

FEW_PERSONS = 20
"""With fewer persons the page says that figures move by chance."""

NOT_INDEXED = "Nothing is indexed here yet. Add a folder of pictures first."
NOBODY_HELD_OUT = (
    "Nobody with two crops or more is held out of teaching here, so nothing can be measured on held-out "
    "persons only. Confirm more persons, or measure on all of them."
)
SOURCES: dict[Source, str] = {
    "persons": "persons that you confirmed",
    "names": "persons by the names of files and folders",
}

FORGOTTEN = "What was fitted to this library was taken back."
NOTHING_TO_FORGET = "Nothing was fitted to this library, so there is nothing to take back."
NOBODY_TO_FIT = "There is nobody to fit probabilities to. Confirm at least two crops for some persons."
CERTAINTY_TITLES = {"in_use": "In use", "fitted": "Fitted to this library"}

MEANINGS = {
    "Rank-1": "how often the first match is right",
    "Rank-5": "how often one of the first 5 matches is right",
    "Rank-10": "how often one of the first 10 matches is right",
    "Rank-20": "how often one of the first 20 matches is right",
    "mAP": "how far up all right matches come",
    "mINP": "how far up even the last right match comes",
    "AUC": "how often a pair of one person is nearer than a pair of two",
    "EER": "error where misses and false alarms are equally frequent",
    "TPR at FPR 1 %": "right pairs found while 1 of 100 wrong ones is let through",
    "TPR at FPR 0.1 %": "right pairs found while 1 of 1,000 wrong ones is let through",
    "ECE of first matches": "how far percentages of first matches are off",
    "ECE at even odds": "the same of pairs, as many right as wrong ones",
    "mIoU": "how well parts fit those in corrected masks",
    "Pixels right": "pixels of corrected masks that have the right part",
    "Left and right exchanged": "pixels of arms, legs and feet given to the other side",
}
"""What each measure says, by the title of its row."""


def recalibrated(version: "ModelVersionRow") -> str:
    """What has become of percentages that were fitted for a version."""
    if version.active:
        return "Percentages of searches are fitted to this library from now on. It can be taken back."
    return (
        f"The percentages of {version.name!r} are fitted to this library; searches tell them once that "
        "version is in use. It can be taken back."
    )


def nothing(source: Source) -> str:
    """What to do where nobody can be looked for."""
    if source == "names":
        return (
            "The names of files and folders tell of no two pictures of one person. They should be as in "
            "anna/0001.jpg, a folder for each person, or 0002_c1s1_000451_03.jpg, person and camera."
        )
    return (
        "Nobody can be looked for yet. Confirm at least two crops for two persons: search for a crop, then "
        "confirm the matches that are right. Or take the persons from the names of files and folders, where "
        "each person has a folder."
    )


def no_right_answer(*, across: bool) -> str:
    """What to do where no query has a right answer."""
    if across:
        return "No labelled crop has a right answer by another camera. Confirm crops of other cameras too."
    return "No labelled crop has a right answer among the others. Confirm more crops of each person."


def chosen(schema: PartSchema, parts: Sequence[str]) -> str:
    """A choice of parts as the title of a row."""
    return " + ".join(schema.vector(name).title for name in parts)


def about_persons(
    protocol: Protocol,
    found: "Evaluation",
    *,
    without_vectors: int,
    with_corrected: int,
    is_taught: bool,
) -> list[str]:
    """On whom it was measured and by which rule, what was left out, and what to think of it; sentences."""
    report, labelled = found.report, protocol.labelled
    assert report is not None
    told = [
        (
            f"Measured with {counted(len(report.queries), 'search', 'searches')} for "
            f"{counted(found.persons, 'person')} among {counted(len(labelled), 'labelled crop')} "
            f"({SOURCES[labelled.source]}), from the vectors that are stored."
        ),
        _rule(protocol),
    ]
    if protocol.askable > len(protocol.asked):
        told.append(
            f"{len(protocol.asked):,} of {protocol.askable:,} crops were looked for, drawn at random; all "
            "were searched in."
        )
    if report.left_out:
        told.append(f"{counted(report.left_out, 'crop')} without a right answer did not count.")
    if without_vectors:
        told.append(f"{counted(without_vectors, 'labelled crop')} without vectors took no part.")
    if with_corrected:
        told.append(
            f"The vectors of {counted(with_corrected, 'crop')} were made with masks that you corrected, as "
            "in searches."
        )
    if found.is_held_out:
        told.append("Only persons were looked for whom no version was taught with.")
    elif is_taught:
        told.append(
            "This version was taught in this library: its figures on persons that it was taught with are "
            "flattering. Measure on held-out persons to know what it does with new ones."
        )
    if found.persons < FEW_PERSONS:
        told.append(f"With {counted(found.persons, 'person')} figures move by chance; see the ranges.")
    return told


def about_masks(count: int, *, is_held_out: bool) -> list[str]:
    """On what parsing was measured."""
    which = " that are held out of teaching" if is_held_out else ""
    return [f"Masks were measured on {counted(count, 'corrected mask')}{which}."]


def about_certainty(found: "Certainties") -> list[str]:
    """On what percentages rest, how they come true, and whether they would if fitted here; sentences."""
    told = []
    if found.in_use is None:
        told.append("The model is not calibrated: searches tell no percentages.")
    else:
        on = found.in_use.source or "pictures that it does not tell of"
        where = "" if found.own is None else " of this library"
        told.append(f"Percentages are calibrated on {on}{where}.")
    if (error := _errors(found.trust)) is not None:
        told.append(f"What searches tell is off by {error}.")
    if found.is_fitted:
        told.append(
            "That was measured on persons that the fit did not see, each half predicted by the other."
        )
    elif found.fitted is None:
        told.append(found.why_not or "")
    elif (error := _errors(found.fitted.trust)) is not None:
        told.append(f"Fitted to this library they are off by {error}, on persons that the fit did not see.")
        if found.own is None and not is_better(found):
            told.append("That is not better than what is in use.")
    return told


def is_better(found: "Certainties") -> bool:
    """Whether what was fitted comes truer than what is in use."""
    if found.fitted is None:
        return False
    after = found.fitted.trust.matches
    before = None if found.trust is None else found.trust.matches
    return after is not None and (before is None or after.ece < before.ece)


def _errors(trust: "Trust | None") -> str | None:
    if trust is None or trust.matches is None or trust.even is None:
        return None
    return (
        f"{100 * trust.matches.ece:.1f} % in the mean over first matches (ECE; at even odds "
        f"{100 * trust.even.ece:.1f} %)"
    )


def counted(number: int, one: str, many: str | None = None) -> str:
    """``3 persons``, ``1 person``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _rule(protocol: Protocol) -> str:
    if protocol.across:
        return (
            "Each of these crops was looked for among all others. Crops of its person by the same camera "
            "were left out, the standard rule: a right answer is by another camera."
        )
    return (
        "Each of these crops was looked for among all others, and every other crop of its person is a right "
        "answer, by the same camera too: most persons are not known to have been seen by two cameras. That "
        "is easier than the standard rule."
    )
