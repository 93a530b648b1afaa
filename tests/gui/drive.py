"""Drives the window the way a user does: through the real ``main()``, with drops, clicks and keys."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dropgui.cli import main
from dropgui.gallery.grid import CropGrid
from dropgui.main_window import MainWindow

PATIENCE_MS = 60_000


def windows() -> list[MainWindow]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]


def run_main(arguments: list[str], script: Callable[[MainWindow], None]) -> int:
    """Call ``main(arguments)``; once its window shows, run ``script`` on it, then close every window."""
    failure: list[str] = []

    def play() -> None:
        shown = windows()
        if not shown:
            QTimer.singleShot(10, play)
            return
        try:
            script(shown[0])
        except BaseException:  # noqa: BLE001 - handed on once main() has returned
            failure.append(traceback.format_exc())
        finally:
            for window in windows():
                window.close()

    QTimer.singleShot(0, play)
    code = main(arguments)
    if failure:
        raise AssertionError(failure[0])
    return code


def wait_until(condition: Callable[[], object], what: str, timeout_ms: int = PATIENCE_MS) -> None:
    deadline = time.monotonic() + timeout_ms / 1000
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out waiting until {what}")
        pause(10)


def pause(milliseconds: int) -> None:
    """Let events happen. Not ``QTest.qWait``: it keeps the interpreter's lock, and workers starve."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def drop(target: QWidget, *paths: Path) -> bool:
    """Drag paths over a widget and let go, as the window system would; whether the drop was taken.

    The window system sends drags to the window; Qt hands them to the innermost widget that takes drops.
    """
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    receiver: QWidget | None = target
    while receiver is not None and not receiver.acceptDrops():
        receiver = receiver.parentWidget()
    if receiver is None:
        return False
    where = QPoint(receiver.width() // 2, receiver.height() // 2)
    action, button, keys = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(where, action, data, button, keys)
    QApplication.sendEvent(receiver, enter)
    move = QDragMoveEvent(where, action, data, button, keys)
    QApplication.sendEvent(receiver, move)
    if not (enter.isAccepted() and move.isAccepted()):
        return False
    event = QDropEvent(QPointF(where), action, data, button, keys)
    QApplication.sendEvent(receiver, event)
    return event.isAccepted()


def click_card(grid: CropGrid, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Click in the middle of a card."""
    index = grid.model().index(row, 0)
    grid.scrollTo(index)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, grid.visualRect(index).center())


def indexed(window: MainWindow, crops: int) -> Callable[[], bool]:
    """Whether the window shows that many crops, and no job runs any more."""
    return lambda: len(window.gallery_model.ids) == crops and window.jobs.current is None
