"""The ranking, against the formula that dropmodel states."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from dropgui.library import Library
from dropgui.library.models import register_model
from dropgui.library.queries import camera_rows, crop_ids
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Image
from dropgui.search import Answer, PartIndex, VectorQuery, search
from dropgui.search import index as index_module
from dropgui.search import kernels as kernels_module
from dropmodel.evaluation.calibration import Calibration, Logistic
from dropmodel.features import Features, distance
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed, made_features

CROPS = 300
NAMES = SCHEMA.vector_names


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartIndex]:
    path = tmp_path_factory.mktemp("scan") / "some.droplib"
    with Library.create(path) as library:
        model = add_model(library)
        embed(library, model, add_crops(library, CROPS), made_features(CROPS))
        opened = PartIndex.open(library, model)
        yield opened
        opened.close()


@pytest.fixture(params=["linear", "vector", "single"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen = getattr(kernels_module, request.param)
    monkeypatch.setattr(kernels_module, "kernel_for", lambda _: chosen)
    return str(request.param)


def reference(query: VectorQuery, gallery: Features, crop_ids: np.ndarray) -> list[tuple[int, float]]:
    """(crop id, score) of all comparable crops, best first, by ``distance`` and by id where equal."""
    scores = 1 - distance(query.features, gallery, query.weights)[0].astype(np.float64)
    order = np.lexsort((crop_ids, -scores))
    return [(int(crop_ids[i]), float(scores[i])) for i in order if np.isfinite(scores[i])]


def check_same(answer: Answer, expected: list[tuple[int, float]]) -> None:
    assert len(answer.matches) == len(expected)
    for match, (crop_id, score) in zip(answer.matches, expected, strict=True):
        assert match.score == pytest.approx(score, abs=2e-6)
        by_reference = dict(expected)[match.crop_id]
        assert match.score == pytest.approx(by_reference, abs=2e-6), crop_id


@given(
    seed=st.integers(0, 10_000),
    weights=st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10), min_size=1),
    hidden=st.sampled_from([0.0, 0.3, 0.9]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranks_as_the_models_distance_does(
    index: PartIndex, kernel: str, seed: int, weights: dict[str, float], hidden: float
) -> None:
    query = VectorQuery(made_features(1, seed + 1, hidden=hidden), weights, top=CROPS)
    gallery = made_features(CROPS)
    answer = search(index, query)
    check_same(answer, reference(query, gallery, index.crop_ids))
    assert answer.compared == len(answer.matches)
    assert answer.compared + answer.uncomparable == CROPS


def test_top_is_a_prefix_of_the_whole_ranking(index: PartIndex, kernel: str) -> None:
    query = made_features(1, 7)
    whole = search(index, VectorQuery(query, {"stripe_1": 1.0, "foreground": 2.0}, top=CROPS)).matches
    assert search(index, VectorQuery(query, {"stripe_1": 1.0, "foreground": 2.0}, top=7)).matches == whole[:7]


def test_equal_scores_come_by_crop_id_and_rounding_hides_none(library: Library) -> None:
    """3,000 near copies: fp16 sums cannot tell them apart, so the first candidates are not enough."""
    rng = np.random.default_rng(0)
    base = made_features(1, hidden=0)
    vectors = np.repeat(base.vectors, 3000, axis=0) + rng.normal(0, 2e-4, (3000, *base.vectors.shape[1:]))
    vectors[1000:1100] = base.vectors
    gallery = Features(
        vectors.astype(np.float16).astype(np.float32), np.repeat(base.visibility, 3000, axis=0), SCHEMA
    )
    model = add_model(library)
    embed(library, model, add_crops(library, 3000), gallery)
    index = PartIndex.open(library, model)
    query = VectorQuery(base, {"stripe_2": 1.0, "global": 1.0}, top=100)
    answer = search(index, query)
    expected = reference(query, gallery, index.crop_ids)[:100]
    assert [match.score for match in answer.matches] == pytest.approx([s for _, s in expected], abs=1e-6)
    scores = [(-match.score, match.crop_id) for match in answer.matches]
    assert scores == sorted(scores)
    index.close()


def test_several_views_average_over_views_and_parts(index: PartIndex) -> None:
    views = made_features(3, 11)
    weights = {"stripe_1": 2.0, "stripe_3": 1.0}
    gallery = made_features(CROPS)
    total, mass = np.zeros(CROPS), np.zeros(CROPS)
    for name, weight in weights.items():
        (j,) = SCHEMA.vector_indices([name])
        for view in range(3):
            pair = weight * np.sqrt(views.visibility[view, j] * gallery.visibility[:, j])
            total += pair * (gallery.vectors[:, j] @ views.vectors[view, j])
            mass += pair
    with np.errstate(invalid="ignore"):
        expected = total / mass
    answer = search(index, VectorQuery(views, weights, top=CROPS))
    assert len(answer.matches) == np.isfinite(expected).sum() > 0
    by_id = dict(zip(index.crop_ids.tolist(), expected, strict=True))
    for match in answer.matches:
        assert match.score == pytest.approx(by_id[match.crop_id], abs=1e-6)
    scores = [match.score for match in answer.matches]
    assert scores == sorted(scores, reverse=True)


def slow_score(query: VectorQuery, gallery: Features, row: int, push: float) -> float:
    """The formula of ``scan`` with negatives, a number at a time; NaN where nothing can be compared."""
    total = mass = 0.0
    for name, weight in query.weights.items():
        (j,) = SCHEMA.vector_indices([name])
        roots = [float(np.sqrt(v)) for v in query.features.visibility[:, j]]
        if sum(roots) == 0:
            continue
        wanted = sum(r * q for r, q in zip(roots, query.features.vectors[:, j], strict=True)) / sum(roots)
        vector = wanted
        if query.negatives is not None and query.negatives.visibility[:, j].any():
            shown = [float(np.sqrt(v)) for v in query.negatives.visibility[:, j]]
            away = sum(r * n for r, n in zip(shown, query.negatives.vectors[:, j], strict=True)) / sum(shown)
            vector = wanted + push * max(shown) * (wanted - away)
        pair = weight * sum(roots) / len(roots) * float(np.sqrt(gallery.visibility[row, j]))
        total += pair * float(vector @ gallery.vectors[row, j].astype(np.float64))
        mass += pair
    return total / mass if mass else float("nan")


@given(
    seed=st.integers(0, 10_000),
    weights=st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10), min_size=1),
    views=st.integers(1, 3),
    negatives=st.integers(0, 3),
    push=st.floats(0, 3),
    hidden=st.sampled_from([0.0, 0.5, 0.95]),
    top=st.sampled_from([5, CROPS]),
    least=st.none() | st.floats(-1, 1),
)
@settings(max_examples=40, deadline=None)
def test_ranks_as_the_formula_with_negatives_does(
    index: PartIndex,
    seed: int,
    weights: dict[str, float],
    views: int,
    negatives: int,
    push: float,
    hidden: float,
    top: int,
    least: float | None,
) -> None:
    unwanted = made_features(negatives, seed + 1, hidden=hidden) if negatives else None
    query = VectorQuery(
        made_features(views, seed, hidden=hidden),
        weights,
        top=top,
        negatives=unwanted,
        push=push,
        least_score=least,
    )
    gallery = made_features(CROPS)
    scores = np.array([slow_score(query, gallery, row, push) for row in range(CROPS)])
    plain = np.array([slow_score(query, gallery, row, 0) for row in range(CROPS)])
    expected = np.sort(scores[np.isfinite(scores)])[::-1][:top]
    if least is not None:
        expected = expected[expected >= least]
    answer = search(index, query)
    assert [match.score for match in answer.matches] == pytest.approx(expected, abs=1e-6)
    assert answer.compared == np.isfinite(scores).sum()
    row_of = {int(crop_id): row for row, crop_id in enumerate(index.crop_ids)}
    for match in answer.matches:
        row = row_of[match.crop_id]
        assert match.score == pytest.approx(scores[row], abs=1e-6)
        assert match.score - match.pushed == pytest.approx(plain[row], abs=1e-6)


def test_a_negative_pushes_only_the_parts_it_shows(index: PartIndex) -> None:
    features, weights = made_features(1, 5, hidden=0), {"stripe_1": 1.0, "stripe_2": 1.0}
    negatives = made_features(1, 6, hidden=0)
    (hidden,) = SCHEMA.vector_indices(["stripe_2"])
    negatives.visibility[:, hidden] = 0
    pushed = {m.crop_id: m for m in search(index, VectorQuery(features, weights, top=CROPS)).matches}
    gone = VectorQuery(features, weights, top=CROPS, negatives=negatives, push=2.0)
    only_shown = VectorQuery(features, {"stripe_2": 1.0}, top=CROPS, negatives=negatives, push=2.0)
    assert [m.pushed for m in search(index, only_shown).matches] == [0.0] * len(
        search(index, only_shown).matches
    )
    changed = search(index, gone).matches
    assert {m.crop_id for m in changed} == set(pushed)
    assert any(m.pushed for m in changed)
    assert all(m.parts == pushed[m.crop_id].parts for m in changed)  # bars stay the plain similarity


def test_a_rejected_crop_sinks(index: PartIndex) -> None:
    features, weights = made_features(1, 5), {"foreground": 1.0, "stripe_1": 1.0}
    first = search(index, VectorQuery(features, weights, top=CROPS)).matches[0].crop_id
    rejected = made_features(CROPS)[[*index.crop_ids].index(first) :][:1]
    query = VectorQuery(features, weights, top=CROPS, negatives=rejected, push=3.0)
    assert [match.crop_id for match in search(index, query).matches].index(first) > CROPS // 4


def test_senseless_negatives_are_refused() -> None:
    with pytest.raises(ValueError, match="push by a number"):
        VectorQuery(made_features(1), {"global": 1.0}, push=-1.0)
    with pytest.raises(ValueError, match="same model"):
        VectorQuery(made_features(1), {"global": 1.0}, negatives=made_features(1, dim=8))


def test_a_part_that_was_not_compared_is_said_to_be_hidden_somewhere(index: PartIndex) -> None:
    features = made_features(1, 3, hidden=0.6)
    gallery = made_features(CROPS)
    row_of = {int(crop_id): row for row, crop_id in enumerate(index.crop_ids)}
    seen = set()
    for match in search(index, VectorQuery(features, dict.fromkeys(NAMES, 1.0), top=CROPS)).matches:
        for name, (j,) in ((name, SCHEMA.vector_indices([name])) for name in NAMES):
            in_query, in_crop = name in match.hidden_in_query, name in match.hidden_in_crop
            assert (match.parts[name] is None) == (in_query or in_crop)
            if match.parts[name] is None:
                # sqrt(v v') < 0.05 only where one of them is below 0.05.
                assert not in_query or features.visibility[0, j] < 0.05
                assert not in_crop or gallery.visibility[row_of[match.crop_id], j] < 0.05
            seen.add((in_query, in_crop))
    assert seen == {(False, False), (False, True), (True, False), (True, True)}


def test_a_probability_is_that_of_as_many_vectors_as_were_compared(library: Library) -> None:
    curves = {count: Logistic(1.0 + count, -5.0) for count in (1, 2, 3)}
    calibration = Calibration(curves).to_dict()
    calibrated = register_model(
        library, name="a", schema=SCHEMA, dim=DIM, weights_hash="a", trained=True, calibration=calibration
    ).id
    embed(library, calibrated, add_crops(library, 50), made_features(50))
    index = PartIndex.open(library, calibrated)
    weights = dict.fromkeys(["stripe_1", "stripe_2", "stripe_3"], 1.0)
    features, negatives = made_features(1, 3, hidden=0), made_features(1, 4)
    answer = search(index, VectorQuery(features, weights, negatives=negatives))
    counts = set()
    for match in answer.matches:
        compared = sum(value is not None for value in match.parts.values())
        if compared == 0:
            assert match.probability is None
            continue
        distance_without = 1 - (match.score - match.pushed)
        odds = np.exp(1.0 + compared - 5.0 * distance_without) * 10 / 40  # ten crops a person, of 50
        assert match.probability == pytest.approx(odds / (1 + odds))
        counts.add(compared)
    assert len(counts) > 1
    index.close()


def test_without_a_calibration_there_is_no_probability(index: PartIndex) -> None:
    assert {
        match.probability for match in search(index, VectorQuery(made_features(1), {"global": 1.0})).matches
    } == {None}


def test_a_model_calibrated_again_answers_by_the_new_calibration(library: Library) -> None:
    def register(intercept: float) -> int:
        return register_model(
            library,
            name="a",
            schema=SCHEMA,
            dim=DIM,
            weights_hash="a",
            trained=True,
            calibration=Calibration({1: Logistic(intercept, 0.0)}).to_dict(),
        ).id

    model = register(0.0)
    embed(library, model, add_crops(library, 3), made_features(3))
    index = PartIndex.open(library, model)
    query = VectorQuery(made_features(1), {"global": 1.0})
    # Three crops are so few that half of them may be the person's.
    assert search(index, query).matches[0].probability == pytest.approx(0.5)
    assert register(2.0) == model
    assert search(index, query).matches[0].probability == pytest.approx(1 / (1 + np.exp(-2)))
    index.close()


@pytest.mark.parametrize("few", [True, False], ids=["gathered", "masked"])
def test_filters_keep_scores_and_order(library: Library, few: bool) -> None:
    """A rare filter gathers its rows, a common one masks a full scan: both are the whole ranking, thinned."""
    model = add_model(library)
    crops = add_crops(library, 400, cameras=100 if few else 2)
    embed(library, model, crops, made_features(400))
    index = PartIndex.open(library, model)
    camera = next(row for row in camera_rows(library) if row.name == "c1")
    wanted = set(crops[1 :: 100 if few else 2])
    features, weights = made_features(1, 5), {"stripe_1": 1.0, "global": 0.5}
    whole = search(index, VectorQuery(features, weights, top=400)).matches
    part = search(index, VectorQuery(features, weights, CropFilter(cameras=frozenset({camera.id})), top=400))
    assert part.matches == tuple(match for match in whole if match.crop_id in wanted)
    assert part.compared + part.uncomparable == len(wanted) == camera.crops
    index.close()


def test_a_filter_that_leaves_nothing_answers_with_nothing(index: PartIndex) -> None:
    answer = search(
        index, VectorQuery(made_features(1), {"global": 1.0}, CropFilter(cameras=frozenset({999})))
    )
    assert (answer.matches, answer.compared, answer.uncomparable) == ((), 0, 0)


def test_excluded_crops_never_match(index: PartIndex) -> None:
    first = search(index, VectorQuery(made_features(1), {"global": 1.0})).matches[0]
    assert first.score == pytest.approx(1, abs=1e-3)
    rest = search(index, VectorQuery(made_features(1), {"global": 1.0}, exclude=frozenset({first.crop_id})))
    assert first.crop_id not in {match.crop_id for match in rest.matches}
    assert rest.compared == CROPS - 1


def test_crops_without_a_common_visible_part_are_counted_not_ranked(index: PartIndex) -> None:
    gallery = made_features(CROPS)
    (j,) = SCHEMA.vector_indices(["stripe_2"])
    hidden = int((gallery.visibility[:, j] == 0).sum())
    features = made_features(1, hidden=0)
    answer = search(index, VectorQuery(features, {"stripe_2": 1.0}, top=CROPS))
    assert answer.uncomparable == hidden > 0
    assert len(answer.matches) == CROPS - hidden
    blind = Features(features.vectors, np.zeros_like(features.visibility), SCHEMA)
    assert search(index, VectorQuery(blind, {"stripe_2": 1.0})).uncomparable == CROPS


def test_parts_explain_the_score(index: PartIndex) -> None:
    weights = {"global": 1.0, "stripe_1": 3.0}
    features = made_features(1, 3, hidden=0)
    gallery = made_features(CROPS)
    rows = {int(crop_id): row for row, crop_id in enumerate(index.crop_ids)}
    answer = search(index, VectorQuery(features, weights, top=CROPS))
    hidden = 0
    for match in answer.matches:
        row = rows[match.crop_id]
        assert list(match.parts) == list(match.visibility) == list(weights)
        for name in weights:
            (j,) = SCHEMA.vector_indices([name])
            pair = np.sqrt(features.visibility[0, j] * gallery.visibility[row, j])
            value = match.parts[name]
            assert (value is None) == (pair < 0.05)
            hidden += value is None
            assert match.visibility[name] == pytest.approx(gallery.visibility[row, j], abs=1e-6)
            if value is not None:
                assert value == pytest.approx(features.vectors[0, j] @ gallery.vectors[row, j], abs=1e-6)
    assert hidden > 0


@pytest.mark.parametrize(
    "bad",
    [{}, *({"global": weight} for weight in (0.0, -1.0, float("nan"), float("inf"))), {"nose": 1.0}],
    ids=str,
)
def test_senseless_weights_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"part|weight"):
        VectorQuery(made_features(1), bad)


def test_a_query_of_another_model_is_refused(index: PartIndex) -> None:
    with pytest.raises(ValueError, match="numbers a vector"):
        search(index, VectorQuery(made_features(1, dim=2 * DIM), {"global": 1.0}))


@pytest.mark.parametrize("kernel", kernels_module.KERNELS)
def test_kernels_keep_their_promise(kernel: kernels_module.Kernel) -> None:
    generator = torch.Generator().manual_seed(1)
    matrix = torch.nn.functional.normalize(torch.randn(20_000, 512, generator=generator)).half()
    query = torch.nn.functional.normalize(matrix[5].float() + 0.01, dim=0)
    exact = matrix.double() @ query.double()
    assert (kernel(query, matrix).double() - exact).abs().max() < kernels_module.KERNEL_ERROR


@pytest.mark.parametrize("kernel", kernels_module.MANY_KERNELS)
def test_kernels_of_many_queries_keep_theirs(kernel: kernels_module.ManyKernel) -> None:
    generator = torch.Generator().manual_seed(1)
    matrix = torch.nn.functional.normalize(torch.randn(3_000, 512, generator=generator)).half()
    queries = torch.nn.functional.normalize(matrix[:9].float() + 0.01)
    exact = queries.double() @ matrix.double().T
    products = kernel(queries, matrix)
    assert products.dtype == torch.float32
    assert (products.double() - exact).abs().max() < kernels_module.MANY_ERROR


def test_the_kernel_is_chosen_once() -> None:
    assert kernels_module.kernel_for("cpu") in kernels_module.KERNELS
    assert kernels_module.timing("cpu") is kernels_module.timing("cpu")
    assert 0 < kernels_module.timing("cpu").seconds < 1e-6
    assert kernels_module.many_kernel_for("cpu", 1) is kernels_module.loop
    assert kernels_module.many_kernel_for("cpu", 100) in kernels_module.MANY_KERNELS
    assert kernels_module.many_kernel_for("cuda", 100) is kernels_module.half_product


def test_a_filter_is_asked_once_while_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[CropFilter] = []

    def count(library: Library, crop_filter: CropFilter) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        asked.append(crop_filter)
        return crop_ids(library, crop_filter)

    monkeypatch.setattr(index_module, "crop_ids", count)
    with Library.create(tmp_path / "some.droplib") as library:
        model = add_model(library)
        embed(library, model, add_crops(library, 20), made_features(20))
        index = PartIndex.open(library, model)
        first, second = (CropFilter(cameras=frozenset({row.id})) for row in camera_rows(library))

        def compared(crop_filter: CropFilter) -> int:
            index.refresh()
            return search(index, VectorQuery(made_features(1), {"global": 1.0}, crop_filter)).compared

        assert [compared(first) for _ in range(3)] == [10, 10, 10]
        assert asked == [first]
        assert [compared(second), compared(first)] == [10, 10]
        assert asked == [first, second, first]
        # Crops that were there all the time pass the filter now: the rows of the index are the same.
        move = update(Image).where(Image.relative_path < "000010").values(camera_id=min(first.cameras))
        library.write(lambda connection: connection.execute(move))
        assert compared(first) == 15
        move_back = update(Image).values(camera_id=min(second.cameras))
        with Library.open(library.path) as other:  # as another program does
            other.write(lambda connection: connection.execute(move_back))
        assert (compared(first), compared(second)) == (0, 20)
        embed(library, model, add_crops(library, 8, "/more"), made_features(8))
        assert compared(first) == 4
        index.close()
