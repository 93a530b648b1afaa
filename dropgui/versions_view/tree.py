"""The tree of model versions: each below the one that it was taught from."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from dropgui.style import GRID, scaled
from dropgui.versions import words
from dropgui.versions.tree import Version

_ID = Qt.ItemDataRole.UserRole
_MEASURES = ("rank1", "map", "miou")
_FIRST_MEASURE = 2
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class VersionTree(QTreeWidget):
    """One row a version; the one in use is marked."""

    chosen = Signal()
    """Another version is selected, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels(["Version", "Searches", *(words.TITLES[name] for name in _MEASURES)])
        self.setAccessibleName("Model versions")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setItemsExpandable(False)
        self.setIndentation(2 * GRID)
        self.setAcceptDrops(False)
        header = self.header()
        header.setAccessibleName("Headings of the versions")
        header.setStyleSheet(f"QHeaderView::section:first {{ padding-left: {2 * GRID}px; }}")  # as the rows
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionsMovable(False)
        for column in range(_FIRST_MEASURE, _FIRST_MEASURE + len(_MEASURES)):
            self.headerItem().setTextAlignment(column, _RIGHT)
            said = words.explained_measures([_MEASURES[column - _FIRST_MEASURE]])
            self.headerItem().setToolTip(column, f"{said} Measured on those that were held out then.")
        self.currentItemChanged.connect(lambda *_: self.chosen.emit())

    @property
    def version_id(self) -> int | None:
        """The selected version."""
        item = self.currentItem()
        return None if item is None else int(item.data(0, _ID))

    def show_versions(self, versions: Sequence[Version]) -> None:
        """Show these, each before what was taught from it; the selection stays where it can.

        Where it cannot, the version in use is selected.
        """
        before = self.version_id
        wanted = before if any(version.row.id == before for version in versions) else None
        was_blocked = self.blockSignals(True)
        self.clear()
        branch: list[QTreeWidgetItem] = []
        for version in versions:
            del branch[version.depth :]
            item = _item(version)
            if branch:
                branch[-1].addChild(item)
            else:
                self.addTopLevelItem(item)
            branch.append(item)
            if version.row.id == wanted or (wanted is None and version.row.active):
                self.setCurrentItem(item)
        self.expandAll()
        self.blockSignals(was_blocked)
        self.chosen.emit()

    def select(self, version_id: int) -> None:
        """Select a version, if it is listed."""
        for item in self.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive, 0):
            if item.data(0, _ID) == version_id:
                self.setCurrentItem(item)


def _item(version: Version) -> QTreeWidgetItem:
    row = version.row
    measures = [words.measured(row.metrics, name) for name in _MEASURES]
    item = QTreeWidgetItem([row.name, words.state(version), *measures])
    item.setData(0, _ID, row.id)
    told = f"{row.name}\n{words.explained(version)}"
    for column in range(item.columnCount()):
        item.setToolTip(column, told)
        if row.active:
            item.setFont(column, scaled(item.font(column), 1, bold=True))
    for column in range(_FIRST_MEASURE, _FIRST_MEASURE + len(_MEASURES)):
        item.setTextAlignment(column, _RIGHT)
    return item
