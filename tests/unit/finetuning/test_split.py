"""Who is held out: by count at first, by lot later, and never another side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.finetuning.measured_on import measured_on
from dropgui.finetuning.split import FEWEST, SHARE, Candidate, Split, deal, dealt, lot, parted, split_of
from dropgui.library import Library
from dropgui.library.decisions import confirm, undo
from dropgui.library.persons import delete_person
from tests.unit.finetuning.made import CAMERAS, correct, crops_of, name

IDS = st.sets(st.integers(1, 10**6), max_size=60)


def fresh(ids: set[int]) -> list[Candidate]:
    return [Candidate(one) for one in sorted(ids)]


@given(IDS, st.text(max_size=8))
def test_the_first_are_split_by_count(ids: set[int], salt: str) -> None:
    sides = dealt({}, fresh(ids), salt)
    if len(ids) < FEWEST:
        assert sides == {}
        return
    assert set(sides) == ids
    assert sum(sides.values()) == max(2, round(SHARE * len(ids)))


@given(IDS, IDS, st.text(max_size=8))
def test_who_comes_later_is_dealt_alike_whoever_comes_along(
    one: set[int], other: set[int], salt: str
) -> None:
    known = {0: True, 10**7: False}
    together = dealt(known, fresh(one | other), salt)
    apart = dealt(known, fresh(one), salt) | dealt(known, fresh(other), salt)
    assert together == apart


def test_later_ones_are_held_out_at_the_same_rate() -> None:
    sides = dealt({0: True}, fresh(set(range(1, 4001))), "library")
    assert sum(sides.values()) / 4000 == pytest.approx(SHARE, abs=0.03)
    assert sides != dealt({0: True}, fresh(set(range(1, 4001))), "another")


@given(st.text(max_size=20), st.integers(0, 2**63 - 1))
def test_a_lot_is_in_the_unit_interval_and_stays(salt: str, number: int) -> None:
    assert 0 <= lot(salt, number) < 1
    assert lot(salt, number) == lot(salt, number)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([None, True, False])), min_size=4, max_size=40))
def test_those_who_are_fit_are_held_out_first_and_bonds_hold(kinds: list[tuple[bool, bool | None]]) -> None:
    candidates = [Candidate(place, fit, bound) for place, (fit, bound) in enumerate(kinds)]
    sides = dealt({}, candidates, "s")
    for one in candidates:
        assert one.bound is None or sides[one.id] is one.bound
    free = [one for one in candidates if one.bound is None]
    unfit_held = any(sides[one.id] for one in free if not one.fit)
    fit_taught = any(not sides[one.id] for one in free if one.fit)
    assert not (unfit_held and fit_taught)


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        (None, None, (None, False)),
        (True, None, (True, True)),
        (False, None, (False, True)),
        (None, True, (True, False)),
        (None, False, (False, False)),
        (True, True, (True, True)),
        (True, False, (True, True)),
        (False, True, (True, False)),
        (False, False, (False, True)),
    ],
)
def test_sides_of_a_crop_and_its_person(
    own: bool | None, theirs: bool | None, expected: tuple[bool | None, bool]
) -> None:
    split = Split({} if theirs is None else {7: theirs}, {} if own is None else {3: own})
    assert split.side_of(3, 7) == expected


def test_dealing_is_kept_and_looking_writes_nothing(library: Library) -> None:
    before = library.state()
    seen = split_of(library)
    assert library.state() == before
    assert deal(library) == seen == split_of(library)
    assert sum(seen.persons.values()) == 2
    assert len(seen.persons) == 10


def test_new_persons_and_masks_change_nobody_elses_side(library: Library) -> None:
    first = deal(library)
    late = confirm(library, crops_of(library, 15)).person_id
    correct(library, crops_of(library, 16))
    second = deal(library)
    assert first.persons.items() < second.persons.items()
    assert first.crops.items() < second.crops.items()
    assert set(second.persons) - set(first.persons) == {late}
    assert set(second.crops) - set(first.crops) == set(crops_of(library, 16))


def test_a_person_that_is_brought_back_is_on_its_old_side(library: Library) -> None:
    split = deal(library)
    person = next(person for person, held_out in split.persons.items() if held_out)
    token = delete_person(library, person)
    deal(library)
    undo(library, token)
    assert deal(library).persons[person] is True


def test_all_crops_of_who_is_held_out_are_and_none_of_a_crop_that_is(library: Library) -> None:
    split = deal(library)
    with library.read() as connection:
        sides = parted(connection, split)
    for crop, mask in sides.measuring.items():
        assert split.crops[crop] is True or mask.person_id in sides.held_out
    for crop, mask in sides.teaching.items():
        assert split.crops[crop] is False
        assert mask.person_id not in sides.held_out
    assert sides.measuring.keys() >= sides.aside
    assert len(sides.measuring) >= 4
    assert set(sides.measuring) | set(sides.teaching) == set(split.crops)


def test_of_whom_a_mask_was_taught_nobody_is_held_out(bare: Library) -> None:
    correct(bare, [crops_of(bare, identity)[0] for identity in range(12)])
    split = deal(bare)
    persons = dict(enumerate(name(bare, 12)))
    later = deal(bare)
    for identity, person in persons.items():
        if split.crops[crops_of(bare, identity)[0]] is False:
            assert later.persons[person] is False
    assert any(later.persons.values())


def test_a_few_are_not_dealt(bare: Library) -> None:
    name(bare, FEWEST - 1)
    assert deal(bare) == Split({}, {})


def test_versions_are_compared_on_who_is_held_out(library: Library, bare: Library) -> None:
    split = deal(library)
    found = measured_on(library).held_out
    assert set(found.persons) == {person for person, held_out in split.persons.items() if held_out}
    assert sum(len(crops) for crops in found.persons.values()) == 2 * CAMERAS
    with library.read() as connection:
        assert set(found.masks) == set(parted(connection, split).measuring)
    nothing = measured_on(bare).held_out
    assert not nothing.persons
    assert not nothing.masks
