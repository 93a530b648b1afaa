"""The plane: principal components against a plain reference, t-SNE through its process, what is kept."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from dropgui.library import Library
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Image
from dropgui.search import PartIndex, projection
from dropgui.search.projection import (
    Arrangement,
    ArrangementError,
    Cloud,
    MapExtraMissingError,
    cloud_of,
    framed,
    kept_layout,
    principal_components,
)
from dropgui.search.tsne import perplexity, start
from dropmodel.parts import FOREGROUND
from tests.support.crowd import make_crowd


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PartIndex]:
    with Library.create(tmp_path / "crowd.droplib") as library:
        index = PartIndex.open(library, make_crowd(library, 60, dim=8))
        yield index
        index.close()


def blocks_of(matrix: np.ndarray, size: int):  # type: ignore[no-untyped-def]
    def blocks(chosen: slice) -> Iterator[np.ndarray]:
        rows = matrix[chosen]
        return (rows[i : i + size] for i in range(0, len(rows), size))

    return blocks


@settings(max_examples=30)
@given(st.integers(2, 40), st.integers(1, 12), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_principal_components_are_those_of_the_svd(rows: int, dim: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = (rng.standard_normal((rows, dim)) * np.linspace(3, 1, dim)).astype(np.float16)
    found = principal_components(blocks_of(matrix, size), rows, most=dim)
    centred = matrix.astype(np.float64) - matrix.astype(np.float64).mean(0)
    _, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    assert found.shape == (rows, dim)
    assert found.dtype == np.float32
    # The same distances, and along the axes the same spread: equal up to the sign and to equal strengths.
    np.testing.assert_allclose(found @ found.T, centred @ centred.T, atol=1e-2)
    np.testing.assert_allclose(np.linalg.norm(found, axis=0)[: len(strengths)], strengths, atol=1e-2)


def test_the_same_vectors_give_the_same_picture() -> None:
    matrix = np.random.default_rng(3).standard_normal((50, 6)).astype(np.float16)
    one = principal_components(blocks_of(matrix, 7), 50)
    other = principal_components(blocks_of(matrix, 50), 50)
    np.testing.assert_allclose(one, other, atol=1e-4)


@given(st.integers(0, 20), st.floats(1e-3, 1e3), st.integers(0, 99))
def test_a_framed_plane_just_fits_and_keeps_its_shape(count: int, scale: float, seed: int) -> None:
    plane = np.random.default_rng(seed).standard_normal((count, 2)) * scale + 5 * scale
    points = framed(plane)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    if count > 1:
        low, high = points.min(0), points.max(0)
        assert (high - low).max() == pytest.approx(2, abs=1e-4)
        ratio = np.ptp(plane, axis=0)
        assert (high - low)[0] * ratio[1] == pytest.approx((high - low)[1] * ratio[0], rel=1e-3)


def test_equal_points_stay_finite() -> None:
    assert framed(np.ones((4, 2))).tolist() == [[0, 0]] * 4
    apart = start(np.zeros((5, 3), np.float32))
    assert len(np.unique(apart, axis=0)) == 5
    assert perplexity(13) == 4


def test_a_cloud_holds_who_shows_the_part(index: PartIndex) -> None:
    whole = cloud_of(index)
    assert whole.crop_ids.tolist() == list(range(1, 61))
    assert whole.hidden == 0
    assert whole.points.shape == (60, 2)
    head = cloud_of(index, "head")
    assert head.hidden > 0
    assert len(head.crop_ids) + head.hidden == 60
    assert head.digest != whole.digest
    one_camera = cloud_of(index, FOREGROUND, CropFilter(cameras=frozenset({1})))
    assert 0 < len(one_camera.crop_ids) < 60
    nowhere = cloud_of(index, FOREGROUND, CropFilter(folders=frozenset({99})))
    assert nowhere.points.shape == (0, 2)
    with pytest.raises(ValueError, match="unknown part wing"):
        cloud_of(index, "wing")


def test_likeness_arranges_in_its_own_process_and_is_kept(index: PartIndex) -> None:
    cloud = cloud_of(index)
    assert kept_layout(index.library, cloud) is None
    shares: list[float] = []
    points = Arrangement(index.library, cloud).run(lambda _, share: shares.append(share))
    assert points is not None
    assert shares == sorted(shares)
    assert shares[-1] == 1
    kept = kept_layout(index.library, cloud_of(index))
    assert kept is not None
    np.testing.assert_array_equal(kept, points)
    # Twenty crops a person: whose nearest neighbour is not of the same person lies badly.
    distance = np.linalg.norm(points[:, None] - points[None], axis=2) + 9 * np.eye(60)
    same = (cloud.crop_ids - 1) // 20
    assert (same[distance.argmin(1)] == same).mean() > 0.9
    maps = index.library.cache_dir / "maps"
    assert [path.name for path in maps.iterdir()] == [f"{cloud.digest}.npy"]


def test_cancelled_before_and_while_it_runs(index: PartIndex) -> None:
    cloud = cloud_of(index)
    early = Arrangement(index.library, cloud)
    early.cancel()
    assert early.run() is None
    late = Arrangement(index.library, cloud)
    timer = threading.Timer(0.2, late.cancel)
    timer.start()
    assert late.run() is None
    timer.join()
    assert kept_layout(index.library, cloud) is None
    assert not list((index.library.cache_dir / "maps").iterdir())


def test_nothing_is_kept_of_crops_that_were_forgotten(index: PartIndex) -> None:
    cloud = cloud_of(index)
    arrangement = Arrangement(index.library, cloud)
    index.library.write(lambda c: c.execute(delete(Image).where(Image.id == 7)))
    arrangement._keep(cloud.points)
    assert kept_layout(index.library, cloud) is None


def test_the_cache_may_go_while_it_runs(index: PartIndex) -> None:
    cloud = cloud_of(index)

    def wipe(_: object, __: float) -> None:
        shutil.rmtree(index.library.cache_dir / "maps", ignore_errors=True)

    assert Arrangement(index.library, cloud).run(wipe) is None
    assert kept_layout(index.library, cloud) is None


def test_a_process_that_dies_says_why(index: PartIndex) -> None:
    cloud = cloud_of(index)
    broken = Cloud(cloud.part, cloud.crop_ids, np.full((60, 3), np.nan, np.float32), 0, cloud.digest)
    with pytest.raises(ArrangementError, match="NaN"):
        Arrangement(index.library, broken).run()


def test_what_cannot_be_arranged(index: PartIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = cloud_of(index)
    few = Cloud(cloud.part, cloud.crop_ids[:5], cloud.components[:5], 0, "x")
    with pytest.raises(ValueError, match="5 crops"):
        Arrangement(index.library, few)
    monkeypatch.setattr(projection, "can_arrange", lambda: False)
    with pytest.raises(MapExtraMissingError, match=r"dropgui\[map\]"):
        Arrangement(index.library, cloud)


def test_a_damaged_layout_is_no_layout(index: PartIndex) -> None:
    cloud = cloud_of(index)
    Arrangement(index.library, cloud)._keep(cloud.points)
    (path,) = (index.library.cache_dir / "maps").iterdir()
    assert kept_layout(index.library, cloud) is not None
    path.write_bytes(b"torn")
    assert kept_layout(index.library, cloud) is None
