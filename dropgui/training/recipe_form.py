"""How to teach: a preset, or every field by hand; and the device."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dropgui.finetuning.recipe import PRESETS, Recipe, Source
from dropgui.style import GRID, note
from dropgui.weights.devices import AUTO, Device

_EXPERT = "expert"
_USUAL_RATE = "usual"
_UNTIL_KNOWN = Device(AUTO, "The fastest there is")
_INDENT = 3 * GRID
_MOST = 1_000_000


class RecipeForm(QWidget):
    """Gives a :class:`~dropgui.finetuning.recipe.Recipe` without sources."""

    changed = Signal()
    """Something else is chosen."""
    unfolded = Signal(QWidget)
    """These fields are shown now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = QButtonGroup(self)
        self._presets: dict[str, QRadioButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        said = {name: (preset.title, preset.words) for name, preset in PRESETS.items()}
        said[_EXPERT] = ("Expert", "Every field by hand.")
        for name, (title, words) in said.items():
            button = self._presets[name] = QRadioButton(title)
            button.setToolTip(words)
            self._choices.addButton(button)
            column.addWidget(button)
            line = note(words)
            line.setContentsMargins(_INDENT, 0, 0, GRID // 2)
            column.addWidget(line)
        self._fields = self._make_fields()
        column.addWidget(self._fields)
        form = QFormLayout()
        form.setContentsMargins(0, GRID, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._device = QComboBox()
        self._device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.show_devices([_UNTIL_KNOWN])
        _explain(self._device, "Device", "Where the model learns; searches go on as they do")
        form.addRow(_label("&Device", self._device), self._device)
        column.addLayout(form)
        self._device.currentIndexChanged.connect(self.changed)
        for field in (self._epochs, self._batch, self._crops, self._share, self._seed, self._rate):
            field.valueChanged.connect(self.changed)
        self._choices.buttonToggled.connect(self._chosen)
        self._presets["quick"].setChecked(True)

    @property
    def preset(self) -> str:
        """The name of what is chosen."""
        return next(name for name, button in self._presets.items() if button.isChecked())

    def choose(self, preset: str) -> None:
        """Choose a preset, or ``expert``."""
        self._presets[preset].setChecked(True)

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Offer these; what is chosen stays, if it is among them."""
        chosen = self._device.currentData()
        was_blocked = self._device.blockSignals(True)
        self._device.clear()
        for device in devices:
            self._device.addItem(device.title, device.name)
        self._device.setCurrentIndex(max(self._device.findData(chosen), 0))
        self._device.blockSignals(was_blocked)

    @property
    def devices(self) -> list[str]:
        """The names of those that are offered."""
        return [self._device.itemData(place) for place in range(self._device.count())]

    def recipe(self, sources: tuple[Source, ...]) -> Recipe:
        """What is chosen; ``RecipeError`` without sources."""
        device = self._device.currentData()
        if self.preset != _EXPERT:
            return replace(PRESETS[self.preset].recipe, sources=sources, device=device)
        rate = self._rate.value()
        return Recipe(
            sources=sources,
            epochs=self._epochs.value(),
            batch=self._batch.value(),
            rate=rate if rate > self._rate.minimum() else None,
            crops=self._crops.value(),
            device=device,
            share=self._share.value() / 100,
            seed=self._seed.value(),
        )

    def show_recipe(self, recipe: Recipe) -> None:
        """Fill in every field, as expert."""
        self._fill(recipe)
        if self._device.findData(recipe.device) < 0:  # not looked for yet, or gone
            self._device.addItem(recipe.device, recipe.device)
        self._device.setCurrentIndex(self._device.findData(recipe.device))
        self.choose(_EXPERT)

    def _chosen(self, _: object, on: bool) -> None:
        if not on:
            return  # the other one tells
        expert = self._presets[_EXPERT].isChecked()
        self.setFocusProxy(self._presets[self.preset])
        self._fields.setVisible(expert)
        if expert:
            self.unfolded.emit(self._fields)
        else:
            self._fill(PRESETS[self.preset].recipe)
        self.changed.emit()

    def _fill(self, recipe: Recipe) -> None:
        self._epochs.setValue(recipe.epochs)
        self._batch.setValue(recipe.batch)
        self._rate.setValue(recipe.rate or self._rate.minimum())
        self._crops.setValue(recipe.crops)
        self._share.setValue(round(100 * recipe.share))
        self._seed.setValue(recipe.seed)

    def _make_fields(self) -> QWidget:
        box = QWidget()
        form = QFormLayout(box)
        form.setContentsMargins(_INDENT, 0, 0, 0)
        form.setSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._epochs = _number(1, 1000)
        self._batch = _number(4, 1024)
        self._crops = _number(1, _MOST)
        self._share = _number(1, 100)
        self._share.setSuffix(" %")
        self._seed = _number(0, _MOST)
        self._rate = QDoubleSpinBox()
        self._rate.setDecimals(6)
        self._rate.setRange(0.0, 1.0)
        self._rate.setSingleStep(0.0001)
        self._rate.setSpecialValueText(_USUAL_RATE)
        for words, field, tip in (
            ("&Epochs", self._epochs, "How often everything is shown to the model"),
            ("&Batch", self._batch, "Crops a step: fewer take less memory"),
            ("&Rate", self._rate, "Highest learning rate: small steps forget less; 0 is the usual one"),
            ("&Unnamed crops", self._crops, "At most so many crops that nobody named are learnt from"),
            ("&Processor's share", self._share, "Of its cores; one is always left to the window"),
            ("See&d", self._seed, "Of what is drawn by lot: the same number, the same run"),
        ):
            _explain(field, words.replace("&", ""), tip)
            form.addRow(_label(words, field), field)
        return box


def _number(least: int, most: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setGroupSeparatorShown(True)
    return box


def _label(words: str, buddy: QWidget) -> QLabel:
    label = QLabel(words)
    label.setBuddy(buddy)
    return label


def _explain(field: QWidget, name: str, tip: str) -> None:
    field.setAccessibleName(name)
    field.setToolTip(tip)
    field.setMinimumWidth(16 * GRID)
