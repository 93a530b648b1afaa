"""The menu of libraries and folders: what it asks, and what was chosen."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from dropgui import menus
from dropgui.dialogs import questions
from dropgui.gallery.library_panel import LibraryPanel
from dropgui.window.index_words import IndexWords


class LibraryCommands(QObject):
    """Makes the actions of the library menu; the window does what they want."""

    folder_wanted = Signal(Path)
    """Index this folder."""
    picture_wanted = Signal(Path)
    """Search for this picture."""
    library_wanted = Signal(Path)
    """Show this library."""
    demo_wanted = Signal()

    def __init__(self, panel: LibraryPanel, index_words: IndexWords, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._panel = panel
        self._index_words = index_words
        panel.forget.connect(self._ask_forget)

    def fill_library(self, menu: QMenu) -> QMenu:
        """All of the menu but how to leave; returns it."""
        menus.add(menu, "&Add Folder…", self.ask_folder, "Ctrl+O")
        menus.add(menu, "Search for a &Picture…", self._ask_picture, "Ctrl+Shift+O")
        menu.addActions(list(self._panel.actions_for_folder))
        cancel = menus.add(menu, "&Cancel Indexing", self._index_words.cancel, "Ctrl+.")
        cancel.setEnabled(False)
        self._index_words.busy.connect(cancel.setEnabled)
        menu.addSeparator()
        menus.add(menu, "&New Library…", self._ask_new_library)
        menus.add(menu, "Open &Library…", self._ask_library)
        menus.add(menu, "Open &Demo Gallery", self.demo_wanted.emit)
        menu.addSeparator()
        return menu

    def ask_folder(self) -> None:
        """Ask which folder to index."""
        if chosen := questions.which_folder(self._window):
            self.folder_wanted.emit(chosen)

    def _ask_picture(self) -> None:
        if chosen := questions.which_picture(self._window):
            self.picture_wanted.emit(chosen)

    def _ask_library(self) -> None:
        if chosen := questions.which_library(self._window):
            self.library_wanted.emit(chosen)

    def _ask_new_library(self) -> None:
        if chosen := questions.which_new_library(self._window):
            self.library_wanted.emit(chosen)

    def _ask_forget(self, folder_id: int, path: Path) -> None:
        if questions.forget_really(self._window, path):
            self._index_words.forget(folder_id, path)
