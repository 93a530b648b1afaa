"""What is known of one model version, and the fields in which people name it and write of it."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dropgui.style import GRID, heading, note
from dropgui.versions import words
from dropgui.versions.tree import Version

_NOTE_ROWS = 4


class VersionDetail(QScrollArea):
    """Names and notes are kept when the field is left, or with Enter in the name."""

    rename_wanted = Signal(int, str)
    note_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version: Version | None = None
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the version")
        self.name.setToolTip("What this version is called; Enter keeps another name")
        self.name.setAcceptDrops(False)
        self.name.editingFinished.connect(self._keep_name)
        self._state = note()
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(2 * GRID)
        self._facts.setVerticalSpacing(GRID // 2)
        self._facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName("Notes on the version")
        self.notes.setToolTip("What you want to remember of this version; kept when you leave the field")
        self.notes.setPlaceholderText("What you want to remember of this version")
        self.notes.setTabChangesFocus(True)
        self.notes.setAcceptDrops(False)
        line = self.notes.fontMetrics().lineSpacing()
        self.notes.setFixedHeight(_NOTE_ROWS * line + 2 * GRID)
        self.notes.installEventFilter(self)
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.name)
        column.addWidget(self._state)
        column.addLayout(self._facts)
        column.addWidget(heading("Notes"))
        column.addWidget(self.notes)
        column.addStretch(1)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(32 * GRID)

    @property
    def text(self) -> str:
        """All that is said of the version."""
        labels = [self._state, *self._inner.findChildren(QLabel)]
        return "\n".join(dict.fromkeys(label.text() for label in labels))

    def show_version(self, version: Version | None, names: Mapping[int, str]) -> None:
        """Show this one; ``names`` are those of all versions by id. What is being typed is kept first."""
        other = version is None or self._version is None or version.row.id != self._version.row.id
        if other:
            self._keep_name()
            self._keep_note()
        self._version = version
        self._inner.setVisible(version is not None)
        if version is None:
            return
        row = version.row
        if other or not self.name.hasFocus():
            self.name.setText(row.name)
        if other or not self.notes.hasFocus():
            self.notes.setPlainText(row.notes)
        self._state.setText(words.explained(version))
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for title, told in _facts(version, names).items():
            shown = QLabel(told)
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addRow(note(title), shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A note is kept when the keyboard goes elsewhere."""
        if watched is self.notes and isinstance(event, QFocusEvent) and event.lostFocus():
            self._keep_note()
        return super().eventFilter(watched, event)

    def _keep_name(self) -> None:
        if self._version is not None and self.name.text() != self._version.row.name:
            self.rename_wanted.emit(self._version.row.id, self.name.text())

    def _keep_note(self) -> None:
        if self._version is not None and self.notes.toPlainText().strip() != self._version.row.notes:
            self.note_wanted.emit(self._version.row.id, self.notes.toPlainText())


def _facts(version: Version, names: Mapping[int, str]) -> dict[str, str]:
    row = version.row
    parent = "no other version" if row.parent_id is None else names.get(row.parent_id, "one that is gone")
    measures = [f"{title} {words.measured(row.metrics, name)}" for name, title in words.TITLES.items()]
    told = {
        "Taught from": parent,
        "Taught with": row.data or ("not known" if row.trained else "nothing: it is untrained"),
        "Measured": ", ".join(each for each in measures if each[-1] == "%") or "not yet",
        "Parts": f"{len(row.schema)}, vectors of {row.dim:,} numbers",
        "File": _file(version),
        "Added": words.day(row.created_at),
    }
    if version.children:
        told["Led to"] = ", ".join(names[child] for child in version.children)
    return told


def _file(version: Version) -> str:
    if version.file_bytes is not None:
        return f"{words.size(version.file_bytes)}, kept beside the library"
    return "with the program" if version.row.weights_path is None else str(version.row.weights_path)
