"""On whom versions are compared: nobody who was taught, where anybody is held out."""

import pytest
from sqlalchemy import select

from dropgui.finetuning import measured_on as module
from dropgui.finetuning.measured_on import measured_on
from dropgui.finetuning.split import deal
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.schema import Side
from tests.unit.indexing.conftest import library
from tests.unit.library.made import add_crops

__all__ = ["library"]


def add_persons(library: Library, count: int) -> dict[int, list[int]]:
    """Persons of three crops each, and three crops of nobody."""
    crops = add_crops(library, 3 * count + 3)
    groups = [crops[3 * i : 3 * i + 3] for i in range(count)]
    return {confirm(library, own).person_id: own for own in groups}


def test_those_held_out_are_measured_on_and_the_taught_stand_by(library: Library) -> None:
    persons = add_persons(library, 12)
    sides = deal(library).persons
    found = measured_on(library)
    assert found.is_fair
    assert set(found.held_out.persons) == {person for person, held_out in sides.items() if held_out}
    taught = {crop for person, own in persons.items() if not sides[person] for crop in own}
    assert set(found.held_out.others) == taught


def test_there_are_never_too_many_others(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OTHERS", 5)
    add_persons(library, 12)
    assert len(measured_on(library).held_out.others) == 5


def test_where_nobody_is_held_out_all_count_and_it_is_said(library: Library) -> None:
    persons = add_persons(library, 2)
    found = measured_on(library)
    assert not found.is_fair
    assert {person: list(crops) for person, crops in found.held_out.persons.items()} == persons
    assert found.held_out.others == ()


def test_nobody_is_given_a_side_by_it(library: Library) -> None:
    add_persons(library, 12)
    measured_on(library)
    with library.read() as connection:
        assert not connection.execute(select(Side)).all()
    deal(library)
    with library.read() as connection:
        assert connection.execute(select(Side)).all()
