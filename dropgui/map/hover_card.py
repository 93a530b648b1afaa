"""The crop under the pointer: its picture and where it is from, beside its dot."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.library import Library
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow
from dropgui.style import GRID, ElidedLabel, secondary

_PICTURE = QSize(96, 184)
_WIDTH = 144  # room for the words


class HoverCard(QFrame):
    """Floats over its parent; lets the pointer through."""

    def __init__(self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._library = library
        self._thumbnails = thumbnails
        self._reads = Latest(runner)
        self._row: CropRow | None = None
        self._dot = QPoint()
        self._picture = QLabel()
        self._picture.setFixedSize(_WIDTH, _PICTURE.height())
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name, self._place, self._person = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(2)
        column.addWidget(self._picture)
        column.addSpacing(2)
        for label in (self._name, self._place, self._person):
            column.addWidget(label)
        thumbnails.ready.connect(self._arrived)
        self.hide()

    @property
    def crop_id(self) -> int | None:
        """The crop that is shown."""
        return self._row.id if self._row is not None and self.isVisible() else None

    def show_crop(self, crop_id: int | None, dot: QPoint) -> None:
        """Show this crop beside its dot, or nothing."""
        self._dot = dot
        if crop_id is None:
            self._reads.drop()
            self._row = None
            self.hide()
            return
        self._reads.request(lambda: crop_rows(self._library, [crop_id]).get(crop_id), self._show)

    def _show(self, row: CropRow | None) -> None:
        self._row = row
        if row is None:
            self.hide()
            return
        self._name.set_text(row.path.stem)
        time = f" · {row.captured_at:%d %b %Y %H:%M}" if row.captured_at is not None else ""
        self._place.set_text(f"{row.place}{time}")
        self._person.set_text(row.person or "")
        self._person.setVisible(row.person is not None)
        muted = self._place.palette()
        muted.setColor(self._place.foregroundRole(), secondary(self.palette()))
        self._place.setPalette(muted)
        self._draw()
        self._settle()

    def _draw(self) -> None:
        assert self._row is not None
        pixmap = self._thumbnails.get(self._row.id, self._row.path)
        if pixmap is None:
            self._picture.setPixmap(QPixmap())
        elif pixmap.isNull():
            self._picture.setText("Picture cannot\nbe shown")
        else:
            ratio = self.devicePixelRatioF()
            shown = pixmap.scaled(
                _PICTURE * ratio,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            shown.setDevicePixelRatio(ratio)
            self._picture.setPixmap(shown)

    def _arrived(self, crop_ids: list[int]) -> None:
        if self._row is not None and self._row.id in crop_ids:
            self._draw()

    def _settle(self) -> None:
        """Beside the dot, on the side where there is room."""
        self.adjustSize()
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect().adjusted(GRID, GRID, -GRID, -GRID)
        place = self._dot + QPoint(2 * GRID, -self.height() // 2)
        if place.x() + self.width() > room.right():
            place.setX(self._dot.x() - 2 * GRID - self.width())
        top = max(room.top(), min(place.y(), room.bottom() - self.height()))
        self.move(max(room.left(), place.x()), top)
        self.show()
        self.raise_()
