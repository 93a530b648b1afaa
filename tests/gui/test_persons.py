"""The page of suggested persons, driven by keys and clicks over a real library; no model is loaded."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QWidget
from sqlalchemy import update

from dropgui.library import Change, Library
from dropgui.library.decisions import confirm, decided_crops
from dropgui.library.forget import forget_crops
from dropgui.library.persons import person_rows
from dropgui.library.rows import CropFilter
from dropgui.library.schema import ModelVersion
from dropgui.persons import page as page_module
from dropgui.persons.page import PersonsPage
from tests.gui.drive import click_card, wait_until
from tests.gui.library import shown_alone
from tests.support.clusters import crowd
from tests.support.people import person
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed

WHO = np.repeat(np.arange(4), [6, 5, 4, 3])
KEY = Qt.Key


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i, identity in enumerate(WHO.tolist()):
        person(identity, i).save(pictures / f"{i:06}.png")
    with Library.create(tmp_path / "some.droplib") as opened:
        model = add_model(opened, dim=64)
        embed(
            opened, model, add_crops(opened, len(WHO), str(pictures)), crowd(WHO, SCHEMA, dim=64, noise=0.5)
        )
        yield opened


@pytest.fixture
def page(library: Library, application: object) -> Iterator[PersonsPage]:
    with shown_alone(PersonsPage, library) as shown:
        yield shown


def suggested(page: PersonsPage) -> list[set[int]]:
    page.look()
    wait_until(lambda: not page.busy, "there are suggestions")
    return [set(card.crop_ids) for card in page.review.cards]


def press(page: PersonsPage, key: Qt.Key, target: QWidget | None = None) -> None:
    QTest.keyClick(target or page.grid, key)
    wait_until(lambda: not page.busy, "the step is done")


def crops(person: int) -> set[int]:
    return set((np.flatnonzero(person == WHO) + 1).tolist())


def test_accepting_is_one_key_and_can_be_undone(library: Library, page: PersonsPage) -> None:
    assert "until you accept" in page.message
    groups = suggested(page)
    assert sorted(map(sorted, groups)) == [sorted(crops(i)) for i in range(4)]
    assert not person_rows(library), "nothing is applied unasked"
    first = groups[0]
    press(page, KEY.Key_Return)
    (row,) = person_rows(library)
    assert set(decided_crops(library, row.id)[0]) == first
    assert page.review.current is not None
    assert set(page.review.current.crop_ids) == groups[1]
    press(page, KEY.Key_Z)
    assert not person_rows(library)
    assert set(page.review.current.crop_ids) == first
    assert not page.review.can_undo


def test_split_skip_and_back(library: Library, page: PersonsPage) -> None:
    groups = suggested(page)
    press(page, KEY.Key_S)
    assert len(page.review.cards) == 4, "nothing is selected"
    click_card(page.grid, 0)
    click_card(page.grid, 2)
    off = set(page.grid.selected_ids())
    assert len(off) == 2, "a click adds to the selection"
    press(page, KEY.Key_S)
    assert set(page.grid_ids()) == groups[0] - off
    press(page, KEY.Key_K)
    assert set(page.grid_ids()) == off
    press(page, KEY.Key_B)
    assert set(page.grid_ids()) == groups[0] - off
    press(page, KEY.Key_Z)
    assert set(page.grid_ids()) == groups[0]
    for _ in range(4):
        press(page, KEY.Key_K)
    assert "Skipped ones are still there" in page.message
    press(page, KEY.Key_B, page)
    assert page.message == ""
    assert not person_rows(library)


def test_after_the_last_decision_nothing_is_said_to_be_skipped(library: Library, page: PersonsPage) -> None:
    for _ in suggested(page):
        press(page, KEY.Key_Return)
    assert len(person_rows(library)) == 4
    assert "been through" in page.message
    assert "Skipped" not in page.message


def test_merge_with_a_suggestion_and_with_a_person(library: Library, page: PersonsPage) -> None:
    groups = suggested(page)
    wait_until(lambda: page.companions.companions, "there is what it may be merged with")
    assert len(page.companions.companions) == 3
    page.companions.setCurrentIndex(page.companions.model().index(0, 0))
    press(page, KEY.Key_M, page.companions)
    joined = set(page.grid_ids())
    assert joined > groups[0]
    assert len(page.review.cards) == 3
    press(page, KEY.Key_Return)
    (row,) = person_rows(library)
    wait_until(
        lambda: any(one.person_id == row.id for one in page.companions.companions), "the person is offered"
    )
    at = [one.person_id for one in page.companions.companions].index(row.id)
    page.companions.setCurrentIndex(page.companions.model().index(at, 0))
    press(page, KEY.Key_M)
    assert row.name in page.title
    second = set(page.grid_ids())
    press(page, KEY.Key_Return)
    assert set(decided_crops(library, row.id)[0]) == joined | second


def test_a_known_person_is_extended_or_refused(library: Library, page: PersonsPage) -> None:
    mine = sorted(crops(0))
    somebody = confirm(library, mine[:3]).person_id
    suggested(page)
    places = [at for at, card in enumerate(page.review.cards) if card.person_id == somebody]
    for _ in range(places[0]):
        press(page, KEY.Key_K)
    assert "Person 1" in page.title
    assert page.known.isVisible()
    wait_until(lambda: page.known.model().rowCount() == 3, "the person is shown beside")
    refused = page.grid_ids()[-1]
    click_card(page.grid, len(page.grid_ids()) - 1)
    press(page, KEY.Key_N)
    assert decided_crops(library, somebody)[1] == (refused,)
    rest = page.grid_ids()
    press(page, KEY.Key_Return)
    assert set(decided_crops(library, somebody)[0]) == {*mine[:3], *rest}
    press(page, KEY.Key_Z)
    press(page, KEY.Key_Z)
    assert decided_crops(library, somebody) == (tuple(mine[:3]), ())


def test_crops_that_go_elsewhere_leave_the_cards(library: Library, page: PersonsPage) -> None:
    groups = suggested(page)
    taken = sorted(groups[0])[:2]
    confirm(library, taken)
    page.library_changed(Change(crops_changed=tuple(taken), persons=True))
    wait_until(lambda: set(page.grid_ids()) == groups[0] - set(taken), "they left the card")
    forget_crops(library, sorted(groups[1]))
    page.library_changed(Change(crops_removed=tuple(sorted(groups[1]))))
    assert len(page.review.cards) == 3


def test_it_can_be_stopped(page: PersonsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object, on_progress: object, **__: object) -> None:
        while True:
            on_progress(0.5)  # type: ignore[operator]

    monkeypatch.setattr(page_module, "suggest_persons", endless)
    page.look()
    wait_until(lambda: page.start_button.text() == "Sto&p", "it can be stopped")
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    wait_until(lambda: not page.busy, "it stopped")
    assert "until you accept" in page.message


def test_only_crops_of_the_filter_and_words_where_there_are_none(page: PersonsPage) -> None:
    page.set_filter(CropFilter(folders=frozenset({99})))
    assert suggested(page) == []
    assert "look alike enough" in page.message
    assert "Fine-tune" not in page.message


@pytest.mark.parametrize("taught", [False, True])
def test_what_may_help_is_told_until_it_was_tried(
    library: Library, page: PersonsPage, monkeypatch: pytest.MonkeyPatch, taught: bool
) -> None:
    parent = add_model(library, "its parent") if taught else None
    library.write(
        lambda c: c.execute(
            update(ModelVersion).where(ModelVersion.id == 1).values(trained=True, parent_id=parent)
        )
    )
    monkeypatch.setattr(page_module, "CROPS_NEEDED", len(WHO))
    page.set_filter(CropFilter(folders=frozenset({99})))
    suggested(page)
    assert ("Model > Fine-tune…" in page.message) is not taught


def test_every_control_has_a_name(page: PersonsPage) -> None:
    suggested(page)
    kinds = (QAbstractButton, QAbstractItemView, QComboBox)
    own = [w for w in page.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]
    named = [w.accessibleName() or (w.text() if isinstance(w, QAbstractButton) else "") for w in own]
    assert len(own) > 8
    assert all(named)
    assert not [w for w in page.findChildren(QWidget) if w.acceptDrops()]
