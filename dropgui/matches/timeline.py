"""The strip of matches over time: a line a camera, a dot a match; a click goes to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dropgui.library.decisions import CONFIRMED
from dropgui.library.rows import CropRow
from dropgui.search.query import Match
from dropgui.style import GRID, scaled, secondary, verdict_color

_LANES = 6  # cameras with a line of their own; further ones share the last
_LANE = 1.5 * GRID
_DOT = 3.5
_REACH = 12.0  # of the pointer round a dot, device-independent pixels
_OTHERS = "other cameras"


@dataclass(frozen=True, slots=True)
class _Dot:
    crop_id: int
    rank: int
    time: datetime
    lane: int
    words: str


class Timeline(QWidget):
    """Matches whose time is known, the earliest on the left; left and right keys go from one to the next."""

    chosen = Signal(int)
    """Id of the crop that was clicked or stepped to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots: list[_Dot] = []
        self._lanes: list[str] = []
        self._unknown = 0
        self._current: int | None = None
        self._verdicts: Mapping[int, str] = {}
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Matches over time")

    @property
    def dots(self) -> list[int]:
        """The crops shown, by time."""
        return [dot.crop_id for dot in self._dots]

    @property
    def lanes(self) -> list[str]:
        """The lines from top to bottom."""
        return list(self._lanes)

    def show_matches(self, matches: Sequence[Match], rows: Mapping[int, CropRow]) -> None:
        """Show these matches; those of which the time is not known are only counted."""
        timed = [
            (rank, match.crop_id, row, row.captured_at)
            for rank, match in enumerate(matches, start=1)
            if (row := rows.get(match.crop_id)) is not None and row.captured_at is not None
        ]
        cameras = list(dict.fromkeys(row.camera or "camera not known" for _, _, row, _ in timed))
        # The cameras of the best matches have the lines of their own.
        kept = cameras if len(cameras) <= _LANES else cameras[: _LANES - 1]
        self._lanes = sorted(kept) + ([_OTHERS] if len(kept) < len(cameras) else [])
        lane = {camera: place for place, camera in enumerate(self._lanes)}
        self._dots = sorted(
            (
                _Dot(
                    crop_id,
                    rank,
                    time,
                    lane.get(row.camera or "camera not known", len(self._lanes) - 1),
                    f"Match {rank}, {row.place}, {time:%d %B %Y, %H:%M:%S}",
                )
                for rank, crop_id, row, time in timed
            ),
            key=lambda dot: (dot.time, dot.rank),
        )
        self._unknown = len(matches) - len(self._dots)
        self.updateGeometry()
        self.update()

    def set_verdicts(self, verdicts: Mapping[int, str]) -> None:
        """Colour what was decided."""
        self._verdicts = verdicts
        self.update()

    def set_current(self, crop_id: int | None) -> None:
        """Ring the match that the keyboard is on."""
        self._current = crop_id
        self.update()

    def place_of(self, crop_id: int) -> QPointF | None:
        """Where a match is drawn, None where it is not."""
        return next((self._point(dot) for dot in self._dots if dot.crop_id == crop_id), None)

    def sizeHint(self) -> QSize:
        """A line a camera, and one for the times."""
        return QSize(40 * GRID, round(GRID + max(1, len(self._lanes)) * _LANE + self._words_height()))

    def minimumSizeHint(self) -> QSize:
        """As high, and narrow where it must be."""
        return QSize(20 * GRID, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Lines with their cameras, dots from the worst match to the best, times below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self._room()
        painter.setFont(self._font())
        metrics = painter.fontMetrics()
        for place, camera in enumerate(self._lanes):
            y = self._lane_y(place)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(secondary(self.palette()))
            label = QRectF(2 * GRID, y - _LANE, room.left() - 3 * GRID, 2 * _LANE)
            elided = metrics.elidedText(camera, Qt.TextElideMode.ElideMiddle, int(label.width()))
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, elided)
        for dot in sorted(self._dots, key=lambda dot: (dot.crop_id == self._current, -dot.rank)):
            self._paint_dot(painter, dot)
        self._paint_times(painter, room)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the match under the pointer."""
        dot = self._dot_at(event.position())
        if dot is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(dot.crop_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        there = self._dot_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        """A tip says which match it is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            dot = self._dot_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if dot is None else dot.words, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right: the match before and after in time."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._dots:
            super().keyPressEvent(event)
            return
        ids = self.dots
        at = ids.index(self._current) + step if self._current in ids else 0
        self.chosen.emit(ids[min(max(at, 0), len(ids) - 1)])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys work here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """They work elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def _font(self) -> QFont:
        return scaled(self.font(), 0.86)

    def _words_height(self) -> int:
        return self.fontMetrics().height() + GRID // 2

    def _room(self) -> QRectF:
        metrics = QFontMetrics(self._font())
        widest = max((metrics.horizontalAdvance(camera) for camera in self._lanes), default=0)
        left = 3 * GRID + min(widest + 2, self.width() // 4)
        return QRectF(left, GRID / 2, self.width() - left - 3 * GRID, len(self._lanes) * _LANE)

    def _lane_y(self, lane: int) -> float:
        return GRID / 2 + (lane + 0.5) * _LANE

    def _span(self) -> tuple[datetime, timedelta]:
        first, last = self._dots[0].time, self._dots[-1].time
        return first, last - first

    def _point(self, dot: _Dot) -> QPointF:
        first, span = self._span()
        room = self._room()
        share = (dot.time - first) / span if span else 0.5
        return QPointF(room.left() + share * room.width(), self._lane_y(dot.lane))

    def _dot_at(self, point: QPointF) -> _Dot | None:
        near = [(_distance(self._point(dot), point), dot.rank, dot) for dot in self._dots]
        distance, _, dot = min(near, default=(_REACH + 1, 0, None), key=lambda item: item[:2])
        return dot if distance <= _REACH else None

    def _paint_dot(self, painter: QPainter, dot: _Dot) -> None:
        verdict = self._verdicts.get(dot.crop_id)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        color = accent if verdict is None else verdict_color(confirmed=verdict == CONFIRMED)
        fill = QColor(color)
        # The better the match, the stronger its dot.
        fill.setAlphaF(
            1.0 if verdict is not None else max(0.25, 1.0 - 0.75 * (dot.rank - 1) / max(1, len(self._dots)))
        )
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Window), 1))
        painter.setBrush(fill)
        point = self._point(dot)
        painter.drawEllipse(point, _DOT, _DOT)
        if dot.crop_id == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 2))
            painter.drawEllipse(point, _DOT + 2, _DOT + 2)

    def _paint_times(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(secondary(self.palette()))
        below = QRectF(room.left(), room.bottom(), room.width(), self._words_height())
        first, span = self._span() if self._dots else (None, timedelta(0))
        if first is not None:
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _told(first))
            if span:
                at_right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
                painter.drawText(below, at_right, _told(first + span))
        if self._unknown:
            words = f"{self._unknown:,} without a time"
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter, words)


def _told(time: datetime) -> str:
    return f"{time:%d %b %Y, %H:%M}"


def _distance(one: QPointF, other: QPointF) -> float:
    difference = one - other
    return float((difference.x() ** 2 + difference.y() ** 2) ** 0.5)
