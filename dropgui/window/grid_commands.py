"""What can be done with the grid in front: cards larger and smaller, the other crops, paths to paste."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from dropgui import menus
from dropgui.gallery.grid import CARD_WIDTHS, CropGrid
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.library.queries import crop_rows


class GridCommands(QObject):
    """``grids`` have cards of one size; ``in_front`` is the one that commands go to."""

    def __init__(
        self, library: Library, runner: Runner, grids: tuple[CropGrid, ...], in_front: Callable[[], CropGrid]
    ) -> None:
        super().__init__(runner)
        self._library = library
        self._runner = runner
        self._grids = list(grids)
        self._in_front = in_front

    @property
    def card_width(self) -> int:
        """Width of a card, device-independent pixels."""
        return self._grids[0].card_width

    def set_card_width(self, width: int) -> None:
        """Show cards of this width in all grids."""
        for grid in self._grids:
            grid.set_card_width(width)

    def add(self, grid: CropGrid) -> None:
        """One more grid, which was made just now: pictures are kept in one size for all of them."""
        grid.set_card_width(self.card_width)
        self._grids.append(grid)

    def fill_view(self, menu: QMenu) -> None:
        """The size of the cards."""
        menus.add(menu, "&Larger Cards", lambda: self._step(1), "Ctrl+=")
        menus.add(menu, "&Smaller Cards", lambda: self._step(-1), "Ctrl+-")

    def fill_edit(self, menu: QMenu) -> None:
        """The rest of the crops, and what goes to the clipboard."""
        menus.add(menu, "&Invert Selection", lambda: self._in_front().select_others(), "Ctrl+I")
        menus.add(menu, "&Copy Paths of Selected Crops", self._copy_paths, "Ctrl+Shift+C")

    def _step(self, step: int) -> None:
        position = min(range(len(CARD_WIDTHS)), key=lambda i: abs(CARD_WIDTHS[i] - self.card_width))
        self.set_card_width(CARD_WIDTHS[max(0, min(len(CARD_WIDTHS) - 1, position + step))])

    def _copy_paths(self) -> None:
        ids = self._in_front().selected_ids()

        def read() -> str:
            rows = crop_rows(self._library, ids)
            return "\n".join(str(rows[i].path) for i in ids if i in rows)

        self._runner.run(read, QGuiApplication.clipboard().setText)
