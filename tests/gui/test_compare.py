"""Match beside the query: by keys alone, with heat on both pictures, decisions, and pictures from outside."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from dropgui.compare.colors import heat_image
from dropgui.compare.heats import Heats
from dropgui.compare.picture_view import PictureView, View
from dropgui.compare.rows import part_rows
from dropgui.gallery.model import VERDICT_ROLE
from dropgui.library.decisions import CONFIRMED, REJECTED
from dropgui.main_window import GALLERY, MATCHES, MainWindow
from dropgui.query.subjects import load_crop
from dropgui.search.query import Match
from dropmodel.features import Features
from dropmodel.parts import EIGHT
from tests.gui.drive import click_card, drop, indexed, pause, run_main, wait_until
from tests.support.people import make_folder

KEY = Qt.Key
pytestmark = pytest.mark.usefixtures("starter")  # small, so quick


@pytest.fixture
def library(tmp_path: Path) -> list[str]:
    return ["--library", str(tmp_path / "library.droplib")]


def compared(tmp_path: Path, script: Callable[[MainWindow], None], library: list[str]) -> int:
    """Run ``script`` on a window that compares the best of eleven matches with the query."""
    make_folder(tmp_path / "people", identities=4, cameras=3)

    def prepared(window: MainWindow) -> None:
        window.resize(1280, 760)
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 11, "there are matches")
        QTest.keyClick(window.matches, KEY.Key_Space)
        assert window.comparison.is_open
        settle(window)
        script(window)

    return run_main(library, prepared)


def settle(window: MainWindow) -> None:
    wait_until(lambda: looked(window) and not window.judge.busy, "both pictures were looked at")


def looked(window: MainWindow) -> bool:
    return not window.comparison.looking.busy


def press(key: Qt.Key) -> None:
    """Press a key on what has the focus, as a user does."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


def current(window: MainWindow) -> int:
    """Place of the match that is compared."""
    crop_id = window.matches.current_id
    assert crop_id is not None
    return window.match_model.crop_ids.index(crop_id)


def test_keys_alone_are_enough(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        page = window.comparison.page
        assert page.isVisible()
        assert page.rows.hasFocus(), "the keys go to the page"
        assert page.query.view.shows_heat
        assert page.match.view.shows_heat
        first = page.rows.part
        press(KEY.Key_Down)
        assert page.rows.part != first
        press(KEY.Key_Up)
        assert page.rows.part == first
        views = []
        for _ in range(3):
            press(KEY.Key_V)
            views.append(page.view)
        assert views == [View.MASK, View.PICTURE, View.AGREEMENT]

        assert current(window) == 0
        press(KEY.Key_Left)
        assert current(window) == 0, "there is none before the first"
        for _ in range(20):
            press(KEY.Key_Right)
        assert current(window) == 10
        press(KEY.Key_Left)
        assert current(window) == 9
        settle(window)
        assert page.match.view.shows_heat
        shown = page._match
        assert shown is not None
        assert shown.crop_id == window.match_model.crop_ids[9]

        press(KEY.Key_Escape)
        assert not window.comparison.is_open
        assert window.tabs.currentIndex() == MATCHES, "one step back, not two"
        assert window.matches.hasFocus()
        assert current(window) == 9, "the grid is where the comparison was"
        opened = []
        for _ in range(2):
            press(KEY.Key_Space)
            opened.append(window.comparison.is_open)
        assert opened == [True, False]

    assert compared(tmp_path, script, library) == 0


def test_decisions_are_made_here_too_and_lead_on(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        ids, model = window.match_model.crop_ids, window.match_model
        window.matches.selectAll()
        press(KEY.Key_Escape)
        press(KEY.Key_Space)
        assert window.matches.selected_count() == 1, "a decision is on the match that is shown"
        press(KEY.Key_Y)
        assert model.index(0).data(VERDICT_ROLE) == CONFIRMED
        assert window.matches.current_id == ids[1], "the next one is shown"
        settle(window)
        window.comparison.verdicts.buttons[REJECTED].click()
        assert model.index(1).data(VERDICT_ROLE) == REJECTED
        assert window.matches.current_id == ids[2]
        press(KEY.Key_Left)
        settle(window)
        assert "somebody else" in window.comparison.verdicts.words
        assert window.comparison.is_open, "a decision leads away from nothing"

    assert compared(tmp_path, script, library) == 0


def test_a_click_on_a_picture_chooses_the_part(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        page = window.comparison.page
        view = page.match.view
        parts = points_by_part(view)
        assert parts
        for name, point in parts.items():
            QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point)
            assert page.rows.part == name
            agreement = view.agreement_at(point)
            assert agreement is not None
            assert -1 <= agreement <= 1
            assert EIGHT.vector(name).title in page.explanation
        page.rows.choose("foreground")
        outside = QPoint(view.picture_rect().left(), view.picture_rect().top())
        assert (view.agreement_at(outside) is None) == (view.part_at(outside) is None)

    assert compared(tmp_path, script, library) == 0


def points_by_part(view: PictureView) -> dict[str, QPoint]:
    rect = view.picture_rect()
    found: dict[str, QPoint] = {}
    for x in range(rect.left(), rect.right(), 3):
        for y in range(rect.top(), rect.bottom(), 3):
            part = view.part_at(QPoint(x, y))
            if part is not None:
                found.setdefault(part, QPoint(x, y))
    return found


def test_rows_follow_the_choice_of_parts_and_a_new_query_leads_back(
    tmp_path: Path, library: list[str]
) -> None:
    def script(window: MainWindow) -> None:
        page = window.comparison.page
        assert [row.name for row in page.rows.shown] == list(EIGHT.vector_names)
        window.selection.set_only("foreground")
        wait_until(
            lambda: [row.name for row in page.rows.shown if row.counts] == ["foreground"],
            "one part counts",
        )
        assert window.comparison.is_open
        assert "whole person" in page.reasons_text

        QTest.keyClick(window, KEY.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert window.tabs.currentIndex() == GALLERY
        QTest.keyClick(window, KEY.Key_2, Qt.KeyboardModifier.ControlModifier)
        assert window.comparison.is_open
        wait_until(page.rows.hasFocus, "its keys work again")
        click_card(window.gallery, 3)
        wait_until(lambda: not window.comparison.is_open, "another query has other matches")

    assert compared(tmp_path, script, library) == 0


def test_a_picture_from_outside_is_compared_and_a_lost_file_is_told(
    tmp_path: Path, library: list[str]
) -> None:
    outside = tmp_path / "outside.jpg"

    def script(window: MainWindow) -> None:
        page = window.comparison.page
        shutil.copy(tmp_path / "people" / "0001_c1s1_000000_00.jpg", outside)
        window.search_for(outside)
        wait_until(lambda: len(window.match_model.crop_ids) == 12, "all crops are compared")
        window.comparison.action.trigger()
        settle(window)
        assert page.query.view.shows_heat
        whole = page.match.view._heat
        assert whole is not None
        assert np.nanmax(whole["foreground"]) > 0.2

        assert page.query._title.text() == "Query"
        window.controller.add_views([window.match_model.crop_ids[0]])
        wait_until(lambda: not window.comparison.is_open, "another query has other matches")
        wait_until(lambda: len(window.match_model.crop_ids) == 11, "the crop is a view now")
        window.comparison.action.trigger()
        settle(window)
        assert page.query._title.text() == "Query, one of 2 views"
        assert page.query.view.shows_heat

        gone = load_crop(window.session, window.match_model.crop_ids[3]).path
        gone.unlink()
        for _ in range(3):
            press(KEY.Key_Right)
        wait_until(lambda: gone.name in page.explanation, "the page says which file")
        assert not page.match.view.shows_heat
        press(KEY.Key_Left)
        settle(window)
        assert page.match.view.shows_heat, "the others are still compared"

    assert compared(tmp_path, script, library) == 0


def test_a_picture_compared_with_itself_agrees_most(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        session = window.session
        one, other = (load_crop(session, int(i)) for i in (window.gallery_model.ids[0], current_id(window)))
        heats = Heats(session)
        own, mixed = heats.pair(one, one), heats.pair(one, other)
        assert own is not None
        assert mixed is not None
        np.testing.assert_array_equal(own.query["torso"], own.match["torso"])
        assert np.nanmean(own.query["foreground"]) > np.nanmean(mixed.query["foreground"])

    assert compared(tmp_path, script, library) == 0


def current_id(window: MainWindow) -> int:
    return window.match_model.crop_ids[-1]


def test_every_control_has_a_name_and_nothing_is_cut(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        page = window.comparison.page
        for size in ((1280, 760), (960, 600)):
            window.resize(*size)
            QApplication.processEvents()
            buttons = page.findChildren(QPushButton)
            assert buttons
            assert all(button.text() and button.toolTip() for button in buttons)
            assert not [b.text() for b in buttons if b.width() < b.minimumSizeHint().width()]
            assert page.visibleRegion().boundingRect() == page.rect()
        for row, item in enumerate(page.rows.shown):
            spoken = page.rows.item(row).data(Qt.ItemDataRole.AccessibleTextRole)
            assert spoken.startswith(item.title)

    assert compared(tmp_path, script, library) == 0


def features(visibility: float) -> Features:
    vectors = np.zeros((1, 10, 2), np.float32)
    vectors[..., 0] = 1
    return Features(vectors, np.full((1, 10), visibility, np.float32), EIGHT)


def test_it_fits_a_small_screen(tmp_path: Path, library: list[str]) -> None:
    def script(window: MainWindow) -> None:
        page = window.comparison.page
        assert page.reasons_text
        reasons = next(label for label in page.findChildren(QLabel) if label.text() == page.reasons_text)
        assert reasons.isVisible()
        window.masks.edit(window.match_model.crop_ids[0])
        wait_until(lambda: not window.masks.busy, "the mask editor has a crop")
        for tab in range(window.tabs.count()):  # what is behind has no part in it either
            window.tabs.setCurrentIndex(tab)
        window.tabs.setCurrentIndex(MATCHES)
        window.resize(700, 420)  # 1400 x 900 pixels at scale 2, without the title and a task bar
        pause(20)
        assert window.height() == 420
        assert window.rect().contains(window.status.geometry()), "the status line is in sight"
        assert not reasons.isVisible()
        assert page.query.view.height() >= 112
        window.resize(1280, 760)
        pause(20)
        assert reasons.isVisible()

    assert compared(tmp_path, script, library) == 0


def test_rows_say_where_a_part_is_hidden() -> None:
    match = Match(
        crop_id=1,
        score=0.5,
        parts={"torso": 0.5, "head": None, "left_leg": None, "right_leg": None},
        visibility={},
        probability=None,
        hidden_in_query=("head", "right_leg"),
        hidden_in_crop=("left_leg", "right_leg"),
    )
    only = {row.name: row for row in part_rows(match, EIGHT, None, None)}
    assert list(only) == ["head", "torso", "left_leg", "right_leg"]
    assert [row.hidden for row in only.values()] == ["not in query", "", "not in match", "in neither"]
    assert only["torso"].words == "Torso, similarity 0.50"
    rows = {row.name: row for row in part_rows(match, EIGHT, features(1), features(1))}
    assert list(rows) == list(EIGHT.vector_names)
    assert rows["left_arm"].similarity == pytest.approx(1)
    assert rows["left_arm"].words == "Left arm, similarity 1.00, does not count in this query"
    faint = {row.name: row for row in part_rows(match, EIGHT, features(0), features(1))}
    assert faint["left_arm"].similarity is None
    assert faint["left_arm"].hidden == "not in query"


def test_heat_has_one_colour_a_value_and_is_clear_off_the_part() -> None:
    heat = np.array([[np.nan, -1.0, 0.0], [0.5, 1.0, 2.0]], np.float32)
    image = heat_image(heat)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0) == image.pixelColor(2, 0)
    assert image.pixelColor(1, 1) == image.pixelColor(2, 1)
    lights = [image.pixelColor(*place).lightnessF() for place in ((2, 0), (0, 1), (1, 1))]
    assert lights == sorted(lights)
