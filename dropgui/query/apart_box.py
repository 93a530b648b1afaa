"""Which crops to leave out of the matches because they answer nothing."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from dropgui.query.controller import QueryController
from dropgui.query.targets import Options
from dropgui.search.question import Apart
from dropgui.style import GRID, heading

_MINUTES = 5


class ApartBox(QWidget):
    """Ticks for :class:`~dropgui.search.question.Apart`."""

    def __init__(self, controller: QueryController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._image = QCheckBox("Same picture")
        self._image.setToolTip("Leave out other people in the pictures that the query is from")
        self._decided = QCheckBox("Decided")
        self._decided.setToolTip("Leave out crops that were confirmed or rejected as the query's person")
        self._near = QCheckBox("Same camera within")
        self._near.setToolTip(
            "Leave out what the query's camera took shortly before and after. "
            "Crops whose time is not known are not left out."
        )
        self._minutes = QSpinBox()
        self._minutes.setRange(0, 1440)
        self._minutes.setValue(_MINUTES)
        self._minutes.setSuffix(" min")
        self._minutes.setKeyboardTracking(False)
        self._minutes.lineEdit().setAcceptDrops(False)
        self._minutes.setAccessibleName("Minutes before and after the query")
        self._minutes.setToolTip("Minutes before and after the query")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(2 * GRID)
        first.addWidget(self._image)
        first.addWidget(self._decided)
        first.addStretch()
        second.setSpacing(GRID)
        second.addWidget(self._near)
        second.addWidget(self._minutes)
        second.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(heading("Leave out of the matches"))
        column.addLayout(first)
        column.addLayout(second)
        self._show(controller.options)
        for tick in (self._image, self._decided, self._near):
            tick.toggled.connect(self._changed)
        self._minutes.valueChanged.connect(self._changed)
        controller.options_changed.connect(self._show)

    def _changed(self) -> None:
        minutes = float(self._minutes.value()) if self._near.isChecked() else None
        apart = Apart(self._image.isChecked(), minutes, self._decided.isChecked())
        self._controller.set_options(replace(self._controller.options, apart=apart))

    def _show(self, options: Options) -> None:
        apart = options.apart
        widgets = (self._image, self._decided, self._near, self._minutes)
        for widget in widgets:
            widget.blockSignals(True)
        self._image.setChecked(apart.same_image)
        self._decided.setChecked(apart.decided)
        self._near.setChecked(apart.minutes is not None)
        self._minutes.setEnabled(apart.minutes is not None)
        if apart.minutes is not None:
            self._minutes.setValue(round(apart.minutes))
        for widget in widgets:
            widget.blockSignals(False)
