"""The list of files that could not be read, each with its reason."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dropgui.library.queries import Fault
from dropgui.style import GRID, heading, note


class ProblemsPanel(QWidget):
    """Folds out under the grids; closed by its own button."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faults: list[Fault] = []
        self._list = QTreeWidget()
        self._list.setColumnCount(2)
        self._list.setHeaderLabels(["File", "What is wrong with it"])
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setAlternatingRowColors(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setAccessibleName("Files that could not be read")
        header = self._list.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 280)
        self._copy_list = QPushButton("Copy List")
        self._copy_list.setToolTip("Copy the files and what is wrong with each")
        self._copy_list.clicked.connect(self._copy)
        close = QPushButton("Close")
        close.setToolTip("Hide this list; View › Show Problems brings it back")
        close.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addWidget(heading("Files that could not be read"))
        top.addStretch()
        top.addWidget(self._copy_list)
        top.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        column.addWidget(self._list, 1)
        self._words = note()
        column.addWidget(self._words)
        self._show_words()

    @property
    def count(self) -> int:
        """Number of files listed."""
        return len(self._faults)

    def set_faults(self, faults: list[Fault]) -> None:
        """Show these."""
        if faults == self._faults:
            return
        self._faults = faults
        self._list.clear()
        items = [QTreeWidgetItem([str(fault.path), fault.reason]) for fault in faults]
        for item in items:
            for column in (0, 1):
                item.setToolTip(column, item.text(column))
        self._list.addTopLevelItems(items)
        self._show_words()

    def _show_words(self) -> None:
        self._copy_list.setEnabled(bool(self._faults))
        self._words.setText(
            "The rest was indexed. A file is tried again once it has changed (F5)."
            if self._faults
            else "None: every file that was looked at could be read."
        )

    def _copy(self) -> None:
        lines = [f"{fault.path}\t{fault.reason}" for fault in self._faults]
        QGuiApplication.clipboard().setText("\n".join(lines))
