"""How the program looks: palettes, the one accent, spacing, and a few words of typography.

Neutral greys, one accent, part colours from the schema. Both palettes are our own on top of Qt's Fusion
style, so that light and dark look the same on every desktop and can be tested without one.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from dropgui.assets import asset
from dropgui.settings import Appearance
from dropmodel.evaluation.chart import GREEN, PAPER
from dropmodel.evaluation.tiles import RED, STROKE, STROKES

GRID = 8
"""Every distance is a multiple of this, or half of it (device-independent pixels)."""

_LIGHT = {
    QPalette.ColorRole.Window: "#f4f4f5",
    QPalette.ColorRole.WindowText: "#1c1d20",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#ececee",
    QPalette.ColorRole.Text: "#1c1d20",
    QPalette.ColorRole.PlaceholderText: "#63666d",
    QPalette.ColorRole.Button: "#ececee",
    QPalette.ColorRole.ButtonText: "#1c1d20",
    QPalette.ColorRole.Light: "#ffffff",
    QPalette.ColorRole.Midlight: "#e4e4e7",
    QPalette.ColorRole.Mid: "#c8c9cd",
    QPalette.ColorRole.Dark: "#a3a5ab",
    QPalette.ColorRole.Shadow: "#6c6e74",
    QPalette.ColorRole.BrightText: "#ffffff",
    QPalette.ColorRole.Highlight: "#2563c9",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#2563c9",
    QPalette.ColorRole.Link: "#1f57b3",
    QPalette.ColorRole.ToolTipBase: "#2a2c31",
    QPalette.ColorRole.ToolTipText: "#f2f2f4",
}
_DARK = {
    QPalette.ColorRole.Window: "#25272b",
    QPalette.ColorRole.WindowText: "#e6e7ea",
    QPalette.ColorRole.Base: "#1b1c1f",
    QPalette.ColorRole.AlternateBase: "#303238",
    QPalette.ColorRole.Text: "#e6e7ea",
    QPalette.ColorRole.PlaceholderText: "#a0a3ab",
    QPalette.ColorRole.Button: "#383b41",
    QPalette.ColorRole.ButtonText: "#e6e7ea",
    QPalette.ColorRole.Light: "#464a52",
    QPalette.ColorRole.Midlight: "#33353a",
    QPalette.ColorRole.Mid: "#45484f",
    QPalette.ColorRole.Dark: "#121315",
    QPalette.ColorRole.Shadow: "#0a0a0b",
    QPalette.ColorRole.BrightText: "#ffffff",
    QPalette.ColorRole.Highlight: "#3272de",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#5c96f5",
    QPalette.ColorRole.Link: "#7db0ff",
    QPalette.ColorRole.ToolTipBase: "#3a3d43",
    QPalette.ColorRole.ToolTipText: "#f2f2f4",
}
_RESTING = {True: ("#3b4660", "#e6e7ea"), False: ("#d5deef", "#1c1d20")}
"""Ground and text, by whether it is dark, of what is selected where the keyboard is not."""
_DISABLED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def _palette(colors: dict[QPalette.ColorRole, str], disabled: str) -> QPalette:
    palette = QPalette()
    for role, color in colors.items():
        palette.setColor(role, QColor(color))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(disabled))
    return palette


def _of_views(palette: QPalette) -> QPalette:
    """``palette`` for lists: what is selected there is quiet while the keyboard is elsewhere."""
    quiet = QPalette(palette)
    ground, text = _RESTING[is_dark(palette)]
    quiet.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight, QColor(ground))
    quiet.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.HighlightedText, QColor(text))
    return quiet


def is_dark(palette: QPalette) -> bool:
    """Whether text is lighter than its ground."""
    return palette.windowText().color().lightness() > palette.window().color().lightness()


def apply_appearance(application: QApplication, appearance: Appearance) -> None:
    """Dress the whole application; ``SYSTEM`` follows the desktop's colour scheme at this moment."""
    dark = appearance is Appearance.DARK or (
        appearance is Appearance.SYSTEM and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    )
    palette = _palette(_DARK, "#74777f") if dark else _palette(_LIGHT, "#8d9097")
    application.setPalette(palette)
    # PySide's stubs ask for bytes, which it does not take.
    application.setPalette(_of_views(palette), "QAbstractItemView")  # type: ignore[arg-type]
    application.setStyleSheet(_sheet(palette))


def _sheet(palette: QPalette) -> str:
    """What Fusion leaves too faint on dark grounds, in the palette's own colours."""
    role = QPalette.ColorRole
    tone = "dark" if is_dark(palette) else "light"
    names = {
        "line": palette.color(role.Shadow if not is_dark(palette) else role.PlaceholderText).name(),
        "soft": palette.color(role.Mid).name(),
        "window": palette.color(role.Window).name(),
        "base": palette.color(role.Base).name(),
        "button": palette.color(role.Button).name(),
        "hover": palette.color(role.Light).name(),
        "text": palette.color(role.ButtonText).name(),
        "faint": palette.color(QPalette.ColorGroup.Disabled, role.ButtonText).name(),
        "accent": palette.color(role.Highlight).name(),
        "on_accent": palette.color(role.HighlightedText).name(),
        "quiet": palette.color(role.PlaceholderText).name(),
        "handle": palette.color(QPalette.ColorGroup.Disabled, role.Text).name(),
        "wrong": RED,
        "tip": palette.color(role.ToolTipBase).name(),
        "tip_text": palette.color(role.ToolTipText).name(),
        "check": asset("icons", "check.svg").as_posix(),
        "down": asset("icons", f"down-{tone}.svg").as_posix(),
        "up": asset("icons", f"up-{tone}.svg").as_posix(),
    }
    return _SHEET % names


_SHEET = """
QToolTip { color: %(tip_text)s; background: %(tip)s; border: 0; padding: 4px 6px; }
QLabel#bubble { color: %(tip_text)s; background: %(tip)s; border-radius: 6px; }
QCheckBox::indicator, QTreeView::indicator {
  width: 14px; height: 14px; border: 1px solid %(line)s; border-radius: 4px; background: %(base)s;
}
QCheckBox::indicator:checked, QTreeView::indicator:checked {
  background: %(accent)s; border-color: %(accent)s; image: url("%(check)s");
}
QCheckBox::indicator:hover, QTreeView::indicator:hover, QCheckBox::indicator:focus {
  border-color: %(accent)s;
}
QCheckBox::indicator:disabled { border-color: %(soft)s; background: transparent; }
QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid %(line)s; border-radius: 8px; background: %(base)s;
}
QRadioButton::indicator:checked {
  width: 6px; height: 6px; border: 5px solid %(accent)s; background: %(on_accent)s;
}
QRadioButton::indicator:hover, QRadioButton::indicator:focus { border-color: %(accent)s; }
QTreeView::item { padding: 3px 0; }
QHeaderView::section { padding: 4px 8px; border: 0; background: %(window)s; color: %(quiet)s; }
QPushButton {
  padding: 4px 10px; border: 1px solid %(soft)s; border-radius: 6px; background: %(button)s; color: %(text)s;
}
QPushButton:hover { background: %(hover)s; }
QPushButton:focus { border-color: %(accent)s; }
QPushButton:pressed, QPushButton:checked { border-color: %(accent)s; background: %(base)s; }
QPushButton:default { background: %(accent)s; border-color: %(accent)s; color: %(on_accent)s; }
QPushButton:default:focus { border: 2px solid %(text)s; padding: 3px 9px; }
QPushButton:disabled { color: %(faint)s; background: transparent; border-color: %(soft)s; }
QComboBox {
  padding: 3px 4px 3px 8px; border: 1px solid %(soft)s; border-radius: 6px; background: %(button)s;
  color: %(text)s; combobox-popup: 0;
}
QComboBox:hover { background: %(hover)s; }
QComboBox:focus, QAbstractSpinBox:focus { border-color: %(accent)s; }
QComboBox:disabled, QAbstractSpinBox:disabled { color: %(faint)s; background: transparent; }
QComboBox::drop-down { width: 20px; border: 0; }
QComboBox::down-arrow { width: 10px; height: 10px; image: url("%(down)s"); }
QComboBox QAbstractItemView {
  border: 1px solid %(soft)s; padding: 3px; background: %(base)s; outline: 0;
  selection-background-color: transparent;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 5px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: %(accent)s; color: %(on_accent)s; }
QAbstractSpinBox {
  padding: 1px 0 2px 0; border: 1px solid %(soft)s; border-radius: 6px; background: %(base)s;
  qproperty-alignment: AlignCenter;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  subcontrol-origin: border; width: 20px; border: 0; background: transparent;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: 2px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: 2px; }
QAbstractSpinBox::up-arrow { width: 10px; height: 10px; image: url("%(up)s"); }
QAbstractSpinBox::down-arrow { width: 10px; height: 10px; image: url("%(down)s"); }
QLineEdit {
  padding: 3px 8px; border: 1px solid %(soft)s; border-radius: 6px; background: %(base)s;
}
QLineEdit:focus { border-color: %(accent)s; }
QLineEdit[wrong="true"] { border-color: %(wrong)s; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QAbstractItemView QLineEdit {
  padding: 0; border: 0; border-radius: 0;
}
QListView#offers { border: 1px solid %(soft)s; padding: 3px; background: %(base)s; }
QListView#offers::item { padding: 4px 5px; border-radius: 4px; }
QListView#offers::item:selected { background: %(accent)s; color: %(on_accent)s; }
QMenuBar { border: 0; background: %(window)s; }
QMenuBar::item { margin: 4px 0; padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: %(accent)s; color: %(on_accent)s; }
QTabBar::tab { padding: 6px 12px; border: 0; border-bottom: 2px solid transparent; color: %(quiet)s; }
QTabBar::tab:hover { color: %(text)s; }
QTabBar::tab:selected { color: %(text)s; border-bottom-color: %(accent)s; }
QTabBar QToolButton { border: 1px solid %(soft)s; border-radius: 4px; background: %(button)s; }
QTabBar QToolButton:hover { background: %(hover)s; }
QScrollBar:vertical { width: 12px; background: transparent; }
QScrollBar:horizontal { height: 12px; background: transparent; }
QScrollBar::handle { margin: 2px; border-radius: 4px; background: %(handle)s; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: %(accent)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""


def mark_wrong(line: QWidget, *, wrong: bool) -> None:
    """Frame a line edit in red while what it says cannot be understood."""
    if line.property("wrong") != wrong:
        line.setProperty("wrong", wrong)
        line.style().unpolish(line)
        line.style().polish(line)


def secondary(palette: QPalette) -> QColor:
    """Colour of text that explains; at least 4.5 : 1 against the window in both appearances."""
    return palette.placeholderText().color()


def verdict_color(*, confirmed: bool) -> QColor:
    """Green where a crop was confirmed, red where it was rejected: as in the ranking figure."""
    return QColor(GREEN if confirmed else RED)


def paint_verdict(painter: QPainter, room: QRectF, *, confirmed: bool) -> None:
    """A white tick on green, or a white cross on red, in a badge that fills ``room``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(verdict_color(confirmed=confirmed))
    painter.drawRoundedRect(room, room.width() / 4, room.width() / 4)
    pen = QPen(QColor(PAPER), room.width() * STROKE)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for stroke in STROKES["tick" if confirmed else "cross"]:
        points = [QPointF(room.x() + x * room.width(), room.y() + y * room.height()) for x, y in stroke]
        painter.drawPolyline(QPolygonF(points))
    painter.restore()


def verdict_icon(*, confirmed: bool, side: int = 16) -> QIcon:
    """The badge of :func:`paint_verdict` as an icon, sharp at twice the pixel density."""
    pixmap = QPixmap(2 * side, 2 * side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_verdict(painter, QRectF(pixmap.rect()), confirmed=confirmed)
    painter.end()
    return QIcon(pixmap)


def picture_icon(pixmap: QPixmap) -> QIcon:
    """A picture that looks the same in a selected row: a tint would change the colour of clothes."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """``font`` at ``factor`` times its size."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(round(font.pixelSize() * factor))
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    return result


def heading(text: str, parent: QWidget | None = None) -> QLabel:
    """A panel's section title."""
    label = QLabel(text, parent)
    label.setFont(scaled(label.font(), 0.92, bold=True))
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


class ElidedLabel(QLabel):
    """A line that gives way in its middle when there is no room, as file names should."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def full_text(self) -> str:
        """The line with nothing left out."""
        return self._full

    def set_text(self, text: str) -> None:
        """Show as much of ``text`` as there is room for."""
        self._full = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        self.setText(self.fontMetrics().elidedText(self._full, middle, self.width()))


def note(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A line that explains, in the secondary colour, wrapped."""
    label = QLabel(text, parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setWordWrap(True)
    return label


class FittedNote(QLabel):
    """What explains, always as high as ``lines``: whole sentences, as many as there is room for.

    The first one is said in any case.
    """

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentences: tuple[str, ...] = ()
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def full_text(self) -> str:
        """All sentences."""
        return " ".join(self._sentences)

    def set_sentences(self, sentences: Sequence[str]) -> None:
        """Say as many of these as there is room for, the first ones first."""
        self._sentences = tuple(sentences)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = QRect(0, 0, self.width(), 1)
        for count in range(len(self._sentences), 0, -1):
            words = " ".join(self._sentences[:count])
            if count < len(self._sentences):
                words += " …"
            used = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, words)
            if used.height() <= self.height() or count == 1:
                self.setText(words)
                return
        self.setText("")
