"""The panel on the left: folders and cameras of the library, ticked to narrow gallery and matches alike."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHeaderView,
    QMenu,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dropgui.library.queries import CameraRow, CropFilter, FolderRow
from dropgui.style import GRID, heading, note, scaled

_ID = Qt.ItemDataRole.UserRole
_PATH = Qt.ItemDataRole.UserRole + 1


class LibraryPanel(QWidget):
    """Two sections of ticked rows with their counts. Nothing ticked in a section means: all of it."""

    filter_changed = Signal(CropFilter)
    rescan = Signal(Path)
    forget = Signal(int, Path)
    unclear = Signal(str)
    """A command could not be carried out, and what to do first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders = _section("Folders")
        self._cameras = _section("Cameras")
        self._folders.itemChanged.connect(self._changed)
        self._cameras.itemChanged.connect(self._changed)
        self._folders.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._folders.customContextMenuRequested.connect(self._show_menu)
        self._hint = note("Tick folders or cameras to search only there.")
        self._no_folders = note("None yet. Drop one on the window.")
        self._camera_title = heading("Cameras")
        self._no_cameras = note(
            "None yet. Cameras are read from file names such as 0001_c2_… or a folder cam2."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(heading("Folders"))
        column.addWidget(self._no_folders)
        column.addWidget(self._folders)
        column.addSpacing(GRID)
        column.addWidget(self._camera_title)
        column.addWidget(self._no_cameras)
        column.addWidget(self._cameras)
        column.addSpacing(GRID)
        column.addWidget(self._hint)
        column.addStretch()
        self.setMinimumWidth(22 * GRID)
        self.actions_for_folder = self._make_actions()
        self.set_rows([], [])

    def crop_filter(self) -> CropFilter:
        """What is ticked."""
        return CropFilter(folders=_ticked(self._folders), cameras=_ticked(self._cameras))

    def clear_filter(self) -> None:
        """Tick nothing: the whole library counts."""
        for tree in (self._folders, self._cameras):
            tree.blockSignals(True)
            for item in _items(tree):
                item.setCheckState(0, Qt.CheckState.Unchecked)
            tree.blockSignals(False)
        self._changed()

    def set_rows(self, folders: Sequence[FolderRow], cameras: Sequence[CameraRow]) -> None:
        """Show these, keeping what is ticked."""
        before = self.crop_filter()
        _fill(
            self._folders,
            [(f.id, f.name, f.crops, _folder_tip(f), str(f.path)) for f in folders],
            before.folders,
        )
        _fill(self._cameras, [(c.id, c.name, c.crops, c.name, "") for c in cameras], before.cameras)
        self._folders.setVisible(bool(folders))
        self._no_folders.setVisible(not folders)
        self._camera_title.setVisible(bool(folders))
        self._cameras.setVisible(bool(cameras))
        self._no_cameras.setVisible(bool(folders) and not cameras)
        self._hint.setVisible(len(folders) + len(cameras) > 1)
        for action in self.actions_for_folder:
            action.setEnabled(bool(folders))
        if self.crop_filter() != before:
            self._changed()

    def _make_actions(self) -> tuple[QAction, QAction]:
        rescan = QAction("Look for &New Pictures in Folder", self)
        rescan.setShortcut(QKeySequence("F5"))
        rescan.triggered.connect(self._rescan_current)
        forget = QAction("&Forget Folder…", self)
        forget.triggered.connect(self._forget_current)
        return rescan, forget

    def _rescan_current(self) -> None:
        current = self._folders.currentItem()
        for item in [current] if current is not None else list(_items(self._folders)):
            self.rescan.emit(Path(item.data(0, _PATH)))

    def _forget_current(self) -> None:
        item = self._folders.currentItem()
        if item is None and self._folders.topLevelItemCount() == 1:
            item = self._folders.topLevelItem(0)
        if item is None:
            self.unclear.emit("Click the folder that is to be forgotten first, in the list on the left.")
        else:
            self.forget.emit(item.data(0, _ID), Path(item.data(0, _PATH)))

    def _show_menu(self, point: QPoint) -> None:
        item = self._folders.itemAt(point)
        if item is not None:
            self._folders.setCurrentItem(item)
            menu = QMenu(self)
            menu.addActions(list(self.actions_for_folder))
            menu.exec(self._folders.viewport().mapToGlobal(point))

    def _changed(self) -> None:
        self.filter_changed.emit(self.crop_filter())


def _section(name: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setAccessibleName(name)
    tree.setColumnCount(2)
    tree.setHeaderHidden(True)
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.setFrameShape(QTreeWidget.Shape.NoFrame)
    tree.viewport().setAutoFillBackground(False)
    tree.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    tree.setMinimumHeight(0)
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    tree.header().setStretchLastSection(False)
    tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return tree


def _folder_tip(folder: FolderRow) -> str:
    lines = [str(folder.path)]
    if folder.missing:
        lines.append("This folder is not there now; its crops can still be searched.")
    if folder.faults:
        lines.append(f"{folder.faults:,} files could not be read")
    return "\n".join(lines)


def _items(tree: QTreeWidget) -> Iterator[QTreeWidgetItem]:
    for row in range(tree.topLevelItemCount()):
        item = tree.topLevelItem(row)
        assert item is not None
        yield item


def _ticked(tree: QTreeWidget) -> frozenset[int]:
    checked = Qt.CheckState.Checked
    return frozenset(item.data(0, _ID) for item in _items(tree) if item.checkState(0) is checked)


def _fill(tree: QTreeWidget, rows: Sequence[tuple[int, str, int, str, str]], ticked: frozenset[int]) -> None:
    tree.blockSignals(True)
    current = tree.currentItem()
    kept = None if current is None else current.data(0, _ID)
    tree.clear()
    small = scaled(tree.font(), 0.92)
    for row_id, name, count, tip, path in rows:
        item = QTreeWidgetItem(tree, [name, f"{count:,}"])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(0, Qt.CheckState.Checked if row_id in ticked else Qt.CheckState.Unchecked)
        item.setData(0, _ID, row_id)
        item.setData(0, _PATH, path)
        item.setToolTip(0, tip)
        item.setFont(1, small)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if row_id == kept:
            tree.setCurrentItem(item)
    tree.blockSignals(False)
    # As high as its rows, so that the sections stand together; with many rows it gives way and scrolls.
    tree.setMaximumHeight(len(rows) * max(20, tree.sizeHintForRow(0)) + 4)
