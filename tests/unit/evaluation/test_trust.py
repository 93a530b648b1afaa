"""Calibration to a library: better on persons not seen, kept, taken back, refused with too little."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.evaluation.evaluate import evaluate_version
from dropgui.evaluation.labels import Labelled, labelled_crops
from dropgui.evaluation.protocol import Protocol
from dropgui.evaluation.ranking import rank_all
from dropgui.evaluation.recalibrate import forget_calibration, recalibrate_with
from dropgui.evaluation.result import Evaluation
from dropgui.evaluation.trust import Evidence
from dropgui.evaluation.vectors import StoredVectors
from dropgui.indexing import CancelToken
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
from dropmodel.features import default_weights
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


def test_probabilities_are_those_that_searches_tell(library: Library) -> None:
    case = make(library, persons=6)
    with case.session as session:
        index = session.index
        labelled = labelled_crops(library, "persons")
        vectors, protocol = StoredVectors(index, labelled.crops), Protocol.of(labelled)
        ranked = rank_all(vectors, protocol, [tuple(default_weights(SCHEMA))])
        evidence = Evidence.of(vectors, protocol, ranked.by_choice[0], CancelToken())
        assert index.certainty is not None
        told = evidence.pairs.probabilities(index.certainty)
        for query in (0, 7, 20):
            parts = default_weights(SCHEMA)
            found = session.search(Query(crops=[int(labelled.crops[query])], parts=parts, top=99)).matches
            searched = {match.crop_id: match.probability for match in found}
            mine = evidence.pairs.drawn.queries == query
            assert mine.sum() > 20
            for place, value in zip(evidence.pairs.drawn.places[mine], told[mine], strict=True):
                crop = int(labelled.crops[place])
                if crop == labelled.crops[query]:
                    continue  # a search leaves its own crop out
                other = searched.get(crop)
                assert (np.nan if other is None else other) == pytest.approx(value, abs=1e-4, nan_ok=True)


@given(seed=st.integers(0, 999), persons=st.integers(1, 6), cameras=st.integers(1, 3), known=st.floats(0, 1))
def test_right_answers_are_those_of_the_rule(seed: int, persons: int, cameras: int, known: float) -> None:
    rng = np.random.default_rng(seed)
    count = 24
    who = rng.integers(-1, persons + 1, count)
    seen = np.where(rng.random(count) < known, rng.integers(0, cameras, count), -1)
    none = np.zeros(count, np.int64)
    names = tuple(map(str, range(persons)))
    labelled = Labelled(np.arange(count), who, seen, none, names, tuple(map(str, range(cameras))), "names")
    protocol = Protocol.of(labelled)
    by_person = [[int(c) for c in seen[who == one] if c >= 0] for one in range(1, persons + 1)]
    several = [len(set(c)) > 1 for one, c in enumerate(by_person, 1) if (who == one).sum() > 1]
    assert protocol.across is (sum(several) > 0 and 2 * sum(several) >= len(several))
    assert protocol.asked.tolist() == np.flatnonzero(who > 0).tolist()
    for query, place in enumerate(protocol.asked.tolist()):
        same = [other for other in range(count) if who[other] == who[place] and other != place]
        if protocol.across:
            same = [other for other in same if seen[other] < 0 or seen[other] != seen[place]]
        assert sorted(protocol.rules.split(query)[0].tolist()) == same


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
