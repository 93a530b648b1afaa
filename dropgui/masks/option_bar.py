"""The lines above and below the canvas: what the tool in hand can be set to, and how the mask is shown."""

import math
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QWidget,
)

from dropgui.masks.options import RADII, TOLERANCES, FillBy, LassoDoes, Options
from dropgui.masks.tools import Tool
from dropgui.style import GRID

_STEPS = 100  # of the size, which grows by a share a step
_RANGE = math.log(RADII[1] / RADII[0])


class _Slider(QSlider):
    """A short slider with a number beside it; the keyboard reaches it by Tab."""

    def __init__(self, name: str, tip: str, highest: int, moved: Callable[[int], object]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, highest)
        self.setFixedWidth(12 * GRID)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.number = QLabel()
        self.valueChanged.connect(moved)

    def show_value(self, value: int, words: str) -> None:
        """Follow what was set elsewhere."""
        with QSignalBlocker(self):
            self.setValue(value)
        self.number.setText(words)


def _row(*widgets: QWidget) -> QWidget:
    room = QWidget()
    row = QHBoxLayout(room)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return room


class OptionBar(QWidget):
    """The name of the tool in hand and its settings."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._tool: Tool | None = None
        self._title = QLabel()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._size = _Slider(
            "Size of the brush", "Size of the brush ([ and ], or Ctrl+wheel)", _STEPS, self._size_moved
        )
        self._size.number.setMinimumWidth(self.fontMetrics().horizontalAdvance("800 px "))
        self._tolerance = _Slider(
            "How alike colours must be",
            "How far colours may differ that are filled together ([ and ]); or drag while filling",
            round(TOLERANCES[1]),
            options.set_tolerance,
        )
        self._fill_by = _combo("What a fill goes by", FillBy, options.set_fill_by)
        self._lasso_does = _combo("What is done inside the lasso", LassoDoes, options.set_lasso_does)
        self.protects = QCheckBox("&Keep other parts")
        self.protects.setToolTip("Only the part in hand and the background change; other parts stay (K)")
        self.protects.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.protects.toggled.connect(options.set_protects)
        self._size_words = QLabel("Size")
        self._sizes = _row(self._size_words, self._size, self._size.number)
        self._fills = _row(self._fill_by, self._tolerance, self._tolerance.number)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self._title)
        row.addWidget(self._sizes)
        row.addWidget(self._fills)
        row.addWidget(self._lasso_does)
        row.addStretch()
        row.addWidget(self.protects)
        options.changed.connect(self._show)
        self._show()

    def set_tool(self, tool: Tool) -> None:
        """Show what this tool can be set to."""
        self._tool = tool
        self._show()

    def minimumSizeHint(self) -> QSize:
        """Without the words, which stand in the tooltips too."""
        return QSize(42 * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the controls have it."""
        super().resizeEvent(event)
        self._title.setVisible(self.width() > 50 * GRID)
        self._size_words.setVisible(self.width() > 58 * GRID)

    def _size_moved(self, step: int) -> None:
        radius = RADII[0] * math.exp(_RANGE * step / _STEPS)
        self._options.set_radius(round(2 * radius) / 2)

    def _show(self) -> None:
        tool, options = self._tool, self._options
        name = "" if tool is None else tool.title
        self._title.setText(name)
        self._sizes.setVisible(tool is not None and tool.has_radius)
        self._fills.setVisible(name == "Fill")
        self._tolerance.setEnabled(options.fill_by is FillBy.COLOR)
        self._lasso_does.setVisible(name == "Lasso")
        step = _STEPS * math.log(options.radius / RADII[0]) / _RANGE
        self._size.show_value(round(step), f"{2 * options.radius:.0f} px")
        self._tolerance.show_value(round(options.tolerance), f"{options.tolerance:.0f}")
        for box, value in ((self._fill_by, options.fill_by), (self._lasso_does, options.lasso_does)):
            with QSignalBlocker(box):
                box.setCurrentText(value.value)
        with QSignalBlocker(self.protects):
            self.protects.setChecked(options.protects)


class ViewBar(QWidget):
    """How the mask is shown; the actions are those of the menu."""

    def __init__(self, options: Options, toggles: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._opacity = _Slider(
            "How strong the colours are", "How strong the colours are (, and .)", 20,
            lambda step: options.set_opacity(step / 20),
        )  # fmt: skip
        self._opacity.setFixedWidth(7 * GRID)
        self._strength = QLabel("Colours")
        self._strength.setBuddy(self._opacity)
        self._zoom = QLabel()
        self._zoom.setMinimumWidth(self.fontMetrics().horizontalAdvance("6,400 %"))
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._zoom.setToolTip("Zoom: the wheel, + and -; Home shows everything")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        for action in toggles:
            row.addWidget(_toggle(action))
        row.addStretch()
        row.addWidget(self._strength)
        row.addWidget(self._opacity)
        row.addSpacing(GRID)
        row.addWidget(self._zoom)
        options.look_changed.connect(self._show)
        self._show()

    def minimumSizeHint(self) -> QSize:
        """Without the word, which stands in the tooltip too."""
        return QSize(42 * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the controls have it."""
        super().resizeEvent(event)
        self._strength.setVisible(self.width() > 53 * GRID)

    def show_zoom(self, scale: float) -> None:
        """Device-independent pixels a pixel of the picture."""
        self._zoom.setText(f"{scale * 100:,.0f} %")

    def _show(self) -> None:
        self._opacity.show_value(round(self._options.opacity * 20), "")


def _combo(name: str, kinds: type[FillBy] | type[LassoDoes], chosen: Callable[..., object]) -> QComboBox:
    box = QComboBox()
    box.addItems([kind.value for kind in kinds])
    box.setAccessibleName(name)
    box.setToolTip(f"{name} (Y)")
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    members = list(kinds)
    box.activated.connect(lambda place: chosen(members[place]))
    return box


def _toggle(action: QAction) -> QCheckBox:
    """A box that is ticked with an action of the menu."""
    key = action.shortcut().toString()
    box = QCheckBox(action.iconText().capitalize())
    box.setToolTip(f"{action.toolTip()} ({key})")
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setChecked(action.isChecked())
    box.toggled.connect(action.setChecked)
    action.toggled.connect(box.setChecked)
    return box
