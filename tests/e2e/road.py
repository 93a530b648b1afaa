"""The first road in a window of its own process: ``python -m tests.e2e.road LIBRARY FOLDER SCREENSHOT``.

Prints one JSON line: what the screen plug-in is, how many matches were shown, and the largest picture taken
of the whole screen, so that the test outside can tell a real window from one that only says so.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from dropgui.main_window import MainWindow
from dropgui.settings import Appearance
from tests.gui.drive import click_card, drop, pause, run_main, wait_until


def walk(library: Path, folder: Path, screenshot: Path) -> dict[str, object]:
    seen: dict[str, object] = {"platform": QGuiApplication.platformName()}

    def script(window: MainWindow) -> None:
        QTest.qWaitForWindowExposed(window)
        assert drop(window.welcome, folder)
        wait_until(lambda: window.jobs.current is None and window._counts.indexed > 0, "it is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches")
        view = window.query_panel.crop_view
        target = next(
            point
            for point in (QPoint(x, y) for y in range(0, view.height(), 4) for x in range(0, view.width(), 4))
            if view.part_at(point) is not None
        )
        part = view.part_at(target)
        assert part is not None
        before = window.selection.is_chosen(part)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=target)
        assert window.selection.is_chosen(part) is not before
        wait_until(lambda: not window.thumbnails.busy, "the pictures are there")
        for appearance in (Appearance.DARK, Appearance.LIGHT):
            window.appearance_wanted.emit(appearance)
            window.notice.hide()
            pause(300)
            name = screenshot.with_stem(f"{screenshot.stem}-{appearance}")
            window.screen().grabWindow(0).save(str(name))
        seen["matches"] = len(window.match_model.ids)
        seen["crops"] = window._counts.indexed

    seen["code"] = run_main(["--library", str(library)], script)
    seen["platform"] = QGuiApplication.platformName()
    return seen


if __name__ == "__main__":
    print(json.dumps(walk(*map(Path, sys.argv[1:4]))))
