"""Lets what was fitted to a library speak for a version there, and takes it back (docs/decisions/0067)."""

from dropgui.evaluation.trust import Fitted
from dropgui.library import Library
from dropgui.library.models import own_calibration_of, recalibrate


def recalibrate_with(library: Library, model_version_id: int, fitted: Fitted) -> None:
    """Searches with this version tell these probabilities from now on; ``KeyError`` if it is unknown."""
    recalibrate(library, model_version_id, fitted.calibration.to_dict())


def forget_calibration(library: Library, model_version_id: int) -> bool:
    """Takes it back: what the model brought speaks again, if it brought any. False where there was none."""
    if own_calibration_of(library, model_version_id) is None:
        return False
    recalibrate(library, model_version_id, None)
    return True
