"""The index: built, found again, and in step with the library while others write and search."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from dropgui.library import Library
from dropgui.library.forget import forget_crops
from dropgui.library.schema import Meta
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search.wiping import wipe_caches
from tests.unit.library.made import add_crops, add_model, embed, made_features
from tests.unit.search.cached import check_whole, filled, take_away


def test_a_new_index_is_built_and_found_again(library: Library, rebuilds: list[int]) -> None:
    model, _ = filled(library)
    for _ in range(3):
        index = PartIndex.open(library, model)
        check_whole(index, library)
        index.close()
    assert len(rebuilds) == 1


def test_a_library_without_embeddings_has_an_empty_index(library: Library) -> None:
    model = add_model(library)
    index = PartIndex.open(library, model)
    assert len(index) == 0
    assert search(index, VectorQuery(made_features(1), {"global": 1.0})).matches == ()
    crops = add_crops(library, 3)
    embed(library, model, crops, made_features(3))
    assert index.refresh()
    check_whole(index, library)
    index.close()
    with pytest.raises(KeyError, match="no model version 7"):
        PartIndex.open(library, 7)


def test_new_rows_are_appended(library: Library, rebuilds: list[int]) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    assert not index.refresh()
    for number in range(3):
        embed(library, model, add_crops(library, 5, f"/more{number}"), made_features(5, seed=number))
        assert index.refresh()
        check_whole(index, library)
    assert not index.refresh()
    index.close()
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == 1


def test_a_crop_embedded_again_counts_once_and_as_it_is_now(library: Library, rebuilds: list[int]) -> None:
    model, crops = filled(library)
    index = PartIndex.open(library, model)
    embed(library, model, [crops[-1], crops[4]], made_features(2, seed=5))
    index.refresh()
    check_whole(index, library)
    answer = search(index, VectorQuery(made_features(2, seed=5)[1:], {"global": 1.0}))
    assert answer.compared == len(crops)
    assert answer.matches[0].crop_id == crops[4]
    assert [match.crop_id for match in answer.matches].count(crops[4]) == 1
    index.close()
    assert len(rebuilds) == 1


def test_a_search_in_progress_keeps_its_rows(library: Library) -> None:
    """The forgotten are overwritten under it, and everybody else stays."""
    model, crops = filled(library)
    index = PartIndex.open(library, model)
    rows = index.rows
    before = np.stack(rows.matrices, axis=1)
    forget_crops(library, crops[:10], wipe_cache=wipe_caches)
    embed(library, model, add_crops(library, 5, "/more"), made_features(5, seed=3))
    index.refresh()
    assert len(index) == 25
    np.testing.assert_array_equal(np.stack(rows.matrices, axis=1)[10:], before[10:])
    assert rows.crop_ids.tolist() == crops
    assert rows.visibility_roots.shape[1] == 30
    index.close()


def test_states_share_what_is_on_a_device(library: Library) -> None:
    model, crops = filled(library)
    index = PartIndex.open(library, model)
    old = index.rows
    first = old.on_devices.get(2, "cpu", old.matrices[2])
    for number in range(3):
        embed(library, model, add_crops(library, 40, f"/more{number}"), made_features(40, seed=number))
        index.refresh()
        rows = index.rows
        assert rows.on_devices is old.on_devices
        np.testing.assert_array_equal(rows.on_devices.get(2, "cpu", rows.matrices[2]), rows.matrices[2])
    np.testing.assert_array_equal(first, old.matrices[2])
    np.testing.assert_array_equal(old.on_devices.get(2, "cpu", old.matrices[2]), old.matrices[2])
    take_away(library, crops[:1])
    index.refresh()
    assert index.rows.on_devices is not old.on_devices  # so that no device keeps what was taken away
    index.close()


def test_versions_have_caches_of_their_own(library: Library) -> None:
    model, crops = filled(library)
    other = add_model(library, "other")
    index, empty = PartIndex.open(library, model), PartIndex.open(library, other)
    assert (len(index), len(empty)) == (30, 0)
    embed(library, other, crops[:3], made_features(3))
    assert empty.refresh()
    index.refresh()
    assert (len(index), len(empty)) == (30, 3)
    index.close()
    empty.close()


def test_another_process_may_index_meanwhile(library: Library, rebuilds: list[int]) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    script = f"""
from pathlib import Path
from dropgui.library import Library
from dropgui.search import PartIndex
from tests.unit.library.made import *
with Library.open(Path({str(library.path)!r})) as library:
    index = PartIndex.open(library, {model})
    for number in range(5):
        crops = add_crops(library, 4, f"/theirs{{number}}")
        embed(library, {model}, crops, made_features(4, seed=number))
        index.refresh()
    index.close()
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[3])
    number = 0
    while process.poll() is None:
        number += 1
        embed(library, model, add_crops(library, 2, f"/ours{number}"), made_features(2, seed=number))
        index.refresh()
    assert process.returncode == 0
    assert number > 0
    index.refresh()
    assert len(index) == 30 + 20 + 2 * number
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == 1


def test_threads_may_search_while_rows_are_added(library: Library) -> None:
    model, _ = filled(library, 200)
    index = PartIndex.open(library, model)
    failures: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                index.refresh()
                answer = search(index, VectorQuery(made_features(1), {"global": 1.0, "stripe_1": 1.0}))
                assert answer.matches[0].crop_id == 1
        except Exception as error:  # noqa: BLE001 - the main thread fails on it
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        added = add_crops(library, 5, f"/more{number}")
        embed(library, model, added, made_features(5, seed=100 + number))
        embed(library, model, added[:2], made_features(2, seed=200 + number))
        if number % 4 == 0:
            forget_crops(library, added[3:], wipe_cache=wipe_caches)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    index.refresh()
    assert len(index) == 290
    check_whole(index, library)
    index.close()


def test_warming_up_touches_every_kernel_and_changes_nothing(library: Library) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    index.warm()
    check_whole(index, library)
    index.close()
    index.close()


def test_generations_are_kept_in_the_library(library: Library) -> None:
    model, crops = filled(library)
    forget_crops(library, crops[:1])
    with library.read() as connection:
        value = connection.execute(select(Meta.value).where(Meta.key == f"generation:{model}")).scalar_one()
    assert value == "1"


def test_an_older_copy_of_the_library_put_back_is_noticed(library: Library, rebuilds: list[int]) -> None:
    model, _ = filled(library)
    library.compact()
    older = library.path.read_bytes()
    embed(library, model, add_crops(library, 5, "/more"), made_features(5))
    PartIndex.open(library, model).close()
    library.close()
    library.path.write_bytes(older)
    with Library.open(library.path) as again:
        index = PartIndex.open(again, model)
        assert len(index) == 30
        check_whole(index, again)
        index.close()
    assert len(rebuilds) == 2
