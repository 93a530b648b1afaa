"""The mask editor's keys and tools, pixel for pixel, and what the canvas shows of them."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from dropgui.correction.region import Box, Point
from dropgui.library.corrections import labels_of, revisions
from dropgui.main_window import GALLERY, MASKS, MainWindow
from dropgui.masks.options import FillBy, LassoDoes
from dropmodel.parts import EIGHT
from tests.gui.drive import pause, wait_until
from tests.gui.mask_drive import (
    KEY,
    LEFT,
    MOD,
    RIGHT,
    drag,
    edited,
    focus,
    on_canvas,
    press,
    saved,
    settle,
    sitting,
)

pytestmark = pytest.mark.usefixtures("starter")  # small, so quick


def test_keys_mean_one_thing_here_and_another_elsewhere(masked: Path) -> None:
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
        press(KEY.Key_F)
        tolerance, radius = options.tolerance, options.radius
        press(KEY.Key_BracketRight)
        press(KEY.Key_Y)
        assert (options.tolerance, options.radius) == (tolerance + 1, radius), "of colours, not the brush"
        assert options.fill_by is FillBy.MASK
        press(KEY.Key_Y)
        press(KEY.Key_L)
        press(KEY.Key_Y)
        assert (options.fill_by, options.lasso_does) == (FillBy.COLOR, LassoDoes.SWAP)
        press(KEY.Key_Y)
        press(KEY.Key_B)
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

    edited(masked, script)


def test_tools_paint_what_they_say_pixel_for_pixel(masked: Path) -> None:
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
        drag(window, [(32, 114), (32, 116)])
        settle(window)
        assert window.masks.history.stack.index() == undone + 1
        assert "nothing to change" in window.notice.text
        press(KEY.Key_I)
        QTest.mouseClick(window.masks.page.canvas, LEFT, MOD.NoModifier, on_canvas(window, 20, 70))
        assert options.label == int(document.labels[70, 20])

    edited(masked, script)


def test_a_part_is_moved_scaled_and_turned_by_its_box(masked: Path) -> None:
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
        before, canvas = document.labels.copy(), window.masks.page.canvas
        shots = [canvas.grab().toImage()]
        drag(window, [(30, 70), (50, 30)], hold=True)
        assert np.array_equal(document.labels, before), "only a picture of it moves"
        shots.append(canvas.grab().toImage())
        for there, spot in ((False, on_canvas(window, 12, 88)), (True, on_canvas(window, 50, 30))):
            seen = [shot.pixelColor(spot).getRgb() for shot in shots]
            assert (seen[0] == seen[1]) is False, there
        press(KEY.Key_Escape)
        assert canvas.grab().toImage() == shots[0]
        assert int((document.labels == 2).sum()) == grown, "a drag given up leaves nothing"
        assert window.tabs.currentIndex() == MASKS

    edited(masked, script)


def test_a_stroke_in_hand_gives_way(masked: Path) -> None:
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

    edited(masked, script)


def test_the_canvas_shows_the_labels_as_they_are(masked: Path) -> None:
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

    edited(masked, script)


def test_zoom_keeps_the_pointer_and_the_map_shows_what_is_in_view(masked: Path) -> None:
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

    edited(masked, script)
