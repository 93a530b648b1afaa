"""Decisions and persons, against a plain model of what they mean; every one of them can be taken back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from dropgui.library import Change, Library
from dropgui.library.decisions import (
    CONFIRMED,
    REJECTED,
    Undo,
    UndoError,
    confirm,
    decided_crops,
    decisions_of,
    reject,
    retract,
    undo,
)
from dropgui.library.events import events
from dropgui.library.forget import forget_crops
from dropgui.library.persons import (
    create_person,
    delete_person,
    merge_persons,
    person_rows,
    rename_person,
    split_person,
)
from dropgui.library.queries import crop_rows
from dropgui.library.saved_searches import delete_search, save_search, saved_searches
from dropgui.library.schema import Crop, Decision, Person
from tests.unit.library.made import add_crops

Rows = dict[str, list[tuple[Any, ...]]]


def everything(library: Library) -> Rows:
    """All rows that decisions may touch."""
    tables = {
        "crops": select(Crop.id, Crop.person_id).order_by(Crop.id),
        "decisions": select(Decision).order_by(Decision.id),
        "persons": select(Person).order_by(Person.id),
    }
    with library.read() as connection:
        found = {name: [tuple(row) for row in connection.execute(query)] for name, query in tables.items()}
    searches: list[tuple[Any, ...]] = [(row.id, str(row.query)) for row in saved_searches(library)]
    return found | {"searches": searches}


# Against a plain model --------------------------------------------------------------------------------


@dataclass
class Plain:
    """The rules of decisions in words of sets. Decisions are (crop, person) -> verdict, oldest first."""

    persons: list[int] = field(default_factory=list)
    person_of: dict[int, int] = field(default_factory=dict)
    said: dict[tuple[int, int], str] = field(default_factory=dict)

    def confirm(self, crops: set[int], person: int) -> None:
        for crop in crops:
            for key, verdict in list(self.said.items()):
                if key[0] == crop and key[1] != person and verdict == CONFIRMED:
                    del self.said[key]
            self.said[crop, person] = CONFIRMED
            self.person_of[crop] = person

    def reject(self, crops: set[int], person: int) -> None:
        for crop in crops:
            self.said[crop, person] = REJECTED
            if self.person_of.get(crop) == person:
                del self.person_of[crop]

    def retract(self, crops: set[int], person: int) -> None:
        for crop in crops:
            if self.said.pop((crop, person), None) == CONFIRMED:
                self.person_of.pop(crop, None)

    def split(self, crops: set[int], new: int) -> None:
        self.persons.append(new)
        for crop in crops & set(self.person_of):
            self.reject({crop}, self.person_of[crop])
        self.confirm(crops, new)

    def merge(self, into: int, others: set[int]) -> None:
        gone = others - {into}
        self.persons = [person for person in self.persons if person not in gone]
        self.person_of = {c: into if p in gone else p for c, p in self.person_of.items()}
        joined: dict[tuple[int, int], str] = {}
        for (crop, person), verdict in self.said.items():
            key = (crop, into if person in gone else person)
            joined[key] = CONFIRMED if CONFIRMED in (verdict, joined.get(key)) else verdict
        self.said = joined

    def delete(self, person: int) -> None:
        self.persons.remove(person)
        self.person_of = {c: p for c, p in self.person_of.items() if p != person}
        self.said = {key: verdict for key, verdict in self.said.items() if key[1] != person}


CROPS = 6
ACTIONS = st.tuples(
    st.sampled_from(["confirm", "reject", "retract", "split", "merge", "delete", "rename", "new"]),
    st.sets(st.integers(1, CROPS), min_size=1),
    st.sets(st.integers(0, 9), min_size=1, max_size=2),
)


def act(library: Library, plain: Plain, action: str, crops: set[int], choice: set[int]) -> Undo | None:
    """The same in both; None where there is nothing to do it with."""
    if not plain.persons and action not in {"split", "new"}:
        return None
    chosen = {plain.persons[i % len(plain.persons)] for i in choice} if plain.persons else set()
    person = min(chosen, default=0)
    match action:
        case "confirm":
            plain.confirm(crops, person)
            return confirm(library, crops, person)
        case "new":
            token = confirm(library, crops)
            plain.persons.append(token.person_id)
            plain.confirm(crops, token.person_id)
            return token
        case "reject":
            plain.reject(crops, person)
            return reject(library, crops, person)
        case "retract":
            plain.retract(crops, person)
            return retract(library, crops, person)
        case "split":
            token = split_person(library, crops)
            plain.split(crops, token.person_id)
            return token
        case "merge":
            plain.merge(person, chosen)
            return merge_persons(library, person, chosen)
        case "delete":
            plain.delete(person)
            return delete_person(library, person)
        case _:
            return rename_person(library, person, f"Name {sum(crops)} of {person}")


def check(library: Library, plain: Plain) -> None:
    rows = crop_rows(library, range(1, CROPS + 1))
    assert {row.id: row.person_id for row in rows.values() if row.person_id} == plain.person_of
    found = decisions_of(library, range(1, CROPS + 1))
    assert {(d.crop_id, d.person_id): d.verdict for ds in found.values() for d in ds} == plain.said
    listed = {row.id: row.crops for row in person_rows(library)}
    assert listed == {person: [*plain.person_of.values()].count(person) for person in plain.persons}
    for person in plain.persons:
        by_verdict: dict[str, list[int]] = {CONFIRMED: [], REJECTED: []}
        for (crop, about), verdict in sorted(plain.said.items()):
            if about == person:
                by_verdict[verdict].append(crop)
        assert decided_crops(library, person) == (tuple(by_verdict[CONFIRMED]), tuple(by_verdict[REJECTED]))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One library for many examples, which each empty it of persons first."""
    with Library.create(tmp_path_factory.mktemp("decisions") / "shared.droplib") as library:
        add_crops(library, CROPS)
        yield library


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTIONS, max_size=8))
def test_decisions_mean_what_they_say_and_all_can_be_undone(
    shared: Library, actions: list[tuple[str, set[int], set[int]]]
) -> None:
    library = shared
    library.write(lambda connection: connection.execute(delete(Person)))
    plain = Plain()
    tokens: list[Undo] = []
    states = [everything(library)]
    for action, crops, choice in actions:
        token = act(library, plain, action, crops, choice)
        if token is not None:
            check(library, plain)
            tokens.append(token)
            states.append(everything(library))
            assert bool(token) == (states[-1] != states[-2])
    again = []
    for token, before in zip(reversed(tokens), reversed(states[:-1]), strict=True):
        again.append(undo(library, token))
        assert everything(library) == before
    for token, after in zip(reversed(again), states[1:], strict=True):
        undo(library, token)
        assert everything(library) == after


# The rest, one by one -----------------------------------------------------------------------------------


@pytest.fixture
def crops(library: Library) -> list[int]:
    return add_crops(library, 6)


def test_an_order_that_went_wrong_is_not_undone(library: Library, crops: list[int]) -> None:
    ada, bo = create_person(library, "Ada"), create_person(library, "Bo")
    first = confirm(library, crops[:3], ada)
    second = confirm(library, crops[2:4], bo)
    state = everything(library)
    with pytest.raises(UndoError, match="1 of its crops were decided on again"):
        undo(library, first)
    assert everything(library) == state
    undo(library, second)
    undo(library, first)
    assert decisions_of(library, crops) == {}


def test_the_same_words_said_again_are_other_words(library: Library, crops: list[int]) -> None:
    ada = create_person(library)
    token = confirm(library, crops, ada)
    assert not confirm(library, crops, ada)
    retract(library, crops[:1], ada)
    confirm(library, crops[:1], ada)
    with pytest.raises(UndoError, match="1 of its crops"):
        undo(library, token)


def test_a_token_serves_once(library: Library, crops: list[int]) -> None:
    token = confirm(library, crops)
    undo(library, token)
    assert person_rows(library) == []
    with pytest.raises(UndoError):
        undo(library, token)


def test_a_new_person_that_others_were_given_to_does_not_vanish(library: Library, crops: list[int]) -> None:
    token = confirm(library, crops[:2])
    reject(library, crops[3:4], token.person_id)
    state = everything(library)
    with pytest.raises(UndoError, match="other crops were decided on"):
        undo(library, token)
    assert everything(library) == state


def test_a_person_that_was_renamed_is_not_undone(library: Library, crops: list[int]) -> None:
    token = confirm(library, crops[:2])
    renaming = rename_person(library, token.person_id, "Ada")
    with pytest.raises(UndoError, match="renamed"):
        undo(library, token)
    undo(library, renaming)
    undo(library, token)
    assert person_rows(library) == []


def test_a_name_that_was_taken_meanwhile_is_not_taken_back(library: Library) -> None:
    ada = create_person(library, "Ada")
    token = rename_person(library, ada, "Bo")
    create_person(library, "Ada")
    with pytest.raises(UndoError, match="called 'Ada' now"):
        undo(library, token)


def test_crops_do_not_return_to_a_person_that_is_gone(library: Library, crops: list[int]) -> None:
    ada, bo = create_person(library), create_person(library)
    confirm(library, crops, ada)
    token = confirm(library, crops, bo)
    delete_person(library, ada)
    state = everything(library)
    with pytest.raises(UndoError, match="a person that these crops belonged to is gone"):
        undo(library, token)
    assert everything(library) == state


def test_forgotten_crops_are_not_undone(library: Library, crops: list[int]) -> None:
    token = confirm(library, crops)
    forget_crops(library, crops[:2])
    with pytest.raises(UndoError, match="2 of its crops"):
        undo(library, token)


def test_all_views_hear_what_changed(library: Library, crops: list[int]) -> None:
    ada = create_person(library)
    confirm(library, crops[:2], ada)
    heard: list[Change] = []
    library.subscribe(heard.append)
    reject(library, [crops[3], crops[2]], ada)
    token = rename_person(library, ada, "Ada")
    undo(library, token)
    retract(library, crops[4:], ada)  # nothing to retract
    assert heard == [
        Change(crops_changed=(crops[2], crops[3]), persons=True),
        Change(crops_changed=(crops[0], crops[1]), persons=True),
        Change(crops_changed=(crops[0], crops[1]), persons=True),
    ]


def test_the_log_tells_numbers_and_no_names(library: Library, crops: list[int]) -> None:
    ada = create_person(library, "Ada Secret")
    token = confirm(library, crops[:3], ada)
    undo(library, undo(library, token))
    rename_person(library, ada, "Other Secret")
    log = events(library)
    assert [event.action for event in reversed(log)] == [
        "person made", "crops confirmed", "crops confirmed undone", "crops confirmed", "person renamed",
    ]  # fmt: skip
    assert log[1].detail == f"person {ada}, 3 crops"
    assert not [event for event in log if "Secret" in str(event.detail)]


def test_an_unknown_person_is_a_bug_and_a_forgotten_crop_is_not(library: Library, crops: list[int]) -> None:
    for deciding in (confirm, reject, retract):
        with pytest.raises(KeyError, match="no persons"):
            deciding(library, crops, 99)
    ada = create_person(library)
    confirm(library, [*crops, 10_000], ada)
    assert decided_crops(library, ada) == (tuple(crops), ())
    with pytest.raises(KeyError, match="no persons"):
        merge_persons(library, ada, [99])
    with pytest.raises(KeyError, match="no persons"):
        delete_person(library, 99)
    with pytest.raises(KeyError, match="no persons"):
        rename_person(library, 99, "x")


def test_many_crops_are_decided_on_at_once(library: Library) -> None:
    crops = add_crops(library, 10_001)
    ada = create_person(library)
    confirm(library, crops, ada)
    bo = create_person(library)
    token = merge_persons(library, bo, [ada])
    assert len(decided_crops(library, bo)[0]) == len(crops)
    undo(library, token)
    assert len(decided_crops(library, ada)[0]) == len(crops)


def test_a_crop_that_was_somebodys_without_a_word_is_joined_too(library: Library, crops: list[int]) -> None:
    """Other tools' files say whose a crop is, not that somebody confirmed it."""
    ada, bo = create_person(library), create_person(library)
    library.write(lambda c: c.execute(update(Crop).where(Crop.id == crops[0]).values(person_id=bo)))
    reject(library, crops[:2], ada)
    token = merge_persons(library, ada, [bo])
    assert crop_rows(library, crops[:1])[crops[0]].person_id == ada
    assert decided_crops(library, ada) == ((), (crops[1],))
    undo(library, token)
    assert decided_crops(library, ada) == ((), (crops[0], crops[1]))


def test_a_confirmed_decision_stays_beside_a_later_rejection(library: Library, crops: list[int]) -> None:
    ada, bo = create_person(library), create_person(library)
    confirm(library, crops[:1], ada)
    reject(library, crops[:1], bo)
    merge_persons(library, bo, [ada])
    assert decided_crops(library, bo) == ((crops[0],), ())
    assert crop_rows(library, crops[:1])[crops[0]].person_id == bo


def test_of_two_alike_the_later_decision_stays(library: Library, crops: list[int]) -> None:
    ada, bo = create_person(library), create_person(library)
    reject(library, crops[:1], bo)
    reject(library, crops[:1], ada)
    (_, later) = decisions_of(library, crops)[crops[0]]
    merge_persons(library, bo, [ada])
    (kept,) = decisions_of(library, crops)[crops[0]]
    assert (kept.person_id, kept.decided_at) == (bo, later.decided_at)


def test_stored_queries_follow_a_merged_person(library: Library, crops: list[int]) -> None:
    ada, bo, cy = (create_person(library) for _ in range(3))
    query = {"persons": [bo, cy, ada], "crop_filter": {"persons": [cy], "text": "door"}, "top": 7}
    save_search(library, "all three", query)
    save_search(library, "somebody else", {"crops": crops[:1]})
    token = merge_persons(library, ada, [bo, cy])
    joined, other = saved_searches(library)
    assert joined.query == {"persons": [ada], "crop_filter": {"persons": [ada], "text": "door"}, "top": 7}
    assert other.query == {"crops": crops[:1]}
    undo(library, token)
    assert saved_searches(library)[0].query == query


def test_a_stored_query_that_is_gone_does_not_keep_a_merge_from_being_undone(library: Library) -> None:
    ada, bo = create_person(library), create_person(library)
    search = save_search(library, "bo", {"persons": [bo]})
    token = merge_persons(library, ada, [bo])
    delete_search(library, search)
    undo(library, token)
    assert [row.id for row in person_rows(library)] == [ada, bo]
    assert saved_searches(library) == []
