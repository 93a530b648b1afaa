"""Lets what was fitted to a library speak for a version there, and takes it back (docs/decisions/0067)."""

from dropgui.errors import UserError
from dropgui.evaluation import words
from dropgui.evaluation.result import Evaluation
from dropgui.evaluation.trust import Fitted
from dropgui.library import Library
from dropgui.library.models import own_calibration_of, recalibrate


def recalibrate_with(library: Library, model_version_id: int, fitted: Fitted) -> None:
    """Searches with this version tell these probabilities from now on; ``KeyError`` if it is unknown."""
    recalibrate(library, model_version_id, fitted.calibration.to_dict())


def recalibrate_as_measured(library: Library, found: Evaluation) -> None:
    """The same with what this evaluation fitted; a UserError where it could fit nothing."""
    certainty = found.certainty
    if certainty is None or certainty.fitted is None:
        raise UserError(words.NOBODY_TO_FIT if certainty is None else certainty.why_not or "")
    recalibrate_with(library, found.version.id, certainty.fitted)


def forget_calibration(library: Library, model_version_id: int) -> bool:
    """Takes it back: what the model brought speaks again, if it brought any. False where there was none."""
    if own_calibration_of(library, model_version_id) is None:
        return False
    recalibrate(library, model_version_id, None)
    return True
