"""The panel on the right: the query crop, the body drawing, and which parts count."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dropgui.query.apart_box import ApartBox
from dropgui.query.body_picker import BodyPicker
from dropgui.query.controller import QueryController, Subject
from dropgui.query.crop_view import CropView
from dropgui.query.part_list import PartList
from dropgui.query.push_slider import PushSlider
from dropgui.query.selection import PartSelection, Preset
from dropgui.query.strip import SubjectStrip
from dropgui.reading_order import in_reading_order
from dropgui.search.question import fusion_rule
from dropgui.style import GRID, ElidedLabel, heading, note, scaled


class _Page(QWidget):
    """What the panel scrolls: before it does, the pictures become as small as they may."""

    def heightForWidth(self, width: int) -> int:
        """The least that all of it needs; a scroll area gives it no less, and more where there is more."""
        layout = self.layout()
        return -1 if layout is None else layout.totalMinimumHeightForWidth(width)


class QueryPanel(QWidget):
    """Shows the controller's subject and edits the part selection."""

    def __init__(
        self, controller: QueryController, selection: PartSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._selection = selection
        self.crop_view = CropView(selection)
        self.body_picker = BodyPicker(selection)
        self.part_list = PartList(selection)
        self._name = ElidedLabel()
        self._where = ElidedLabel()
        self._where.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._tint = QCheckBox("Show mask")
        self._tint.setChecked(True)
        self._tint.setToolTip("Colour the body parts that were found on the picture (M)")
        self._tint.toggled.connect(self.crop_view.set_tinted)
        self.views = SubjectStrip("This person", "View", "Add the selected crops as views of this person (A)")
        self.negatives = SubjectStrip(
            "Not like", "Not like", "Push away what looks like the selected crops (X)"
        )
        self.push = PushSlider(controller)
        self._rule = note()
        self._rule.setFont(scaled(self._rule.font(), 0.92))
        self.history_button = QToolButton()
        self.history_button.setText("History")
        self.history_button.setToolTip("What was searched for before (Ctrl+H)")
        self.history_button.setArrowType(Qt.ArrowType.DownArrow)
        self.history_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.history_button.setAutoRaise(True)
        self._apart = ApartBox(controller)
        self._ordered: object = None  # the schema whose rows Tab goes through in their order
        self._presets = {preset: QPushButton(preset.value) for preset in Preset}
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(self._make_query())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        controller.loaded.connect(self._show_query)
        controller.turned.connect(self._show_subject)
        controller.options_changed.connect(self._show_rule)
        self.views.chosen.connect(controller.turn_to)
        self.views.removed.connect(controller.remove)
        self.negatives.removed.connect(controller.remove)
        controller.cleared.connect(lambda: self._pages.setCurrentIndex(0))
        selection.changed.connect(self._show_selection)

    def place_at(self, point: QPoint) -> str:
        """What a picture let go at a point of the panel becomes: ``view``, ``negative`` or ``query``."""
        if self._pages.currentIndex() == 0:
            return "query"
        area = self.negatives.rect().translated(self.negatives.mapTo(self, QPoint(0, 0)))
        return "negative" if area.contains(point) else "view"

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
        page = _Page()
        column = QVBoxLayout(page)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        top = QHBoxLayout()
        top.addWidget(heading("Query"))
        top.addStretch()
        top.addWidget(self.history_button)
        top.addWidget(self._tint)
        column.addLayout(top)
        pictures = QHBoxLayout()
        pictures.setSpacing(GRID)
        pictures.addWidget(self.crop_view, 1)
        pictures.addWidget(self.body_picker, 1)
        column.addLayout(pictures)
        words = QHBoxLayout()
        words.setSpacing(GRID)
        words.addWidget(self._name, 3)
        words.addWidget(self._where, 2)
        column.addLayout(words)
        strips = QHBoxLayout()
        strips.setSpacing(GRID)
        strips.addWidget(self.views, 3)
        strips.addWidget(self.negatives, 2)
        column.addLayout(strips)
        column.addWidget(self.push)
        column.addWidget(self._rule)
        column.addSpacing(GRID // 2)
        column.addWidget(heading("Parts that count"))
        column.addLayout(self._make_presets())
        column.addSpacing(GRID // 2)
        column.addWidget(self.part_list)
        column.addSpacing(GRID // 2)
        column.addWidget(self._apart)
        column.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        self._area, self._page = area, page
        self._make_room()
        return area

    def _make_room(self) -> None:
        """Nothing may be cut off at the right, also where the page is so high that it scrolls."""
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(self._page.minimumSizeHint().width() + bar)

    def _make_presets(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GRID // 2)
        tips = {
            Preset.VISIBLE: "The whole person and every part seen in this crop (key 0)",
            Preset.WHOLE: "The person as a whole, not part by part (key W)",
            Preset.UPPER: "Head, torso and arms (key U)",
            Preset.LOWER: "Legs and feet (key L)",
            Preset.CLOTHING: "Everything but the head (key C)",
        }
        for place, (preset, button) in enumerate(self._presets.items()):
            button.setToolTip(tips[preset])
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, preset=preset: self._selection.apply(preset))
            grid.addWidget(button, *divmod(place, 3))
        return grid

    def _show_query(self, subject: Subject) -> None:
        self._pages.setCurrentIndex(1)
        self.views.set_subjects(self._controller.views, last_stays=True)
        self.negatives.set_subjects(self._controller.negatives, last_stays=False)
        self._show_rule()
        self._show_subject(subject)
        in_reading_order(self._page)

    def _show_rule(self) -> None:
        """How several views become one; said only where there is something to say."""
        views = self._controller.views
        several = len(views) > 1 or any(view.crops > 1 for view in views) or self._controller.negatives
        question = self._controller.question if several else None
        self._rule.setVisible(question is not None)
        self._rule.setText("" if question is None else fusion_rule(question))

    def _show_subject(self, subject: Subject) -> None:
        self.views.mark(self._controller.views.index(subject))
        pixmap = QPixmap.fromImage(subject.picture)
        self.crop_view.set_crop(pixmap, "Picture cannot be shown")  # its name stands below
        self.crop_view.set_labels(subject.labels)
        self._name.set_text(subject.title)
        self._name.setToolTip(str(subject.path))
        self._where.set_text(subject.place)
        self._where.setToolTip(subject.place)

    def _show_selection(self) -> None:
        schema = self._selection.schema
        self.body_picker.setVisible(schema is not None and BodyPicker.knows(schema))
        self.part_list.setEnabled(schema is not None)
        for preset, button in self._presets.items():
            button.setEnabled(schema is not None)
            button.setChecked(preset is self._selection.preset)
        self._make_room()
        self._show_rule()
        if schema is not self._ordered:
            self._ordered = schema
            in_reading_order(self._page)
