"""The mask editor through the window: search, correct, save, rank anew; masks gone through by key."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.correction.drafts import open_draft
from dropgui.correction.region import Box, Point
from dropgui.correction.revisions import crop_labels
from dropgui.library import Library
from dropgui.library.corrections import labels_of, revisions
from dropgui.library.drafts import drafts_dir
from dropgui.library.queries import crop_rows
from dropgui.library.reviews import review_rows
from dropgui.main_window import GALLERY, MASKS, MATCHES, MainWindow
from dropgui.masks.review_page import Show
from dropgui.masks.sitting import Sitting
from dropmodel.parts import EIGHT
from tests.gui.drive import click_card, drop, indexed, pause, run_main, wait_until
from tests.support.people import make_folder

KEY, MOD = Qt.Key, Qt.KeyboardModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
pytestmark = pytest.mark.usefixtures("starter")  # small, so quick


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.droplib"


def opened(tmp_path: Path, script: Callable[[MainWindow], None], library: Path) -> None:
    """Run ``script`` on a window with six indexed crops."""
    make_folder(tmp_path / "people", identities=3, cameras=2)

    def prepared(window: MainWindow) -> None:
        window.resize(1280, 760)
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 6), "the folder is indexed")
        wait_until(lambda: window.model_ready, "the model is loaded")
        script(window)

    assert run_main(["--library", str(library)], prepared) == 0


def edited(tmp_path: Path, script: Callable[[MainWindow], None], library: Path) -> None:
    """Run ``script`` with the first crop of the gallery in hand."""

    def prepared(window: MainWindow) -> None:
        window.masks.edit(int(window.gallery_model.ids[0]))
        settle(window)
        script(window)

    opened(tmp_path, prepared, library)


def settle(window: MainWindow) -> None:
    pause(20)
    wait_until(lambda: not window.masks.busy, "the editor is done")
    pause(20)


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = MOD.NoModifier) -> None:
    """Press a key on what has the focus, as a user does."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifiers)


def sitting(window: MainWindow) -> Sitting:
    found = window.masks.editing.sitting
    assert found is not None
    return found


def on_canvas(window: MainWindow, x: float, y: float) -> QPoint:
    return window.masks.page.canvas.placement.to_canvas(Point(x, y)).toPoint()


def drag(
    window: MainWindow, way: list[tuple[float, float]], button: Qt.MouseButton = LEFT, *, hold: bool = False
) -> None:
    """Drag over places of the picture."""
    canvas = window.masks.page.canvas
    spots = [on_canvas(window, x, y) for x, y in way]
    QTest.mousePress(canvas, button, MOD.NoModifier, spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(canvas, spot)
    if not hold:
        QTest.mouseRelease(canvas, button, MOD.NoModifier, spots[-1])


def saved(window: MainWindow) -> None:
    press(KEY.Key_S, MOD.ControlModifier)
    settle(window)
    assert sitting(window).is_saved


# -- the whole loop --------------------------------------------------------------------------------


def test_a_corrected_mask_ranks_anew(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 5, "there are matches")
        wrong = window.match_model.crop_ids[3]
        window.matches.select(wrong)
        before = scores(window)
        press(KEY.Key_E)
        settle(window)
        assert window.tabs.currentIndex() == MASKS
        assert sitting(window).crop_id == wrong
        assert window.masks.page.canvas.hasFocus(), "the keys go to the canvas"
        press(KEY.Key_BracketRight)
        press(KEY.Key_2)
        for _ in range(12):
            press(KEY.Key_BracketRight)
        drag(window, [(10, 20), (50, 20), (10, 60), (50, 100)])
        assert window.masks.page.header.state == "Not saved yet"
        wait_until(lambda: revisions(window.session.library, wrong), "it was saved by itself")
        settle(window)
        assert window.masks.page.header.state == "Saved"
        assert "In the search" in window.masks.page.effect.words
        wait_until(lambda: scores(window)[wrong] != before[wrong], "the same search is ranked anew")
        others = {crop_id: score for crop_id, score in scores(window).items() if crop_id != wrong}
        assert others == {crop_id: before[crop_id] for crop_id in others}
        press(KEY.Key_Escape)
        assert window.tabs.currentIndex() == MATCHES, "back to where the user came from"
        assert review_rows(window.session.library, [wrong])[wrong].state == "corrected"
        rank = window.match_model.crop_ids.index(wrong) + 1
        assert f"match {rank}" in window.masks.page.effect.words.replace("→ ", "match ")

    opened(tmp_path, script, library)


def scores(window: MainWindow) -> dict[int, float]:
    asked = window.controller.asked
    return {} if asked is None else {match.crop_id: match.score for match in asked.answer.matches}


def test_what_is_drawn_last_is_saved_when_the_window_closes(tmp_path: Path, library: Path) -> None:
    drawn: dict[int, np.ndarray] = {}

    def script(window: MainWindow) -> None:
        press(KEY.Key_3)
        drag(window, [(12, 12), (40, 90)])
        drawn[sitting(window).crop_id] = sitting(window).document.labels.copy()

    edited(tmp_path, script, library)
    with Library.open(library) as again:
        for crop_id, labels in drawn.items():
            assert np.array_equal(labels_of(again, revisions(again, crop_id)[0]), labels)
            assert open_draft(again, crop_id) is None


def test_going_to_another_crop_saves_first(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        first = sitting(window)
        press(KEY.Key_4)
        drag(window, [(30, 30), (30, 60)])
        labels = first.document.labels.copy()
        press(KEY.Key_N)
        settle(window)
        assert sitting(window).crop_id != first.crop_id
        stored = revisions(window.session.library, first.crop_id)
        assert np.array_equal(labels_of(window.session.library, stored[0]), labels)
        assert not window.masks.history.stack.canUndo(), "the other crop's strokes are not this one's"
        press(KEY.Key_P)
        settle(window)
        assert sitting(window).crop_id == first.crop_id
        assert np.array_equal(sitting(window).document.labels, labels)

    edited(tmp_path, script, library)


def test_strokes_undone_before_they_are_saved_make_no_revision(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        before = sitting(window).document.labels.copy()
        press(KEY.Key_1)
        drag(window, [(5, 5), (30, 30)])
        assert not np.array_equal(sitting(window).document.labels, before)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert np.array_equal(sitting(window).document.labels, before)
        saved(window)
        assert revisions(window.session.library, sitting(window).crop_id) == []
        press(KEY.Key_Z, MOD.ControlModifier | MOD.ShiftModifier)
        saved(window)
        drag(window, [(40, 5), (40, 30)])
        saved(window)
        assert len(revisions(window.session.library, sitting(window).crop_id)) == 1, (
            "one sitting, one revision"
        )

    edited(tmp_path, script, library)


def test_the_crop_that_is_meant_is_opened_from_everywhere(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 5, "there are matches")
        query, *_ = crop_ids(window)
        press(KEY.Key_Space)
        assert window.comparison.is_open
        press(KEY.Key_Right)
        compared = window.matches.current_id
        found = []
        for where in (None, window.query_panel.part_list, window.gallery):
            if where is window.gallery:
                window._show_tab(GALLERY)
                window.gallery.select(crop_ids(window)[4])
            elif where is not None:
                window._show_tab(MATCHES)
                window.query_panel.history_button.setFocus()
            press(KEY.Key_E)
            settle(window)
            assert window.tabs.currentIndex() == MASKS
            found.append(sitting(window).crop_id)
        assert found == [compared, query, crop_ids(window)[4]]
        window.masks.edit(query)
        settle(window)
        press(KEY.Key_0)
        for _ in range(20):
            press(KEY.Key_BracketRight)
        drag(window, [(5, 5), (60, 120), (5, 120)])
        saved(window)
        wait_until(lambda: window.controller.subject is not None, "the query is looked at again")
        subject = window.controller.subject
        assert subject is not None
        assert subject.labels is not None
        assert np.array_equal(subject.labels, sitting(window).document.labels), "with the mask of now"

    opened(tmp_path, script, library)


def test_a_mask_is_copied_from_another_crop(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        first, _, second = crop_ids(window)[:3]  # first and second are of one camera
        for key, modifiers in ((KEY.Key_C, MOD.NoModifier), (KEY.Key_C, MOD.ShiftModifier)):
            window.masks.edit(second)
            settle(window)
            steps = window.masks.history.stack.count()
            sitting(window).document.labels[:] = 0
            press(key, modifiers)
            settle(window)
            assert window.masks.history.stack.count() == steps + 1
            assert sitting(window).document.labels.any()
            assert "it fits" in window.notice.text
            saved(window)
        window.masks.edit(first)
        settle(window)
        press(KEY.Key_C, MOD.ShiftModifier)
        settle(window)
        assert "no mask to copy" in window.notice.text, "the first picture has none before it"

    edited(tmp_path, script, library)


# -- keys and tools --------------------------------------------------------------------------------


def test_keys_mean_one_thing_here_and_another_elsewhere(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        masks, options = window.masks, window.masks.options
        for key, label in ((KEY.Key_5, 5), (KEY.Key_U, 255), (KEY.Key_0, 0), (KEY.Key_8, 8)):
            press(key)
            assert options.label == label
        press(KEY.Key_X)
        assert options.label == 0
        press(KEY.Key_X)
        assert options.label == 8
        press(KEY.Key_A, MOD.ShiftModifier)
        assert options.label == 3
        for key, title in (
            (KEY.Key_E, "Eraser"),
            (KEY.Key_L, "Lasso"),
            (KEY.Key_F, "Fill"),
            (KEY.Key_B, "Brush"),
        ):
            press(key)
            assert masks.page.tool.title == title
        press(KEY.Key_K)
        assert sitting(window).document.protected == frozenset(range(1, 9)) - {3}
        press(KEY.Key_K)
        assert not sitting(window).document.protected
        hidden = []
        for act in (QTest.keyPress, QTest.keyRelease):
            act(focus(), KEY.Key_H)
            hidden.append(options.is_hidden)
        assert hidden == [True, False], "as long as the key is held"
        before = masks.page.canvas.placement
        press(KEY.Key_Plus, MOD.ShiftModifier)
        assert masks.page.canvas.placement.scale > before.scale
        press(KEY.Key_Home)
        assert masks.page.canvas.placement == before
        press(KEY.Key_Escape)
        assert window.tabs.currentIndex() == GALLERY
        parts = window.selection.weights()
        window.query_room.focus_filter()
        for letter in "ebx":
            QTest.keyClicks(focus(), letter)
        assert window.tabs.currentIndex() == GALLERY, "whoever types a filter types a filter"
        assert masks.page.tool.title == "Brush"
        assert window.selection.weights() == parts

    edited(tmp_path, script, library)


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_tools_paint_what_they_say_pixel_for_pixel(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        document, options = sitting(window).document, window.masks.options
        assert document.shape == (128, 64)
        document.labels[:] = 0
        press(KEY.Key_2)
        options.set_radius(3.3)
        drag(window, [(20.5, 30.5), (40.5, 30.5)])
        painted = np.argwhere(document.labels == 2)
        assert painted.min(0).tolist() == [27, 17]
        assert painted.max(0).tolist() == [33, 43]
        assert (document.labels[30, 17:44] == 2).all(), "a move leaves no gaps"
        drag(window, [(30.5, 30.5)], RIGHT)
        assert document.labels[30, 30] == 0, "the right button erases"
        press(KEY.Key_Z, MOD.ControlModifier)
        assert document.labels[30, 30] == 2

        press(KEY.Key_L)
        press(KEY.Key_5)
        for x, y in ((10, 60), (30, 60), (30, 80), (10, 80)):
            QTest.mouseClick(window.masks.page.canvas, LEFT, MOD.NoModifier, on_canvas(window, x, y))
        press(KEY.Key_Backspace)
        QTest.mouseClick(window.masks.page.canvas, LEFT, MOD.NoModifier, on_canvas(window, 10, 80))
        crop_id = sitting(window).crop_id
        press(KEY.Key_Return)
        settle(window)
        assert sitting(window).crop_id == crop_id, "Enter closes the outline; it accepts nothing meanwhile"
        assert int((document.labels == 5).sum()) == pytest.approx(400, abs=45)
        press(KEY.Key_X, MOD.ShiftModifier)
        settle(window)
        assert not (document.labels == 5).any()
        assert (document.labels == 6).any()

        press(KEY.Key_E)
        drag(window, [(0, 0), (2, 2)])
        press(KEY.Key_F)
        press(KEY.Key_1)
        drag(window, [(55, 100), (200, 100)])
        settle(window)
        wait_until(lambda: (document.labels == 1).any(), "it is filled")
        press(KEY.Key_W)
        press(KEY.Key_4)
        undone = window.masks.history.stack.index()
        drag(window, [(32, 110), (32, 120)])
        settle(window)
        assert window.masks.history.stack.index() == undone + 1, "one step, once it is known where it ends"
        assert (document.labels[112:118, 32] == 4).all()
        press(KEY.Key_I)
        QTest.mouseClick(window.masks.page.canvas, LEFT, MOD.NoModifier, on_canvas(window, 20, 70))
        assert options.label == int(document.labels[70, 20])

    edited(tmp_path, script, library)


def test_a_part_is_moved_scaled_and_turned_by_its_box(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        document = sitting(window).document
        document.labels[:] = 0
        document.labels[60:80, 20:40] = 2
        press(KEY.Key_T)
        press(KEY.Key_2)
        drag(window, [(30, 70), (34, 62)])
        ys, xs = np.nonzero(document.labels == 2)
        assert (ys.min(), ys.max(), xs.min(), xs.max()) == (52, 71, 24, 43)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert (document.labels[60:80, 20:40] == 2).all()
        drag(window, [(40, 80), (50, 90)])
        grown = int((document.labels == 2).sum())
        assert grown == pytest.approx(1600, abs=100)
        assert window.masks.history.stack.undoText() == "Scale Torso"
        drag(window, [(30, 70), (5, 5)], hold=True)
        press(KEY.Key_Escape)
        assert int((document.labels == 2).sum()) == grown, "a drag given up leaves nothing"
        assert window.tabs.currentIndex() == MASKS

    edited(tmp_path, script, library)


def test_a_stroke_in_hand_gives_way(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        here, masks = sitting(window), window.masks
        press(KEY.Key_1)
        drag(window, [(10, 10), (20, 20)])
        saved(window)
        before = here.document.labels.copy()
        drag(window, [(40, 40), (50, 90)], hold=True)
        masks.editing.save()
        settle(window)
        stored = revisions(window.session.library, here.crop_id)[0]
        assert np.array_equal(labels_of(window.session.library, stored), before), "half a stroke is not saved"
        press(KEY.Key_Escape)
        assert np.array_equal(here.document.labels, before)
        drag(window, [(40, 40), (50, 90)], hold=True)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert not masks.history.stack.canUndo(), "the stroke is given up, the one before taken back"
        press(KEY.Key_Z, MOD.ControlModifier | MOD.ShiftModifier)
        assert np.array_equal(here.document.labels, before)
        for key in (KEY.Key_R, KEY.Key_N):
            drag(window, [(40, 40), (50, 90)], hold=True)
            press(key)
            settle(window)
        assert sitting(window) is not here
        drag(window, [(12, 12), (30, 30)])
        assert masks.history.stack.count() == 1

    edited(tmp_path, script, library)


def test_the_canvas_shows_the_labels_as_they_are(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        canvas, options = window.masks.page.canvas, window.masks.options
        document = sitting(window).document
        document.labels[:] = 0
        document.labels[40:80, 20:40] = 2
        window.masks.history.drawn.emit(Box.whole(document.shape))
        options.set_opacity(1.0)
        options.set_shows_letters(False)
        canvas.zoom_to(8.0)
        canvas.centre(Point(30, 60))
        torso, photo = QColor(EIGHT.parts[1].color), sitting(window).opened.photo

        def color(x: float, y: float) -> QColor:
            pause(1)
            shot = canvas.grab().toImage()
            spot = canvas.placement.to_canvas(Point(x, y))
            return shot.pixelColor(int(spot.x()), int(spot.y()))

        assert color(20.5, 60.5) == torso, "the outermost pixel, whole"
        assert color(20.1, 60.5) == torso
        outside = color(18.5, 60.5)
        mean = photo[58:63, 16:21].mean((0, 1))
        near = [abs(outside.getRgb()[i] - mean[i]) for i in range(3)]  # type: ignore[index]
        assert max(near) < 40, "beside it the photo alone"
        options.pick(1)
        options.set_alone(True)
        assert color(30.5, 60.5) != torso
        options.set_alone(False)
        options.set_hidden(True)
        assert color(30.5, 60.5) != torso
        options.set_hidden(False)
        options.set_shows_fill(False)
        assert color(30.5, 60.5) != torso
        assert color(20.0, 60.5) == torso, "its outline"

    edited(tmp_path, script, library)


def test_zoom_keeps_the_pointer_and_the_map_shows_what_is_in_view(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        canvas, minimap = window.masks.page.canvas, window.masks.page.minimap
        assert not minimap.isVisible(), "all of it is in view"
        at = QPointF(on_canvas(window, 40, 30))
        before = canvas.placement.to_picture(at)
        canvas.zoom(10, at)
        after = canvas.placement.to_picture(at)
        assert after.x == pytest.approx(before.x)
        assert after.y == pytest.approx(before.y)
        assert minimap.isVisible()
        QTest.mouseClick(minimap, LEFT, MOD.NoModifier, QPoint(minimap.width() // 2, minimap.height() - 2))
        middle = canvas.placement.to_picture(QPointF(canvas.rect().center()))
        assert middle.y > 100
        press(KEY.Key_Up)
        assert canvas.placement.to_picture(QPointF(canvas.rect().center())).y < middle.y
        place = canvas.placement
        QTest.keyPress(canvas, KEY.Key_Space)
        labels = sitting(window).document.labels.copy()
        drag(window, [(middle.x, middle.y), (middle.x + 5, middle.y - 5)])
        QTest.keyRelease(canvas, KEY.Key_Space)
        assert canvas.placement != place
        assert np.array_equal(sitting(window).document.labels, labels), "space moves, it does not paint"

    edited(tmp_path, script, library)


# -- revisions, drafts, review ---------------------------------------------------------------------


def test_an_earlier_mask_is_looked_at_and_brought_back(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        model = sitting(window).document.labels.copy()
        press(KEY.Key_1)
        drag(window, [(10, 10), (50, 110)])
        drawn = sitting(window).document.labels.copy()
        saved(window)
        press(KEY.Key_Down, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        settle(window)
        looking = [window.masks.page.revisions.shows_one]
        drag(window, [(30, 30), (30, 90)])
        assert np.array_equal(sitting(window).document.labels, drawn), "what is looked at is not painted on"
        press(KEY.Key_Escape)
        looking.append(window.masks.page.revisions.shows_one)
        assert looking == [True, False]
        press(KEY.Key_Up, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        settle(window)
        press(KEY.Key_Return, MOD.AltModifier)
        assert np.array_equal(sitting(window).document.labels, model)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert np.array_equal(sitting(window).document.labels, drawn)
        press(KEY.Key_R)
        settle(window)
        assert np.array_equal(sitting(window).document.labels, model), "the model's own mask again"

    edited(tmp_path, script, library)


def test_what_was_not_saved_is_offered_at_the_next_start(tmp_path: Path, library: Path) -> None:
    lost: dict[int, np.ndarray] = {}

    def script(window: MainWindow) -> None:
        here = sitting(window)
        press(KEY.Key_6)
        drag(window, [(10, 40), (50, 40)])
        lost[here.crop_id] = here.document.labels.copy()
        # As if the program ended now: nothing is saved, the journal stays.
        window.masks.editing._autosave.stop()
        here.save = lambda labels, number: None  # type: ignore[method-assign]

    edited(tmp_path, script, library)
    ((crop_id, labels),) = lost.items()

    def again(window: MainWindow) -> None:
        wait_until(lambda: window.model_ready, "the model is loaded")
        window.masks.edit(crop_id)
        settle(window)
        draft = window.masks.page.draft
        assert draft.isVisible()
        assert "1 edit " in draft.words.text()
        draft.take.click()
        assert not draft.isVisible()
        assert np.array_equal(sitting(window).document.labels, labels)
        saved(window)
        assert open_draft(window.session.library, crop_id) is None
        stored, _ = crop_labels(
            window.session.library, crop_id, sitting(window).opened.photo, sitting(window).opened.schema
        )
        assert np.array_equal(stored, labels)

    assert run_main(["--library", str(library)], again) == 0


def test_a_disk_that_refuses_is_told_and_nothing_is_lost(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        here = sitting(window)
        shelf = drafts_dir(window.session.library)
        shelf.write_bytes(b"a file where the drafts should go")
        press(KEY.Key_5)
        drag(window, [(10, 40), (50, 40)])
        wait_until(lambda: "cannot be kept safe" in window.notice.text, "it is told")
        saved(window)
        stored = revisions(window.session.library, here.crop_id)[0]
        assert np.array_equal(labels_of(window.session.library, stored), here.document.labels)
        shelf.unlink()

    edited(tmp_path, script, library)


def test_masks_are_gone_through_by_key_alone(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        window.gallery.clearSelection()
        press(KEY.Key_3, MOD.ControlModifier)
        settle(window)
        shown = window.session.library
        seen = []
        for key in (KEY.Key_N, KEY.Key_Return, KEY.Key_S, KEY.Key_Return):
            press(key)
            settle(window)
            seen.append(sitting(window).crop_id)
        assert len(set(seen)) == 4, "each key leads to another mask"
        rows = review_rows(shown, crop_ids(window))
        unsure = [rows[crop_id].uncertainty or 0.0 for crop_id in seen]
        assert unsure == sorted(unsure, reverse=True), "the least certain first"
        assert [rows[crop_id].state for crop_id in seen] == ["accepted", "skipped", "accepted", "unseen"]
        assert window.masks.page.header.progress == "2 of 6 reviewed, 0 corrected, 1 skipped"
        press(KEY.Key_Backspace)
        settle(window)
        assert sitting(window).crop_id == seen[2]
        assert review_rows(shown, [seen[2]])[seen[2]].state == "unseen"
        for _ in range(4):
            press(KEY.Key_Return)
            settle(window)
        assert window.masks.editing.sitting is None
        assert "5 of 6 reviewed" in window.masks.page.header.progress

    opened(tmp_path, script, library)


def crop_ids(window: MainWindow) -> list[int]:
    ids: list[int] = window.gallery_model.ids.tolist()
    return ids


def test_many_masks_are_accepted_together_and_taken_back(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        grid = window.masks.grid
        press(KEY.Key_V)
        settle(window)
        assert grid.isVisible()
        assert len(grid.model.ids) == 6
        click_card(grid.grid, 1)
        click_card(grid.grid, 3)
        chosen = grid.grid.selected_ids()
        assert len(chosen) == 2
        press(KEY.Key_Return)
        settle(window)
        wait_until(lambda: len(grid.model.ids) == 4 and not grid.busy, "they are not shown any more")
        rows = review_rows(window.session.library, crop_ids(window))
        assert {crop_id for crop_id, row in rows.items() if row.state == "accepted"} == set(chosen)
        assert window.notice.text == "2 masks accepted."
        window.notice._action.click()
        settle(window)
        wait_until(lambda: len(grid.model.ids) == 6, "they are to be reviewed again")
        press(KEY.Key_G)
        settle(window)
        assert grid._show is Show.SIMILAR
        assert grid.grid.selected_count() == 0, "nothing is chosen for the user"
        assert len(grid.model.ids) == 5
        states = {row.state for row in review_rows(window.session.library, crop_ids(window)).values()}
        assert states == {"unseen"}, "and nothing is done to them"
        press(KEY.Key_E)
        settle(window)
        assert window.masks.page.isVisible()
        assert sitting(window).crop_id == grid.grid.current_id

    edited(tmp_path, script, library)


def test_a_picture_that_is_gone_and_one_that_cannot_be_read(tmp_path: Path, library: Path) -> None:
    def script(window: MainWindow) -> None:
        first, _, second = crop_ids(window)[:3]  # first and second are of one camera
        path = crop_rows(window.session.library, [second])[second].path
        path.write_bytes(b"no picture")
        window.masks.edit(second)
        settle(window)
        assert window.masks.editing.sitting is None
        assert path.name in window.masks.page.canvas._message
        for key in (KEY.Key_F6, KEY.Key_S, KEY.Key_R, KEY.Key_B):
            press(key)
        window.masks.edit(first)
        settle(window)
        press(KEY.Key_1)
        drag(window, [(10, 10), (20, 20)])
        folder = crop_rows(window.session.library, [first])[first].folder_id
        window.session.forget_folder(folder)
        wait_until(lambda: window.masks.editing.sitting is None, "what was forgotten is not in hand")
        settle(window)
        assert "forgotten" in window.masks.page.canvas._message

    edited(tmp_path, script, library)
