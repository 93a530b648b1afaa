"""All that can be done in the mask editor, as the actions of the Mask menu."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from dropgui.masks.tools import Tool

_SEPARATOR = None
Entry = QAction | None


class Commands(QObject):
    """One action a command. Their keys work on the editor's page only, but for :attr:`edit`."""

    def __init__(self, tools: Sequence[Tool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        make = self._make
        self.edit = QAction("&Edit Mask of Selected Crop", self)
        self.edit.setShortcut(QKeySequence("E"))
        # -- review
        self.next = make("&Next to Review", "N", "The mask that the model is least sure of")
        self.previous = make("Previo&us", "P", "The mask before")
        self.accept = make("&Accept and Go On", "Return", "This mask is right as it is now")
        self.skip = make("&Skip", "S", "Leave this mask for later")
        self.take_back = make("&Take Last Review Back", "Backspace", "Back to the mask reviewed last")
        self.grid = make("Show All in &Grid", "V", "Many masks at once, the least certain first")
        self.save = make("Sa&ve Now", "Ctrl+S", "Saving goes by itself; this does it at once")
        # -- tools and paint
        self.tools = {tool: make(tool.title, tool.key, "", checkable=True) for tool in tools}
        together = QActionGroup(self)
        for action in self.tools.values():
            together.addAction(action)
        self.swap = make("Swap with &Background", "X", "From the part in hand to the background, and back")
        self.larger = make("&Larger Brush", "]", "A larger brush; for the fill, colours less alike")
        self.smaller = make("S&maller Brush", "[", "A smaller brush; for the fill, colours more alike")
        self.turn = make("&Other Way of the Tool", "Y", "Fill by colour or patch; lasso to paint or exchange")
        self.protect = make("&Keep Other Parts", "K", "Other parts stay as they are", checkable=True)
        # -- repairs
        self.smooth = make("&Smooth Part", "F6", "")
        self.smooth_all = make("Smooth All Parts", "Shift+F6", "")
        self.fill_holes = make("Fill &Holes of Part", "F7", "")
        self.fill_all_holes = make("Fill Holes of All Parts", "Shift+F7", "")
        self.islands = make("Remove &Islands of Part", "F8", "")
        self.all_islands = make("Remove Islands of All Parts", "Shift+F8", "")
        self.sides = make("Exchange &Left and Right", "Shift+X", "Every part becomes its twin")
        self.same_person = make("&Copy from the Same Person", "C", "Another crop's mask, fitted to this one")
        self.before = make("Copy from Picture &Before", "Shift+C", "The mask of the picture before, fitted")
        self.restore = make("&Restore the Model's Mask", "R", "")
        self.restore_part = make("Restore &Part from the Model's Mask", "Shift+R", "")
        self.ask = make("Ask the Model &Again", "Ctrl+R", "")
        # -- revisions
        self.older = make("&Older Mask", "Alt+Down", "Look at an earlier mask of this crop")
        self.newer = make("&Newer Mask", "Alt+Up", "Look at a later mask of this crop")
        self.bring_back = make("&Bring Back the Mask Shown", "Alt+Return", "")
        # -- view
        self.zoom_in = make("Zoom &In", "+", "")
        self.zoom_out = make("Zoom &Out", "-", "")
        self.fit = make("Show &Everything", "Home", "")
        self.actual = make("Pixel for Pi&xel", "Shift+Home", "")
        self.outlines = make("O&utlines Only", "O", "Show parts as outlines, not filled", checkable=True)
        self.alone = make("This Part &Alone", "A", "Show the part in hand alone", checkable=True)
        for action, short in ((self.outlines, "Outlines"), (self.alone, "Part alone")):
            action.setIconText(short)
        self.letters = make("&Letters", "J", "Show each part's letters", checkable=True)
        self.letters.setChecked(True)
        self.stronger = make("&Stronger Colours", ".", "")
        self.weaker = make("&Weaker Colours", ",", "")
        self._repeat_while_held()

    @property
    def of_the_page(self) -> list[QAction]:
        """Those whose keys the page answers."""
        own = [action for action in self.children() if isinstance(action, QAction)]
        return [action for action in own if action is not self.edit]

    @property
    def that_change(self) -> list[QAction]:
        """Those that need a mask to edit."""
        return [
            self.smooth,
            self.smooth_all,
            self.fill_holes,
            self.fill_all_holes,
            self.islands,
            self.all_islands,
            self.sides,
            self.same_person,
            self.before,
            self.restore,
            self.restore_part,
            self.ask,
            self.save,
            self.skip,
        ]

    def fill_menu(self, menu: QMenu) -> QMenu:
        """Put all of them into the Mask menu; the menu itself."""
        _add(menu, (self.edit, _SEPARATOR, self.next, self.previous, self.accept, self.skip, self.take_back))
        _add(menu, (self.grid, _SEPARATOR))
        _add(menu.addMenu("T&ools"), self.tools.values())
        _add(
            menu.addMenu("&Paint"),
            (self.swap, self.larger, self.smaller, self.turn, self.protect),
        )
        self.fill_repairs(menu.addMenu("&Repair"))
        _add(menu.addMenu("Rev&isions"), (self.older, self.newer, self.bring_back))
        _add(
            menu.addMenu("S&how"),
            (self.zoom_in, self.zoom_out, self.fit, self.actual, _SEPARATOR, self.outlines, self.alone,
             self.letters, self.stronger, self.weaker),
        )  # fmt: skip
        _add(menu, (_SEPARATOR, self.save))
        return menu

    def fill_repairs(self, menu: QMenu) -> QMenu:
        """What mends a mask in one step; the menu itself."""
        _add(
            menu,
            (self.smooth, self.smooth_all, self.fill_holes, self.fill_all_holes, self.islands,
             self.all_islands, _SEPARATOR, self.sides, _SEPARATOR, self.same_person, self.before,
             _SEPARATOR, self.restore, self.restore_part, self.ask),
        )  # fmt: skip
        return menu

    def _repeat_while_held(self) -> None:
        """Nothing else does: a key held too long would accept masks that nobody saw."""
        for action in (self.larger, self.smaller, self.zoom_in, self.zoom_out, self.stronger, self.weaker,
                       self.older, self.newer):  # fmt: skip
            action.setAutoRepeat(True)

    def _make(self, text: str, key: str, tip: str, *, checkable: bool = False) -> QAction:
        action = QAction(text, self)
        action.setAutoRepeat(False)
        action.setShortcut(QKeySequence(key))
        action.setCheckable(checkable)
        plain = text.replace("&", "")
        action.setIconText(plain)
        action.setToolTip(tip or plain)
        action.setStatusTip(tip)
        return action


def _add(menu: QMenu, entries: Iterable[Entry]) -> None:
    for entry in entries:
        if entry is None:
            menu.addSeparator()
        else:
            menu.addAction(entry)
