"""How far those who are not meant push away crops that are like them."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from dropgui.query.controller import QueryController
from dropgui.query.targets import Options, PersonTarget
from dropgui.style import GRID

_STEPS = 20  # of the slider for 1: 0.05 each


class PushSlider(QWidget):
    """Sets ``Options.push`` from 0, not at all, to 1; hidden where nobody can push."""

    def __init__(self, controller: QueryController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 4)
        self.slider.setAccessibleName("How far those who are not meant push")
        label = QLabel("Push &away")
        label.setBuddy(self.slider)
        self._words = QLabel()
        self._words.setMinimumWidth(self._words.fontMetrics().horizontalAdvance("0.00 "))
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self._words)
        for widget in (label, self.slider, self._words):
            widget.setToolTip(
                "How far crops fall that look like those who are not meant: added with X, or rejected (N) "
                "as the person searched for. At the left end: not at all."
            )
        self._show(controller.options)
        self.slider.valueChanged.connect(self._changed)
        controller.options_changed.connect(self._show)
        controller.loaded.connect(self._show_or_hide)
        self._show_or_hide()

    def _changed(self, value: int) -> None:
        self._controller.set_options(replace(self._controller.options, push=value / _STEPS))

    def _show(self, options: Options) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(options.push * _STEPS))
        self.slider.blockSignals(False)
        self._words.setText(f"{options.push:.2f}")

    def _show_or_hide(self) -> None:
        persons = any(isinstance(view.target, PersonTarget) for view in self._controller.views)
        self.setVisible(persons or bool(self._controller.negatives))
