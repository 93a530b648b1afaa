"""What is painted with, and how the mask is shown: everything that stays when another crop is opened."""

from enum import Enum

from PySide6.QtCore import QObject, Signal

from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

RADII = (0.5, 400.0)
"""Smallest and largest radius of a brush, in pixels of the picture."""
TOLERANCES = (0.0, 60.0)
"""Of colours, in steps that an eye can tell (CIE L*a*b*)."""
_GROWTH = 1.25


class FillBy(Enum):
    """What a fill goes by."""

    COLOR = "Like colours"
    MASK = "This patch of the mask"


class LassoDoes(Enum):
    """What happens inside a lasso."""

    PAINT = "Paint the part"
    SWAP = "Exchange left and right"


class Options(QObject):
    """``changed`` is emitted with whatever is set; ``look_changed`` with what only concerns the view."""

    changed = Signal()
    look_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._schema: PartSchema | None = None
        self._part = 1
        self._erases = False
        self._radius = 4.0
        self._tolerance = 8.0
        self._protects = False
        self._fill_by = FillBy.COLOR
        self._lasso_does = LassoDoes.PAINT
        self._opacity = 0.5
        self._shows_fill = True
        self._shows_letters = True
        self._is_alone = False
        self._is_hidden = False

    # -- what is painted ---------------------------------------------------------------------------

    @property
    def schema(self) -> PartSchema | None:
        """The parts there are; None before the first crop."""
        return self._schema

    def set_schema(self, schema: PartSchema) -> None:
        """Another model's parts."""
        if schema != self._schema:
            self._schema, self._part, self._erases = schema, 1, False
            self.changed.emit()

    @property
    def part(self) -> int:
        """The part in hand: 1..K, or 255 for undecided."""
        return self._part

    @property
    def erases(self) -> bool:
        """Whether the background is painted in place of the part in hand."""
        return self._erases

    @property
    def label(self) -> int:
        """What is painted."""
        return BACKGROUND if self._erases else self._part

    def pick(self, label: int) -> None:
        """Paint this: a part, undecided, or the background; labels that the schema has not are ignored."""
        if label == BACKGROUND:
            self._erases = True
        elif self._schema is not None and (label <= len(self._schema) or label == IGNORE):
            self._part, self._erases = label, False
        self.changed.emit()

    def pick_letter(self, letter: str) -> None:
        """Paint the next part that has ``letter`` as its last one: A is the left arm, again the right one."""
        names = [] if self._schema is None else list(self._schema)
        fitting = [label for label, part in enumerate(names, start=1) if part.letters[-1] == letter]
        if fitting:
            later = [label for label in fitting if label > self._part or self._erases]
            self.pick((later or fitting)[0])

    def swap(self) -> None:
        """From the part in hand to the background, and back."""
        self._erases = not self._erases
        self.changed.emit()

    def title(self, label: int) -> str:
        """A label in words for people."""
        if label == BACKGROUND:
            return "Background"
        if label == IGNORE or self._schema is None:
            return "Undecided"
        return self._schema.parts[label - 1].title

    # -- how it is painted -------------------------------------------------------------------------

    @property
    def radius(self) -> float:
        """Of the brush, in pixels of the picture."""
        return self._radius

    def set_radius(self, radius: float) -> None:
        """A larger or smaller brush, within :data:`RADII`."""
        self._radius = min(RADII[1], max(RADII[0], radius))
        self.changed.emit()

    def step_radius(self, steps: int) -> None:
        """A quarter larger for every step, by half a pixel at least; smaller for negative ones."""
        radius = self._radius
        for _ in range(abs(steps)):
            grown = radius * _GROWTH if steps > 0 else radius / _GROWTH
            radius = max(grown, radius + 0.5) if steps > 0 else min(grown, radius - 0.5)
        self.set_radius(round(radius * 2) / 2)

    @property
    def tolerance(self) -> float:
        """How far colours may differ that are alike to a fill."""
        return self._tolerance

    def set_tolerance(self, tolerance: float) -> None:
        """Within :data:`TOLERANCES`."""
        self._tolerance = min(TOLERANCES[1], max(TOLERANCES[0], tolerance))
        self.changed.emit()

    @property
    def fill_by(self) -> FillBy:
        """What a fill goes by."""
        return self._fill_by

    def set_fill_by(self, fill_by: FillBy) -> None:
        """Fill by colour or by the mask."""
        self._fill_by = fill_by
        self.changed.emit()

    @property
    def lasso_does(self) -> LassoDoes:
        """What happens inside a lasso."""
        return self._lasso_does

    def set_lasso_does(self, does: LassoDoes) -> None:
        """Paint inside a lasso, or exchange sides there."""
        self._lasso_does = does
        self.changed.emit()

    @property
    def protects(self) -> bool:
        """Whether all parts but the one in hand stay as they are."""
        return self._protects

    def set_protects(self, on: bool) -> None:
        """Protect the other parts, or no longer."""
        self._protects = on
        self.changed.emit()

    # -- how it is shown ---------------------------------------------------------------------------

    @property
    def opacity(self) -> float:
        """Of the colours, in [0, 1]."""
        return self._opacity

    def set_opacity(self, opacity: float) -> None:
        """Stronger or weaker colours."""
        self._opacity = min(1.0, max(0.0, opacity))
        self.look_changed.emit()

    @property
    def shows_fill(self) -> bool:
        """Whether parts are filled; else their outlines alone are shown."""
        return self._shows_fill

    def set_shows_fill(self, on: bool) -> None:
        """Fill the parts, or show outlines only."""
        self._shows_fill = on
        self.look_changed.emit()

    @property
    def shows_letters(self) -> bool:
        """Whether every part carries its letters."""
        return self._shows_letters

    def set_shows_letters(self, on: bool) -> None:
        """Show the letters, or not."""
        self._shows_letters = on
        self.look_changed.emit()

    @property
    def is_alone(self) -> bool:
        """Whether only the part in hand is shown."""
        return self._is_alone

    def set_alone(self, on: bool) -> None:
        """Show the part in hand alone, or all."""
        self._is_alone = on
        self.look_changed.emit()

    @property
    def is_hidden(self) -> bool:
        """Whether the picture is shown without its mask."""
        return self._is_hidden

    def set_hidden(self, on: bool) -> None:
        """Hide the mask, or show it again."""
        if on != self._is_hidden:
            self._is_hidden = on
            self.look_changed.emit()
