"""What there is to teach with, and polite refusals."""

from pathlib import Path

import pytest

from dropgui.finetuning.plan import TooLittleError, check, plan, summary
from dropgui.finetuning.recipe import Recipe
from dropgui.finetuning.split import deal
from dropgui.library import Library
from dropgui.library.decisions import confirm, reject
from tests.unit.finetuning.made import CAMERAS, IDENTITIES, correct, crops_of, name


def test_everything_is_counted_once(library: Library) -> None:
    found = plan(library)
    assert found.persons + found.held_out_persons == 10
    assert found.held_out_persons == 2
    assert found.held_out_crops == 2 * CAMERAS
    assert found.corrected + found.held_out_masks == 16
    assert found.cameras == 3
    aside = IDENTITIES * CAMERAS - found.confirmed - found.held_out_crops - found.unlabelled
    assert 0 <= aside <= found.held_out_masks
    assert set(found.possible) >= {"persons", "masks"}
    assert found == plan(library)
    deal(library)
    assert found == plan(library), "dealing is what the plan said it would be"


def test_what_is_missing_is_said_in_words(bare: Library) -> None:
    name(bare, 5)
    confirm(bare, crops_of(bare, 5)[:1])
    correct(bare, crops_of(bare, 6)[:1])
    found = plan(bare)
    persons, masks, adapt = found.sources
    assert (
        persons.missing == "3 more persons with two crops each (1 person has one crop only: confirm another)"
    )
    assert masks.missing == "7 more corrected masks"
    assert adapt.possible
    with pytest.raises(TooLittleError, match=r"Needed: 3 more persons .*; 7 more .* enough for: adapt\."):
        check(bare, Recipe(sources=("persons", "masks")))


def test_nobody_at_two_cameras_is_a_hint(bare: Library) -> None:
    for identity in range(8):
        first, second = crops_of(bare, 2 * identity)[0], crops_of(bare, 2 * identity + 1)[0]
        confirm(bare, [first, second])
    found = plan(bare).of("persons")
    assert found.possible
    assert found.hints == ("nobody was confirmed at two cameras; such crops teach most",)
    assert found.words == "6 persons with 12 crops"


def test_rejections_of_the_taught_count(library: Library) -> None:
    split = deal(library)
    taught = next(person for person, held_out in split.persons.items() if not held_out)
    held = next(person for person, held_out in split.persons.items() if held_out)
    for person in (taught, held):
        reject(library, crops_of(library, 20), person)
    assert plan(library).rejected == CAMERAS


def test_a_library_that_was_never_indexed_is_refused(tmp_path: Path) -> None:
    with (
        Library.create(tmp_path / "new.droplib") as library,
        pytest.raises(TooLittleError, match=r"Nothing is indexed in .*new\.droplib yet"),
    ):
        check(library, Recipe(sources=("adapt",)))


def test_a_summary_names_nobody(library: Library) -> None:
    text = summary(Recipe(sources=("adapt", "masks")), plan(library))
    assert text.endswith("that nobody was named in")
    assert "corrected masks; " in text
    assert "Person" not in text
