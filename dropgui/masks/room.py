"""The mask editor's room: what wires its parts to each other and to the rest of the window."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoGroup, QUndoStack
from PySide6.QtWidgets import QApplication, QStackedWidget, QTabWidget, QWidget
from shiboken6 import isValid

from dropgui.correction.drafts import Draft, all_drafts
from dropgui.correction.effect import Effect
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.changes import Change
from dropgui.library.rows import CropFilter
from dropgui.masks.commands import Commands
from dropgui.masks.editing import Editing
from dropgui.masks.fill import Fill
from dropgui.masks.history import History
from dropgui.masks.lasso import Lasso
from dropgui.masks.looking import Looking
from dropgui.masks.marking import Marking
from dropgui.masks.move import MovePart
from dropgui.masks.options import Options
from dropgui.masks.page import MaskPage
from dropgui.masks.repairs import Repairs
from dropgui.masks.review_page import ReviewPage
from dropgui.masks.reviewing import Reviewing
from dropgui.masks.sitting import Sitting
from dropgui.masks.smart_brush import SmartBrush
from dropgui.masks.tools import Brush, Eraser, Picker, Tool
from dropgui.query.controller import QueryController
from dropgui.query.panel import QueryPanel
from dropgui.search import VectorQuery
from dropgui.session import Session


class MaskRoom(QObject):
    """Makes the editor. ``selected`` are the crops that E means."""

    told = Signal(str)
    offered = Signal(str, str, object)
    """What happened, what can be done about it in a word or two, and the function that does it."""
    failed = Signal(Exception)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        controller: QueryController,
        selected: Callable[[], list[int]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = session.library
        self._runner = runner
        self._controller = controller
        self._selected = selected
        self._progress_is_known = False
        self._tabs: QTabWidget | None = None
        self._tab = self._tab_before = 0
        self._focus_before: QWidget | None = None
        self._undo: QUndoGroup | None = None
        self._other_steps: QUndoStack | None = None
        self.options = Options(self)
        self.history = History(self)
        tools: list[Tool] = [
            kind(self.history, self.options) for kind in (Brush, Eraser, Lasso, MovePart, Picker)
        ]
        self.fill = Fill(self.history, self.options, runner)
        self.smart = SmartBrush(self.history, self.options, runner)
        tools.insert(1, self.smart)
        tools.insert(4, self.fill)
        self.commands = Commands(tools, self)
        self.page = MaskPage(self.history, self.options, tools, self.commands)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.page)
        self.editing = Editing(session, runner, self.history, self.options, self._asked)
        self.reviewing = Reviewing(session.library, runner, self.editing)
        self.looking = Looking(session, runner, self.editing, self.page)
        self.repairs = Repairs(session, runner, self.history, self.options, self.editing, self.commands)
        self.marking = Marking(session.library, self)
        self.grid = ReviewPage(session, runner, thumbnails, self.reviewing, self.marking)
        self.pages.addWidget(self.grid)
        self._connect()
        self._connect_commands()
        self.page.strip.choose(tools[0])
        self.page.show_nothing("")
        self._show_able()

    @property
    def busy(self) -> bool:
        """Whether anything is under way: for tests, which wait for it."""
        parts = (self.editing, self.reviewing, self.looking, self.repairs, self.fill, self.smart, self.grid)
        return self.marking.busy or any(part.busy for part in parts)

    def edit(self, crop_id: int) -> None:
        """Take a crop in hand and show the editor."""
        self.editing.open(crop_id)
        self.pages.setCurrentWidget(self.page)
        if self._tabs is not None:
            self._tabs.setCurrentIndex(self._tab)
            self.page.setFocus()

    def live_in(self, tabs: QTabWidget, tab: int, undo: QUndoGroup) -> None:
        """Be the ``tab`` of the window; Undo takes back the editor's steps while it is in front."""
        self._tabs, self._tab, self._undo = tabs, tab, undo
        self._other_steps = undo.activeStack()
        undo.addStack(self.history.stack)
        undo.addStack(self.marking.stack)
        self.pages.currentChanged.connect(lambda _: self._choose_steps())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        tabs.currentChanged.connect(self._tab_changed)

    def start(self) -> None:
        """What an earlier run of the program left is done; once the model is loaded."""
        self.editing.catch_up()
        library = self._library
        self._runner.run(lambda: all_drafts(library), self._offer_drafts)

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Review only these crops."""
        self.reviewing.set_filter(crop_filter)
        if self._progress_is_known:
            self.reviewing.count()
        self.grid.set_filter(crop_filter)

    def library_changed(self, change: Change) -> None:
        """Follow the library."""
        self.editing.crops_removed(frozenset(change.crops_removed))
        if self._progress_is_known:
            self.reviewing.library_changed(change)
            self.grid.library_changed(change)

    def close(self) -> None:
        """Save what was drawn and end; before the session and the library."""
        self.marking.close()
        self.editing.close()

    # -- how it hangs together --------------------------------------------------------------------

    def _connect(self) -> None:
        page, editing, reviewing = self.page, self.editing, self.reviewing
        editing.opened.connect(self._opened)
        editing.emptied.connect(self._emptied)
        editing.state_changed.connect(page.header.show_state)
        editing.affected.connect(self._show_effect)
        editing.saved.connect(lambda _: page.effect.say("Saved. Looking at what it changes…"))
        reviewing.progressed.connect(page.header.show_progress)
        reviewing.finished.connect(lambda words: editing.leave(lambda: editing.close_crop(words)))
        self.repairs.told.connect(self.told)
        for tool in self.commands.tools:
            tool.told.connect(self.told)
        self.repairs.working.connect(page.header.show_state)
        for part in (editing, reviewing, self.looking, self.repairs):
            part.failed.connect(self.failed)
        self.marking.failed.connect(self.failed)
        self.marking.changed.connect(reviewing.count)
        self.marking.marked.connect(lambda words, undo: self.offered.emit(words, "Undo", undo))
        page.left.connect(self._leave)
        page.canvas.picked.connect(self.options.pick)
        page.canvas.stepped.connect(self._step)
        self.grid.edit_wanted.connect(self.edit)
        self.grid.left.connect(self._show_editor)
        page.draft.take.clicked.connect(self._take_draft)
        page.draft.drop.clicked.connect(self._drop_draft)

    def _connect_commands(self) -> None:
        commands, options, canvas = self.commands, self.options, self.page.canvas
        for tool, action in commands.tools.items():
            action.triggered.connect(partial(self._choose, tool))
        for action, do in (
            (commands.edit, self._edit_selected),
            (commands.next, lambda: self.editing.leave(self.reviewing.next)),
            (commands.previous, self.reviewing.previous),
            (commands.accept, self._accept),
            (commands.skip, self.reviewing.skip),
            (commands.take_back, self._take_back),
            (commands.grid, self._show_grid),
            (commands.save, self.editing.save),
            (commands.swap, options.swap),
            (commands.larger, partial(self._step, 1)),
            (commands.smaller, partial(self._step, -1)),
            (commands.turn, self._turn),
            (commands.older, partial(self.page.revisions.step, 1)),
            (commands.newer, partial(self.page.revisions.step, -1)),
            (commands.bring_back, self.looking.bring_back),
            (commands.zoom_in, partial(canvas.zoom, 1.0)),
            (commands.zoom_out, partial(canvas.zoom, -1.0)),
            (commands.fit, canvas.fit),
            (commands.actual, partial(canvas.zoom_to, 1.0)),
            (commands.stronger, lambda: options.set_opacity(options.opacity + 0.1)),
            (commands.weaker, lambda: options.set_opacity(options.opacity - 0.1)),
        ):
            action.triggered.connect(lambda _=False, do=do: do())
        commands.protect.toggled.connect(options.set_protects)
        commands.outlines.toggled.connect(lambda on: options.set_shows_fill(not on))
        commands.alone.toggled.connect(options.set_alone)
        commands.letters.toggled.connect(options.set_shows_letters)
        options.changed.connect(lambda: commands.protect.setChecked(options.protects))

    def _tab_changed(self, tab: int) -> None:
        self._choose_steps()
        if tab != self._tab:
            self._tab_before = tab
            self.history.interrupt()
            self.editing.save()
            return
        if not self._progress_is_known:
            self._progress_is_known = True
            self.reviewing.count()
        if self.editing.sitting is None and not self.editing.busy and (selected := self._selected()):
            self.editing.open(selected[0])

    def _focus_moved(self, _: QWidget | None, focus: QWidget | None) -> None:
        """What has the keyboard on another tab gets it again when the user comes back to it."""
        page = None if self._tabs is None else self._tabs.currentWidget()
        if focus is not None and page is not None and page is not self.pages and page.isAncestorOf(focus):
            self._focus_before = focus

    def _choose_steps(self) -> None:
        """Undo takes back what was done to what is in front."""
        stack = self._other_steps
        if self._tabs is not None and self._tabs.currentIndex() == self._tab:
            is_grid = self.pages.currentWidget() is self.grid
            stack = self.marking.stack if is_grid else self.history.stack
        if self._undo is not None and stack is not None:
            self._undo.setActiveStack(stack)

    def _leave(self) -> None:
        """Esc: back to where the user came from, and to what had the keyboard there."""
        if self._tabs is not None:
            self._tabs.setCurrentIndex(self._tab_before)
            before = self._focus_before
            if before is not None and isValid(before) and before.isVisible():
                before.setFocus()
            else:
                self._tabs.currentWidget().setFocus()

    def _asked(self) -> VectorQuery | None:
        """What the window searches for now."""
        asked = self._controller.asked
        return None if asked is None else asked.vectors

    def _edit_selected(self) -> None:
        if (crop_id := self._crop_meant()) is not None:
            self.edit(crop_id)
        else:
            self.told.emit("Select a crop first: click on it, or go to it with the arrow keys.")

    def _crop_meant(self) -> int | None:
        """The selected crop; the query's where nothing is, or where its panel has the keyboard."""
        subject = self._controller.subject
        focus: QWidget | None = QApplication.focusWidget()
        queried = None if subject is None else subject.crop_id
        while focus is not None and not isinstance(focus, QueryPanel):
            focus = focus.parentWidget()
        if focus is not None and queried is not None:
            return queried
        return next(iter(self._selected()), queried)

    def _choose(self, tool: Tool) -> None:
        self.page.strip.choose(tool)

    def _step(self, steps: int) -> None:
        self.page.tool.step(steps)

    def _turn(self) -> None:
        self.page.tool.turn()

    def _accept(self) -> None:
        if not self.page.tool.finish():  # Enter closes an outline that is being drawn
            self.reviewing.accept()

    def _take_back(self) -> None:
        tool = self.page.tool
        if isinstance(tool, Lasso) and tool.back():
            return
        self.reviewing.take_back()

    def _show_grid(self) -> None:
        self.editing.save()
        self.pages.setCurrentWidget(self.grid)
        self.grid.setFocus()

    def _show_editor(self) -> None:
        self.pages.setCurrentWidget(self.page)
        self.page.setFocus()

    def _opened(self, sitting: Sitting) -> None:
        self.page.show_sitting(sitting)
        self._show_able()

    def _emptied(self, words: str) -> None:
        self.page.show_nothing(words)
        self._show_able()

    def _show_able(self) -> None:
        has = self.editing.sitting is not None
        for action in self.commands.that_change:
            action.setEnabled(has)
        self.page.header.accept.setEnabled(has)

    def _show_effect(self, effect: Effect) -> None:
        self._controller.reload(effect.crop_id)
        sitting = self.editing.sitting
        if sitting is not None and sitting.crop_id == effect.crop_id:
            self.page.effect.show_effect(effect, sitting.opened.schema)

    def _offer_drafts(self, drafts: list[Draft]) -> None:
        """An earlier run of the program ended before it could save."""
        if drafts:
            masks = f"{len(drafts):,} mask{'s' * (len(drafts) != 1)}"
            first = drafts[0].crop_id
            words = f"What was drawn on {masks} was not saved when the program ended. It is kept."
            self.offered.emit(words, "Show It", lambda: self.edit(first))

    def _take_draft(self) -> None:
        sitting = self.editing.sitting
        if sitting is not None and sitting.draft is not None:
            self.page.draft.hide()
            sitting.draft_is_taken = True
            self.editing.replace("Take Over Unsaved Edits", sitting.draft.labels)
            self.told.emit("Here is what was drawn then. Ctrl+Z takes it back.")

    def _drop_draft(self) -> None:
        sitting = self.editing.sitting
        if sitting is not None:
            self.page.draft.hide()
            sitting.forget_draft()
            self.told.emit("What was drawn then is forgotten.")
