"""Drives the mask editor in the window: six crops, keys on what has the focus, drags over the picture."""

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.correction.region import Point
from dropgui.main_window import MainWindow
from dropgui.masks.sitting import Sitting
from tests.gui.drive import drop, indexed, pause, run_main, wait_until
from tests.support.people import make_folder

KEY, MOD = Qt.Key, Qt.KeyboardModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
LIBRARY = "library.droplib"
CROPS = 6


def opened(folder: Path, script: Callable[[MainWindow], None]) -> None:
    """Run ``script`` on a window over ``folder``'s library of six indexed crops.

    Without a library the pictures are made, dropped on the window and indexed first.
    """
    has_library = (folder / LIBRARY).exists()

    def prepared(window: MainWindow) -> None:
        window.resize(1280, 760)
        if not has_library:
            make_folder(folder / "people", identities=3, cameras=2)
            drop(window, folder / "people")
        wait_until(indexed(window, CROPS), "the folder is indexed")
        wait_until(lambda: window.model_ready, "the model is loaded")
        script(window)

    assert run_main(["--library", str(folder / LIBRARY)], prepared) == 0


def edited(folder: Path, script: Callable[[MainWindow], None]) -> None:
    """Run ``script`` with the first crop of the gallery in hand."""

    def prepared(window: MainWindow) -> None:
        window.masks.edit(int(window.gallery_model.ids[0]))
        settle(window)
        script(window)

    opened(folder, prepared)


def copied(library: Path, folder: Path) -> Path:
    """A library and all that lies beside it, in another folder; that folder."""
    for path in library.parent.glob(f"{library.name}*"):
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copy(path, folder / path.name)
    return folder


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


def scores(window: MainWindow) -> dict[int, float]:
    asked = window.controller.asked
    return {} if asked is None else {match.crop_id: match.score for match in asked.answer.matches}


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def crop_ids(window: MainWindow) -> list[int]:
    ids: list[int] = window.gallery_model.ids.tolist()
    return ids
