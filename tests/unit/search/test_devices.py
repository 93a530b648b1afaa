"""Where searches run: as the session says, the same answers everywhere, the CPU where there is no room."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from dropgui.library import Library
from dropgui.search import PartIndex, VectorQuery, search, search_many
from dropgui.search.kernels import search_device
from dropgui.session import DeviceError, Session
from tests.unit.library.made import add_crops, add_model, embed, made_features

ELSEWHERE = "cpu:0"  # the CPU too, but by the way of accelerators: copies of their own
QUERIES = [
    VectorQuery(made_features(2, 50 + i), {"foreground": 1.0, "stripe_1": 0.5}, top=20) for i in range(3)
]


@pytest.fixture
def model(library: Library) -> int:
    made = add_model(library)
    embed(library, made, add_crops(library, 300), made_features(300))
    return made


@pytest.fixture
def indexes(library: Library, model: int) -> Iterator[tuple[PartIndex, PartIndex]]:
    here, there = (PartIndex.open(library, model, device) for device in ("cpu", ELSEWHERE))
    yield here, there
    here.close()
    there.close()


def check_alike(here: PartIndex, there: PartIndex) -> None:
    for query in QUERIES:
        assert search(there, query).matches == search(here, query).matches
    assert [a.matches for a in search_many(there, QUERIES)] == [a.matches for a in search_many(here, QUERIES)]


def test_an_index_is_searched_where_it_is(indexes: tuple[PartIndex, PartIndex], library: Library) -> None:
    here, there = indexes
    assert (here.device, there.device) == ("cpu", ELSEWHERE)
    there.warm()
    check_alike(here, there)
    embed(library, there.model.id, add_crops(library, 40, "/more"), made_features(40, 2))
    for index in indexes:
        index.refresh()
    check_alike(here, there)


@pytest.mark.noisy
@pytest.mark.parametrize("fits", [0, 2], ids=["nothing fits", "something fits"])
def test_what_a_device_has_no_memory_for_is_searched_by_the_cpu(
    indexes: tuple[PartIndex, PartIndex], fits: int, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    empty, made = torch.empty, list[Any]()

    def small(*args: Any, device: Any = None, **options: Any) -> torch.Tensor:
        if device == ELSEWHERE:
            if len(made) >= fits:
                raise torch.OutOfMemoryError("no room")
            made.append(args)
        return empty(*args, device=device, **options)

    monkeypatch.setattr(torch, "empty", small)
    check_alike(*indexes)
    check_alike(*indexes)
    assert len(made) == fits
    assert len([line for line in caplog.messages if "has no memory for" in line]) == 2 - fits


def test_a_session_says_where_its_index_is_searched(library: Library, model: int) -> None:
    for device, expected in (("cpu", "cpu"), ("auto", search_device())):
        with Session(library, device=device) as session:
            assert session.index.device == expected
            assert session.search(QUERIES[0]).matches
    with Session(library, device="cuda:77") as session, pytest.raises(DeviceError, match="cuda:77"):
        session.search(QUERIES[0])
