"""A model's card: where it comes from, what it was shown, what it may be used for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from dropmodel.network.config import NetworkConfig


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model says of itself; travels in its file.

    ``created`` is an ISO 8601 time in UTC, empty for a model made in memory; ``data`` summarises what it
    was trained on, without naming anyone; ``metrics`` maps measured names to values (fractions in 0..1);
    ``choices`` lists where the published method left room and what this model does there. ``calibration``
    is a :class:`dropmodel.evaluation.calibration.Calibration` as plain data, empty for none. ``people`` says
    whether its pictures showed real ones; ``recipe`` how it was trained and ``limits`` where it fails, a
    phrase each; ``seeds`` are those of its training.
    """

    name: str
    trained: bool
    created: str = ""
    backbone_weights: str = "random"
    data: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""
    choices: tuple[str, ...] = ()
    notes: str = ""
    calibration: Mapping[str, Any] = field(default_factory=dict)
    people: str = ""
    recipe: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    limits: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        return {
            **asdict(self),
            "metrics": dict(self.metrics),
            "calibration": dict(self.calibration),
            **{name: list(getattr(self, name)) for name in _LISTS},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ModelCard":
        """Inverse of :meth:`to_dict`; unknown entries are dropped: a card informs, nothing depends on it.

        ``ValueError`` when name or trained are missing.
        """
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        if not isinstance(values.get("name"), str) or not isinstance(values.get("trained"), bool):
            raise ValueError("the model card lacks its name or whether it is trained")
        return cls(**values | {name: tuple(values.get(name, ())) for name in _LISTS})

    def edited(self, entries: Mapping[str, Any]) -> "ModelCard":
        """This card with ``entries``, some of those of :meth:`to_dict`, in place of its own.

        ``ValueError`` for one that is unknown or of another type than the card's own.
        """
        own = self.to_dict()
        for name, value in entries.items():
            if name not in own:
                raise ValueError(f"a model card has no {name!r}, only {', '.join(own)}")
            if type(value) is not type(own[name]) or not _fits(name, value):
                raise ValueError(f"{name!r} of a model card cannot be {json.dumps(value)}")
        return self.from_dict({**own, **entries})


_LISTS = {"choices": str, "recipe": str, "seeds": int, "limits": str}
"""The card's lists, and what they are of."""


def _fits(name: str, value: Any) -> bool:
    """Whether what ``value`` holds may be in the card's entry ``name``."""
    if name in _LISTS:
        return all(type(item) is _LISTS[name] for item in value)
    if name == "metrics":
        return all(type(number) in (int, float) and 0 <= number <= 1 for number in value.values())
    return True


def choices_of(config: NetworkConfig) -> tuple[str, ...]:
    """What a network of ``config`` does where the publication leaves room, a phrase each, for the card."""
    upsampling = {
        "concat": "stages are concatenated in the upsampling",
        "sum": "stages are summed in the upsampling",
        "off": "no detail-preserving upsampling: the parsing head sits on the re-identification map",
    }
    pooling = {
        "wamp_sum": "average and maximum of a part are summed",
        "wamp_concat": "average and maximum of a part are concatenated",
        "gwap": "average pooling alone",
    }
    visibility = {
        "continuous": "a part is as visible as its highest probability in any cell",
        "binary": "a part is visible when it is the likeliest class of some cell",
    }
    return (
        upsampling[config.dpu],
        f"stages reach stride 4 by {config.upsample}",
        f"parsing branch of {config.parsing_width} channels",
        f"position encoder: {config.ppe}",
        *(
            ["half of the channels of early norms are normalised crop by crop"]
            if config.norm == "ibn"
            else []
        ),
        pooling[config.pooling],
        visibility[config.visibility],
        "searches use the vectors after BNNeck",
    )
