"""Duplicates, against a search that looks at one crop after the other."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from dropgui.library import Library
from dropgui.library.queries import camera_rows
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop, Image
from dropgui.search import PartIndex
from dropgui.search import duplicates as duplicates_module
from dropgui.search.duplicates import Duplicate, DuplicateGroup, find_duplicates
from dropmodel.features import Features, distance
from tests.unit.library.made import SCHEMA, add_crops, add_model, as_stored, embed, made_features


def alike(count: int, seed: int, spread: float) -> Features:
    """Crops of a few centres, each up to ``spread`` away from its own, with parts hidden by chance."""
    rng = np.random.default_rng(seed)
    centres = made_features(max(count // 6, 1), seed, hidden=0).vectors
    vectors = centres[rng.integers(0, len(centres), count)].astype(np.float64)
    vectors = vectors + spread * rng.random((count, 1, 1)) * rng.standard_normal(vectors.shape) / 4
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    visibility = rng.random(vectors.shape[:2]) * (rng.random(vectors.shape[:2]) >= 0.2)
    return as_stored(Features(vectors.astype(np.float32), visibility.astype(np.float32), SCHEMA))


def reference(features: Features, threshold: float) -> dict[int, tuple[int, float]]:
    """For each crop that joins another its leader and their score, by the plain definition."""
    scores = 1 - distance(features, features)
    leaders: list[int] = []
    joined = {}
    for i in range(len(features)):
        own = scores[i, leaders]
        if len(own) and own.max() >= threshold:
            joined[i] = (leaders[int(own.argmax())], float(own.max()))
        else:
            leaders.append(i)
    return joined


def set_content(library: Library, crop_id: int, content: bytes, left: int | None = None) -> None:
    def work(connection: Connection) -> None:
        image = select(Crop.image_id).where(Crop.id == crop_id).scalar_subquery()
        connection.execute(update(Image).where(Image.id == image).values(content_hash=content))
        connection.execute(update(Crop).where(Crop.id == crop_id).values(left=left))

    library.write(work)


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 60),
    spread=st.sampled_from([0.1, 0.4, 1.0]),
    threshold=st.sampled_from([0.5, 0.9, 0.97]),
    dense=st.sampled_from([-1.0, 1.0]),
)
@example(seed=0, count=48, spread=0.1, threshold=0.5, dense=-1.0)
@settings(max_examples=12)
def test_groups_are_those_of_the_plain_definition(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    count: int,
    spread: float,
    threshold: float,
    dense: float,
) -> None:
    features = alike(count, seed, spread)
    with (
        Library.create(tmp_path_factory.mktemp("near") / "some.droplib") as library,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(duplicates_module, "_BLOCK", 7)
        patch.setattr(duplicates_module, "_WIDTH", 5)
        patch.setattr(duplicates_module, "_DENSE", dense)
        model = add_model(library)
        crops = add_crops(library, count)
        embed(library, model, crops, features)
        index = PartIndex.open(library, model)
        groups = find_duplicates(index, threshold=threshold)
        index.close()
    found = {copy.crop_id: (group.crop_id, copy.score) for group in groups for copy in group.copies}
    expected = {
        crops[i]: (crops[leader], score) for i, (leader, score) in reference(features, threshold).items()
    }
    assert {crop: leader for crop, (leader, _) in found.items()} == {
        c: first for c, (first, _) in expected.items()
    }
    for crop_id, (_, score) in expected.items():
        # Vectors stored in half precision are a little longer or shorter than 1; a score is at most 1.
        assert found[crop_id][1] == pytest.approx(min(score, 1), abs=1e-5)


@pytest.fixture
def index(library: Library) -> PartIndex:
    """Ten crops that have nothing in common."""
    model = add_model(library)
    embed(library, model, add_crops(library, 10), made_features(10, hidden=0))
    return PartIndex.open(library, model)


def test_copies_of_a_file_are_found_by_content(library: Library, index: PartIndex) -> None:
    crops = index.crop_ids.tolist()
    assert find_duplicates(index) == ()
    for crop_id in (crops[2], crops[5], crops[8]):
        set_content(library, crop_id, b"same")
    set_content(library, crops[3], b"other")
    copies = tuple(Duplicate(crop_id, 1.0, exact=True) for crop_id in (crops[5], crops[8]))
    assert find_duplicates(index) == (DuplicateGroup(crops[2], copies),)
    set_content(library, crops[8], b"same", left=4)
    assert find_duplicates(index)[0].crop_ids == (crops[2], crops[5]), "another box is another crop"
    index.close()


def test_copies_need_no_index(library: Library, index: PartIndex) -> None:
    waiting = add_crops(library, 2, "/more")
    for crop_id in waiting:
        set_content(library, crop_id, b"same")
    assert [group.crop_ids for group in find_duplicates(index)] == [tuple(waiting)]
    index.close()


def test_a_copy_of_a_near_duplicate_joins_its_group(library: Library, index: PartIndex) -> None:
    first = made_features(10, hidden=0)[:1]
    near, copy = add_crops(library, 2, "/more")
    embed(library, index.model.id, [near], first)
    for crop_id in (near, copy):
        set_content(library, crop_id, b"same")
    index.refresh()
    (group,) = find_duplicates(index)
    assert group.crop_ids == (index.crop_ids[0], near, copy)
    assert [found.exact for found in group.copies] == [False, False]
    index.close()


def test_only_crops_that_pass_the_filter(library: Library, index: PartIndex) -> None:
    crops = index.crop_ids.tolist()
    for crop_id in (crops[0], crops[1], crops[2]):
        set_content(library, crop_id, b"same")
    camera = {row.name: row.id for row in camera_rows(library)}["c0"]
    (group,) = find_duplicates(index, CropFilter(cameras=frozenset({camera})))
    assert group.crop_ids == (crops[0], crops[2])
    index.close()


def test_tells_how_far_it_is_and_can_be_ended(library: Library, index: PartIndex) -> None:
    shares: list[float] = []
    find_duplicates(index, on_progress=shares.append)
    assert shares[-1] == 1

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_duplicates(index, on_progress=stop)
    with pytest.raises(ValueError, match="threshold"):
        find_duplicates(index, threshold=1.0)
    index.close()


def test_an_empty_library_has_none(tmp_path: Path) -> None:
    with Library.create(tmp_path / "empty.droplib") as library:
        index = PartIndex.open(library, add_model(library))
        assert find_duplicates(index) == ()
        index.close()
