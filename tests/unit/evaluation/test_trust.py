"""Calibration to a library: better on persons not seen, kept, taken back, refused with too little."""

from pathlib import Path

import numpy as np
import pytest

from dropgui.evaluation.evaluate import evaluate_version
from dropgui.evaluation.recalibrate import forget_calibration, recalibrate_with
from dropgui.evaluation.result import Evaluation
from dropgui.library import Library
from dropgui.library.models import (
    active_model,
    calibration_of,
    model_versions,
    own_calibration_of,
    recalibrate,
    register_model,
)
from dropgui.search import Query
from dropgui.session import Session
from dropmodel.evaluation.calibration import Calibration
from tests.unit.evaluation.made import SURE, make
from tests.unit.library.made import DIM, SCHEMA


def measured(session: Session) -> Evaluation:
    found = evaluate_version(session)
    assert found is not None
    return found


def told(session: Session, crop: int) -> list[float | None]:
    return [match.probability for match in session.search(Query(crops=[crop])).matches]


def test_it_is_better_kept_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "some.droplib"
    with Library.create(path) as library:
        case = make(library, persons=20, noise=2.0)
        with case.session as session:
            before = told(session, case.crops[0])
            found = measured(session).certainty
            assert found is not None
            assert (found.own, found.why_not) == (None, None)
            assert found.trust is not None
            assert found.fitted is not None
            for name in ("even", "matches"):
                used, fitted = getattr(found.trust, name), getattr(found.fitted.trust, name)
                assert fitted.ece < used.ece / 2, name
            recalibrate_with(library, case.version, found.fitted)
            after = told(session, case.crops[0])
            assert after != before
            prior = session.search(Query(crops=[case.crops[0]])).prior
            assert prior is not None
            assert prior.source == "20 confirmed persons"
    with Library.open(path) as library, Session(library, device="cpu") as session:
        assert told(session, case.crops[0]) == after
        again = measured(session).certainty
        assert again is not None
        assert again.own is not None
        assert again.trust is not None
        assert again.trust.even is not None
        assert found.trust.even is not None
        assert again.trust.even.ece < found.trust.even.ece / 2
        active = active_model(library)
        assert active is not None
        assert "library_calibration" not in active.metrics
        assert forget_calibration(library, case.version)
        assert told(session, case.crops[0]) == before
        assert not forget_calibration(library, case.version)


def test_a_model_that_is_calibrated_again_does_not_speak_over_it(library: Library) -> None:
    case = make(library)
    case.session.close()
    own = Calibration(SURE.curves, source="10 confirmed persons").to_dict()
    recalibrate(library, case.version, own)
    newer = Calibration(SURE.curves, source="photographs").to_dict()
    register_model(
        library, name="made", schema=SCHEMA, dim=DIM, weights_hash="made", trained=True, calibration=newer
    )
    assert calibration_of(library, case.version) == own == own_calibration_of(library, case.version)
    recalibrate(library, case.version, None)
    assert calibration_of(library, case.version) == newer
    assert own_calibration_of(library, case.version) is None
    with pytest.raises(KeyError):
        recalibrate(library, 99, own)
    assert len(model_versions(library)) == 1


def test_a_model_that_never_was_calibrated_can_be(library: Library) -> None:
    case = make(library, calibration=None)
    with case.session as session:
        assert set(told(session, case.crops[0])) == {None}
        found = measured(session).certainty
        assert found is not None
        assert found.in_use is None
        assert found.trust is None
        assert found.fitted is not None
        recalibrate_with(library, case.version, found.fitted)
        assert None not in told(session, case.crops[0])[:1]


def test_too_few_are_refused_in_words(library: Library) -> None:
    case = make(library, persons=4)
    with case.session as session:
        found = measured(session).certainty
    assert found is not None
    assert found.fitted is None
    assert found.why_not == (
        "Too few to fit probabilities to: 4 persons with 72 pairs of crops to be found. It takes 8 persons "
        "and 100 pairs; confirm more."
    )


def test_the_truth_is_reliable(library: Library) -> None:
    """Probabilities at the odds of the crops that were searched in: what is fitted comes true at both."""
    case = make(library, persons=40, each=8, noise=2.5)
    with case.session as session:
        found = measured(session).certainty
    assert found is not None
    assert found.fitted is not None
    trust = found.fitted.trust
    assert trust.even is not None
    assert trust.matches is not None
    assert trust.even.ece < 0.1
    assert trust.matches.ece < 0.1
    assert np.isclose(trust.matches.weights.sum(), 1)
