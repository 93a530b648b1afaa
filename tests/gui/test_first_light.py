"""The whole road, through the real main(): drop a folder, click a person, choose parts, read the matches."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from dropgui.gallery.model import CROP_ROLE, MATCH_ROLE
from dropgui.main_window import GALLERY, MATCHES, MainWindow
from tests.gui.drive import click_card, drop, indexed, run_main, wait_until
from tests.support.people import make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "entrance hall – été"
    make_folder(folder, identities=4, cameras=3)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> list[str]:
    return ["--library", str(tmp_path / "library.droplib")]


def search_first(window: MainWindow) -> None:
    click_card(window.gallery, 0)
    wait_until(lambda: len(window.match_model.ids) > 0, "matches are shown")


def test_drop_index_click_parts_matches(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        wait_until(lambda: window.welcome.isVisible(), "the empty state invites a drop")
        focus = QApplication.focusWidget()
        assert isinstance(focus, QPushButton)
        assert focus.text() == "Add Folder…", "Enter adds the first folder"
        window.masks.reviewing.next()
        wait_until(lambda: not window.masks.busy, "the next mask was looked for")
        assert window.masks.page.canvas.accessibleDescription().startswith("There is no mask to review yet")
        assert drop(window.welcome, folder)
        wait_until(indexed(window, 12), "twelve crops are indexed")
        assert window.gallery.isVisible()
        assert "12 crops" in window.status.counts_text

        search_first(window)
        assert window.tabs.currentIndex() == MATCHES
        assert len(window.match_model.ids) == 11, "the query itself is not among its matches"
        assert window.matches_page.summary_text.startswith("11 crops compared by ")
        assert not window.query_panel.crop_view.picture_rect().isEmpty()
        scores = [window.match_model.index(row).data(MATCH_ROLE).score for row in range(11)]
        assert scores == sorted(scores, reverse=True)

        before = window.match_model.index(0).data(MATCH_ROLE)
        window.selection.set_only("foreground")
        wait_until(
            lambda: set(window.match_model.index(0).data(MATCH_ROLE).parts) == {"foreground"},
            "the ranking rests on the chosen part",
        )
        assert set(before.parts) != {"foreground"}

    assert run_main(library, script) == 0


def test_parts_are_chosen_on_the_crop_and_on_the_drawing(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")
        search_first(window)
        schema = window.selection.schema
        assert schema is not None
        view, picker = window.query_panel.crop_view, window.query_panel.body_picker

        on_crop = [
            QPoint(x, y)
            for x in range(0, view.width(), 4)
            for y in range(0, view.height(), 4)
            if view.part_at(QPoint(x, y)) is not None
        ]
        assert on_crop, "the mask shows at least one part"
        part = view.part_at(on_crop[0])
        assert part is not None
        chosen = window.selection.is_chosen(part)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=on_crop[0])
        assert window.selection.is_chosen(part) is not chosen

        drawn = {
            picker.part_at(QPoint(x, y)) for x in range(picker.width()) for y in range(0, picker.height(), 3)
        }
        assert drawn == {None, *schema.names}, "every part can be clicked on the drawing"

    assert run_main(library, script) == 0


def test_second_drop_indexes_nothing(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        reports = []
        window.jobs.finished.connect(lambda _, report: reports.append(report))
        drop(window, folder)
        wait_until(lambda: len(reports) == 1, "the first run ends")
        drop(window.gallery.viewport(), folder)
        wait_until(lambda: len(reports) == 2, "the second run ends")
        assert (reports[0].indexed, reports[0].skipped) == (12, 0)
        assert (reports[1].indexed, reports[1].skipped) == (0, 12)
        wait_until(lambda: "12 known already" in window.notice.text, "the window says so")

    assert run_main(library, script) == 0


def test_cancel_keeps_what_is_done_and_resume_completes(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "many", identities=120, cameras=5)

    def script(window: MainWindow) -> None:
        reports = []
        window.jobs.finished.connect(lambda _, report: reports.append(report))
        drop(window, tmp_path / "many")
        wait_until(lambda: window._counts.indexed > 0, "the first batch is in")
        QTest.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
        wait_until(lambda: reports, "the job stops")
        assert reports[0].cancelled
        assert 0 < reports[0].indexed < 600
        assert "cancelled" in window.notice.text
        window.notice._action.click()
        wait_until(lambda: len(reports) == 2, "the rest is indexed")
        assert reports[0].indexed + reports[1].indexed == 600

    assert run_main(library, script) == 0


def test_bad_files_are_listed_with_a_reason(folder: Path, library: list[str]) -> None:
    (folder / "empty.jpg").touch()
    (folder / "text.png").write_text("not a picture")

    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the good pictures are indexed")
        wait_until(lambda: window.problems.count == 2, "both faults are listed")
        assert window.status._problems.isVisible()
        window.status._problems.click()
        assert window.problems.isVisible()

    assert run_main(library, script) == 0


def test_reopened_library_is_there_without_indexing(folder: Path, library: list[str]) -> None:
    def first(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")
        assert window.focusWidget() is window.gallery, "its keys work"

    def second(window: MainWindow) -> None:
        wait_until(indexed(window, 12), "the crops are back")
        assert window.focusWidget() is window.gallery, "its keys work without a click"
        search_first(window)

    assert run_main(library, first) == 0
    assert run_main(library, second) == 0


def test_folders_and_cameras_narrow_gallery_and_matches(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")
        search_first(window)
        cameras = window.library_panel.cameras
        wait_until(lambda: len(cameras.rows) == 3, "three cameras are listed")
        cameras.setFocus()
        cameras.setCurrentIndex(cameras.model().index(1, 0))
        QTest.keyClick(cameras, Qt.Key.Key_Space)
        wait_until(lambda: len(window.gallery_model.ids) == 4, "the gallery shows one camera")
        wait_until(lambda: len(window.match_model.ids) == 4, "the matches are of one camera")
        window.library_panel.clear_filter()
        wait_until(lambda: len(window.gallery_model.ids) == 12, "the filter is off")

    assert run_main(library, script) == 0


def test_keyboard_alone_is_enough(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")
        window._show_tab(GALLERY)
        QTest.keyClick(window.gallery, Qt.Key.Key_Home)
        QTest.keyClick(window.gallery, Qt.Key.Key_Right)
        QTest.keyClick(window.gallery, Qt.Key.Key_Return)
        wait_until(lambda: len(window.match_model.ids) == 11, "Enter searched")
        first = window.controller.subject
        assert first is not None
        QTest.keyClick(window, Qt.Key.Key_W)
        assert list(window.selection.weights()) == ["foreground"]
        QTest.keyClick(window, Qt.Key.Key_0)
        assert window.selection.follows_crop
        QTest.keyClick(window.matches, Qt.Key.Key_Home)
        QTest.keyClick(window.matches, Qt.Key.Key_Return)
        wait_until(lambda: window.controller.subject is not first, "Enter on a match searches for it")
        QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        wait_until(
            lambda: (s := window.controller.subject) is not None and s.crop_id == first.crop_id,
            "Alt+Left goes back",
        )
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert window.tabs.currentIndex() == GALLERY

    assert run_main(library, script) == 0


def test_a_picture_from_outside_is_searched_for(folder: Path, library: list[str], tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    shutil.copy(folder / "0001_c1s1_000000_00.jpg", outside)

    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")
        drop(window, outside)
        wait_until(lambda: len(window.match_model.ids) == 12, "all crops are compared")
        best = window.match_model.index(0).data(MATCH_ROLE)
        assert best.score > 0.99
        wait_until(lambda: window.match_model.index(0).data(CROP_ROLE), "the best match is read")
        assert window.match_model.index(0).data(CROP_ROLE).path.name == "0001_c1s1_000000_00.jpg"

    assert run_main(library, script) == 0


def test_forgetting_a_folder_empties_the_window(folder: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        drop(window, folder)
        wait_until(indexed(window, 12), "the folder is indexed")

        def agree() -> None:
            box = QApplication.activeModalWidget()
            assert box is not None
            next(b for b in box.buttons() if b.text() == "Forget").click()  # type: ignore[attr-defined]

        QTimer.singleShot(100, agree)
        window.library_panel.actions_for_folder[1].trigger()
        wait_until(lambda: window.welcome.isVisible(), "the empty state is back")
        assert len(list(folder.iterdir())) == 12, "the pictures are untouched"

    assert run_main(library, script) == 0
