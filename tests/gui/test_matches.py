"""The matches: deciding and undoing, groups, times, threshold, re-ranking, and handing them on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from dropgui.gallery.model import MATCH_ROLE, RANK_ROLE, TITLE_ROLE, VERDICT_ROLE
from dropgui.library.decisions import CONFIRMED, REJECTED, decided_crops, retract
from dropgui.library.models import register_model
from dropgui.library.persons import person_rows
from dropgui.main_window import MATCHES, MainWindow
from dropgui.matches.sections import GroupBy
from dropgui.search.certainty import UNEQUAL_WEIGHTS
from dropmodel.evaluation.calibration import Calibration, Logistic
from tests.gui.drive import click_card, drop, indexed, run_main, wait_until
from tests.support.people import make_folder

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def library(tmp_path: Path) -> list[str]:
    return ["--library", str(tmp_path / "library.droplib")]


def asked(
    tmp_path: Path, script: Callable[[MainWindow], None], library: list[str], *, make: bool = True
) -> int:
    """Run ``script`` on a window that shows the matches of the first of twelve crops."""
    if make:
        make_folder(tmp_path / "people", identities=4, cameras=3)

    def prepared(window: MainWindow) -> None:
        window.resize(1280, 760)
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 11, "there are matches")
        wait_until(lambda: settled(window), "all is read")
        script(window)

    return run_main(library, prepared)


def settled(window: MainWindow) -> bool:
    return not window.judge.busy and not window.matches_page._reads.busy


def verdicts(window: MainWindow) -> list[str | None]:
    return [window.match_model.index(row).data(VERDICT_ROLE) for row in range(11)]


def press(
    window: MainWindow, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(window.matches, key, keys)


def test_deciding_makes_a_person_and_goes_on_and_can_be_undone(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        store = window.session.library
        ids = window.match_model.crop_ids
        assert window.matches.selected_ids() == ids[:1], "the best match is selected at once"
        assert "first decision makes one" in window.matches_page.strip.person_text
        press(window, KEY.Key_Y)
        assert verdicts(window)[0] == CONFIRMED, "shown before it is written"
        assert window.matches.selected_ids() == ids[1:2], "the next one is selected"
        press(window, KEY.Key_N)
        press(window, KEY.Key_Y)
        assert window.matches.selected_ids() == ids[3:4]
        wait_until(lambda: settled(window), "all is written")
        (person,) = person_rows(store)
        query = int(window.gallery_model.ids[0])
        confirmed, rejected = decided_crops(store, person.id)
        assert set(confirmed) == {query, ids[0], ids[2]}
        assert rejected == (ids[1],)
        assert verdicts(window)[:4] == [CONFIRMED, REJECTED, CONFIRMED, None]
        assert window.matches_page.strip.person_text == "Person 1: 3 confirmed, 1 rejected"

        for _ in range(3):
            press(window, KEY.Key_Z, CTRL)
        wait_until(lambda: settled(window), "all is taken back")
        assert person_rows(store) == [], "the person that was made is gone again"
        assert set(verdicts(window)) == {None}
        press(window, KEY.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
        wait_until(lambda: settled(window), "one is done again")
        assert [row.name for row in person_rows(store)] == ["Person 1"]
        assert verdicts(window)[:2] == [CONFIRMED, None]

    assert asked(tmp_path, script, library) == 0


def test_several_are_decided_at_once_and_a_decision_is_taken_back(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        ids = window.match_model.crop_ids
        click_card(window.matches, 0)
        click_card(window.matches, 2, CTRL)
        window.matches_page.strip.reject.click()
        wait_until(lambda: settled(window), "both are rejected")
        assert verdicts(window)[:4] == [REJECTED, None, REJECTED, None]
        assert window.judge.stack.undoText() == "Reject 2 Crops"
        window.matches.select(ids[0])
        press(window, KEY.Key_Backspace)
        wait_until(lambda: settled(window), "one is taken back")
        assert verdicts(window)[:3] == [None, None, REJECTED]
        assert window.matches.selected_ids() == ids[:1]

    assert asked(tmp_path, script, library) == 0


def test_what_cannot_be_undone_any_more_says_so(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        store = window.session.library
        first = window.match_model.crop_ids[0]
        press(window, KEY.Key_Y)
        wait_until(lambda: settled(window), "it is written")
        retract(store, [first], person_rows(store)[0].id)
        press(window, KEY.Key_Z, CTRL)
        wait_until(lambda: "cannot be undone" in window.notice.text, "the window says so")
        assert not window.judge.stack.canUndo()
        assert not window.judge.stack.canRedo()
        wait_until(lambda: settled(window) and verdicts(window)[0] is None, "what is shown is what is there")

    assert asked(tmp_path, script, library) == 0


def test_keys_decide_on_matches_only_while_they_are_in_front(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        QTest.keyClick(window, KEY.Key_1, CTRL)
        QTest.keyClick(window.gallery, KEY.Key_Y)
        assert not window.judge.stack.canUndo()
        window.close()
        assert window.runner.closed

    assert asked(tmp_path, script, library) == 0


def test_a_decision_is_kept_when_the_window_closes_at_once(tmp_path: Path, library: list[str]) -> None:
    def first(window: MainWindow) -> None:
        press(window, KEY.Key_Y)
        window.close()

    def second(window: MainWindow) -> None:
        wait_until(indexed(window, 12), "the crops are back")
        assert [row.crops for row in person_rows(window.session.library)] == [2]

    assert asked(tmp_path, first, library) == 0
    assert run_main(library, second) == 0


def test_the_person_of_a_picture_from_outside_is_remembered(tmp_path: Path, library: list[str]) -> None:
    outside = make_folder(tmp_path / "outside", identities=1, cameras=1)[0]

    def script(window: MainWindow) -> None:
        drop(window, outside)
        wait_until(lambda: len(window.match_model.crop_ids) == 12, "all crops are compared")
        wait_until(lambda: settled(window), "all is read")
        press(window, KEY.Key_N)
        press(window, KEY.Key_Y)
        wait_until(lambda: settled(window), "both are written")
        (person,) = person_rows(window.session.library)
        assert [len(crops) for crops in decided_crops(window.session.library, person.id)] == [1, 1]

    assert asked(tmp_path, script, library) == 0


def test_matches_are_grouped(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        model, grid = window.match_model, window.matches
        ranked = model.crop_ids
        window.matches_page.bar.set_group_by(GroupBy.CAMERA)
        wait_until(lambda: model.has_sections, "there are sections")
        titles = [model.index(row).data(TITLE_ROLE) for row in range(model.rowCount())]
        assert sorted(t.split("  ·")[0] for t in titles if t) == ["Camera c1", "Camera c2", "Camera c3"]
        assert sorted(model.crop_ids) == sorted(ranked)
        for row in range(model.rowCount()):
            if (rank := model.index(row).data(RANK_ROLE)) and titles[row] is None:
                assert ranked[rank - 1] == model.ids[row], "ranks are those of the whole answer"
        lines = {row: grid.visualRect(model.index(row)) for row in range(model.rowCount())}
        for row, title in enumerate(titles):
            if title:
                assert lines[row].width() > grid.viewport().width() - 8, "a title has its own line"
                assert lines[row].bottom() <= lines[row + 1].top() + 1
        grid.select(model.crop_ids[0])
        grid.selectAll()
        assert grid.selected_count() == len(grid.selected_ids()) == 11
        grid.select(model.crop_ids[3])
        press(window, KEY.Key_Y)
        wait_until(lambda: settled(window), "decided in a group")
        window.matches_page.bar.set_group_by(GroupBy.PERSON)
        wait_until(
            lambda: "Person 1" in str(model.index(0).data(TITLE_ROLE)) or model.rowCount() == 13, "by person"
        )
        assert model.rowCount() == 13, "those of Person 1, and those of nobody"
        window.matches_page.bar.set_group_by(GroupBy.NOTHING)
        assert model.crop_ids == ranked

    assert asked(tmp_path, script, library) == 0


def test_a_threshold_cuts_the_ranking_and_says_if_nothing_is_left(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        model, bar = window.match_model, window.matches_page.bar
        scores = [model.index(row).data(MATCH_ROLE).score for row in range(11)]
        least = round((scores[3] + scores[4]) / 2, 2)
        expected = sum(score >= least for score in scores)
        bar.set_least(least)
        wait_until(lambda: len(model.crop_ids) == expected, "those below are gone")
        slider = bar.findChild(QSlider)
        assert slider is not None
        slider.setValue(100)
        wait_until(lambda: "scores at least 1.00" in window.matches_page.message, "it says why")
        assert bar.isVisible(), "the slider can be moved back"
        bar.set_least(None)
        wait_until(lambda: len(model.crop_ids) == 11, "all are back")
        assert window.matches_page.message == ""

    assert asked(tmp_path, script, library) == 0


def test_re_ranking_shows_where_a_match_was(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        press(window, KEY.Key_K)
        wait_until(lambda: "re-ranked: " in window.matches_page.summary_text, "the summary says so")
        found = [window.match_model.index(row).data(MATCH_ROLE) for row in range(11)]
        assert sorted(match.former_rank for match in found) == list(range(1, 12))
        press(window, KEY.Key_K)
        wait_until(lambda: "re-ranked" not in window.matches_page.summary_text, "and back")

    assert asked(tmp_path, script, library) == 0


def test_reasons_are_told_below_the_grid_and_in_the_tip(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        page = window.matches_page
        assert page.strip.text.startswith("Match 1")
        assert "Compared: " in page.strip.text
        assert "Not calibrated" in page.certainty_text
        press(window, KEY.Key_Right)
        assert page.strip.text.startswith("Match 2")
        tip = window.match_model.index(1).data(Qt.ItemDataRole.ToolTipRole)
        assert "Compared: " in tip
        assert "Compared: " not in window.match_model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
        press(window, KEY.Key_R)
        assert not page.strip.isVisible()

    assert asked(tmp_path, script, library) == 0


def test_percentages_say_what_they_assume(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        model = window.session.index.model
        curves = {count: Logistic(2.0, -4.0) for count in range(1, 10)}
        register_model(
            window.session.library, name=model.name, schema=model.schema, dim=model.dim,
            weights_hash=model.weights_hash, trained=model.trained,
            calibration=Calibration(curves, source="made people").to_dict(),
        )  # fmt: skip
        page = window.matches_page
        window.controller.search()
        wait_until(
            lambda: "Percentages are calibrated on made people" in page.certainty_text, "the line says so"
        )
        assert "assume about 10 crops a person among this library's 12." in page.certainty_text
        assert "Same person: " in page.strip.text
        assert "same person" in window.match_model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
        window.selection.set_weight("foreground", 0.4)
        wait_until(lambda: "unequal weights" in page.certainty_text, "that is not calibrated, it says")
        assert UNEQUAL_WEIGHTS in page.strip.text
        assert UNEQUAL_WEIGHTS in window.match_model.index(1).data(Qt.ItemDataRole.ToolTipRole)
        window.comparison.open()
        assert window.comparison.page.score_text.endswith("not calibrated")
        window._show_tab(MATCHES)
        window.selection.set_weight("foreground", 1.0)
        wait_until(lambda: "Percentages" in page.certainty_text, "equal weights are")
        window.controller.add_views([int(window.match_model.ids[0])])
        wait_until(lambda: "several views" in page.certainty_text, "and so it says of several views")

    assert asked(tmp_path, script, library) == 0


def test_times_are_a_strip_that_leads_to_the_match(tmp_path: Path, library: list[str]) -> None:
    for hour, path in enumerate(make_folder(tmp_path / "people", identities=4, cameras=3)):
        with Image.open(path) as picture:
            exif = picture.getexif()
            exif.get_ifd(0x8769)[0x9003] = f"2026:03:14 {8 + hour:02d}:30:00"
            picture.save(path, quality=92, exif=exif)

    def script(window: MainWindow) -> None:
        timeline, grid = window.matches_page.timeline, window.matches
        wait_until(lambda: len(timeline.dots) == 11 and timeline.isVisible(), "times are shown")
        assert timeline.lanes == ["c1", "c2", "c3"]
        assert timeline.dots == sorted(timeline.dots), "crops were made one after the other"
        place = timeline.place_of(timeline.dots[5])
        assert place is not None
        QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place.toPoint())
        assert grid.selected_ids() == timeline.dots[5:6]
        QTest.keyClick(timeline, KEY.Key_Right)
        assert grid.selected_ids() == timeline.dots[6:7]
        window.matches_page.bar.set_group_by(GroupBy.TIME)
        wait_until(lambda: window.match_model.has_sections, "by time")
        assert window.match_model.index(0).data(TITLE_ROLE).startswith("14 March 2026, 09:00 to 10:00")
        assert window.match_model.crop_ids == timeline.dots, "an hour each, in the order of time"
        press(window, KEY.Key_T)
        assert not timeline.isVisible()

    assert asked(tmp_path, script, library, make=False) == 0


def test_matches_are_saved(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        press(window, KEY.Key_Y)
        wait_until(lambda: settled(window), "one is confirmed")
        paths = [tmp_path / f"matches{suffix}" for suffix in (".png", ".pdf", ".svg", ".html", ".csv")]
        for path in paths:
            window.match_commands.save(path)
            wait_until(path.is_file, f"{path.name} is saved")
        wait_until(lambda: paths[-1].name in window.notice.text, "the window says so")
        assert all(path.stat().st_size > 500 for path in paths)
        lines = (tmp_path / "matches.csv").read_text("utf-8-sig").splitlines()
        assert len(lines) == 12
        assert ",confirmed," in lines[1]
        window.match_commands.save(tmp_path / "no" / "folder.png")
        wait_until(lambda: "could not be written" in window.notice.text, "a fault is told")

    assert asked(tmp_path, script, library) == 0
