"""Crops that are forgotten or embedded no more leave the index and its cache, on the disk too."""

import shutil

import numpy as np
import pytest

from dropgui.library import Library
from dropgui.library.forget import WipeCache, forget_crops, remove_cache
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.wiping import wipe_caches
from tests.unit.library.made import add_crops, add_model, embed, made_features
from tests.unit.search.cached import check_whole, filled, header_of, take_away


@pytest.mark.parametrize("wipe", [remove_cache, wipe_caches])
def test_a_forgotten_crop_is_found_no_more(library: Library, wipe: WipeCache, rebuilds: list[int]) -> None:
    model, crops = filled(library)
    index = PartIndex.open(library, model)
    forget_crops(library, crops[:10], wipe_cache=wipe)
    assert index.refresh()
    assert index.crop_ids.tolist() == crops[10:]
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == (1 if wipe is wipe_caches else 2)


def test_taking_embeddings_away_builds_nothing_anew(library: Library, rebuilds: list[int]) -> None:
    """As indexing does where a picture was replaced: rows are buried, and later ones appended behind them."""
    model, crops = filled(library, 60)
    index = PartIndex.open(library, model)
    rng = np.random.default_rng(0)
    for number in range(6):
        gone = rng.choice(crops, 3, replace=False).tolist()
        take_away(library, gone)
        if number % 2:
            embed(library, model, gone[:2], made_features(2, seed=number))
        embed(library, model, add_crops(library, 2, f"/more{number}"), made_features(2, seed=50 + number))
        if number % 3 == 1:
            continue  # so that two kinds of news come together
        assert index.refresh()
        check_whole(index, library)
        answer = search(index, VectorQuery(made_features(1), {"global": 1.0}, top=1000))
        assert sorted(match.crop_id for match in answer.matches) == sorted(index.crop_ids.tolist())
    index.close()
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == 1


def test_an_index_that_is_mostly_dead_is_built_anew_when_it_is_opened(
    library: Library, rebuilds: list[int]
) -> None:
    model, crops = filled(library, 40)
    index = PartIndex.open(library, model)
    for left in (35, 20):
        take_away(library, crops[left:])
        index.refresh()
        index.close()
        index = PartIndex.open(library, model)
        check_whole(index, library)
        assert len(index.rows.living) == (40 if left == 35 else 20)
    index.close()
    assert len(rebuilds) == 2


def on_disk(library: Library) -> bytes:
    return b"".join(path.read_bytes() for path in library.cache_dir.rglob("*") if path.is_file())


def test_wiping_leaves_nothing_of_the_forgotten(library: Library) -> None:
    model, crops = filled(library)
    other = add_model(library, "other")
    embed(library, other, crops, made_features(30, seed=1))
    indexes = [PartIndex.open(library, model), PartIndex.open(library, other)]
    traces = [made_features(30, seed).vectors.astype("<f2") for seed in (0, 1)]
    folder = library.cache_dir / str(model)
    data = folder / str(header_of(library, model)["data"])
    with (data / "00-global.f16").open("ab") as file:
        file.write(b"somebody's vector, torn")
    for junk in (folder / "old" / "00-global.f16", folder / "map.npy", library.cache_dir / "map" / "x"):
        junk.parent.mkdir(exist_ok=True)
        junk.write_bytes(b"somebody's vector")
    forget_crops(library, crops[5:8], wipe_cache=wipe_caches)
    left = on_disk(library)
    assert b"somebody" not in left
    for index, vectors in zip(indexes, traces, strict=True):
        for row in range(30):
            assert (vectors[row, 2].tobytes() in left) == (row not in {5, 6, 7})
        assert header_of(library, index.model.id)["synced"]
        index.refresh()
        check_whole(index, library)
        index.close()


@pytest.mark.parametrize("broken", ["header.json", "DATA"])
def test_a_cache_that_cannot_be_wiped_goes(library: Library, broken: str, rebuilds: list[int]) -> None:
    model, crops = filled(library)
    PartIndex.open(library, model).close()
    victim = library.cache_dir / str(model) / broken.replace("DATA", str(header_of(library)["data"]))
    (victim / "crops.i64" if victim.is_dir() else victim).unlink()
    forget_crops(library, crops[:5], wipe_cache=wipe_caches)
    assert not list(library.cache_dir.iterdir())
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()
    forget_crops(library, [], wipe_cache=wipe_caches)
    shutil.rmtree(library.cache_dir)
    forget_crops(library, [], wipe_cache=wipe_caches)
