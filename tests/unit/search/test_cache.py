"""The cache on the disk: never trusted when it should not be, deleted at any time without harm."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from dropgui.library import Library, LibraryError
from dropgui.library.schema import Meta
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search import cache as cache_module
from tests.unit.library.made import add_crops, embed, made_features
from tests.unit.search.cached import check_whole, filled, header_of


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
