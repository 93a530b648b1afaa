"""Probabilities: Bayes' rule at the prior of the library, and nothing where the model is not calibrated."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import register_model
from dropgui.library.persons import person_sizes
from dropgui.library.queries import camera_rows
from dropgui.library.rows import CropFilter
from dropgui.search import PartIndex, VectorQuery, search, search_many
from dropgui.search.ask import ask
from dropgui.search.certainty import (
    OTHER_COUNT,
    SEVERAL_VIEWS,
    UNEQUAL_WEIGHTS,
    USUAL_CROPS,
    Certainty,
    Prior,
    crops_a_person,
    percent,
    prior_words,
)
from dropgui.search.question import Query
from dropgui.search.reasons import reasons
from dropgui.search.rerank import search_reranked
from dropgui.search.resolve import QuestionError
from dropmodel.evaluation.calibration import Calibration, Logistic
from tests.unit.library.made import DIM, SCHEMA, add_crops, embed, made_features

CURVES = {count: Logistic(1.0 + count, -5.0) for count in (1, 2, 3)}
SIZES = st.lists(st.integers(1, 60), max_size=12)


@given(
    fitted=st.floats(0.05, 0.95),
    size=st.floats(1, 100),
    crops=st.integers(1, 10**6),
    distances=st.lists(st.floats(0, 2), min_size=1, max_size=8),
    vectors=st.integers(1, 3),
)
def test_odds_are_those_of_the_fit_times_those_of_the_library(
    fitted: float, size: float, crops: int, distances: list[float], vectors: int
) -> None:
    certainty = Certainty(Calibration(CURVES, fitted), Prior(size, crops))
    counts = np.full(len(distances), vectors)
    for distance, found in zip(distances, certainty.probabilities(np.array(distances), counts), strict=True):
        fit = float(CURVES[vectors](distance))
        likelier = fit / (1 - fit) / (fitted / (1 - fitted))
        share = min(size / crops, 0.5)
        expected = likelier * share / (1 - share)
        assert found == pytest.approx(expected / (1 + expected), rel=1e-6, abs=1e-12)


@given(count=st.integers(-1, 12))
def test_what_is_not_calibrated_has_none(count: int) -> None:
    certainty = Certainty(Calibration(CURVES), Prior(10, 100))
    (found,) = certainty.probabilities(np.array([0.2]), np.array([count]))
    assert (found is None) == (count not in CURVES)


@given(sizes=SIZES, crops=st.integers(0, 2000))
def test_crops_a_person_are_the_mean_over_crops(sizes: list[int], crops: int) -> None:
    found = crops_a_person(sizes, crops)
    nobodys = max(crops - sum(sizes), 0)
    of_crops = [size for size in sizes for _ in range(size)] + [min(USUAL_CROPS, nobodys)] * nobodys
    assert found == pytest.approx(max(np.mean(of_crops), 1) if of_crops else 1)
    assert 0 < Prior(found, crops).share <= 0.5


@given(sizes=SIZES, crops=st.integers(800, 2000))
def test_a_person_more_is_known_of_moves_the_assumption_towards_it(sizes: list[int], crops: int) -> None:
    before = crops_a_person(sizes, crops)
    assert crops_a_person([*sizes, USUAL_CROPS + 30], crops) > before
    assert crops_a_person([*sizes, 1], crops) < before


def test_nobody_is_told_to_be_certain() -> None:
    assert [percent(value) for value in (0.0, 0.004, 0.01, 0.5, 0.99, 0.999)] == [
        "<1%", "<1%", "1%", "50%", "99%", ">99%",
    ]  # fmt: skip
    said = prior_words(Prior(9.6, 12_480, "rendered people"))
    assert said == (
        "Percentages are calibrated on rendered people; they assume about 10 crops a person among this "
        "library's 12,480."
    )
    assert prior_words(Prior(1.0, 3)) == "Percentages assume about 1 crop a person among this library's 3."


@pytest.fixture
def calibrated(library: Library) -> int:
    return register_model(
        library, name="a", schema=SCHEMA, dim=DIM, weights_hash="a", trained=True,
        calibration=Calibration(CURVES, source="made people").to_dict(),
    ).id  # fmt: skip


def test_a_library_knows_its_persons(library: Library, calibrated: int) -> None:
    crops = add_crops(library, 200)
    embed(library, calibrated, crops, made_features(200))
    index = PartIndex.open(library, calibrated)
    query = VectorQuery(made_features(1, 3, hidden=0), {"stripe_1": 1.0})

    def told() -> tuple[float | None, Prior]:
        first = search(index, query)
        assert first.prior is not None
        assert search_many(index, [query, query])[1].prior == first.prior
        return first.matches[0].probability, first.prior

    usual, prior = told()
    assert prior == Prior(USUAL_CROPS, 200, "made people")
    confirm(library, crops[:100], None)
    assert person_sizes(library) == [100]
    likelier, known = told()
    assert known.crops_a_person == (100 * 100 + USUAL_CROPS * 100) / 200
    assert usual is not None
    assert likelier is not None
    assert likelier > usual
    # As many strangers more: the same match is less likely the person.
    embed(library, calibrated, add_crops(library, 2000, "/more"), made_features(2000, 9))
    index.refresh()
    assert told()[1].crops == 2200
    index.close()


STRIPES = {"stripe_1": 1.0, "stripe_2": 1.0, "stripe_3": 1.0}


@pytest.mark.parametrize(
    ("views", "weights", "reason"),
    [
        (1, STRIPES, ""),
        (1, dict.fromkeys(STRIPES, 0.3), ""),
        (2, STRIPES, SEVERAL_VIEWS),
        (1, {**STRIPES, "stripe_2": 0.9}, UNEQUAL_WEIGHTS),
        (3, {**STRIPES, "stripe_2": 2.0}, SEVERAL_VIEWS),
        (1, {"stripe_1": 0.2}, ""),
    ],
)
def test_only_what_was_fitted_has_a_percentage(
    library: Library, calibrated: int, views: int, weights: dict[str, float], reason: str
) -> None:
    embed(library, calibrated, add_crops(library, 60), made_features(60))
    index = PartIndex.open(library, calibrated)
    query = VectorQuery(made_features(views, 3, hidden=0), weights, negatives=made_features(2, 5))
    answers = (
        search(index, query),
        search_many(index, [VectorQuery(made_features(1, 3), STRIPES), query])[1],
        search_reranked(index, query),
    )
    for answer in answers:
        assert (answer.uncalibrated, answer.prior is None) == (reason, bool(reason))
        told = [match for match in answer.matches if any(v is not None for v in match.parts.values())]
        assert len(told) > 40
        assert {match.uncalibrated for match in told} == {reason}
        assert {match.probability is None for match in told} == {bool(reason)}
        for match in told:
            assert reasons(match, SCHEMA)[-1] == (
                reason or f"Same person: {percent(match.probability or 0)}."
            )
    least = Query(crops=(1,), least_probability=0.5)
    if reason:
        with pytest.raises(QuestionError, match=f"{reason} No probability can be asked for here"):
            ask(index, least, query)
    else:
        assert all((m.probability or 0) >= 0.5 for m in ask(index, least, query).matches)
    index.close()


def test_numbers_of_parts_that_were_not_fitted_have_none(library: Library) -> None:
    model = register_model(
        library, name="a", schema=SCHEMA, dim=DIM, weights_hash="a", trained=True,
        calibration=Calibration({1: Logistic(0.0, -1.0)}).to_dict(),
    ).id  # fmt: skip
    embed(library, model, add_crops(library, 40), made_features(40))
    index = PartIndex.open(library, model)
    for match in search(index, VectorQuery(made_features(1, 3, hidden=0), STRIPES)).matches:
        compared = sum(value is not None for value in match.parts.values())
        assert (match.probability is None) == (compared != 1)
        assert match.uncalibrated == (OTHER_COUNT if compared > 1 else "")
    index.close()


def test_a_filter_does_not_change_what_is_said_of_a_match(library: Library, calibrated: int) -> None:
    embed(library, calibrated, add_crops(library, 100), made_features(100))
    index = PartIndex.open(library, calibrated)
    query = VectorQuery(made_features(1, 3, hidden=0), {"stripe_1": 1.0, "stripe_2": 1.0}, top=100)
    whole = {match.crop_id: match.probability for match in search(index, query).matches}
    (camera, *_) = camera_rows(library)
    few = search(index, replace(query, crop_filter=CropFilter(cameras=frozenset({camera.id})))).matches
    assert 0 < len(few) < len(whole)
    assert all(match.probability == whole[match.crop_id] for match in few)
    index.close()
