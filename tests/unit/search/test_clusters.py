"""Suggested persons: what is joined, what never is, and how good it is where persons can be told apart."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from dropgui.library import Library
from dropgui.library.decisions import confirm, reject
from dropgui.library.queries import camera_rows
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop, Image
from dropgui.search import PartIndex
from dropgui.search.clusters import closest_groups, suggest_persons
from dropmodel.evaluation.grouping import Grouping, Known, group, pair_distances
from dropmodel.evaluation.rerank import jaccard_graph
from dropmodel.features import Features, Operand, default_weights, distance
from tests.support.clusters import agreement, crowd
from tests.unit.library.made import SCHEMA, add_crops, add_model, as_stored, embed

DIM = 128


def features_of_people(who: npt.NDArray[np.int64], seed: int = 0, noise: float = 0.6) -> Features:
    return as_stored(crowd(who, SCHEMA, dim=DIM, noise=noise, seed=seed))


def nothing_known(count: int) -> Known:
    unknown = np.full(count, -1, np.int64)
    return Known(np.arange(count), unknown, np.full(count, np.nan), unknown)


def grouped(features: Features, known: Known, options: Grouping) -> npt.NDArray[np.int64]:
    side = Operand.of(features, default_weights(SCHEMA), is_query=True)
    graph = jaccard_graph(side, options=options.neighbourhood)
    labels = np.full(len(features), -1, np.int64)
    for label, members in enumerate(group(side, graph, known, options)):
        assert (labels[members] == -1).all()
        labels[members] = label
    assert (labels >= 0).all()
    return labels


@pytest.mark.parametrize("per_person", [3, 8, 30])
@pytest.mark.parametrize("noise", [0.5, 0.9])
def test_persons_are_found_however_many_crops_they_have(per_person: int, noise: float) -> None:
    who = np.repeat(np.arange(240 // per_person), per_person)
    labels = grouped(features_of_people(who, noise=noise), nothing_known(len(who)), Grouping())
    found = agreement(who, labels)
    assert found.precision > 0.8
    assert found.f > 0.85
    assert found.nmi > 0.9


def test_strangers_are_left_alone() -> None:
    who = np.arange(120)
    labels = grouped(features_of_people(who), nothing_known(len(who)), Grouping())
    assert len(np.unique(labels)) > 90


@given(seed=st.integers(0, 10_000), several=st.booleans(), apart=st.sampled_from([None, 20.0]))
@settings(max_examples=15)
def test_what_must_stay_apart_does(seed: int, several: bool, apart: float | None) -> None:
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(5), 8)
    count = len(who)
    known = Known(
        images=rng.integers(0, count // 2, count) if several else np.arange(count),
        cameras=rng.integers(-1, 3, count),
        times=np.where(rng.random(count) < 0.2, np.nan, rng.random(count) * 200),
        persons=np.where(rng.random(count) < 0.2, rng.integers(0, 6, count), -1),
        rejected=frozenset(
            zip(rng.integers(0, count, 6).tolist(), rng.integers(0, 6, 6).tolist(), strict=True)
        ),
    )
    labels = grouped(features_of_people(who, seed), known, Grouping(apart_seconds=apart))
    persons = {int(person): set(labels[known.persons == person]) for person in set(known.persons) - {-1}}
    assert all(len(groups) == 1 for groups in persons.values()), "a person's crops are together"
    for i in range(count):
        for j in range(i):
            if labels[i] != labels[j] or known.persons[i] == known.persons[j] >= 0:
                continue
            mates = known.persons[labels == labels[i]]
            assert len(set(mates) - {-1}) <= 1
            if (mates >= 0).any():
                continue  # a known person's own crops may contradict each other: somebody said so
            assert known.images[i] != known.images[j]
            near = abs(known.times[i] - known.times[j]) < (apart or 0)
            assert not (near and known.cameras[i] != known.cameras[j] and min(known.cameras[[i, j]]) >= 0)
    for place, person in known.rejected:
        if known.persons[place] != person:
            assert person not in known.persons[labels == labels[place]] or known.persons[place] >= 0


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_pair_distances_are_the_models(seed: int) -> None:
    features = features_of_people(np.arange(9), seed)
    side = Operand.of(features, default_weights(SCHEMA), is_query=True)
    one, other = (axis.ravel() for axis in np.indices((9, 9)))
    found = pair_distances(side, one, other).reshape(9, 9)
    np.testing.assert_allclose(found, distance(features, features), atol=1e-5)


WHO = np.repeat(np.arange(6), 6)


@pytest.fixture
def index(library: Library) -> PartIndex:
    """Six persons of six crops each, in turn at two cameras."""
    model = add_model(library, dim=DIM)
    embed(library, model, add_crops(library, len(WHO)), features_of_people(WHO))
    return PartIndex.open(library, model)


def crops_of(index: PartIndex, person: int) -> list[int]:
    ids: list[int] = index.crop_ids[person == WHO].tolist()
    return ids


def test_each_suggestion_is_a_person_and_the_sure_crops_come_first(index: PartIndex) -> None:
    shares: list[float] = []
    found = suggest_persons(index, on_progress=shares.append)
    assert {frozenset(one.crop_ids) for one in found} == {frozenset(crops_of(index, i)) for i in range(6)}
    for one in found:
        assert one.person_id is None
        assert list(one.fits) == sorted(one.fits, reverse=True)
        assert 0.3 < one.cohesion <= 1
    assert shares == sorted(shares)
    assert shares[-1] == 1
    index.close()


def test_a_known_person_is_extended_unless_somebody_said_no(library: Library, index: PartIndex) -> None:
    mine, other = crops_of(index, 2), crops_of(index, 3)
    person = confirm(library, mine[:2]).person_id
    (found,) = [one for one in suggest_persons(index) if one.person_id is not None]
    assert (set(found.crop_ids), found.person_id) == (set(mine[2:]), person)
    reject(library, mine[2:4], person)
    found_ids = {
        one.person_id: set(one.crop_ids) for one in suggest_persons(index) if set(one.crop_ids) & set(mine)
    }
    assert set() < found_ids[person] <= set(mine[4:])
    assert not found_ids.get(None, set()) & found_ids[person]
    confirm(library, other)
    assert not [one for one in suggest_persons(index) if set(one.crop_ids) & set(other)], (
        "nothing is left to say"
    )
    index.close()


def test_two_crops_of_one_image_are_two_persons(library: Library, index: PartIndex) -> None:
    mine = crops_of(index, 1)
    image = library.write(
        lambda connection: connection.scalar(
            Crop.__table__.select().with_only_columns(Crop.image_id).where(Crop.id == mine[0])
        )
    )
    library.write(lambda c: c.execute(update(Crop).where(Crop.id == mine[5]).values(image_id=image)))
    groups = [set(one.crop_ids) for one in suggest_persons(index)]
    assert not any({mine[0], mine[5]} <= members for members in groups)
    allowed = suggest_persons(index, options=Grouping(one_image=False))
    assert any({mine[0], mine[5]} <= set(one.crop_ids) for one in allowed)
    index.close()


def test_nobody_is_at_two_cameras_at_once(library: Library, index: PartIndex) -> None:
    start = datetime(2024, 5, 1, 12)  # noqa: DTZ001 - a camera's own clock
    library.write(
        lambda c: [
            c.execute(update(Image).where(Image.id == i).values(captured_at=start + timedelta(seconds=i)))
            for i in range(1, len(WHO) + 1)
        ]
    )
    assert len(suggest_persons(index)) == 6
    for one in suggest_persons(index, options=Grouping(apart_seconds=60)):
        assert len({crop_id % 2 for crop_id in one.crop_ids}) == 1
    index.close()


def test_only_crops_that_pass_the_filter(library: Library, index: PartIndex) -> None:
    camera = {row.name: row.id for row in camera_rows(library)}["c0"]
    found = suggest_persons(index, CropFilter(cameras=frozenset({camera})))
    assert {crop_id % 2 for one in found for crop_id in one.crop_ids} == {1}
    index.close()


def test_the_closest_groups(index: PartIndex) -> None:
    mine = crops_of(index, 4)
    names = {crop_id: person for person in range(6) for crop_id in crops_of(index, person)}
    names |= dict.fromkeys(mine[3:], 9)
    found = closest_groups(index, mine[:3], names)
    assert found[0][0] == 9
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert {name for name, _ in found} == {0, 1, 2, 3, 5, 9}
    assert closest_groups(index, [], names) == []
    assert closest_groups(index, mine, {}) == []
    index.close()


def test_a_library_without_crops_has_no_suggestions(tmp_path: Path) -> None:
    with Library.create(tmp_path / "empty.droplib") as library:
        index = PartIndex.open(library, add_model(library))
        assert suggest_persons(index) == ()
        index.close()
