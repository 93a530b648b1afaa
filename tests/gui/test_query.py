"""Everything a query can be made of and narrowed by, through the real main()."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.gallery.model import MATCH_ROLE
from dropgui.library.decisions import confirm
from dropgui.library.history import past_queries
from dropgui.library.saved_searches import saved_searches
from dropgui.main_window import GALLERY, MATCHES, MainWindow
from dropgui.query import room as room_module
from dropgui.query.incoming import incoming
from dropgui.query.targets import PersonTarget
from tests.gui.drive import click_card, drop, indexed, pause, run_main, wait_until
from tests.support.people import make_folder, person

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


# Said by the offscreen platform of every popup; it has no window manager to tell.
popups = pytest.mark.qt_log_ignore("plugin does not support (raise|grabbing the keyboard)", extend=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    make_folder(folder, identities=4, cameras=3)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> list[str]:
    return ["--library", str(tmp_path / "library.droplib")]


def start(window: MainWindow, folder: Path) -> None:
    drop(window, folder)
    wait_until(indexed(window, 12), "the folder is indexed")
    click_card(window.gallery, 0)
    wait_until(lambda: len(window.match_model.ids) == 11, "there are matches")


def let_go(window: MainWindow, data: QMimeData, where: QPoint) -> None:
    """Drag data over a place of the window and let go; without entering Qt hands no drop to anybody."""
    keys = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(where, *keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(where), *keys))


def pushed(window: MainWindow, crop_id: int) -> float:
    """What the negatives did to a match; they push those like themselves down."""
    matches = [window.match_model.index(row).data(MATCH_ROLE) for row in range(len(window.match_model.ids))]
    return next((match.pushed for match in matches if match.crop_id == crop_id), 0.0)


def tab_stops(panel: QWidget) -> list[QWidget]:
    """Where Tab stops in a panel, in its order."""
    stops: list[QWidget] = []
    widget = panel.nextInFocusChain()
    while widget is not None and widget is not panel:
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and panel.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            stops.append(widget)
        widget = widget.nextInFocusChain()
    return stops


def settle(window: MainWindow, matches: int) -> None:
    wait_until(
        lambda: window.controller.subject is not None and len(window.match_model.ids) == matches,
        f"there are {matches} matches",
    )


def test_views_are_added_and_others_pushed_away(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        start(window, folder)
        panel = window.query_panel
        alone = window.match_model.index(5).data(MATCH_ROLE).score
        first, second = (int(i) for i in window.match_model.ids[:2])
        click_card(window.matches, 0)
        QTest.keyClick(window.matches, Qt.Key.Key_A)
        settle(window, 10)
        assert [view.target for view in window.controller.views] == [
            window.controller.views[0].crop_id,
            first,
        ]
        assert panel.views.count == 2
        assert "average of the views" in panel._rule.text()
        assert first not in window.match_model.ids

        click_card(window.matches, int(list(window.match_model.ids).index(second)))
        QTest.keyClick(window.matches, Qt.Key.Key_X)
        settle(window, 10)
        wait_until(lambda: pushed(window, second), "the ranking is pushed away")
        assert panel.negatives.count == 1
        assert "not meant" in panel._rule.text()

        assert panel.push.isVisible()
        window.resize(1280, 640)
        pause(20)
        assert panel._area.verticalScrollBar().maximum() > 0
        view = panel.crop_view
        assert view.height() == view.minimumHeight(), "pictures give way before the parts are out of sight"
        tops = [stop.mapTo(panel._page, QPoint()).y() for stop in tab_stops(panel._page)]
        assert len(tops) > 20
        assert all(below >= above - 8 for above, below in pairwise(tops)), "Tab goes from the top down"
        half = pushed(window, second)
        panel.push.slider.setValue(panel.push.slider.maximum())
        wait_until(lambda: abs(pushed(window, second)) > abs(half), "it is pushed further")
        panel.push.slider.setValue(0)
        wait_until(lambda: not pushed(window, second), "nobody is pushed")
        assert window.controller.options.push == 0

        QTest.mouseClick(panel.views.tile(0), Qt.MouseButton.LeftButton)
        assert window.controller.subject is window.controller.views[0], (
            "the view that is clicked is shown large"
        )
        panel.negatives.tile(0).setFocus()
        QTest.keyClick(panel.negatives.tile(0), Qt.Key.Key_Delete)
        settle(window, 10)
        assert panel.negatives.count == 0
        assert not panel.push.isVisible(), "there is nobody who pushes"
        panel.views.tile(1)._cross.click()  # type: ignore[attr-defined]
        settle(window, 11)
        assert window.match_model.index(5).data(MATCH_ROLE).score == alone
        QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        settle(window, 10)
        assert panel.views.count == 2, "Alt+Left undoes it"

    assert run_main(library, script) == 0


def test_everything_is_not_a_query(folder: Path, library: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "_MOST_ADDED", 4)

    def script(window: MainWindow) -> None:
        start(window, folder)
        window.matches.selectAll()
        for key in (Qt.Key.Key_A, Qt.Key.Key_X):
            window.notice.hide()
            QTest.keyClick(window.matches, key)
            assert window.notice.text == (
                "11 crops are selected, and a query takes up to 4 at once. Select fewer."
            )
        assert window.notice.isVisible()
        assert len(window.controller.views) == 1
        assert not window.controller.negatives
        window.matches.select_crops(window.match_model.ids[:9])
        QTest.keyClick(window, Qt.Key.Key_I, CONTROL)
        assert window.matches.selected_ids() == window.match_model.ids[9:].tolist()
        QTest.keyClick(window, Qt.Key.Key_C, CONTROL | SHIFT)
        wait_until(lambda: len(QApplication.clipboard().text().splitlines()) == 2, "two paths are copied")
        QTest.keyClick(window.matches, Qt.Key.Key_A)
        wait_until(lambda: len(window.controller.views) == 3, "two more views")

    assert run_main(library, script) == 0


def test_pictures_come_from_clipboard_and_drops(folder: Path, library: list[str], tmp_path: Path) -> None:
    outside = [tmp_path / "one.jpg", tmp_path / "two.jpg"]
    for path, view in zip(outside, (7, 8), strict=True):
        person(1, view).save(path)

    def script(window: MainWindow) -> None:
        start(window, folder)
        clipboard = QApplication.clipboard()
        clipboard.setImage(QImage(str(outside[0])))
        QTest.keyClick(window, Qt.Key.Key_V, CONTROL)
        settle(window, 12)
        assert window.controller.subject is not None
        assert window.controller.subject.title == "Pasted picture"
        clipboard.setImage(QImage(str(outside[1])))
        QTest.keyClick(window, Qt.Key.Key_V, CONTROL | SHIFT)
        wait_until(lambda: len(window.controller.views) == 2, "another pasted picture is another view")
        QTest.mouseClick(window.query_panel.views.tile(1), Qt.MouseButton.LeftButton)
        assert window.controller.subject is window.controller.views[1]
        clipboard.setText(str(outside[1]))
        QTest.keyClick(window, Qt.Key.Key_V, CONTROL | SHIFT)
        wait_until(lambda: len(window.controller.views) == 3, "and so is the copied file")
        QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
        assert "pasted picture is no file" in window.notice.text
        clipboard.clear()
        QTest.keyClick(window, Qt.Key.Key_V, CONTROL)
        assert "no picture on the clipboard" in window.notice.text

        assert drop(window, *outside)
        wait_until(lambda: "2 pictures are searched for together" in window.notice.text, "two views")
        settle(window, 12)
        assert [view.path for view in window.controller.views] == outside
        web = QMimeData()
        web.setUrls([QUrl("https://example.org/person.jpg")])
        where = window.query_panel.mapTo(window, QPoint(20, 20))
        let_go(window, web, where)
        wait_until(lambda: "opens no network connection" in window.notice.text, "it says why not")
        web.setImageData(QImage(str(outside[0])))
        let_go(window, web, where)
        wait_until(lambda: len(window.controller.views) == 3, "the browser's picture joins the query")

        broken = tmp_path / "broken.jpg"
        broken.write_text("no picture")
        assert drop(window, broken)
        wait_until(lambda: "broken.jpg cannot be used" in window.matches_page.message, "the page says why")

    assert run_main(library, script) == 0


@popups
def test_a_filter_is_typed(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        start(window, folder)
        line = window.query_room.filter_line
        QTest.keyClick(window, Qt.Key.Key_F, CONTROL)
        wait_until(line.hasFocus, "Ctrl+F leads to the line")
        QTest.keyClicks(line, "camera:c2")
        wait_until(lambda: len(window.gallery_model.ids) == 4, "the gallery shows one camera")
        wait_until(lambda: len(window.match_model.ids) == 4, "the matches are of one camera")
        QTest.keyClicks(line, " camera:c9")
        wait_until(lambda: "no camera “c9”" in line.problem, "what is wrong stands below")
        assert len(window.gallery_model.ids) == 4
        line._completer.popup().hide()  # type: ignore[union-attr]
        QTest.keyClick(line, Qt.Key.Key_Escape)
        wait_until(lambda: len(window.gallery_model.ids) == 12, "Esc empties the line")
        assert line.problem == ""
        QTest.keyClicks(line, "cam")
        offers = line._completer.popup()
        assert offers is not None
        wait_until(offers.isVisible, "words are offered")
        QTest.keyClick(offers, Qt.Key.Key_Return)
        assert line.text() == "camera:"
        QTest.keyClicks(line, "c")
        wait_until(offers.isVisible, "cameras are offered")
        pause(300)
        assert line.problem == "", "what can still become a camera is not wrong yet"
        offers.hide()
        wait_until(lambda: "no camera “c”" in line.problem, "and then it is")
        QTest.keyClicks(line, "9999")
        line.setText("nobody-is-called-so")
        wait_until(lambda: window.matches_page.message, "no match is left")
        assert "passes the filter" in window.matches_page.message

    assert run_main(library, script) == 0


@popups
def test_history_and_saved_searches(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        start(window, folder)
        store = window.session.library
        QTest.keyClick(window, Qt.Key.Key_C)
        chosen = window.selection.weights()
        assert "head" not in chosen
        wait_until(lambda: len(past_queries(store)) == 1, "the query is noted")
        click_card(window.matches, 0)
        QTest.keyClick(window.matches, Qt.Key.Key_Return)
        QTest.keyClick(window, Qt.Key.Key_0)
        wait_until(lambda: len(past_queries(store)) == 2, "the next one too")
        first = past_queries(store)[1].query["crops"]

        QTest.keyClick(window, Qt.Key.Key_H, CONTROL)
        popup = window.query_room.history
        wait_until(lambda: popup.list.count() == 2, "both are listed")
        popup.list.setCurrentRow(1)
        QTest.keyClick(popup.list, Qt.Key.Key_Return)
        wait_until(lambda: [v.target for v in window.controller.views] == first, "it is asked again")
        settle(window, 11)
        assert window.selection.weights() == chosen

        QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
        saved = window.library_panel.saved
        wait_until(lambda: saved.tree.topLevelItemCount() == 1, "it is in the list")
        wait_until(
            lambda: QApplication.focusWidget() is not saved.tree and saved.tree.state(), "name is asked"
        )
        editor = QApplication.focusWidget()
        assert editor is not None
        QTest.keyClick(editor, Qt.Key.Key_A, CONTROL)
        QTest.keyClicks(editor, "jacket")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        wait_until(lambda: [row.name for row in saved_searches(store)] == ["jacket"], "it is called so")

        click_card(window.matches, 0)
        QTest.keyClick(window.matches, Qt.Key.Key_Return)
        shutil.copy(folder / "0001_c1s1_000000_00.jpg", folder / "0001_c1s1_000009_00.jpg")
        drop(window, folder)
        row = saved_searches(store)[0]
        wait_until(lambda: saved.badge(row.id) == "1 new", "the new match is told")
        saved.chosen.emit(row.id)
        wait_until(lambda: saved.badge(row.id) == "", "it was looked at")
        assert [view.target for view in window.controller.views] == first

        window.tabs.setCurrentIndex(GALLERY)
        window.notice.hide()
        shutil.copy(folder / "0001_c1s1_000000_00.jpg", folder / "0001_c1s1_000010_00.jpg")
        drop(window, folder)
        wait_until(lambda: saved.badge(row.id) == "1 new", "another one is told")
        assert "new since" not in window.notice.text, "nobody looks at the matches"
        window.tabs.setCurrentIndex(MATCHES)
        wait_until(lambda: saved.badge(row.id) == "", "now they are looked at")
        assert window.notice.text.startswith("1 of these matches is new")

        saved.deleted.emit(row.id)
        wait_until(lambda: "was deleted" in window.notice.text, "it is gone")
        window.notice._action.click()
        wait_until(lambda: [row.name for row in saved_searches(store)] == ["jacket"], "it is back")

    assert run_main(library, script) == 0


def test_a_person_is_searched_for_and_crops_left_out(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        start(window, folder)
        window._show_tab(GALLERY)
        mine = [int(i) for i in window.gallery_model.ids[:2]]
        done = confirm(window.session.library, mine)
        window.query_room.show(PersonTarget(done.person_id))
        settle(window, 10)
        assert window.controller.subject is not None
        assert (window.controller.subject.title, window.controller.subject.crops) == ("Person 1", 2)
        apart = window.query_panel._apart
        apart._decided.click()
        assert window.controller.options.apart.decided
        apart._near.click()
        assert window.controller.options.apart.minutes == 5
        settle(window, 10)

    assert run_main(library, script) == 0


def test_what_is_no_picture_is_left_alone() -> None:
    data = QMimeData()
    data.setText("somebody")
    assert not incoming(data, "Pasted picture")
    data.setText("/pictures/one.jpg\nsomebody")
    assert not incoming(data, "Pasted picture")
    data.setText("/pictures/one.jpg\nfile:///pictures/two.jpg")
    assert incoming(data, "").paths == (Path("/pictures/one.jpg"), Path("/pictures/two.jpg"))
    image = QImage(5, 3, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.red)
    data = QMimeData()
    data.setImageData(image)
    (picture,) = incoming(data, "Pasted picture").pictures
    assert picture.pixels.shape == (3, 5, 3)
    assert picture.pixels[2, 4].tolist() == [255, 0, 0]
