"""Which vectors of the query count, and how much: the one state behind crop, drawing, list and keys."""

from collections.abc import Mapping
from enum import Enum

from PySide6.QtCore import QObject, Signal

from dropmodel.parts import FOREGROUND, GLOBAL, PartSchema

_HEAD = "head"
_UPPER = ("head", "torso", "left_arm", "right_arm", "upper_torso")
_LOWER = ("left_leg", "right_leg", "left_foot", "right_foot", "lower_torso", "legs", "feet")


class Preset(Enum):
    """A choice of vectors made with one click or key."""

    VISIBLE = "As visible"
    WHOLE = "Whole person"
    UPPER = "Upper body"
    LOWER = "Lower body"
    CLOTHING = "Clothing"


def vectors_of(preset: Preset, schema: PartSchema) -> frozenset[str]:
    """Names of the vectors that a preset chooses; none for ``VISIBLE``, which goes by the crop."""
    parts = frozenset(schema.names)
    match preset:
        case Preset.VISIBLE:
            return frozenset()
        case Preset.WHOLE:
            return frozenset({FOREGROUND})
        case Preset.UPPER:
            return parts & set(_UPPER)
        case Preset.LOWER:
            return parts & set(_LOWER)
        case Preset.CLOTHING:
            return parts - {_HEAD}


def preset_of(parts: Mapping[str, float], schema: PartSchema) -> Preset | None:
    """The preset that chooses just these vectors, all with full weight; None where none does."""
    chosen = frozenset(parts)
    if not chosen or any(weight != 1 for weight in parts.values()):
        return None
    return next((preset for preset in Preset if vectors_of(preset, schema) == chosen), None)


class PartSelection(QObject):
    """Chosen vectors with weights in [0, 1].

    At first, and again after the preset "as visible", the choice follows each new crop: the whole person
    and every part seen in it. Once a user has chosen, the choice stays for the next crops; parts they do
    not show are passed over, not forgotten.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._schema: PartSchema | None = None
        self._seen: frozenset[str] = frozenset()
        self._visibility: dict[str, float] = {}
        self._chosen: set[str] = set()
        self._weights: dict[str, float] = {}
        self._follows_crop = True

    @property
    def schema(self) -> PartSchema | None:
        """The model's parts; None before there is a query."""
        return self._schema

    @property
    def follows_crop(self) -> bool:
        """Whether the choice is "as visible"."""
        return self._follows_crop

    @property
    def preset(self) -> Preset | None:
        """The preset that the choice is, also where it was made part by part."""
        if self._follows_crop or self._schema is None:
            return Preset.VISIBLE if self._follows_crop else None
        return preset_of({name: self.weight(name) for name in self._chosen}, self._schema)

    def set_crop(self, schema: PartSchema, seen: frozenset[str], visibility: Mapping[str, float]) -> None:
        """A new query crop: the parts it shows, and all vectors' visibilities in [0, 1]."""
        if self._schema is not None and schema != self._schema:
            self._follows_crop = True
            self._weights.clear()
        self._schema = schema
        self._seen = seen | {GLOBAL} | ({FOREGROUND} if seen else set())
        self._visibility = dict(visibility)
        if self._follows_crop:
            self._chosen = self._visible()
        self.changed.emit()

    def clear(self) -> None:
        """No query."""
        self._schema, self._seen = None, frozenset()
        self.changed.emit()

    def is_seen(self, name: str) -> bool:
        """Whether the query crop shows this part, so that it can be compared."""
        return name in self._seen

    def is_chosen(self, name: str) -> bool:
        """Whether this vector counts, were it seen."""
        return name in self._chosen

    def visibility(self, name: str) -> float:
        """How visible the vector is in the query crop, in [0, 1]."""
        return self._visibility.get(name, 0.0)

    def weight(self, name: str) -> float:
        """The user's weight in [0, 1], whether chosen or not."""
        return self._weights.get(name, 1.0)

    def weights(self) -> dict[str, float]:
        """Vectors to compare, in the schema's order, with their weights > 0; empty when none is left."""
        if self._schema is None:
            return {}
        usable = self._chosen & self._seen
        return {n: self.weight(n) for n in self._schema.vector_names if n in usable and self.weight(n) > 0}

    def set_chosen(self, name: str, chosen: bool) -> None:
        """Let a vector count or not; a choice the user makes."""
        if chosen == self.is_chosen(name) or (chosen and not self.is_seen(name)):
            return
        self._follows_crop = False
        if chosen:
            self._chosen.add(name)
            if self.weight(name) == 0:
                self._weights.pop(name)
        else:
            self._chosen.discard(name)
        self.changed.emit()

    def toggle(self, name: str) -> None:
        """Choose a vector, or no longer."""
        self.set_chosen(name, not self.is_chosen(name))

    def set_only(self, name: str) -> None:
        """Choose this vector alone."""
        if self.is_seen(name):
            self._choose({name})

    def set_weight(self, name: str, weight: float) -> None:
        """How much a vector counts, in [0, 1]; one that is weighed is chosen."""
        if weight == self.weight(name):
            return
        self._follows_crop = False
        self._weights[name] = weight
        if self.is_seen(name) and weight > 0:
            self._chosen.add(name)
        self.changed.emit()

    def apply(self, preset: Preset) -> None:
        """Choose as the preset says, every weight full."""
        if self._schema is None:
            return
        self._weights.clear()
        self._follows_crop = preset is Preset.VISIBLE
        self._chosen = self._visible() if self._follows_crop else set(vectors_of(preset, self._schema))
        self.changed.emit()

    def restore(self, parts: Mapping[str, float] | None) -> None:
        """Choose these vectors with these weights, as they were chosen before; None is "as visible"."""
        self._follows_crop = parts is None
        self._weights = dict(parts or {})
        if parts is not None:
            self._chosen = set(parts)
        elif self._schema is not None:
            self._chosen = self._visible()
        self.changed.emit()

    def _visible(self) -> set[str]:
        """The whole person and every part seen; the whole picture where nothing is."""
        return set(self._seen - {GLOBAL}) or {GLOBAL}

    def _choose(self, names: set[str]) -> None:
        self._follows_crop = False
        self._chosen = names
        self.changed.emit()
