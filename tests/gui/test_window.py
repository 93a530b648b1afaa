"""The window's tabs and its person list, over a library that is indexed already; no model is loaded."""

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton

from dropgui.library import Library
from dropgui.library.persons import person_rows
from dropgui.main_window import DUPLICATES, GALLERY, MAP, MATCHES, PERSONS, MainWindow
from dropgui.query.targets import PersonTarget
from dropgui.style import scaled
from tests.gui.drive import pause, run_main, wait_until
from tests.gui.library import TORCH_MS, command, four_people

FLAG = QItemSelectionModel.SelectionFlag


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)
    return four_people(tmp_path)


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

        go_to(window, 1)
        QTest.keyClick(persons, Qt.Key.Key_Return)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches of the person", TORCH_MS)
        assert window.tabs.currentIndex() == MATCHES
        assert window.controller.subject is not None
        assert window.controller.subject.target == PersonTarget(1)
        window.grab()

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

        command(window, "Suggest Persons").trigger()
        assert window.tabs.currentIndex() == PERSONS
        assert late.persons is not None
        review = late.persons
        wait_until(lambda: not review.busy and review.review.cards, "there are suggestions", TORCH_MS)
        QTest.keyClick(review.grid, Qt.Key.Key_Return)
        wait_until(lambda: len(persons.rows) == 4, "the accepted one is listed")
        QTest.keyClick(window, Qt.Key.Key_Escape)
        wait_until(lambda: window.tabs.currentIndex() == GALLERY, "Esc leads back to the gallery")

    assert run_main(["--library", str(library)], script) == 0


def test_duplicates_are_looked_through_and_selected_in_the_gallery(library: Path) -> None:
    def script(window: MainWindow) -> None:
        late = window.late
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the library is read")
        command(window, "Duplicates").trigger()
        assert window.tabs.currentIndex() == DUPLICATES
        page = late.duplicates
        assert page is not None
        page.set_threshold(0.8)
        command(window, "Find Duplicates").trigger()
        wait_until(lambda: not page.busy and page.stack.groups, "there are duplicates", TORCH_MS)
        copies = page.stack.groups[0].copies
        QTest.keyClick(page.grid, Qt.Key.Key_Return)
        assert window.tabs.currentIndex() == GALLERY
        assert sorted(window.gallery.selected_ids()) == sorted(copies)
        assert f"{len(copies)} selected" in window.status.counts_text

    assert run_main(["--library", str(library)], script) == 0


def test_panels_fold_for_the_page_in_front_and_come_back(library: Path) -> None:
    def script(window: MainWindow) -> None:
        docks = window.library_dock, window.query_dock
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the library is read")
        window.resize(1280, 700)
        assert not any(dock.isHidden() for dock in docks)
        window.resize(1024, 700)
        assert window.width() == 1024
        assert not any(dock.isHidden() for dock in docks), "the gallery has room beside both"
        for width in (880, 640):  # panels that are about to fold stop nobody on the way
            window.resize(width, 700)
            assert window.width() == width
            pause(10)
            assert window.width() == width
        window.resize(1280, 700)
        window.resize(500, 700)
        pause(10)
        assert window.width() == 500
        assert all(dock.isHidden() for dock in docks)
        window.resize(1280, 700)
        assert not any(dock.isHidden() for dock in docks)

        window.library_dock.toggleViewAction().trigger()
        window.resize(700, 700)
        pause(10)
        window.resize(1280, 700)
        assert window.library_dock.isHidden(), "who closed it wants it closed"
        window.resize(700, 700)
        window.library_dock.toggleViewAction().trigger()
        pause(10)
        window.resize(760, 700)
        assert not window.library_dock.isHidden(), "who opens it keeps it"
        window.resize(300, 700)
        pause(10)
        assert not window.library_dock.isHidden()
        assert window.tabs.width() >= 400, "and no page is squeezed beside it"

    assert run_main(["--library", str(library)], script) == 0


@pytest.mark.parametrize("wide_font", [False, True])
def test_the_filter_line_hides_no_menu(library: Path, wide_font: bool) -> None:
    def script(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the library is read")
        bar, line = window.menuBar(), window.query_room.filter_line
        if wide_font:
            bar.setFont(scaled(bar.font(), 1.4))
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        line.setText("part:")
        wait_until(lambda: line.problem, "a fault is told")
        for width in (1280, 900, 560, 400, 560, 1280):
            window.resize(width, 600)
            pause(10)
            assert line.isVisible()
            assert line.hasFocus(), "who types goes on"
            bubble = window.findChild(QLabel, "bubble")
            assert bubble is not None
            assert line.problem == bubble.text()
            assert (bubble.width(), bubble.height()) == (line.width(), bubble.heightForWidth(line.width()))
            assert line.width() >= 184
            covered = QRect(line.mapTo(window, QPoint()), line.size())
            menus = [bar.actionGeometry(action).translated(bar.pos()) for action in bar.actions()]
            more = [b for b in bar.findChildren(QToolButton, "qt_menubar_ext_button") if b.isVisible()]
            assert wide_font or not more
            if not more:  # or else what has no room is in the menu that this opens
                assert all(bar.geometry().contains(menu) for menu in menus)
            assert not any(menu.intersects(covered) for menu in menus)
            assert not any(button.geometry().intersects(covered) for button in more)
        assert line.parentWidget() is bar.cornerWidget(), "there is room beside the menus again"

    assert run_main(["--library", str(library)], script) == 0


def test_an_empty_gallery_says_why_and_what_to_do(library: Path) -> None:
    def script(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the library is read")
        window.query_room.filter_line.setText("no such name")
        wait_until(lambda: not window.gallery.isVisible(), "nothing passes")
        wait_until(lambda: window.status.counts_text == "0 of 18 crops", "so says the status bar")
        (button,) = [b for b in window.gallery_pages.findChildren(QPushButton) if b.isVisible()]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        wait_until(lambda: window.gallery.isVisible(), "everything is shown")
        assert window.query_room.filter_line.text() == ""
        assert window.status.counts_text == "18 crops"

    assert run_main(["--library", str(library)], script) == 0


def test_all_grids_have_cards_of_one_size(library: Path) -> None:
    def script(window: MainWindow) -> None:
        command(window, "Larger Cards").trigger()
        width = window.gallery.card_width
        command(window, "Persons").trigger()
        persons = window.late.persons
        assert persons is not None
        assert persons.grid.card_width == persons.known.card_width == width
        command(window, "Smaller Cards").trigger()
        assert persons.grid.card_width == window.gallery.card_width < width

    assert run_main(["--library", str(library)], script) == 0
