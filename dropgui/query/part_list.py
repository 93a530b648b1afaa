"""The query's vectors as rows: a tick, a mark in the part's colour, its name, a weight, how visible it is."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from dropgui.query.selection import PartSelection
from dropgui.style import GRID, note, scaled, secondary
from dropmodel.parts import PartSchema

_FULL = 20  # slider steps for weight 1: 5 % each


class _Mark(QWidget):
    """A part's letters on its colour."""

    def __init__(self, letters: str, color: QColor) -> None:
        super().__init__()
        self._letters = letters
        self._color = color
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for two letters."""
        return QSize(24, 18)

    def paintEvent(self, _: QPaintEvent) -> None:
        """The mark, faint where its row is of no use."""
        painter = QPainter(self)
        faint = None if self.isEnabled() else secondary(self.palette())
        paint_mark(painter, self.rect(), self._letters, self._color, faint)


def paint_mark(painter: QPainter, room: QRect, letters: str, color: QColor, faint: QColor | None) -> None:
    """A part's letters on its colour, dark or light, as reads better; pale where ``faint`` is given."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(color)
    if faint is not None:
        ground.setAlphaF(0.35)
    painter.setBrush(ground)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(room, 4, 4)
    luminance = 0.2126 * color.redF() + 0.7152 * color.greenF() + 0.0722 * color.blueF()
    painter.setPen(faint or QColor("#17181a" if luminance > 0.42 else "#ffffff"))
    painter.setFont(scaled(painter.font(), 0.8, bold=True))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, letters)
    painter.restore()


class _Row:
    """The widgets of one vector."""

    def __init__(self, name: str, schema: PartSchema, selection: PartSelection, key: int | None) -> None:
        self.name = name
        vector = schema.vector(name)
        self.title = vector.title
        self.tick = QCheckBox()
        self.tick.setAccessibleName(f"Count {self.title}")
        self.tick.clicked.connect(lambda on: selection.set_chosen(name, on))
        self.mark = _Mark(vector.letters, QColor(vector.color))
        self.label = QLabel(self.title)
        self.label.setMinimumWidth(self.label.fontMetrics().horizontalAdvance("Whole picture"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _FULL)
        self.slider.setPageStep(_FULL // 4)
        self.slider.setMinimumWidth(56)
        self.slider.setAccessibleName(f"Weight of {self.title}")
        self.slider.valueChanged.connect(lambda value: selection.set_weight(name, value / _FULL))
        self.seen = QLabel()
        self.seen.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.seen.setMinimumWidth(self.seen.fontMetrics().horizontalAdvance("not seen"))
        self._key = key

    def widgets(self) -> tuple[QWidget, ...]:
        return self.tick, self.mark, self.label, self.slider, self.seen

    def show(self, selection: PartSelection) -> None:
        seen = selection.is_seen(self.name)
        self.tick.setChecked(seen and selection.is_chosen(self.name))
        self.slider.blockSignals(True)
        self.slider.setValue(round(selection.weight(self.name) * _FULL))
        self.slider.blockSignals(False)
        self.seen.setText(f"{selection.visibility(self.name):.0%}" if seen else "not seen")
        shortcut = f" (key {self._key})" if self._key is not None else ""
        tip = (
            f"{self.title}{shortcut}: {selection.visibility(self.name):.0%} visible, "
            f"weight {selection.weight(self.name):.0%}"
            if seen
            else f"{self.title} is not seen in this crop, so it cannot be compared."
        )
        for widget in self.widgets():
            widget.setEnabled(seen)
            widget.setToolTip(tip)


def _column_title(text: str) -> QLabel:
    label = note(text)
    label.setFont(scaled(label.font(), 0.86))
    label.setWordWrap(False)
    return label


class PartList(QWidget):
    """One row a vector, in the schema's order; the digit keys 1 to 9 stand for the parts."""

    def __init__(self, selection: PartSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._schema: PartSchema | None = None
        self._rows: list[_Row] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        self._grid.addWidget(_column_title("Weight"), 0, 3)
        self._grid.addWidget(_column_title("Visible"), 0, 4, Qt.AlignmentFlag.AlignRight)
        selection.changed.connect(self._show)

    def _show(self) -> None:
        schema = self._selection.schema
        if schema is not None and schema != self._schema:
            self._build(schema)
        for row in self._rows:
            row.show(self._selection)

    def _build(self, schema: PartSchema) -> None:
        for row in self._rows:
            for widget in row.widgets():
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._schema = schema
        keys = {name: key for key, name in enumerate(schema.names[:9], start=1)}
        self._rows = [_Row(n, schema, self._selection, keys.get(n)) for n in schema.vector_names]
        for line, row in enumerate(self._rows, start=1):
            for column, widget in enumerate(row.widgets()):
                self._grid.addWidget(widget, line, column)
