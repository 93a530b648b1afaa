"""Model versions in the window, through the real main(): used, gone back from, named, dropped, in and out."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from dropgui import main_window
from dropgui.compare.heats import Heats
from dropgui.dialogs.notice import NoticeBar
from dropgui.gallery.model import ID_ROLE, REMARK_ROLE
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.models import active_model, model_versions
from dropgui.library.queries import crop_ids
from dropgui.main_window import GALLERY, MATCHES, MainWindow
from dropgui.query.subjects import load_crop
from dropgui.session import Session
from dropgui.versions_view.page import VersionsPage
from tests.gui.drive import click_card, drop, indexed, run_main, wait_until
from tests.gui.library import TORCH_MS, command
from tests.support.people import make_folder
from tests.support.starter import make_starter
from tests.unit.versions.made import MadeSession, add_version, index, pictures, ranking

COUNT = 12
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve crops under "old", which is in use; "new" was taught from it and has no vectors."""
    folder, path = tmp_path / "pictures", tmp_path / "some.droplib"
    folder.mkdir()
    with Library.create(path) as opened, MadeSession(opened) as session:
        old = add_version(opened, "old")
        add_version(opened, "new", parent=old)
        index(session, pictures(folder, COUNT), old)
    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)
    monkeypatch.setattr(main_window, "Session", MadeSession)
    return path


def play(library: Path, script: Callable[[MainWindow, VersionsPage], None]) -> None:
    def opened(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == COUNT, "the library is read")
        command(window, "Versions").trigger()
        page = window.model_rooms.versions.page
        assert page.isVisible()
        wait_until(lambda: page.versions and not page.busy, "the versions are read")
        script(window, page)

    assert run_main(["--library", str(library)], opened) == 0


def button(page: VersionsPage, text: str) -> QPushButton:
    (found,) = [b for b in page.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def click(page: VersionsPage, text: str) -> None:
    """Click a button and wait for what it does."""
    wait_until(lambda: button(page, text).isEnabled(), f"{text} can be clicked")
    QTest.mouseClick(button(page, text), LEFT)
    wait_until(lambda: not page.busy, f"{text} is done")


def agree(notice: NoticeBar) -> None:
    """Click what a line offers."""
    (offer,) = notice.findChildren(QPushButton)
    QTest.mouseClick(offer, LEFT)


def shown(page: VersionsPage) -> dict[str, str]:
    """State of every version by name."""
    items = page.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
    return {item.text(0): item.text(1) for item in items}


def choose(page: VersionsPage, name: str) -> None:
    (found,) = [version.row.id for version in page.versions if version.row.name == name]
    page.tree.select(found)


def active(window: MainWindow) -> str:
    found = active_model(window.session.library)
    assert found is not None
    return found.name


def test_a_version_is_used_and_gone_back_from(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        assert shown(page) == {"old": "In use", "new": "Not embedded"}
        before = ranking(window.session, 1)
        assert not button(page, "Use It").isEnabled(), "the one in use is selected"
        assert not button(page, "Go Back").isEnabled()
        choose(page, "new")
        assert "12 crops" in page.detail.text
        assert "old" in page.detail.text
        click(page, "Use It")
        assert page.notice.text == "'new' answers searches now."
        wait_until(lambda: shown(page) == {"old": "Ready", "new": "In use"}, "the tree follows")
        after = ranking(window.session, 1)
        assert after != before
        click(page, "Go Back")
        wait_until(lambda: shown(page) == {"old": "In use", "new": "Ready"}, "the tree follows")
        assert ranking(window.session, 1) == before
        command(window, "Go Back to the Version Before").trigger()
        wait_until(lambda: active(window) == "new", "twice back is forth")
        assert ranking(window.session, 1) == after

    play(library, script)


def test_the_old_version_answers_until_the_new_one_is_ready(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        session = window.session
        assert isinstance(session, MadeSession)
        network = session.network(2)
        network.batch_size, network.seconds = 1, 0.1
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches", TORCH_MS)
        old = window.match_model.ids.tolist()
        command(window, "Versions").trigger()
        choose(page, "new")
        QTest.mouseClick(button(page, "Use It"), LEFT)
        bar = window.status.model_bar
        wait_until(lambda: "Embedding with new:" in bar.text, "the bar says how far it is")
        assert bar.isVisible()
        assert not window.job_bar.isVisible()
        assert not button(page, "Use It").isEnabled()
        assert "wait until that is done" in button(page, "Use It").toolTip()
        assert active(window) == "old"
        assert window.match_model.ids.tolist() == old
        command(window, "Stop Work on Versions").trigger()
        wait_until(lambda: not page.work.busy, "it stopped")
        assert active(window) == "old"
        assert page.notice.text.startswith("Stopped")
        assert not bar.isVisible()
        network.seconds = 0
        click(page, "Go On")
        assert network.pictures == COUNT, "what was shown before is not shown again"
        assert active(window) == "new"
        wait_until(lambda: window.match_model.ids.tolist() != old, "the matches are the new version's")

    play(library, script)


def test_the_window_may_be_closed_meanwhile(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        session = window.session
        assert isinstance(session, MadeSession)
        session.network(2).batch_size, session.network(2).seconds = 1, 0.1
        choose(page, "new")
        QTest.mouseClick(button(page, "Use It"), LEFT)
        wait_until(lambda: session.network(2).pictures > 1, "some are embedded")

    play(library, script)
    with Library.open(library) as opened:
        found = active_model(opened)
        assert found is not None
        assert found.name == "old"


def test_pictures_that_are_gone_are_told_and_may_be_left_out(library: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "0003.png").unlink()

    def script(window: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        click(page, "Use It")
        assert "could not be shown 1 picture" in page.notice.text
        assert active(window) == "old"
        click(page, "Use It Without Them")
        assert active(window) == "new"

    play(library, script)


def test_names_and_notes(library: Path) -> None:
    def rows() -> list[tuple[str, str]]:
        with Library.open(library) as opened:
            return [(version.name, version.notes) for version in model_versions(opened)]

    def script(_: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        page.detail.name.setFocus()
        page.detail.name.selectAll()
        QTest.keyClicks(page.detail.name, "market hall 2")
        QTest.keyClick(page.detail.name, Qt.Key.Key_Return)
        wait_until(lambda: "market hall 2" in shown(page), "it has another name")
        assert page.notice.text == "'new' is called 'market hall 2' now."
        page.detail.notes.setFocus()
        QTest.keyClicks(page.detail.notes, "better at night")
        choose(page, "old")
        wait_until(lambda: page.versions[1].row.notes == "better at night", "the note is kept")
        assert page.detail.notes.toPlainText() == ""
        page.detail.name.setText("market hall 2")
        page.detail.name.editingFinished.emit()
        wait_until(lambda: "already" in page.notice.text, "two cannot be called the same")
        assert page.detail.name.text() == "old"

    play(library, script)
    assert rows() == [("old", ""), ("market hall 2", "better at night")]


def test_dropping_asks_first_and_says_why_not(library: Path) -> None:
    def script(_: MainWindow, page: VersionsPage) -> None:
        choose(page, "old")
        assert not button(page, "Drop").isEnabled()
        assert "in use" in button(page, "Drop").toolTip()
        choose(page, "new")
        assert not button(page, "Drop Vectors").isEnabled()
        click(page, "Drop")
        assert "cannot be undone" in page.notice.text
        assert shown(page).keys() == {"old", "new"}, "nothing is dropped unasked"
        agree(page.notice)
        wait_until(lambda: shown(page).keys() == {"old"}, "it is gone")
        assert page.notice.text == "'new' was dropped (0 crops)."

    play(library, script)


def test_vectors_are_dropped_and_made_again(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        click(page, "Use It")
        click(page, "Go Back")
        wait_until(lambda: shown(page)["new"] == "Ready", "it is ready")
        command(window, "Drop Vectors of Selected Version").trigger()
        agree(page.notice)
        wait_until(lambda: shown(page)["new"] == "Not embedded", "its vectors are gone")
        click(page, "Use It")
        assert active(window) == "new"

    play(library, script)


def test_a_file_that_is_no_model_is_refused_on_the_page(library: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no model")

    def script(window: MainWindow, page: VersionsPage) -> None:
        window.model_rooms.jobs.import_file(broken)
        wait_until(lambda: not page.busy, "it was tried", TORCH_MS)
        assert "broken.safetensors" in page.notice.text
        assert shown(page).keys() == {"old", "new"}

    play(library, script)


def test_the_tab_in_front_stays_where_it_is(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches", TORCH_MS)
        command(window, "Versions").trigger()
        choose(page, "new")
        click(page, "Use It")
        assert page.isVisible()
        window.tabs.setCurrentIndex(MATCHES)
        assert not window.matches_page.warning.text()

    play(library, script)


@pytest.fixture
def known(library: Path) -> Path:
    """The same library, in which four persons have three crops each; "new" turns its vectors."""
    with Library.open(library) as opened:
        crops = crop_ids(opened).tolist()
        for i in range(4):
            confirm(opened, crops[3 * i : 3 * i + 3])
    return library


def test_two_versions_are_compared(known: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        click(page, "Compare…")
        compare = page.compare
        assert (compare.before.currentText(), compare.after.currentText()) == ("old", "new")
        assert "no version was taught with" in compare.words
        assert not compare.export.isEnabled()
        QTest.mouseClick(compare.start, LEFT)
        assert compare.start.text() == "Sto&p"
        wait_until(lambda: not page.work.busy, "they are compared", TORCH_MS)
        found = compare.comparison
        assert found is not None, compare.words
        assert {row[0] for row in compare.measures.text()} == {"Rank-1", "mAP", "mINP"}
        assert f"{found.queries} searches for {found.persons} persons" in compare.words
        assert [row[0] for row in compare.drift.text()][:2] == ["Whole picture", "Whole person"]
        bar = compare.measures.horizontalScrollBar()
        for width, beside in ((1280, False), (1800, True)):
            window.resize(width, 760)
            wait_until(partial(lambda beside: compare.drift.isVisible() is beside, beside), "there is room")
            wait_until(lambda: bar.maximum() == 0, "the change is not cut off")
        changed = (*found.worse, *found.better)
        assert len(changed) == compare.list.model().rowCount() > 0
        for side, grid in enumerate(compare.grids):
            assert [
                grid.model().index(row, 0).data(ID_ROLE) for row in range(grid.model().rowCount())
            ] == list(changed[0].top[side])
            remarks = [grid.model().index(row, 0).data(REMARK_ROLE) for row in range(grid.model().rowCount())]
            first = changed[0].first_hit[side]
            assert [remark.endswith("right") for remark in remarks].index(True) == first - 1
        assert active(window) == "old", "nothing is changed by comparing"
        assert {row[1] for row in compare.measures.text()} <= {"▲ better", "▼ worse", "= no difference"}
        for name in ("told.html", "told.csv", "told.png"):
            compare.export_to(known.parent / name)
            wait_until(partial(lambda name: name in compare.told, name), f"{name} is written")
            assert (known.parent / name).stat().st_size > 100
        compare.export_to(known.parent / "told.doc")
        wait_until(lambda: "ends in none of these" in compare.told, "another kind is refused")
        QTest.mouseClick(button(page, "‹ &Versions"), LEFT)
        assert page.tree.isVisible()

    play(known, script)


def test_comparing_can_be_stopped_and_needs_somebody(library: Path) -> None:
    def script(_: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        click(page, "Compare…")
        QTest.mouseClick(page.compare.start, LEFT)
        wait_until(lambda: not page.work.busy, "it was tried", TORCH_MS)
        assert "Confirm more persons" in page.compare.words
        page.compare.after.setCurrentIndex(page.compare.before.currentIndex())
        assert not page.compare.start.isEnabled()

    play(library, script)


def test_a_version_that_was_cut_short_is_offered_again(library: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.versions.slow_use", str(library), "2", "embedding"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()

    def script(window: MainWindow) -> None:
        wait_until(lambda: "'new' was being made ready" in window.notice.text, "it is offered")
        agree(window.notice)
        wait_until(lambda: "answers searches now" in window.notice.text, "it is done, whatever is in front")
        assert active(window) == "new"

    assert run_main(["--library", str(library)], script) == 0


def test_the_menu_asks_on_the_page(library: Path) -> None:
    def script(window: MainWindow, page: VersionsPage) -> None:
        choose(page, "new")
        window.tabs.setCurrentIndex(GALLERY)
        command(window, "Drop Selected Version").trigger()
        assert page.isVisible()
        assert "cannot be undone" in page.notice.text
        page.compare.back_wanted.emit()
        command(window, "Compare Selected Version").trigger()
        assert page.compare.isVisible()

    play(library, script)


def heat_of(session: Session, heats: Heats, crop: int, version: int | None = None) -> np.ndarray:
    """Where the crop agrees with itself, under a version."""
    subject = load_crop(session, crop, version)
    pair = heats.pair(subject, subject, version)
    assert pair is not None
    return pair.query["foreground"]


@pytest.mark.usefixtures("starter")
def test_with_real_models(tmp_path: Path) -> None:
    folder, other = tmp_path / "entrance", make_starter(tmp_path / "other.safetensors", seed=8)
    make_folder(folder, identities=2, cameras=2)

    def script(window: MainWindow) -> None:
        assert drop(window, folder)
        wait_until(indexed(window, 4), "the folder is indexed", TORCH_MS)
        wait_until(lambda: "starter ·" in window.status.model_text, "a model is loaded", TORCH_MS)
        command(window, "Versions").trigger()
        page = window.model_rooms.versions.page
        wait_until(lambda: shown(page) == {"starter": "In use"}, "the version is listed")
        assert not button(page, "Compare…").isEnabled()
        session = window.session
        crop, heats = int(crop_ids(session.library)[0]), Heats(session)
        before = heat_of(session, heats, crop)
        command(window, "Add Starter Model").trigger()
        wait_until(lambda: "a version already" in page.notice.text, "it is known", TORCH_MS)
        window.model_rooms.jobs.import_file(other)
        wait_until(lambda: "Added 'starter 2'" in page.notice.text, "it is added", TORCH_MS)
        wait_until(lambda: "starter 2" in shown(page) and not page.busy, "it is listed")
        assert page.chosen is not None
        assert page.chosen.row.name == "starter 2"
        agree(page.notice)
        wait_until(lambda: active(window) == "starter 2", "it is used", TORCH_MS)
        wait_until(lambda: window.status.model_text.startswith("starter 2 ·"), "the status bar says so")
        after = heat_of(session, heats, crop)
        np.testing.assert_array_equal(after, heat_of(session, Heats(session), crop))
        assert not np.array_equal(after, before), "pixels are not compared with another version's vectors"
        np.testing.assert_array_equal(heat_of(session, heats, crop, 1), before)
        exported = tmp_path / "exported.safetensors"
        wait_until(lambda: not page.busy, "it is done")
        window.model_rooms.jobs.export(page.chosen.row, exported)
        wait_until(lambda: "Wrote 'starter 2'" in page.notice.text, "it is written", TORCH_MS)
        assert exported.stat().st_size > 1000
        window.model_rooms.jobs.export(page.chosen.row, exported)
        wait_until(lambda: "exists already" in page.notice.text, "nothing is written over unasked")
        page.detail.name.setText("night")
        page.detail.name.editingFinished.emit()
        wait_until(lambda: window.status.model_text.startswith("night ·"), "its new name is seen at once")
        agree(page.notice)
        wait_until(lambda: window.status.model_text.startswith("starter 2 ·"), "and its old one")
        click(page, "Go Back")
        wait_until(lambda: active(window) == "starter", "it is gone back from")
        agree(page.notice)
        wait_until(lambda: active(window) == "starter 2", "that is taken back, too")

    assert run_main(["--library", str(tmp_path / "some.droplib")], script) == 0
