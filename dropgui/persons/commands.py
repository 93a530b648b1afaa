"""What can be done with the persons of the library panel: name, join, look at, search for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from dropgui.gallery.library_panel import NOBODY, LibraryPanel
from dropgui.gallery.ticked_list import TickRow
from dropgui.library.library import Library
from dropgui.library.names import UnfitNameError, clean_name
from dropgui.library.persons import merge_persons, rename_person
from dropgui.matches.judge import Judge


class PersonCommands(QObject):
    """Makes the actions of the person list; what they write is on the judge's stack and can be undone."""

    search_wanted = Signal(int)
    """Search for this person."""
    crops_wanted = Signal()
    """The crops of some persons are ticked: show them."""
    told = Signal(str)
    refused = Signal(Exception)
    """A name that cannot be given."""

    def __init__(self, library: Library, judge: Judge, panel: LibraryPanel) -> None:
        super().__init__(panel)
        self._library = library
        self._judge = judge
        self._panel = panel
        self._list = panel.persons
        self._rename = self._action("Rename &Person", "F2", self._list.edit_current)
        self._merge = self._action("&Merge Persons", "Ctrl+M", self.merge)
        self._search = self._action("Search for Pe&rson in List", "Ctrl+Shift+Return", self.search)
        self._show = self._action("Show On&ly Crops of Person in List", "Ctrl+Shift+P", self.show_crops)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.selection_changed.connect(self._show_able)
        self._list.renamed.connect(self.rename)
        self._list.doubleClicked.connect(self.search)
        self._list.installEventFilter(self)
        judge.failed.connect(lambda _: panel.refill_persons())
        self._show_able()

    def fill_edit(self, menu: QMenu) -> None:
        """Naming and joining."""
        menu.addSeparator()
        menu.addActions([self._rename, self._merge])

    def fill_search(self, menu: QMenu) -> None:
        """Looking for persons."""
        menu.addAction(self._search)

    def fill_filter(self, menu: QMenu) -> None:
        """Looking at them."""
        menu.addAction(self._show)

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name; shown at once, written behind it."""
        before = self._list.rows
        try:
            fit = clean_name(name)
            if any(row.name == fit and row.id != person_id for row in before):
                raise UnfitNameError(
                    f"Another person is called “{fit}” already. Choose another name, or merge the two."
                )
        except UnfitNameError as error:
            self.refused.emit(error)
            return
        if any(row.id == person_id and row.name == fit for row in before):
            return
        rows = [replace(row, name=fit) if row.id == person_id else row for row in before]
        self._list.fill(rows)
        self._judge.carry_out("Rename Person", lambda: rename_person(self._library, person_id, fit))

    def merge(self) -> None:
        """The selected persons are one: the one that the keyboard is on."""
        into, others = self._to_merge()
        if into is None or not others:
            self.told.emit("Select two or more persons in the list on the left first (Ctrl+Click).")
            return
        gone = [row.id for row in others]
        count = len(others) + 1
        self._judge.carry_out(f"Merge {count:,} Persons", lambda: merge_persons(self._library, into.id, gone))
        self.told.emit(f"{_named(others)} and {into.name} are one person now: {into.name}. Ctrl+Z undoes it.")

    def search(self) -> None:
        """Search for the person that the keyboard is on."""
        if (row := self._current) is not None:
            self.search_wanted.emit(row.id)

    def show_crops(self) -> None:
        """Tick the selected persons alone."""
        if selected := self._list.selected:
            self._panel.show_only_persons([row.id for row in selected])
            self.crops_wanted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the list searches for the person."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and not self._list.editing:  # a name's editor hands Enter on to the list
            assert isinstance(event, QKeyEvent)
            plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self.search()
                return True
        return super().eventFilter(watched, event)

    @property
    def _current(self) -> TickRow | None:
        """The person that the keyboard is on."""
        row = self._list.current
        return None if row is None or row.id == NOBODY else row

    def _to_merge(self) -> tuple[TickRow | None, list[TickRow]]:
        into = self._current
        others = [row for row in self._list.selected if row.id != NOBODY and row != into]
        return into, others

    def _action(self, text: str, key: str, do: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False: do())
        return action

    def _show_able(self) -> None:
        into, others = self._to_merge()
        self._rename.setEnabled(into is not None)
        self._search.setEnabled(into is not None)
        self._show.setEnabled(bool(self._list.selected))
        merging = into is not None and bool(others)
        words = "&Merge Persons"
        if into is not None and others:
            words = f"&Merge {len(others) + 1:,} Persons into “{into.name.replace('&', '&&')}”"
        self._merge.setText(words)
        self._merge.setEnabled(merging)

    def _show_menu(self, point: QPoint) -> None:
        if self._list.indexAt(point).isValid():
            menu = QMenu(self._panel)
            menu.addActions([self._search, self._show, self._rename, self._merge])
            menu.exec(self._list.viewport().mapToGlobal(point))


def _named(rows: Sequence[TickRow]) -> str:
    """Some names in a sentence."""
    if len(rows) > 3:
        return f"{len(rows):,} persons"
    return ", ".join(row.name for row in rows)
