"""Every control of the mask editor and of its grid: a name, a word of help, and a key that works."""

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QWidget

from dropgui.correction.document import MaskDocument
from dropgui.correction.revisions import revisions
from dropgui.main_window import MainWindow
from dropgui.masks.canvas import MaskCanvas
from dropgui.masks.history import History
from dropgui.masks.keys import KeyedPage
from dropgui.masks.layers import Photo
from dropgui.masks.options import Options
from dropmodel.parts import EIGHT
from tests.gui.drive import wait_until
from tests.gui.mask_drive import KEY, MOD, drag, edited, press, settle, sitting
from tests.gui.test_controls import controls, nameless, told, without_help

pytestmark = pytest.mark.usefixtures("starter")
KEYS = re.compile(r"\(([^()]+)\)")


def keyless(page: KeyedPage) -> list[str]:
    """Controls that no key reaches: neither one that their tooltip tells and the page answers, nor a letter
    with Alt, nor the arrow keys that a list has."""
    answered = {QKeySequence(key | modifiers) for key, modifiers in page._keyed} | {QKeySequence("Esc")}
    return [told(control) for control in controls(page) if not has_key(control, answered)]


def has_key(control: QWidget, answered: set[QKeySequence]) -> bool:
    if isinstance(control, QAbstractItemView):
        return control.focusPolicy() is not Qt.FocusPolicy.NoFocus
    if isinstance(control, QAbstractButton) and re.search(r"&\w", control.text()):
        return True
    words = ", ".join(KEYS.findall(control.toolTip()))
    return any(QKeySequence(word) in answered for word in re.split(r",? and |,? or | to |, ", words) if word)


def test_every_control_has_a_name_a_word_of_help_and_a_key(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        masks = window.masks
        press(KEY.Key_1)
        drag(window, [(10, 10), (50, 110)])
        wait_until(lambda: revisions(window.session.library, sitting(window).crop_id), "it is saved")
        settle(window)
        masks.page.draft.show()  # as after a crash
        for tool in masks.commands.tools:
            press(Qt.Key(ord(tool.key)))
            assert masks.page.tool is tool
            for found in (nameless, without_help, keyless):
                assert found(masks.page) == [], tool.title
        press(KEY.Key_Down, MOD.AltModifier)
        settle(window)
        assert masks.page.revisions.shows_one
        for found in (nameless, without_help, keyless):
            assert found(masks.page) == []
        press(KEY.Key_V)
        settle(window)
        for found in (nameless, without_help, keyless):
            assert found(masks.grid) == []

    edited(masked, script)


def test_the_canvas_shows_every_pixel_as_its_label() -> None:
    height, width, zoom, corner = 24, 16, 5, 20
    labels = np.random.default_rng(0).choice(np.array([0, *range(1, 9), 255], np.uint8), (height, width))
    photo = np.zeros((height, width, 3), np.uint8)
    history = History()
    options = Options(history)
    options.set_schema(EIGHT)
    history.open(MaskDocument(labels, EIGHT, photo))
    canvas = MaskCanvas(history, options)
    canvas.resize(zoom * width + 2 * corner, zoom * height + 2 * corner)
    canvas.show_document(Photo(photo), [])
    canvas.zoom_to(zoom)
    options.set_opacity(1.0)
    shot, placement = canvas.grab().toImage(), canvas.placement
    colors = {0: QColor("#000000"), 255: QColor("#ffffff")}
    colors |= {label: QColor(part.color) for label, part in enumerate(EIGHT, 1)}
    for row in range(height):
        for column in range(width):
            x, y = placement.left + (column + 0.5) * zoom, placement.top + (row + 0.5) * zoom
            assert shot.pixelColor(int(x), int(y)) == colors[int(labels[row, column])], (row, column)
    canvas.deleteLater()
