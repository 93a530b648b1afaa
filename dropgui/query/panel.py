"""The panel on the right: the query crop, the body drawing, and which parts count."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.query.body_picker import BodyPicker
from dropgui.query.controller import QueryController, Subject
from dropgui.query.crop_view import CropView
from dropgui.query.part_list import PartList
from dropgui.query.selection import PartSelection, Preset
from dropgui.style import GRID, ElidedLabel, heading, note


class QueryPanel(QWidget):
    """Shows the controller's subject and edits the part selection."""

    def __init__(
        self, controller: QueryController, selection: PartSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self.crop_view = CropView(selection)
        self.body_picker = BodyPicker(selection)
        self.part_list = PartList(selection)
        self._name = ElidedLabel()
        self._where = ElidedLabel()
        self._where.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._tint = QCheckBox("Show &mask")
        self._tint.setChecked(True)
        self._tint.toggled.connect(self.crop_view.set_tinted)
        self._presets = {preset: QPushButton(preset.value) for preset in Preset}
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(self._make_query())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        controller.loaded.connect(self._show_subject)
        controller.cleared.connect(lambda: self._pages.setCurrentIndex(0))
        selection.changed.connect(self._show_selection)

    def toggle_mask(self) -> None:
        """Draw the mask on the crop, or no longer."""
        self._tint.toggle()

    def _make_empty(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.addWidget(heading("Query"))
        column.addStretch()
        text = note("Click a person in the gallery to search for them.\n\nOr drop a single picture here.")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(text)
        column.addStretch()
        return page

    def _make_query(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        top = QHBoxLayout()
        top.addWidget(heading("Query"))
        top.addStretch()
        top.addWidget(self._tint)
        column.addLayout(top)
        pictures = QHBoxLayout()
        pictures.setSpacing(GRID)
        pictures.addWidget(self.crop_view, 1)
        pictures.addWidget(self.body_picker, 1)
        column.addLayout(pictures)
        column.addWidget(self._name)
        column.addWidget(self._where)
        column.addSpacing(GRID // 2)
        column.addWidget(heading("Parts that count"))
        column.addLayout(self._make_presets())
        column.addSpacing(GRID // 2)
        column.addWidget(self.part_list)
        column.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        area.setMinimumWidth(page.minimumSizeHint().width())
        return area

    def _make_presets(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        tips = {
            Preset.VISIBLE: "The whole person and every part seen in this crop (key 0)",
            Preset.WHOLE: "The person as a whole, not part by part (key W)",
            Preset.UPPER: "Head, torso and arms (key U)",
            Preset.LOWER: "Legs and feet (key L)",
            Preset.CLOTHING: "Everything but the head (key C)",
        }
        for preset, button in self._presets.items():
            button.setToolTip(tips[preset])
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, preset=preset: self._selection.apply(preset))
            row.addWidget(button)
        self._presets[Preset.VISIBLE].setCheckable(True)
        return row

    def _show_subject(self, subject: Subject) -> None:
        self._pages.setCurrentIndex(1)
        pixmap = QPixmap.fromImage(subject.picture)
        self.crop_view.set_crop(pixmap, f"{subject.path.name} cannot be shown")
        self.crop_view.set_labels(subject.labels)
        self._name.set_text(subject.path.name)
        self._name.setToolTip(str(subject.path))
        self._where.set_text(subject.place)

    def _show_selection(self) -> None:
        schema = self._selection.schema
        self.body_picker.setVisible(schema is not None and BodyPicker.knows(schema))
        self.part_list.setEnabled(schema is not None)
        for button in self._presets.values():
            button.setEnabled(schema is not None)
        self._presets[Preset.VISIBLE].setChecked(self._selection.follows_crop)
