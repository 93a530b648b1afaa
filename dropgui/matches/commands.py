"""What can be done with matches, in the menus: decide, undo, look, hand on."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence, QUndoGroup
from PySide6.QtWidgets import QMenu

from dropgui import menus
from dropgui.dialogs.questions import which_report
from dropgui.jobs.runner import Runner
from dropgui.library.decisions import CONFIRMED, REJECTED
from dropgui.matches.export import save_matches
from dropgui.matches.judge import Judge
from dropgui.matches.page import MatchesPage
from dropgui.matches.sections import GroupBy
from dropgui.query.controller import QueryController
from dropgui.session import Session


class MatchCommands(QObject):
    """Makes the actions of the matches page; those that decide work only while it is in front."""

    told = Signal(str)
    failed = Signal(Exception)

    def __init__(
        self, session: Session, runner: Runner, controller: QueryController, judge: Judge, page: MatchesPage
    ) -> None:
        super().__init__(page)
        self._session = session
        self._runner = runner
        self._controller = controller
        self._judge = judge
        self._page = page
        self.undo = QUndoGroup(self)
        """Whose steps Undo takes back: decisions, unless another page in front has its own."""
        self.undo.addStack(judge.stack)
        self.undo.setActiveStack(judge.stack)
        self._deciding: list[QAction] = []
        judge.failed.connect(self.failed)
        page.export_wanted.connect(self.export)

    def fill_edit(self, menu: QMenu) -> QMenu:
        """Undo, redo, and the decisions; the menu itself."""
        for action, name, keys in (
            (self.undo.createUndoAction(self, "&Undo"), "Undo", QKeySequence.StandardKey.Undo),
            (self.undo.createRedoAction(self, "&Redo"), "Redo", QKeySequence.StandardKey.Redo),
        ):
            action.setIconText(name)  # the sheet of keys says this, and not what was done last
            action.setShortcuts(keys)
            menu.addAction(action)
        menu.addSeparator()
        for words, key, verdict in (
            ("Match Is the &Same Person", "Y", CONFIRMED),
            ("Match Is Somebody &Else", "N", REJECTED),
            ("&Take Decision Back", "Backspace", None),
        ):
            self._deciding.append(
                menus.add(menu, words, lambda verdict=verdict: self._page.decide(verdict), key)  # type: ignore[misc]
            )
        self.set_in_front(False)
        return menu

    def fill_view(self, menu: QMenu) -> None:
        """What the page shows."""
        inner = menu.addMenu("Group Matches b&y")
        for key, by in zip("LPCT", GroupBy, strict=True):
            group = partial(self._page.bar.set_group_by, by)
            menus.add(inner, by.value, group, f"Alt+Shift+{key}").setIconText(f"Group Matches by {by.value}")
        for words, letter, show in (
            ("Show Matches over &Time", "T", self._page.set_timeline_wanted),
            ("Show &Reasons for Match", "R", self._page.strip.setVisible),
        ):
            action = QAction(words, menu)
            action.setShortcut(QKeySequence(letter))
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(show)
            menu.addAction(action)

    def fill_search(self, menu: QMenu) -> None:
        """Re-ranking, and handing on."""
        menus.add(menu, "Re-ran&k Matches", self._page.bar.toggle_rerank, "K")
        menus.add(menu, "&Export Matches…", self.export, "Ctrl+E")

    def set_in_front(self, in_front: bool) -> None:
        """Whether the matches are what keys go to."""
        for action in self._deciding:
            action.setEnabled(in_front)

    def export(self) -> None:
        """Ask where to, and save the matches there."""
        if self._controller.asked is None or not self._controller.asked.answer.matches:
            self.told.emit("There are no matches to export yet. Search for somebody first.")
            return
        parent = self._page.window()
        if (path := which_report(parent)) is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the matches on show as what the name's ending says."""
        asked = self._controller.asked
        if asked is None:
            return
        person_id = self._judge.standing.person_id

        def saved(count: int) -> None:
            self.told.emit(f"{count:,} match{'es' * (count != 1)} saved in {path}.")

        self._runner.run(lambda: save_matches(self._session, asked, person_id, path), saved, self.failed.emit)
