"""The two lines of controls around the map: what it shows above, what it is doing below."""

from enum import Enum, auto

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from dropgui.flow import FlowLayout
from dropgui.library.groups import GroupBy
from dropgui.map.scatter import Tool
from dropgui.style import GRID
from dropmodel.parts import FOREGROUND, PartSchema

_TITLES = {GroupBy.PERSON: "Person", GroupBy.CAMERA: "Camera", GroupBy.FOLDER: "Folder"}
_HOW_TO_READ = (
    "Crops that look alike lie together. How far apart two distant groups are says little.\n"
    "The wheel, + and - zoom; the right or middle button moves the map, Home shows all of it."
)


class ToolLine(QWidget):
    """Which part is compared, what the colours stand for, and what dragging does."""

    part_changed = Signal()
    grouping_changed = Signal()
    tool_changed = Signal(Tool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = QComboBox()
        self.part.setAccessibleName("Body part that the map compares")
        self.part.setToolTip("Crops lie together whose looks of this part are alike")
        self.part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.part.activated.connect(self.part_changed)
        self.by = QComboBox()
        self.by.setAccessibleName("What the colours stand for")
        self.by.setToolTip("What the colours of the dots stand for")
        for by, title in _TITLES.items():
            self.by.addItem(title, by)
        self.by.activated.connect(self._grouping_chosen)
        self._asked_for: GroupBy | None = None
        self.lasso = _button("Lasso", "Draw around crops to select them; Ctrl adds to the selection")
        self.move_tool = _button("Move", "Drag to move the map; the right mouse button always does")
        self.fit = _button("Show All", "Zoom out until every crop is in view (Home)")
        tools = QButtonGroup(self)
        for button, tool in ((self.lasso, Tool.LASSO), (self.move_tool, Tool.MOVE)):
            button.setCheckable(True)
            tools.addButton(button)
            button.clicked.connect(lambda _=False, tool=tool: self.tool_changed.emit(tool))
        self.lasso.setChecked(True)
        flow = FlowLayout(self)
        flow.setContentsMargins(2 * GRID, GRID // 2, GRID, 0)
        for text, combo in (("&Part", self.part), ("&Colour", self.by)):
            label = QLabel(text)
            label.setBuddy(combo)
            flow.addWidget(_together(label, combo))
        right = _together(self.lasso, self.move_tool, self.fit)
        flow.addWidget(right)
        flow.setAlignment(right, Qt.AlignmentFlag.AlignRight)

    def chosen_part(self) -> str:
        """Name of the vector to compare; the whole person until a model's parts are known."""
        return str(self.part.currentData() or FOREGROUND)

    def asked_for(self) -> GroupBy | None:
        """What the user wants the colours to stand for; None: whatever tells most."""
        return self._asked_for

    def show_grouping(self, by: GroupBy) -> None:
        """Say what the colours stand for."""
        self.by.setCurrentIndex(self.by.findData(by))

    def offer_parts(self, schema: PartSchema, current: str) -> None:
        """Let the user choose among a model's vectors."""
        if [self.part.itemData(i) for i in range(self.part.count())] != list(schema.vector_names):
            self.part.clear()
            for name in schema.vector_names:
                self.part.addItem(schema.vector(name).title, name)
        self.part.setCurrentIndex(schema.vector_names.index(current))

    def _grouping_chosen(self) -> None:
        self._asked_for = GroupBy(self.by.currentData())
        self.grouping_changed.emit()


class Arranging(Enum):
    """What can be said and done about t-SNE."""

    RUNNING = auto()
    OFFERED = auto()
    SETTLED = auto()


class StatusLine(QWidget):
    """How many crops, how they are arranged and how far that is; what is new."""

    arrange_wanted = Signal()
    stop_wanted = Signal()
    update_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._news = QLabel(), QLabel("Crops were indexed since.")
        self._text.setToolTip(_HOW_TO_READ)
        for label in (self._text, self._news):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._progress = QProgressBar()
        self._progress.setFixedSize(120, GRID)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("How far the map is arranged")
        self.arrange = _button(
            "Arrange", "Bring crops that look alike together (t-SNE); goes on in the background"
        )
        self.stop = _button("Stop", "Go back to the arrangement by principal components")
        self.update_map = _button("Update Map", "Take in what was indexed since")
        self.arrange.clicked.connect(self.arrange_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.update_map.clicked.connect(self.update_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 0, GRID, GRID // 2)
        row.setSpacing(GRID)
        for widget in (self._text, self._progress, self.stop, self.arrange):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        row.addWidget(self._news)
        row.addWidget(self.update_map)
        self.setMinimumHeight(self.stop.sizeHint().height() + GRID // 2)  # buttons come and go
        self.show_arranging(Arranging.SETTLED)
        self.show_news(news=False)

    @property
    def text(self) -> str:
        """The line shown."""
        return self._text.text()

    def show_text(self, text: str) -> None:
        """Say what is on the map."""
        self._text.setText(text)

    def show_arranging(self, state: Arranging, share: float = 0.0) -> None:
        """Offer what can be done; ``share`` in [0, 1] is done, 0: nobody knows how much."""
        running = state is Arranging.RUNNING
        self._progress.setRange(0, 100 if share else 0)
        self._progress.setValue(round(100 * share))
        self._progress.setVisible(running)
        self.stop.setVisible(running)
        self.arrange.setVisible(state is Arranging.OFFERED)

    def show_news(self, *, news: bool) -> None:
        """Say that there is something to take in, or no longer."""
        self._news.setVisible(news)
        self.update_map.setVisible(news)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    return button


def _together(*widgets: QWidget) -> QWidget:
    """Widgets that stay in one line."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return box
