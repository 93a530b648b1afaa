"""The window's tabs and its person list, over a library that is indexed already; no model is loaded."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu

from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.persons import create_person, person_rows
from dropgui.main_window import GALLERY, MAP, MainWindow
from tests.gui.drive import PATIENCE_MS, run_main, wait_until
from tests.support.clusters import crowd
from tests.support.people import person
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed

WHO = np.repeat(np.arange(4), [6, 5, 4, 3])
TORCH_MS = 5 * PATIENCE_MS  # the first map imports torch: on a busy machine in a while
FLAG = QItemSelectionModel.SelectionFlag


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """18 crops of four people, of whom two are persons: "Person 1" (6 crops) and "Person 2" (5)."""
    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i, identity in enumerate(WHO.tolist()):
        person(identity, i).save(pictures / f"{i:06}.png")
    path = tmp_path / "some.droplib"
    with Library.create(path) as opened:
        crops = add_crops(opened, len(WHO), str(pictures))
        embed(opened, add_model(opened, dim=64), crops, crowd(WHO, SCHEMA, dim=64, noise=0.5))
        for who in range(2):
            confirm(opened, np.array(crops)[who == WHO].tolist(), create_person(opened))
    return path


def command(window: MainWindow, words: str) -> QAction:
    """The command of the menu bar that is called so, but for its shortcut letter."""
    for menu in window.menuBar().actions():
        for action in cast("QMenu", menu.menu()).actions():
            if action.text().replace("&", "").startswith(words):
                return action
    raise AssertionError(f"no command {words!r}")


def names(window: MainWindow) -> list[str]:
    return [row.name for row in window.library_panel.persons.rows]


def go_to(window: MainWindow, row: int, *more: int) -> None:
    """Put the keyboard on a row of the person list, and select more rows."""
    persons = window.library_panel.persons
    for other in more:
        persons.selectionModel().select(persons.model().index(other, 0), FLAG.Select | FLAG.Rows)
    flags = FLAG.Select if more else FLAG.ClearAndSelect
    persons.selectionModel().setCurrentIndex(persons.model().index(row, 0), flags | FLAG.Rows)


def type_name(window: MainWindow, name: str) -> None:
    command(window, "Rename Person").trigger()
    editor = window.library_panel.persons.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, name)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait_until(lambda: not window.library_panel.persons.findChildren(QLineEdit), "the editor is gone")


def test_persons_are_named_joined_and_looked_at(library: Path) -> None:
    def script(window: MainWindow) -> None:
        persons, panel = window.library_panel.persons, window.library_panel
        wait_until(lambda: names(window) == ["Person 1", "Person 2", "No person yet"], "persons are listed")
        assert [row.count for row in persons.rows] == [6, 5, 7]
        assert not command(window, "Rename Person").isEnabled()

        go_to(window, 2)
        assert not command(window, "Rename Person").isEnabled(), "nobody has no name"
        QTest.keyClick(persons, Qt.Key.Key_Space)
        wait_until(lambda: len(window.gallery_model.ids) == 7, "crops of nobody are shown")
        go_to(window, 0)
        command(window, "Show Only Crops of Person").trigger()
        wait_until(lambda: len(window.gallery_model.ids) == 6, "the person's crops are shown")
        assert persons.ticked == {1}
        panel.clear_filter()

        type_name(window, "Person 2")
        wait_until(lambda: "called “Person 2” already" in window.notice.text, "it says why not")
        assert names(window)[0] == "Person 1"
        type_name(window, " Zoe ")
        wait_until(lambda: names(window) == ["Person 2", "Zoe", "No person yet"], "it is written, and sorted")
        assert persons.current is not None
        assert persons.current.name == "Zoe", "the keyboard stays with the person"
        assert "Undo Rename Person" in command(window, "Undo").text()

        assert window.tabs.currentIndex() == GALLERY, "Enter ended the typing and did nothing else"

        go_to(window, 1, 0)
        merge = command(window, "Merge")
        assert merge.text().replace("&", "") == "Merge 2 Persons into “Zoe”"
        merge.trigger()
        wait_until(lambda: [r.count for r in persons.rows] == [11, 7], "they are one")
        assert "are one person now" in window.notice.text
        command(window, "Undo").trigger()
        wait_until(lambda: [r.count for r in persons.rows] == [5, 6, 7], "they are two again")

    assert run_main(["--library", str(library)], script) == 0
    with Library.open(library) as opened:
        assert [(row.name, row.crops) for row in person_rows(opened)] == [("Person 2", 5), ("Zoe", 6)]


def test_map_and_persons_are_tabs_made_when_they_are_seen(library: Path) -> None:
    def script(window: MainWindow) -> None:
        late, persons = window.late, window.library_panel.persons
        wait_until(lambda: len(persons.rows) == 3, "the library is read")
        assert (late.map, late.persons) == (None, None)
        persons.set_ticked([0])
        persons.ticked_changed.emit()

        command(window, "Map").trigger()
        assert window.tabs.currentIndex() == MAP
        assert late.map is not None
        page = late.map
        wait_until(lambda: page.status_text.startswith("7 crops"), "the map shows what is ticked", TORCH_MS)
        window.library_panel.clear_filter()
        wait_until(lambda: page.status_text.startswith("18 crops"), "and all, when nothing is")
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the gallery too")
        picked = [int(i) for i in page.scatter.ids[[2, 9, 17]]]
        page.selected.emit(picked)
        assert sorted(window.gallery.selected_ids()) == sorted(picked)
        assert "3 selected" in window.status.counts_text
        command(window, "Gallery").trigger()
        window.gallery.select(5)
        command(window, "Map").trigger()
        assert page.scatter.selected_ids == [5], "what is selected in the gallery is on the map"
        assert window.focusWidget() is page.scatter

    assert run_main(["--library", str(library)], script) == 0
