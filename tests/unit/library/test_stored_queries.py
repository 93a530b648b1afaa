"""Saved searches and past queries, and what forgetting leaves of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from dropgui.library import Change, Library
from dropgui.library.decisions import confirm
from dropgui.library.events import events
from dropgui.library.forget import forget_crops, forget_folder
from dropgui.library.history import KEPT, forget_queries, past_queries, remember_query
from dropgui.library.names import UnfitNameError
from dropgui.library.saved_searches import (
    delete_search,
    mark_seen,
    rename_search,
    save_search,
    saved_searches,
)
from dropgui.library.schema import PastQuery
from tests.unit.library.made import add_crops

QUERY = {
    "crops": [1, 2],
    "parts": {"torso": 0.5},
    "crop_filter": {"text": "größe"},
    "top": 20,
    "rerank": True,
}


@pytest.fixture
def crops(library: Library) -> list[int]:
    return add_crops(library, 6, "/pictures")


def test_a_search_is_kept_as_it_was_saved(library: Library, crops: list[int]) -> None:
    search = save_search(library, " red jacket", QUERY)
    (row,) = saved_searches(library)
    assert (row.id, row.name, row.query) == (search, "red jacket", QUERY)
    assert (row.seen_embedding_id, row.seen_crops) == (0, frozenset())
    assert abs(row.created_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_searches_have_names_of_their_own_and_are_listed_by_them(library: Library) -> None:
    one, two = save_search(library, "Search 10", QUERY), save_search(library, "search 9", {})
    assert [row.id for row in saved_searches(library)] == [two, one]
    with pytest.raises(UnfitNameError, match="'Search 10' already"):
        save_search(library, "Search 10", {})
    with pytest.raises(UnfitNameError, match="'Search 10' already"):
        rename_search(library, two, "Search 10 ")
    with pytest.raises(UnfitNameError, match="at least one letter"):
        rename_search(library, two, "")
    rename_search(library, one, "Search 10")
    rename_search(library, one, "A")
    assert [row.name for row in saved_searches(library)] == ["A", "search 9"]
    delete_search(library, one)
    assert [row.id for row in saved_searches(library)] == [two]
    with pytest.raises(KeyError, match=f"no saved search {one}"):
        delete_search(library, one)
    with pytest.raises(KeyError, match=f"no saved search {one}"):
        rename_search(library, one, "B")
    with pytest.raises(KeyError, match=f"no saved search {one}"):
        mark_seen(library, one, [], 1)


def test_what_was_looked_at_is_no_longer_new(library: Library, crops: list[int]) -> None:
    search = save_search(library, "a", QUERY)
    other = save_search(library, "b", QUERY)
    answer = [crops[3], crops[0], crops[4]]
    assert saved_searches(library)[0].unseen(answer) == tuple(answer)
    mark_seen(library, search, [crops[0], 999], 40)
    mark_seen(library, search, [crops[0], crops[3]], 30)  # a slower look that ends later
    (row, untouched) = saved_searches(library)
    assert row.seen_crops == {crops[0], crops[3]}
    assert row.seen_embedding_id == 40
    assert row.unseen(answer) == (crops[4],)
    assert (untouched.id, untouched.seen_crops, untouched.seen_embedding_id) == (other, frozenset(), 0)
    forget_crops(library, crops[:1])
    assert saved_searches(library)[0].seen_crops == {crops[3]}


def test_the_last_queries_are_remembered_newest_first(library: Library) -> None:
    earlier = [{"query": {"crops": [i]}} for i in range(KEPT)]
    library.write(lambda connection: connection.execute(insert(PastQuery), earlier))
    for i in range(KEPT, KEPT + 5):
        remember_query(library, {"crops": [i]})
    past = past_queries(library)
    assert [row.query for row in past] == [{"crops": [i]} for i in range(KEPT + 4, 4, -1)]
    remember_query(library, {"crops": [9]})
    again = past_queries(library)
    assert again[0].query == {"crops": [9]}
    assert len(again) == KEPT
    assert [row.query for row in again[1:]] == [row.query for row in past if row.query != {"crops": [9]}]
    assert all(row.asked_at.tzinfo is UTC for row in again)
    forget_queries(library)
    assert past_queries(library) == []


def test_views_hear_of_both_lists_and_the_log_tells_no_names(library: Library) -> None:
    heard: list[Change] = []
    library.subscribe(heard.append)
    search = save_search(library, "Ada", QUERY)
    rename_search(library, search, "Bo")
    mark_seen(library, search, [], 3)
    delete_search(library, search)
    remember_query(library, QUERY)
    assert heard == [Change(searches=True)] * 5
    assert [(event.action, event.detail) for event in reversed(events(library))] == [
        ("search saved", None), ("search renamed", None), ("saved search deleted", None),
    ]  # fmt: skip


def test_a_forgotten_folder_leaves_stored_queries(library: Library, crops: list[int]) -> None:
    secret = add_crops(library, 3, "/secret")
    token = confirm(library, secret)
    mixed = {
        "crops": [crops[0], secret[0]],
        "images": ["/secret/deep/x.png", "/secrets/y.png"],
        "negatives": [secret[1], crops[1], "/secret/z.png", "/elsewhere/z.png"],
        "persons": [token.person_id],
        "push": 0.25,
    }
    save_search(library, "mixed", mixed)
    save_search(library, "only secret", {"crops": secret, "negatives": crops})
    save_search(library, "only a secret file", {"images": ["/secret/x.png"], "crop_filter": {"text": "x"}})
    save_search(library, "only a secret person", {"persons": [token.person_id]})
    save_search(library, "unconcerned", {"persons": [], "crops": crops})
    remember_query(library, {"images": ["/secret/x.png"]})
    forget_folder(library, 2)
    assert [(row.name, row.query) for row in saved_searches(library)] == [
        (
            "mixed",
            {
                "crops": [crops[0]],
                "images": ["/secrets/y.png"],
                "negatives": [crops[1], "/elsewhere/z.png"],
                "persons": [],
                "push": 0.25,
            },
        ),
        ("unconcerned", {"persons": [], "crops": crops}),
    ]
    assert past_queries(library) == []
    content = b"".join(path.read_bytes() for path in library.path.parent.iterdir() if path.is_file())
    assert b"/secret/" not in content
    assert b"only" not in content


def test_forgotten_crops_leave_stored_queries(library: Library, crops: list[int]) -> None:
    save_search(library, "a", {"crops": crops[:2], "negatives": [crops[0], "/pictures/a.png"]})
    heard: list[Change] = []
    library.subscribe(heard.append)
    forget_crops(library, crops[:1])
    assert saved_searches(library)[0].query == {"crops": crops[1:2], "negatives": ["/pictures/a.png"]}
    assert heard[0].searches
