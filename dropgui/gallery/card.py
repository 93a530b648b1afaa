"""How one crop looks in the grid: picture, name, camera; a match adds what was found and decided of it."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dropgui.gallery.model import CROP_ROLE, MATCH_ROLE, RANK_ROLE, REMARK_ROLE, TITLE_ROLE, VERDICT_ROLE
from dropgui.library.decisions import CONFIRMED
from dropgui.library.queries import CropRow
from dropgui.search.certainty import percent
from dropgui.search.query import Match
from dropgui.style import GRID, paint_verdict, scaled, secondary, verdict_color
from dropmodel.parts import PartSchema

_RADIUS = 6.0
_BAR_HEIGHT = 28
_PAD = GRID // 2
_FRAME = 3.0


class CardDelegate(QStyledItemDelegate):
    """Paints cards of one width; the picture area is twice as high as wide, like a person crop.

    ``is_selected`` says it of a row.
    """

    def __init__(self, parent: QWidget, is_selected: Callable[[int], bool], *, matches: bool) -> None:
        super().__init__(parent)
        self._is_selected = is_selected
        self._matches = matches
        self.schema: PartSchema | None = None
        self.card_width = 136
        self.cell = QSize(0, 0)
        """Room that the grid gives each card, device-independent pixels."""
        self.title_width = 0
        """Width of a section's title: a whole line."""

    def picture_size(self) -> QSize:
        """Room for the picture, device-independent pixels."""
        width = self.card_width - 2 * _PAD
        return QSize(width, round(width * 1.9))

    def card_size(self, metrics: QFontMetrics) -> QSize:
        """Size of a card with its text, device-independent pixels."""
        footer = 2 * metrics.height() + (_BAR_HEIGHT + metrics.height() if self._matches else 0) + GRID
        return QSize(self.card_width, self.picture_size().height() + footer + 2 * _PAD)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The whole cell, so that its space is shared out on both sides of the card."""
        if index.data(TITLE_ROLE) is not None:
            return QSize(self.title_width, option.fontMetrics.height() + 3 * GRID)
        return self.cell.expandedTo(self.card_size(option.fontMetrics))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the card in the middle of its cell, or a section's title."""
        title: str | None = index.data(TITLE_ROLE)
        if title is not None:
            _paint_title(painter, option, title)
            return
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        size = self.card_size(option.fontMetrics)
        left = option.rect.x() + (option.rect.width() - size.width()) // 2
        card = QRect(left, option.rect.y() + _PAD, size.width(), size.height())
        self._paint_ground(painter, option, card, selected=self._is_selected(index.row()))
        inner = card.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        picture = QRect(inner.topLeft(), self.picture_size())
        self._paint_picture(painter, option.palette, picture, index.data(Qt.ItemDataRole.DecorationRole))
        text = QRect(
            inner.x() + 2, picture.bottom() + 5, inner.width() - 4, inner.bottom() - picture.bottom()
        )
        crop: CropRow | None = index.data(CROP_ROLE)
        match: Match | None = index.data(MATCH_ROLE)
        if match is not None:
            verdict: str | None = index.data(VERDICT_ROLE)
            if verdict is not None:
                _paint_verdict(painter, picture, confirmed=verdict == CONFIRMED)
            self._paint_match(painter, option, text, index.data(RANK_ROLE), match)
            text.translate(0, option.fontMetrics.height() + _BAR_HEIGHT + 4)
        if crop is not None:
            self._paint_words(painter, option, text, crop, index.data(REMARK_ROLE) or _where(crop))
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, *, selected: bool
    ) -> None:
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        accent = option.palette.color(QPalette.ColorRole.Highlight)
        if selected or hovered:
            ground = QColor(accent)
            ground.setAlphaF(0.18 if selected else 0.07)
            painter.setBrush(ground)
            painter.setPen(QPen(accent, 2) if selected else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), _RADIUS + 2, _RADIUS + 2)
        if focused and not selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), _RADIUS + 2, _RADIUS + 2)

    def _paint_picture(
        self, painter: QPainter, palette: QPalette, room: QRect, pixmap: QPixmap | None
    ) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(room), _RADIUS, _RADIUS)
        painter.fillPath(path, QBrush(palette.color(QPalette.ColorRole.AlternateBase)))
        if pixmap is None:
            return
        if pixmap.isNull():
            painter.setPen(secondary(palette))
            painter.drawText(
                room.adjusted(GRID, 0, -GRID, 0),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                "Picture cannot be shown",
            )
            return
        shown = pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(0, 0, shown.width(), shown.height())
        target.moveCenter(QRectF(room).center())
        painter.setClipPath(path)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        painter.setClipping(False)

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, crop: CropRow, below: str
    ) -> None:
        metrics = option.fontMetrics
        line = QRect(room.x(), room.y(), room.width(), metrics.height())
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(crop.path.stem, Qt.TextElideMode.ElideMiddle, line.width()),
        )
        line.translate(0, metrics.height())
        painter.setPen(secondary(option.palette))
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(below, Qt.TextElideMode.ElideMiddle, line.width()),
        )

    def _paint_match(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, rank: int, match: Match
    ) -> None:
        """Rank and how far re-ranking moved it on the left, certainty and score on the right."""
        metrics = option.fontMetrics
        line = QRect(room.x(), room.y(), room.width(), metrics.height())
        at_left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        at_right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        bold = scaled(option.font, 1.0, bold=True)
        score = f"{match.score:.3f}"
        painter.setFont(bold)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.drawText(line, at_right, score)
        painter.setFont(option.font)
        painter.setPen(secondary(option.palette))
        painter.drawText(line, at_left, str(rank))
        free = QRect(line)
        free.setLeft(line.left() + metrics.horizontalAdvance(f"{rank} "))
        free.setRight(line.right() - QFontMetrics(bold).horizontalAdvance(f"{score} "))
        if match.probability is not None:
            free = _paint_if_room(painter, free, at_right, percent(match.probability))
        elif match.uncalibrated:
            free = _paint_uncalibrated(painter, free, at_right, option.font)
        if moved := _moved(match, rank):
            painter.setFont(scaled(option.font, 0.86))
            _paint_if_room(painter, free, at_left, moved)
            painter.setFont(option.font)
        bars = QRect(room.x(), line.bottom() + 1, room.width(), _BAR_HEIGHT)
        if self.schema is not None:
            self._paint_bars(painter, option, bars, match, self.schema)

    def _paint_bars(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, match: Match, schema: PartSchema
    ) -> None:
        painter.setFont(scaled(option.font, 0.66))
        letters_height = painter.fontMetrics().height()
        pitch = min(18.0, room.width() / max(1, len(match.parts)))
        height = room.height() - letters_height
        for column, (name, similarity) in enumerate(match.parts.items()):
            vector = schema.vector(name)
            x = room.x() + column * pitch
            track = QRectF(x + 1, room.y(), pitch - 3, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(option.palette.color(QPalette.ColorRole.AlternateBase))
            painter.drawRect(track)
            if similarity is None:
                painter.setPen(QPen(secondary(option.palette), 1))
                middle = track.center().y()
                painter.drawLine(QPointF(track.left(), middle), QPointF(track.right(), middle))
            else:
                level = min(1.0, max(0.0, similarity)) * track.height()
                painter.setBrush(QColor(vector.color))
                painter.drawRect(QRectF(track.x(), track.bottom() - level, track.width(), level))
            painter.setPen(secondary(option.palette))
            below = QRectF(x - 2, track.bottom(), pitch + 3, letters_height)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, vector.letters)
        painter.setFont(option.font)


def _where(crop: CropRow) -> str:
    if crop.missing:
        return "File is missing"
    if not crop.indexed:
        return "Waiting for indexing"
    return crop.place


def _moved(match: Match, rank: int) -> str:
    """How far a re-ranked match rose or fell: "▲ 7"."""
    if match.former_rank is None or match.former_rank == rank:
        return ""
    return f"▲{match.former_rank - rank}" if match.former_rank > rank else f"▼{rank - match.former_rank}"


def _paint_if_room(painter: QPainter, room: QRect, where: Qt.AlignmentFlag, words: str) -> QRect:
    """Words at a side of ``room`` if they fit; the room that is left."""
    width = painter.fontMetrics().horizontalAdvance(f"{words} ")
    if width > room.width():
        return room
    painter.drawText(room, where, words)
    if where & Qt.AlignmentFlag.AlignRight:
        return room.adjusted(0, 0, -width, 0)
    return room.adjusted(width, 0, 0, 0)


def _paint_uncalibrated(painter: QPainter, room: QRect, where: Qt.AlignmentFlag, font: QFont) -> QRect:
    """That there is no percentage here, in words or, on a small card, a sign; the tooltip says why."""
    painter.setFont(scaled(font, 0.86))
    left = _paint_if_room(painter, room, where, "not calibrated")
    if left == room:
        left = _paint_if_room(painter, room, where, "?%")
    painter.setFont(font)
    return left


def _paint_verdict(painter: QPainter, picture: QRect, *, confirmed: bool) -> None:
    """A frame in the verdict's colour and its mark in the corner: colour is not the only sign."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(verdict_color(confirmed=confirmed), _FRAME))
    half = _FRAME / 2
    frame = QRectF(picture).adjusted(half, half, -half, -half)
    painter.drawRoundedRect(frame, _RADIUS - half, _RADIUS - half)
    side = 2.5 * GRID
    paint_verdict(painter, QRectF(picture.right() + 1 - side, picture.top(), side, side), confirmed=confirmed)


def _paint_title(painter: QPainter, option: QStyleOptionViewItem, title: str) -> None:
    """A section's title above a fine line."""
    painter.save()
    line = option.rect.adjusted(2 * GRID, GRID, -2 * GRID, -GRID // 2)
    painter.setPen(QPen(option.palette.color(QPalette.ColorRole.Mid), 1))
    painter.drawLine(line.bottomLeft(), line.bottomRight())
    painter.setFont(scaled(option.font, 1.0, bold=True))
    # A title cannot be chosen, which to Qt is disabled; it is to be read all the same.
    painter.setPen(option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))
    words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
    painter.restore()
