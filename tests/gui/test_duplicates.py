"""The page of duplicates, driven by keys over a real library with copies in it; no model is loaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget
from sqlalchemy import update

from dropgui.duplicates import page as page_module
from dropgui.duplicates.page import DuplicatesPage
from dropgui.duplicates.stack import Kind
from dropgui.library import Change, Library
from dropgui.library.forget import forget_crops
from dropgui.library.ignored import ignore_group, ignored_groups
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Image
from dropmodel.features import Features
from tests.gui.drive import click_card, wait_until
from tests.gui.library import shown_alone
from tests.support.people import person
from tests.unit.library.made import add_crops, add_model, embed, made_features

KEY = Qt.Key


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Crops 1 and 2 are copies of a file, 3 looks like them, 4 and 5 alike; 6 is like none."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i in range(6):
        person(i, 0).save(pictures / f"{i:06}.png")
    shutil.copy(pictures / "000000.png", pictures / "000001.png")
    made = made_features(3, hidden=0.0)
    rows = np.array([0, 0, 0, 1, 1, 2])
    with Library.create(tmp_path / "some.droplib") as opened:
        crops, model = add_crops(opened, 6, str(pictures)), add_model(opened)
        embed(opened, model, crops, Features(made.vectors[rows], made.visibility[rows], made.schema))
        opened.write(lambda c: c.execute(update(Image).where(Image.id <= 2).values(content_hash=b"same")))
        yield opened


@pytest.fixture
def page(library: Library, application: object) -> Iterator[DuplicatesPage]:
    with shown_alone(DuplicatesPage, library) as shown:
        yield shown


def looked(page: DuplicatesPage) -> list[tuple[int, ...]]:
    page.look()
    wait_until(lambda: not page.busy, "it has looked")
    return [group.crop_ids for group in page.stack.groups]


def press(page: DuplicatesPage, key: Qt.Key, target: QWidget | None = None) -> None:
    QTest.keyClick(target or page.grid, key)
    wait_until(lambda: not page.busy, "the step is done")


def test_groups_are_gone_through_with_keys(page: DuplicatesPage) -> None:
    assert "Nothing is ever deleted" in page.message
    assert looked(page) == [(1, 2, 3), (4, 5)]
    wanted: list[list[int]] = []
    page.select_wanted.connect(wanted.append)
    assert page.summary == "Group 1 of 2 · 3 copies in all"
    press(page, KEY.Key_Return)
    press(page, KEY.Key_A)
    click_card(page.grid, 2)
    press(page, KEY.Key_K)
    assert page.grid_ids() == [3, 1, 2], "the one to keep comes first"
    press(page, KEY.Key_Return)
    press(page, KEY.Key_N)
    assert page.grid_ids() == [4, 5]
    press(page, KEY.Key_I)
    assert page.grid_ids() == [3, 1, 2]
    assert page.summary == "Group 1 of 1 · 2 copies in all · 1 ignored"
    press(page, KEY.Key_A)
    assert wanted == [[2, 3], [2, 3, 5], [1, 2], [1, 2]]
    press(page, KEY.Key_I)
    assert (
        page.message
        == "Nothing is listed: 2 groups are ignored. “Show ignored” lists them, Z takes back the last step."
    )
    press(page, KEY.Key_Z, page)
    press(page, KEY.Key_Z)
    assert [group.kept for group in page.stack.groups] == [3, 4]
    press(page, KEY.Key_B)
    assert page.grid_ids() == [3, 1, 2]


def test_what_is_ignored_stays_so_until_it_is_taken_back(library: Library, page: DuplicatesPage) -> None:
    looked(page)
    press(page, KEY.Key_I)
    assert looked(page) == [(4, 5)], "it does not come back at the next look"
    assert page.summary == "Group 1 of 1 · 1 copies in all · 1 ignored"
    (ignored,) = page.findChildren(QCheckBox)
    QTest.mouseClick(ignored, Qt.MouseButton.LeftButton, pos=QPoint(8, ignored.height() // 2))
    assert page.grid_ids() == [4, 5], "the group in front stays there"
    press(page, KEY.Key_B)
    assert page.title == "3 crops · 1 exact, likeness 1.00 · ignored"
    assert page.stack.copies == [5], "all copies are those of groups that are not ignored"
    button = next(b for b in page.findChildren(QPushButton) if b.text() == "Ignore No More")
    assert button.accessibleName() == "Ignore No More (I)"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_until(lambda: not page.busy, "it is taken back")
    assert button.text() == "Ignore"
    assert ignored_groups(library) == {}
    press(page, KEY.Key_Z)
    assert page.title.endswith("ignored")
    assert list(ignored_groups(library).values()) == [frozenset({1, 2, 3})]
    page.show_ignored(False)
    assert page.grid_ids() == [4, 5]


def test_a_group_that_grew_is_listed_again(library: Library, page: DuplicatesPage) -> None:
    ignore_group(library, [1, 2])
    assert looked(page) == [(1, 2, 3), (4, 5)]
    page.set_kind(Kind.EXACT)
    assert page.message == "Nothing is listed: 1 group is ignored. “Show ignored” lists it."
    page.show_ignored(True)
    assert page.grid_ids() == [1, 2]


def test_nothing_indexed_is_said_on_the_page(tmp_path: Path, application: object) -> None:
    with Library.create(tmp_path / "none.droplib") as empty, shown_alone(DuplicatesPage, empty) as page:
        assert looked(page) == []
        assert page.message == "Nothing is indexed yet. Add a folder of pictures first."


def test_exact_and_near_are_told_apart(page: DuplicatesPage) -> None:
    looked(page)
    page.set_kind(Kind.EXACT)
    assert page.grid_ids() == [1, 2]
    page.set_kind(Kind.NEAR)
    assert [group.crop_ids for group in page.stack.groups] == [(1, 3), (4, 5)]


def test_forgotten_crops_leave_and_the_filter_counts(library: Library, page: DuplicatesPage) -> None:
    looked(page)
    forget_crops(library, [5, 3])
    page.library_changed(Change(crops_removed=(3, 5)))
    assert [group.crop_ids for group in page.stack.groups] == [(1, 2)]
    page.set_filter(CropFilter(folders=frozenset({99})))
    assert looked(page) == []
    assert "A lower likeness finds more" in page.message


def test_it_can_be_stopped(page: DuplicatesPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object, on_progress: object, **__: object) -> None:
        while True:
            on_progress(0.5)  # type: ignore[operator]

    monkeypatch.setattr(page_module, "find_duplicates", endless)
    page.look()
    assert page.busy
    assert page.start_button.text() == "Sto&p"
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    wait_until(lambda: not page.busy, "it stopped")
    assert "Nothing is ever deleted" in page.message


def test_a_selected_row_shows_its_picture_as_it_is(page: DuplicatesPage) -> None:
    looked(page)
    index = page.list.model().index(0, 0)
    wait_until(lambda: index.data(Qt.ItemDataRole.DecorationRole) is not None, "the picture is read")
    assert page.list.currentIndex() == index
    selected = page.list.grab(page.list.visualRect(index)).toImage()
    page.list.setCurrentIndex(page.list.model().index(1, 0))
    other = page.list.grab(page.list.visualRect(index)).toImage()
    for y in range(12, 60, 8):
        assert selected.pixelColor(20, y) == other.pixelColor(20, y)
    assert selected.pixelColor(90, 2) != other.pixelColor(90, 2), "the row itself stands out"
