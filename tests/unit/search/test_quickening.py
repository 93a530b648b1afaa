"""Quick searches are prepared beside the exact ones, by a session, and end with it."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dropgui.library import Library, LibraryError
from dropgui.library.forget import forget_crops
from dropgui.search import PartIndex, VectorQuery, search
from dropgui.search import approximate as approximate_module
from dropgui.search import quickening as quickening_module
from dropgui.search import scan as scan_module
from dropgui.search.quickening import Phase, Quickener, Quickness
from dropgui.search.reasons import approximate_words
from dropgui.search.wiping import wipe_caches
from dropgui.session import Session
from tests.unit.library.made import add_crops, add_model, embed, made_features

pytest.importorskip("faiss")

CROPS = 700
QUERY = VectorQuery(made_features(1, 5, hidden=0), {"stripe_1": 1.0, "stripe_2": 1.0}, top=20)


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scan takes too long, and nobody is patient."""
    monkeypatch.setattr(scan_module, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(quickening_module, "_PATIENCE", 0.0)


@pytest.fixture
def model(library: Library) -> int:
    made = add_model(library)
    embed(library, made, add_crops(library, CROPS), made_features(CROPS))
    return made


@pytest.fixture
def index(library: Library, model: int) -> Iterator[PartIndex]:
    opened = PartIndex.open(library, model, "cpu")
    yield opened
    opened.close()


def building() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "quickening"]


def test_a_session_becomes_quick_and_says_how_much_it_finds(library: Library, model: int, slow: None) -> None:
    with Session(library, device="cpu") as session:
        assert session.quickness == Quickness()
        first = session.search(QUERY)
        assert not first.approximate
        wait_until(lambda: session.quickness.recall is not None)
        quickness = session.quickness
        assert quickness.phase is Phase.APPROXIMATE
        assert quickness.recall is not None
        assert quickness.recall.at_10 > 0.9
        answer = session.search(QUERY)
        assert (answer.approximate, answer.recall) == (True, quickness.recall.at_100)
        assert approximate_words(answer) == f"approximate, recall {100 * quickness.recall.at_100:.1f} %"
        assert answer.matches[0] == first.matches[0]
    assert not building()
    with Session(library, device="cpu") as session:  # from the disk, its recall too
        session.search(QUERY)
        wait_until(lambda: session.search(QUERY).recall is not None)


def test_small_libraries_stay_exact(library: Library, model: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickening_module, "_PATIENCE", 0.0)
    with Session(library, device="cpu") as session:
        session.search(QUERY)
        assert session.quickness.phase is Phase.EXACT
        assert not building()


def test_one_question_begins_nothing(
    library: Library, model: int, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quickening_module, "_PATIENCE", 60.0)
    with Session(library, device="cpu") as session:
        session.search(QUERY)
        session.search(QUERY)
        assert len(building()) == 1
    assert not building()
    assert not list((library.cache_dir / str(model)).glob("approximate*"))


def test_closing_ends_it(index: PartIndex, slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def build(_: PartIndex, hear: Callable[[float], None], cancelled: Callable[[], bool]) -> bool:
        hear(0.25)
        begun.set()
        wait_until(cancelled)
        return False

    monkeypatch.setattr(quickening_module, "build", build)
    quickener = Quickener(index)
    quickener.look()
    assert begun.wait(30)
    quickener.look()
    assert len(building()) == 1
    assert quickener.quickness == Quickness(Phase.BUILDING, 0.25)
    quickener.close()
    quickener.close()
    assert not building()
    quickener.look()
    assert not building()


def test_after_forgetting_it_begins_anew(index: PartIndex, library: Library, slow: None) -> None:
    quickener = Quickener(index)
    quickener.look()
    wait_until(lambda: quickener.quickness.recall is not None)
    forget_crops(library, [1, 2], wipe_cache=wipe_caches)
    index.refresh()
    assert quickener.quickness.phase is Phase.EXACT
    assert not search(index, QUERY).approximate
    quickener.look()
    wait_until(lambda: quickener.quickness.recall is not None)
    answer = search(index, QUERY)
    assert answer.approximate
    assert not {1, 2} & {match.crop_id for match in answer.matches}
    quickener.close()


@pytest.mark.noisy
def test_a_full_disk_is_said_and_tried_no_more(
    index: PartIndex, slow: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(approximate_module, "_write_meta", full)
    with pytest.raises(LibraryError, match=r"No space left on device.*Free some space"):
        approximate_module.build(index)
    quickener = Quickener(index)
    quickener.look()
    wait_until(lambda: quickener.quickness.phase is Phase.UNAVAILABLE)
    assert "Free some space" in quickener.quickness.reason
    quickener.look()
    quickener.close()
    assert not search(index, QUERY).approximate
    assert not list(index.folder.glob("approximate*"))
    assert "Searches stay exact" in caplog.text


def test_without_faiss_searches_stay_exact(
    index: PartIndex, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    quickener = Quickener(index)
    quickener.look()
    wait_until(lambda: quickener.quickness.phase is Phase.UNAVAILABLE)
    assert "dropgui[faiss]" in quickener.quickness.reason
    assert not search(index, QUERY).approximate
    quickener.close()


def test_what_another_program_left_half_built_is_cleared(index: PartIndex) -> None:
    old, fresh = (index.folder / f"approximate-{name}.building" for name in ("old", "fresh"))
    for left in (old, fresh):
        left.mkdir()
    os.utime(old, (0, 0))
    assert approximate_module.build(index)
    assert (old.exists(), fresh.exists()) == (False, True)
