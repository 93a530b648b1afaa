"""The panel on the left: folders, cameras and persons, ticked to narrow gallery and matches alike."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from dropgui.gallery.saved_list import SavedList
from dropgui.gallery.ticked_list import TickedList, TickRow
from dropgui.library.queries import CameraRow, CropFilter, FolderRow
from dropgui.library.rows import PersonRow
from dropgui.style import GRID, heading, note

NOBODY = 0
"""Id of the row of the crops that are no person's."""


class LibraryPanel(QWidget):
    """Sections of ticked rows with their counts. Nothing ticked in a section means: all of it."""

    filter_changed = Signal(CropFilter)
    rescan = Signal(Path)
    forget = Signal(int, Path)
    unclear = Signal(str)
    """A command could not be carried out, and what to do first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: dict[int, Path] = {}
        self._crops = 0
        self._person_rows: tuple[TickRow, ...] = ()
        self.folders = TickedList("Folders")
        self.cameras = TickedList("Cameras")
        self.persons = TickedList("Persons", editable=True, several=True)
        self.folders.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.folders.customContextMenuRequested.connect(self._show_menu)
        self.saved = SavedList()
        self._hint = note("Tick to search only there.")
        self._no_folders = note("None yet. Drop one on the window.")
        self._camera_title = heading("Cameras")
        self._no_cameras = note(
            "None yet. Cameras are read from file names such as 0001_c2_… or a folder cam2."
        )
        self._person_title = heading("Persons")
        self._no_persons = note("None yet. Confirm a match (Y), or have persons suggested (Ctrl+Shift+G).")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        folder_title = heading("Folders")
        for widget in (
            self._hint,
            folder_title,
            self._no_folders,
            self.folders,
            self._camera_title,
            self._no_cameras,
            self.cameras,
            self._person_title,
            self._no_persons,
            self.persons,
            self.saved,
        ):
            if widget in {self._camera_title, self._person_title, self.saved}:
                column.addSpacing(GRID)
            column.addWidget(widget)
        column.addStretch()
        # Long lists scroll by themselves; where the window is too low for all sections, the panel does.
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.setMinimumWidth(22 * GRID)
        self.actions_for_folder = self._make_actions()
        self.set_rows([], [])
        self.set_persons([])
        for section in (self.folders, self.cameras, self.persons):
            section.ticked_changed.connect(self._changed)

    def crop_filter(self) -> CropFilter:
        """What is ticked."""
        return CropFilter(
            folders=self.folders.ticked,
            cameras=self.cameras.ticked,
            persons=self.persons.ticked - {NOBODY},
            unassigned=NOBODY in self.persons.ticked,
        )

    def clear_filter(self) -> None:
        """Tick nothing: the whole library counts."""
        for section in (self.folders, self.cameras, self.persons):
            section.set_ticked(())
        self._changed()

    def show_only_persons(self, person_ids: Sequence[int]) -> None:
        """Tick these persons and nothing else."""
        self.folders.set_ticked(())
        self.cameras.set_ticked(())
        self.persons.set_ticked(person_ids)
        self._changed()

    def set_rows(self, folders: Sequence[FolderRow], cameras: Sequence[CameraRow]) -> None:
        """Show these, keeping what is ticked."""
        before = self.crop_filter()
        self._paths = {folder.id: folder.path for folder in folders}
        self._crops = sum(folder.crops for folder in folders)
        self.folders.fill([TickRow(f.id, f.name, f.crops, _folder_tip(f)) for f in folders])
        self.cameras.fill([TickRow(c.id, c.name, c.crops, c.name) for c in cameras])
        self.folders.setVisible(bool(folders))
        self._no_folders.setVisible(not folders)
        self._camera_title.setVisible(bool(folders))
        self.cameras.setVisible(bool(cameras))
        self._no_cameras.setVisible(bool(folders) and not cameras)
        self._hint.setVisible(len(folders) + len(cameras) > 1)
        for action in self.actions_for_folder:
            action.setEnabled(bool(folders))
        if self.crop_filter() != before:
            self._changed()

    def set_persons(self, persons: Sequence[PersonRow]) -> None:
        """Show these, keeping what is ticked; of the folders that :meth:`set_rows` was given."""
        before = self.crop_filter()
        rows = [TickRow(p.id, p.name, p.crops, _person_tip(p)) for p in persons]
        if persons:
            nobody = self._crops - sum(person.crops for person in persons)
            rows.append(TickRow(NOBODY, "No person yet", nobody, "Crops that nobody said are a person's"))
        self._person_rows = tuple(rows)
        self.persons.fill(rows)
        self._person_title.setVisible(bool(self._paths))
        self.persons.setVisible(bool(persons))
        self._no_persons.setVisible(bool(self._paths) and not persons)
        if self.crop_filter() != before:
            self._changed()

    def refill_persons(self) -> None:
        """List the persons as they were last given: what was shown ahead did not come true."""
        self.persons.fill(self._person_rows)

    def _make_actions(self) -> tuple[QAction, QAction]:
        rescan = QAction("Look for Ne&w Pictures in Folder", self)
        rescan.setShortcut(QKeySequence("F5"))
        rescan.triggered.connect(self._rescan_current)
        forget = QAction("&Forget Folder…", self)
        forget.triggered.connect(self._forget_current)
        return rescan, forget

    def _rescan_current(self) -> None:
        current = self.folders.current
        for row in self.folders.rows if current is None else (current,):
            self.rescan.emit(self._paths[row.id])

    def _forget_current(self) -> None:
        row = self.folders.current
        if row is None and len(self.folders.rows) == 1:
            row = self.folders.rows[0]
        if row is None:
            self.unclear.emit("Click the folder that is to be forgotten first, in the list on the left.")
        else:
            self.forget.emit(row.id, self._paths[row.id])

    def _show_menu(self, point: QPoint) -> None:
        index = self.folders.indexAt(point)
        if index.isValid():
            self.folders.setCurrentIndex(index)
            menu = QMenu(self)
            menu.addActions(list(self.actions_for_folder))
            menu.exec(self.folders.viewport().mapToGlobal(point))

    def _changed(self) -> None:
        self.filter_changed.emit(self.crop_filter())


def _folder_tip(folder: FolderRow) -> str:
    lines = [str(folder.path)]
    if folder.missing:
        lines.append("This folder is not there now; its crops can still be searched.")
    if folder.faults:
        lines.append(f"{folder.faults:,} files could not be read")
    return "\n".join(lines)


def _person_tip(person: PersonRow) -> str:
    lines = [person.name]
    if person.cameras:
        lines.append(f"at {person.cameras:,} camera{'s' * (person.cameras != 1)}")
    if person.first_seen is not None and person.last_seen is not None:
        first, last = (f"{time:%Y-%m-%d %H:%M}" for time in (person.first_seen, person.last_seen))
        lines.append(f"seen {first}" if first == last else f"seen {first} to {last}")
    lines.append("Double-click to search for this person")
    return "\n".join(lines)
