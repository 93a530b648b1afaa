"""The index and its cache on the disk: in step with the library, and never trusted when it should not be."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from dropgui.library import Library, LibraryError
from dropgui.library.embeddings import embedding_blocks, remove_embeddings
from dropgui.library.forget import WipeCache, forget_crops, remove_cache
from dropgui.library.schema import Meta
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search import cache as cache_module
from dropgui.search.wiping import wipe_caches
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed, made_features


def header_of(library: Library, model: int = 1) -> dict[str, object]:
    data: dict[str, object] = json.loads((library.cache_dir / str(model) / "header.json").read_text())
    return data


def check_whole(index: PartIndex, library: Library) -> None:
    """The index holds exactly what the library holds, row by row."""
    with library.read() as connection:
        blocks = list(embedding_blocks(connection, index.model.id, SCHEMA, DIM, after=0, size=7))
    expected = {
        int(crop_id): (vectors, visibility)
        for block in blocks
        for crop_id, vectors, visibility in zip(block.crop_ids, block.vectors, block.visibility, strict=True)
    }
    rows = index.rows
    assert sorted(index.crop_ids.tolist()) == sorted(expected)
    assert len(index) == len(expected)
    for row in np.flatnonzero(rows.living):
        vectors, visibility = expected[int(rows.crop_ids[row])]
        found = np.stack([matrix[row] for matrix in rows.matrices])
        np.testing.assert_array_equal(found, vectors)
        np.testing.assert_allclose(rows.visibility_roots[:, row] ** 2, visibility, atol=1e-6)


@pytest.fixture
def rebuilds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every rebuild."""
    counted: list[int] = []
    real = cache_module.PartCache.rebuild

    def count(self: cache_module.PartCache) -> None:
        counted.append(1)
        real(self)

    monkeypatch.setattr(cache_module.PartCache, "rebuild", count)
    return counted


def filled(library: Library, count: int = 30) -> tuple[int, list[int]]:
    model = add_model(library)
    crops = add_crops(library, count)
    embed(library, model, crops, made_features(count))
    return model, crops


def take_away(library: Library, crops: list[int]) -> None:
    library.write(lambda connection: remove_embeddings(connection, crops))


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


def break_cache(library: Library, how: str) -> None:
    folder = library.cache_dir / "1"
    data = folder / str(header_of(library)["data"])
    header = folder / "header.json"
    match how:
        case "no header":
            header.unlink()
        case "torn header":
            header.write_text(header.read_text()[:40])
        case "not an object":
            header.write_text("[1]")
        case "missing file":
            (data / "02-stripe_1.f16").unlink()
        case "short file":
            (data / "crops.i64").write_bytes((data / "crops.i64").read_bytes()[:-8])
        case "never synced":
            header.write_text(json.dumps({**header_of(library), "synced": False}))
        case _:
            key, value = how.split("=")
            header.write_text(json.dumps({**header_of(library), key: json.loads(value)}))


@pytest.mark.parametrize(
    "how",
    [
        "no header", "torn header", "not an object", "missing file", "short file", "never synced",
        'library_id="another"', "generation=3", "dim=17", "format=0", "model_version_id=2",
        'vector_names=["global"]',
    ],
)  # fmt: skip
def test_a_cache_that_cannot_be_trusted_is_rebuilt(library: Library, how: str, rebuilds: list[int]) -> None:
    model, _ = filled(library)
    PartIndex.open(library, model).close()
    break_cache(library, how)
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == 2
    data = [path for path in (library.cache_dir / "1").iterdir() if path.is_dir()]
    assert len(data) == 1


def test_a_torn_append_is_never_read(library: Library, rebuilds: list[int]) -> None:
    """A program died between writing rows and swapping the header in: the rows lie behind the end."""
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    data = library.cache_dir / "1" / str(header_of(library)["data"])
    for path in data.iterdir():
        with path.open("ab") as file:
            file.write(b"\xff" * 3)
    assert not index.refresh()
    check_whole(index, library)
    embed(library, model, add_crops(library, 4, "/more"), made_features(4, seed=3))
    index.refresh()
    check_whole(index, library)
    index.close()
    assert len(rebuilds) == 1


@pytest.mark.parametrize("when", ["before refresh", "before close"])
def test_a_cache_deleted_while_open_does_no_harm(library: Library, when: str) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    shutil.rmtree(library.cache_dir)
    if when == "before refresh":
        assert index.refresh()
        check_whole(index, library)
    index.close()
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()


@pytest.mark.parametrize("gone", ["", "1", "1/header.json", "1/DATA", "1/DATA/crops.i64"])
@pytest.mark.parametrize("searched", [True, False])
def test_a_growing_cache_may_be_deleted_at_any_time(library: Library, gone: str, searched: bool) -> None:
    """The rows that were just appended are not sealed yet, so closing has work to do."""
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    embed(library, model, add_crops(library, 5, "/more"), made_features(5, seed=7))
    assert index.refresh()
    header = header_of(library)
    assert not header["synced"]
    victim = library.cache_dir / gone.replace("DATA", str(header["data"]))
    if victim.is_dir():
        shutil.rmtree(victim)
    else:
        victim.unlink()
    if searched:
        index.refresh()
        check_whole(index, library)
        assert search(index, VectorQuery(made_features(1), {"global": 1.0})).compared == 35
    index.close()
    index = PartIndex.open(library, model)
    check_whole(index, library)
    index.close()


@pytest.mark.parametrize("doing", ["_append", "_swap_in", "_sync", "_adopt"])
def test_a_cache_deleted_while_it_is_written_is_built_anew(
    library: Library, doing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As forgetting does, when a search is just taking in what was indexed."""
    model, _ = filled(library)
    real = getattr(cache_module.PartCache, doing)
    interruptions = [1]

    def interrupt(self: cache_module.PartCache, *arguments: object) -> object:
        if interruptions:
            interruptions.pop()
            shutil.rmtree(library.cache_dir)
        return real(self, *arguments)

    monkeypatch.setattr(cache_module.PartCache, doing, interrupt)
    index = PartIndex.open(library, model)
    check_whole(index, library)
    embed(library, model, add_crops(library, 5, "/more"), made_features(5, seed=7))
    interruptions.append(1)
    index.refresh()
    check_whole(index, library)
    index.close()


def test_closing_survives_a_cache_that_something_else_took_the_place_of(library: Library) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    embed(library, model, add_crops(library, 5, "/more"), made_features(5, seed=7))
    index.refresh()
    shutil.rmtree(library.cache_dir)
    library.cache_dir.write_text("a file")
    index.close()


def test_a_copied_library_does_not_read_the_cache_of_another(library: Library) -> None:
    """The same file name with another library in it, beside the old cache."""
    model, _ = filled(library)
    PartIndex.open(library, model).close()
    library.write(lambda c: c.execute(update(Meta).where(Meta.key == "library_id").values(value="new")))
    with Library.open(library.path) as again:
        index = PartIndex.open(again, model)
        assert header_of(again)["library_id"] == "new"
        check_whole(index, again)
        index.close()


def test_a_cache_that_cannot_be_written_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = filled(library)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(LibraryError, match=r"search cache .*No space left on device.*library itself is safe"):
        PartIndex.open(library, model)


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


def test_a_cache_rebuilt_by_another_program_at_the_wrong_moment_is_read_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = filled(library)
    index = PartIndex.open(library, model)
    embed(library, model, add_crops(library, 5, "/more"), made_features(5))
    real = cache_module.PartCache.crop_ids
    calls: list[int] = []

    def rebuilt_first(self: cache_module.PartCache, header: cache_module.Header, after: int) -> object:
        if not calls:
            calls.append(1)
            self.rebuild()
        return real(self, header, after)

    monkeypatch.setattr(cache_module.PartCache, "crop_ids", rebuilt_first)
    assert index.refresh()
    assert calls
    check_whole(index, library)
    index.close()
