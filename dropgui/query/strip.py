"""A row of small pictures: the views of the query, or those who are not meant."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from dropgui.query.subjects import Subject
from dropgui.style import GRID, heading, scaled

_PICTURE = QSize(4 * GRID, 8 * GRID)


class _Tile(QToolButton):
    """One picture; its cross takes it away, as the Delete key does."""

    removed = Signal()

    def __init__(self, subject: Subject, role: str) -> None:
        super().__init__()
        self.setIcon(QIcon(_tile_picture(subject, self.palette())))
        self.setIconSize(_PICTURE)
        self.setAutoRaise(True)
        self.setFixedSize(_PICTURE + QSize(GRID, GRID))
        many = f", {subject.crops:,} crops" if subject.crops > 1 else ""
        self.setToolTip(f"{subject.title}{many}\n{subject.place}")
        self.setAccessibleName(f"{role}: {subject.title}{many}")
        self._cross = QToolButton(self)
        self._cross.setText("✕")
        self._cross.setFont(scaled(self.font(), 0.8))
        self._cross.setFixedSize(2 * GRID, 2 * GRID)
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the Delete key does the same
        self._cross.setToolTip(f"Take out of the query (Delete): {subject.title}")
        self._cross.setAccessibleName(f"Take out of the query: {subject.title}")
        self._cross.clicked.connect(self.removed)

    def set_removable(self, removable: bool) -> None:
        """Whether there is a cross."""
        self._cross.setVisible(removable)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The cross stays in its corner."""
        super().resizeEvent(event)
        self._cross.move(self.width() - self._cross.width(), 0)

    def event(self, event: QEvent) -> bool:
        """The Delete key takes the picture away."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and not self._cross.isHidden():
                self.removed.emit()
                return True
        return super().event(event)


class SubjectStrip(QWidget):
    """Shows subjects in a row, with a button to add the crops that are selected in the grid."""

    chosen = Signal(int)
    """The position of the picture that was clicked."""
    removed = Signal(object)
    """The target that was taken away."""
    add_wanted = Signal()

    def __init__(self, title: str, role: str, add_tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._tiles: list[_Tile] = []
        self._add = QToolButton()
        self._add.setText("+")
        self._add.setFixedSize(3 * GRID, _PICTURE.height() + GRID)
        self._add.setToolTip(add_tip)
        self._add.setAccessibleName(add_tip)
        self._add.clicked.connect(self.add_wanted)
        inner = QWidget()
        self._row = QHBoxLayout(inner)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID // 2)
        self._row.addWidget(self._add)
        self._row.addStretch()
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area.setWidget(inner)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(heading(title))
        column.addWidget(self._area)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._fit()

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self._tiles)

    def tile(self, position: int) -> QToolButton:
        """The picture at a position."""
        return self._tiles[position]

    def set_subjects(self, subjects: Sequence[Subject], *, last_stays: bool) -> None:
        """Show these; with ``last_stays`` a single one has no cross."""
        for tile in self._tiles:
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = []
        for position, subject in enumerate(subjects):
            tile = _Tile(subject, self._role)
            tile.set_removable(len(subjects) > 1 or not last_stays)
            tile.clicked.connect(lambda _=False, position=position: self.chosen.emit(position))
            tile.removed.connect(lambda target=subject.target: self.removed.emit(target))
            self._row.insertWidget(position, tile)
            self._tiles.append(tile)
        self._fit()

    def mark(self, position: int) -> None:
        """The picture at this position is the one that is shown large."""
        for place, tile in enumerate(self._tiles):
            marked = place == position and len(self._tiles) > 1
            tile.setCheckable(marked)
            tile.setChecked(marked)
            if marked:
                self._area.ensureWidgetVisible(tile)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Room for a scroll bar only where one is needed."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = _PICTURE.height() + GRID
        wanted = len(self._tiles) * (_PICTURE.width() + GRID + GRID // 2) + self._add.width()
        bar = self._area.horizontalScrollBar().sizeHint().height() if wanted > self.width() > 0 else 0
        self._area.setFixedHeight(height + bar)


def _tile_picture(subject: Subject, palette: QPalette) -> QPixmap:
    """The picture in a tile's shape, with how many crops it stands for."""
    ratio = 2
    pixmap = QPixmap(_PICTURE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(palette.color(QPalette.ColorRole.AlternateBase))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    size = subject.picture.size().scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(QPoint(0, 0), size)
    target.moveCenter(QRect(QPoint(0, 0), _PICTURE).center())
    painter.drawImage(target, subject.picture)
    if subject.crops > 1:
        band = QRect(0, _PICTURE.height() - 2 * GRID, _PICTURE.width(), 2 * GRID)
        painter.fillRect(band, QColor(0, 0, 0, 170))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, f"×{subject.crops:,}")
    painter.end()
    return pixmap
