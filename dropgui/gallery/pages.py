"""What the gallery's tab shows: crops, or what to do where there are none."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dropgui.style import GRID, note


class GalleryPages(QStackedWidget):
    """Nothing while the library is being read, then ``welcome``, ``grid``, or why there is nothing."""

    whole_library_wanted = Signal()
    """The filter leaves no crop, and is to go."""

    def __init__(self, welcome: QWidget, grid: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._welcome = welcome
        self._grid = grid
        self._shown = 0
        self._total: int | None = None
        self._none = self._make_none()
        for page in (QWidget(), welcome, self._none, grid):
            self.addWidget(page)

    def show_crops(self, shown: int) -> None:
        """So many crops pass the filter."""
        self._shown = shown
        self._show()

    def show_total(self, total: int) -> None:
        """So many crops are in the library."""
        self._total = total
        self._show()

    def _show(self) -> None:
        if self._shown:
            self._show_grid()
        elif self._total is not None:
            is_first = self.currentIndex() == 0
            self.setCurrentWidget(self._none if self._total else self._welcome)
            if is_first and not self._total:  # Enter adds the first folder; no key is taken for a filter.
                self._welcome.setFocus()

    def _show_grid(self) -> None:
        is_first = self.currentWidget() not in {self._grid, self._none}
        self.setCurrentWidget(self._grid)
        if is_first:  # The keys of the grid work without a click once it is there.
            self._grid.setFocus()

    def _make_none(self) -> QWidget:
        page = QWidget()
        words = note("No crop passes the filter.")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        button = QPushButton("Show the Whole Library")
        button.setToolTip("Untick everything on the left and empty the filter (Ctrl+Shift+A)")
        button.clicked.connect(self.whole_library_wanted)
        column = QVBoxLayout(page)
        column.setSpacing(GRID)
        column.addStretch()
        column.addWidget(words)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        return page
