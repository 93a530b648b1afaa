"""The demo on a machine without a screen: the same window drawn off screen, its matches printed."""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from dropgui.app import Desk, make_application
from dropgui.errors import UserError
from dropgui.library.queries import crop_rows
from dropgui.main_window import MainWindow
from dropgui.search.query import Answer

_SCREENSHOT = "dropgui-demo.png"
_POLL_MS = 100
_STILL = 3  # looks in a row at which nothing was missing: what arrived last is painted by then
_PRINTED = 10


def run_headless_demo() -> int:
    """Index the demo gallery, answer the first query, print it, write a screenshot; 0 if all went well."""
    print("There is no display, so the demo runs off screen: matches below, and a picture of the window.")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_print_message)
    with tempfile.TemporaryDirectory(prefix="dropgui-demo-home-") as home:
        os.environ["DROPGUI_HOME"] = home  # a demo on a server leaves nothing behind
        return _run()


def _run() -> int:
    application = make_application()
    desk = Desk(application)
    window = desk.open_demo()
    window.resize(1280, 760)  # the platform's own screen is smaller than anybody's
    show = _Show(application, window)
    window.controller.answered.connect(show.answered)
    window.jobs.failed.connect(lambda _, error: show.give_up(error))
    window.controller.failed.connect(show.give_up)
    code = application.exec()
    desk.close()
    if show.lines:
        print("\n".join(show.lines))
        path = _writable_folder() / _SCREENSHOT
        if not show.picture.save(str(path)):
            raise UserError(f"The picture of the window could not be written to {path}.")
        print(f"\nThe window as it looks now: {path}")
    return code or desk.exit_code


def _print_message(_: QtMsgType, __: QMessageLogContext, message: str) -> None:
    # Qt says this of every window off screen: there is no window manager to tell its size.
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


class _Show:
    """Waits for the answer and for its pictures, keeps both, and ends the event loop."""

    def __init__(self, application: QApplication, window: MainWindow) -> None:
        self.lines: list[str] = []
        self.picture = QPixmap()
        self._application = application
        self._window = window
        self._answer: Answer | None = None
        self._complete = 0
        self._timer = QTimer(window, interval=_POLL_MS)
        self._timer.timeout.connect(self._finish_when_drawn)

    def answered(self, answer: Answer) -> None:
        self._answer = answer
        self._timer.start()

    def give_up(self, error: Exception) -> None:
        print(f"The demo failed: {error}", file=sys.stderr)
        self._end(1)

    def _finish_when_drawn(self) -> None:
        # The first grab makes the grid ask for its pictures; the last one shows them.
        self.picture = self._window.grab()
        self._complete = self._complete + 1 if self._is_complete() else 0
        if self._answer is not None and self._complete >= _STILL:
            self._timer.stop()
            try:
                self.lines = self._describe(self._answer)
            finally:
                self._end(0 if self.lines else 1)

    def _is_complete(self) -> bool:
        window = self._window
        rests = window.jobs.current is None and not window.thumbnails.busy
        return rests and window.controller.subject is not None and window.matches.is_drawn()

    def _describe(self, answer: Answer) -> list[str]:
        subject = self._window.controller.subject
        rows = crop_rows(self._window.session.library, [match.crop_id for match in answer.matches])
        assert subject is not None
        lines = [
            f"\nQuery: {subject.path.name}",
            f"Compared with {answer.compared} crops in {answer.seconds * 1000:.0f} ms. Best matches:\n",
        ]
        for rank, match in enumerate(answer.matches[:_PRINTED], start=1):
            parts = "  ".join(
                f"{name} {'–' if value is None else f'{value:.2f}'}" for name, value in match.parts.items()
            )
            lines.append(f"{rank:>4}  {match.score:.3f}  {rows[match.crop_id].path.name:<28}  {parts}")
        return lines

    def _end(self, code: int) -> None:
        self._timer.stop()
        self._window.close()
        self._application.exit(code)


def _writable_folder() -> Path:
    here = Path.cwd()
    return here if os.access(here, os.W_OK) else Path(tempfile.gettempdir())
