"""Starting the window: the application, its looks, its last resorts."""

import logging
import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from dropgui.assets import asset
from dropgui.demo import DemoLibrary, demo_folder
from dropgui.errors import UserError
from dropgui.library.library import Library
from dropgui.logs import kept_logs
from dropgui.main_window import MainWindow
from dropgui.settings import Appearance, Settings, data_folder, default_library
from dropgui.style import apply_appearance

log = logging.getLogger(__name__)

_UNSEEN = {"offscreen", "minimal"}  # platforms on which nobody could close a box
_INTERRUPTED = 130

SWITCH_SECONDS = 0.001
"""After so long a thread lets another have the interpreter. With Python's own 5 ms the window waits for each
of the threads that index a large folder in turn: three times as many pauses of 30 ms and more."""


def has_display() -> bool:
    """Whether a window can be shown: not on Linux with neither X nor Wayland nor a chosen Qt platform."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run_window(library: Path | None, folders: list[Path], demo: bool) -> int:
    """Open the window and return its exit code once it is closed.

    ``library`` is opened or made; None opens the one used last. ``folders`` are indexed at once. With
    ``demo`` a throw-away library of the bundled gallery is shown instead. ``UserError`` where there is no
    display, or the library cannot be opened.
    """
    if not has_display():
        if demo:
            from dropgui.headless_demo import run_headless_demo

            return run_headless_demo()
        raise UserError(
            "There is no display to show a window on (DISPLAY and WAYLAND_DISPLAY are not set). "
            "Use 'dropgui index' and 'dropgui search', or 'dropgui --demo', which work without one."
        )
    sys.setswitchinterval(SWITCH_SECONDS)
    with kept_logs(data_folder()):
        application = make_application()
        desk = Desk(application)
        try:
            if demo:
                desk.open_demo()
            elif library is not None:
                desk.open_library(library, folders)
            else:
                desk.open_last_library(folders)
            return application.exec() or desk.exit_code
        except UserError as fault:
            if application.platformName() not in _UNSEEN:
                # Whoever started us from an icon sees no terminal.
                QMessageBox.critical(None, "dropgui cannot start", str(fault))
            raise
        finally:
            desk.close()


def make_application() -> QApplication:
    """The application object, dressed; the one there is already, if any."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("dropgui")
    application.setDesktopFileName("dropgui")
    application.setWindowIcon(QIcon(str(asset("icons", "dropgui.svg"))))
    application.setStyle("Fusion")
    apply_appearance(application, Settings().appearance)
    return application


class Desk(QObject):
    """The open windows, one a library."""

    opened = Signal(MainWindow)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._settings = Settings()
        self._windows: list[MainWindow] = []
        self.exit_code = 0
        self._hook = sys.excepthook
        sys.excepthook = self._report_bug
        self._on_interrupt = signal.signal(signal.SIGINT, lambda *_: self._interrupt())
        # Python looks for signals only when it runs; Qt's loop may sleep for long.
        self._awake = QTimer(self, interval=250)
        self._awake.timeout.connect(lambda: None)
        self._awake.start()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)

    def close(self) -> None:
        """Put back what the desk took over."""
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._follow_desktop)
        self._awake.stop()
        signal.signal(signal.SIGINT, self._on_interrupt)
        sys.excepthook = self._hook
        self.deleteLater()

    def open_library(self, path: Path, folders: list[Path] | None = None) -> MainWindow:
        """Show a library in a window of its own; made if it is not there."""
        window = self._show(MainWindow(Library.open_or_create(path), self._settings))
        self._settings.last_library = path.absolute()
        window.add_paths(folders or [])
        return window

    def open_last_library(self, folders: list[Path]) -> MainWindow:
        """Show the library used last, or the default one if that cannot be opened, and say so."""
        last = self._settings.last_library
        if last is None or last == default_library():
            return self.open_library(default_library(), folders)
        try:
            return self.open_library(last, folders)
        except UserError as fault:
            window = self.open_library(default_library(), folders)
            window.report(fault)
            return window

    def open_demo(self) -> MainWindow:
        """Show the demo gallery in a window of its own, and answer its first query once it is indexed."""
        demo = DemoLibrary()
        window = self._show(MainWindow(demo.library, self._settings, title="Demo gallery"))
        # A lambda, because Qt would not keep alive what a bound method belongs to.
        window.closed.connect(lambda: demo.remove())  # noqa: PLW0108
        window.add_paths([demo_folder()])

        def ask() -> None:
            crop_id = demo.first_query() if window.controller.subject is None else None
            if crop_id is not None:
                window.search_for(crop_id)

        window.jobs.finished.connect(ask, Qt.ConnectionType.SingleShotConnection)
        return window

    def _show(self, window: MainWindow) -> MainWindow:
        self._windows.append(window)
        window.demo_wanted.connect(self.open_demo)
        window.library_wanted.connect(lambda path: self._try_open(window, path))
        window.appearance_wanted.connect(self._dress)
        window.closed.connect(lambda: self._closed(window))
        window.show()
        QTimer.singleShot(0, window, window.start)
        self.opened.emit(window)
        return window

    def _try_open(self, asking: MainWindow, path: Path) -> None:
        try:
            self.open_library(path)
        except UserError as fault:
            asking.report(fault)

    def _interrupt(self) -> None:
        """Ctrl-C in the terminal: close as if the windows had been closed."""
        self.exit_code = _INTERRUPTED
        for window in list(self._windows):
            window.close()

    def _closed(self, window: MainWindow) -> None:
        self._windows.remove(window)
        window.deleteLater()

    def _dress(self, appearance: Appearance) -> None:
        self._settings.appearance = appearance
        apply_appearance(self._application, appearance)

    def _follow_desktop(self) -> None:
        apply_appearance(self._application, self._settings.appearance)

    def _report_bug(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Slots' exceptions arrive here: none is lost, and none ends the program."""
        log.error("Unexpected error", exc_info=(kind, error, trace))
        self._hook(kind, error, trace)
        if self._windows and isinstance(error, Exception):
            self._windows[-1].report(error)
