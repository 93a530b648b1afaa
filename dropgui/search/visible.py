"""Which parts a crop shows: one answer for the window's ticks, the command line and notebooks."""

from dropmodel.features import Features, default_weights
from dropmodel.parts import FOREGROUND, GLOBAL

SHOWN_FROM = 0.3
"""A part is shown where its visibility reaches this.

It is then nearly always in the mask that people see: the two agreed in 98 % of the parts of half hidden
people under the starter model, and in 97 % under the untrained one (docs/decisions/0059).
"""


def parts_shown(features: Features) -> frozenset[str]:
    """Names of the parts that any of these views, at least one, shows."""
    schema = features.schema
    best = features.visibility[:, schema.vector_indices(schema.names)].max(axis=0)
    return frozenset(
        name for name, value in zip(schema.names, best.tolist(), strict=True) if value >= SHOWN_FROM
    )


def as_visible(features: Features) -> dict[str, float]:
    """The weights of "as visible": the whole person and every part shown; the whole picture where none is."""
    shown = parts_shown(features)
    if not shown:
        return {GLOBAL: 1.0}
    weights = default_weights(features.schema)
    return {name: weight for name, weight in weights.items() if name == FOREGROUND or name in shown}
