"""What happens in the window when the library changes under it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from dropgui.gallery.model import CROP_ROLE
from dropgui.library.forget import forget_crops
from dropgui.main_window import GALLERY, MainWindow
from tests.gui.drive import click_card, drop, indexed, pause, run_main, wait_until
from tests.support.people import make_folder, person


@pytest.fixture
def library(tmp_path: Path) -> list[str]:
    return ["--library", str(tmp_path / "library.droplib")]


def agree_to_forget() -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text() == "Forget").click()


def test_the_gallery_keeps_its_place_when_a_crop_goes(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people", identities=60, cameras=5)

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 300), "the folder is indexed")
        grid = window.gallery
        grid.scrollTo(window.gallery_model.index(200), grid.ScrollHint.PositionAtTop)
        grid.selectionModel().setCurrentIndex(
            window.gallery_model.index(205), grid.selectionModel().SelectionFlag.ClearAndSelect
        )
        pause(50)
        kept = grid.selected_ids()
        first = int(window.gallery_model.ids[200])
        top = grid.visualRect(window.gallery_model.index(window.gallery_model.row_of(first))).top()
        columns = grid.viewport().width() // grid.gridSize().width()
        # As many as a row of the grid holds, so that what is in view can stay exactly where it is.
        forget_crops(window.session.library, window.gallery_model.ids[:columns].tolist())
        wait_until(lambda: len(window.gallery_model.ids) == 300 - columns, "the crops are gone")
        assert grid.selected_ids() == kept
        now = grid.visualRect(window.gallery_model.index(window.gallery_model.row_of(first))).top()
        assert abs(now - top) <= grid.gridSize().height() // 2

    assert run_main(library, script) == 0


def test_a_forgotten_query_is_cleared(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people")

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches")
        forget_crops(window.session.library, [int(window.gallery_model.ids[0])])
        wait_until(lambda: window.controller.subject is None, "the query is gone")
        assert "Click a person" in window.matches_page.message
        assert not window.controller.can_step(-1)
        assert len(window.match_model.ids) == 0

    assert run_main(library, script) == 0


def test_forgetting_a_folder_while_it_is_indexed(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people", identities=100, cameras=6)

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(lambda: window._counts.indexed > 0, "the first crops are indexed")
        QTimer.singleShot(50, agree_to_forget)
        window.library_panel.actions_for_folder[1].trigger()
        wait_until(lambda: "was forgotten" in window.notice.text, "it is forgotten")
        wait_until(lambda: window.welcome.isVisible(), "the library is empty")
        assert window.jobs.current is None

    assert run_main(library, script) == 0


def test_a_changed_picture_is_shown_anew(tmp_path: Path, library: list[str]) -> None:
    paths = make_folder(tmp_path / "people", identities=2, cameras=1)

    def colour(window: MainWindow) -> float:
        picture = window.thumbnails.get(int(window.gallery_model.ids[0]), paths[0])
        if picture is None or picture.isNull():
            return -1.0
        image = picture.toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).redF()

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 2), "the folder is indexed")
        wait_until(lambda: colour(window) >= 0, "the old picture is there")
        Image.fromarray(np.full((140, 64, 3), 255, np.uint8)).save(paths[0])
        reports = []
        window.jobs.finished.connect(lambda _, report: reports.append(report))
        drop(window, tmp_path / "people")
        wait_until(lambda: reports, "the change is indexed")
        assert reports[0].indexed == 1
        wait_until(lambda: colour(window) > 0.98, "the new picture is shown")

    assert run_main(library, script) == 0


def test_an_unreadable_picture_from_outside_leaves_no_old_ranking(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people")
    (tmp_path / "bad.jpg").write_bytes(b"nothing")

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches")
        drop(window, tmp_path / "bad.jpg")
        wait_until(lambda: "bad.jpg" in window.matches_page.message, "the page says what is wrong")
        assert len(window.match_model.ids) == 0

    assert run_main(library, script) == 0


def test_new_pictures_join_an_open_ranking(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people")

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) == 11, "there are matches")
        person(0, 0).save(tmp_path / "people" / "0000_c9s1_000000_00.jpg", quality=91)
        drop(window, tmp_path / "people")
        wait_until(lambda: len(window.match_model.ids) == 12, "the new picture is ranked")
        wait_until(lambda: window.match_model.index(0).data(CROP_ROLE), "it is read")
        assert window.match_model.index(0).data(CROP_ROLE).camera == "c9"

    assert run_main(library, script) == 0


def test_the_cache_may_be_deleted_while_the_window_is_open(tmp_path: Path, library: list[str]) -> None:
    make_folder(tmp_path / "people")

    def script(window: MainWindow) -> None:
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        shutil.rmtree(window.session.library.cache_dir)
        window._show_tab(GALLERY)
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) == 11, "the search answers all the same")
        shutil.rmtree(window.session.library.cache_dir)

    assert run_main(library, script) == 0
