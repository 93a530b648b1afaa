"""What the middle of the window shows while the library is empty: one sentence, one place to drop."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dropgui.style import GRID, note, scaled


class Welcome(QWidget):
    """Invites a drop; two buttons for those who would rather click."""

    add_folder = Signal()
    open_demo = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._armed = False
        title = QLabel("Drop a folder of person pictures here")
        title.setFont(scaled(title.font(), 1.7, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)  # or the whole window could not be narrower
        text = note(
            "Click a person, choose the body parts that count, and see where the same person appears again.\n"
            "Everything stays on this machine, and your pictures are never changed."
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        add = QPushButton("Add Folder…")
        add.setDefault(True)
        add.clicked.connect(self.add_folder)
        self.setFocusProxy(add)
        demo = QPushButton("Try the Demo Gallery")
        demo.clicked.connect(self.open_demo)
        for button in (add, demo):
            button.setMinimumSize(168, 36)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch()
        buttons.addWidget(add)
        buttons.addWidget(demo)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 6 * GRID, 6 * GRID, 6 * GRID)
        column.setSpacing(2 * GRID)
        column.addStretch()
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(GRID)
        column.addLayout(buttons)
        column.addStretch()

    def set_armed(self, armed: bool) -> None:
        """Show that letting go now would add what is being dragged."""
        self._armed = armed
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dashed outline of the place to drop."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole.Highlight if self._armed else QPalette.ColorRole.Mid
        painter.setPen(QPen(self.palette().color(role), 2, Qt.PenStyle.DashLine))
        margin = 3 * GRID
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(margin, margin, -margin, -margin), 12, 12)
