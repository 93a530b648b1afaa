"""Persons: their names and what the list says of them."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, update

from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.names import UnfitNameError, name_order
from dropgui.library.persons import create_person, delete_person, person_rows, rename_person, split_person
from dropgui.library.rows import PersonRow
from dropgui.library.schema import Image
from tests.unit.library.made import add_crops


def at(day: int) -> datetime:
    return datetime(2024, 2, day)  # noqa: DTZ001 - a camera's own clock


def test_the_list_counts_what_is_on_show(library: Library) -> None:
    crops = add_crops(library, 8, cameras=3)
    ada = create_person(library, "Ada")
    confirm(library, crops[:5], ada)
    facts: list[tuple[int, dict[str, object]]] = [
        (crops[0], {"captured_at": at(9)}),
        (crops[1], {"captured_at": at(3), "missing": True}),
        (crops[2], {"camera_id": None}),
        (crops[4], {"error": "cannot be read", "captured_at": at(1)}),
        (crops[6], {"captured_at": at(2)}),
    ]

    def note(connection: Connection) -> None:
        for image_id, values in facts:  # crops and images have the same ids here
            connection.execute(update(Image).where(Image.id == image_id).values(**values))

    library.write(note)
    nobody = create_person(library, "bo")
    assert person_rows(library) == [
        PersonRow(ada, "Ada", crops=4, cameras=2, first_seen=at(3), last_seen=at(9)),
        PersonRow(nobody, "bo", crops=0, cameras=0, first_seen=None, last_seen=None),
    ]


def test_persons_without_a_name_are_numbered_and_listed_by_number(library: Library) -> None:
    numbered = [create_person(library) for _ in range(11)]
    assert [row.name for row in person_rows(library)] == [f"Person {n}" for n in range(1, 12)]
    delete_person(library, numbered[3])
    create_person(library, "Person 0020 ")
    create_person(library, "Person X")
    create_person(library, "Person " + "9" * 5000)
    assert person_rows(library)[-1].name == "Person X"
    token = split_person(library, [])
    assert {row.id: row.name for row in person_rows(library)}[token.person_id] == "Person 21"


def test_names_are_sorted_as_people_sort_them() -> None:
    names = [
        "person 10",
        "Person 9",
        "Ada",
        "\u00b2 exponent",
        "7",
        "person 9",
        "Bo 2 b",
        "Bo 2 a 10",
        "Bo 2 a 9",
    ]
    assert sorted(names, key=name_order) == [
        "7", "Ada", "Bo 2 a 9", "Bo 2 a 10", "Bo 2 b", "Person 9", "person 9", "person 10", "\u00b2 exponent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"), [(" \t", "at least one letter"), ("a\udce9", "no text"), (" Ada ", "merge the two")]
)
def test_names_that_cannot_be_given(library: Library, name: str, reason: str) -> None:
    create_person(library, "Ada")
    bo = create_person(library, "Bo")
    for giving in (
        lambda: create_person(library, name),
        lambda: rename_person(library, bo, name),
        lambda: split_person(library, [], name),
    ):
        with pytest.raises(UnfitNameError, match=reason):
            giving()
    assert [row.name for row in person_rows(library)] == ["Ada", "Bo"]


def test_a_name_may_be_kept(library: Library) -> None:
    ada = create_person(library, "Ada")
    assert not rename_person(library, ada, "Ada ")
    assert rename_person(library, ada, "ada")
