"""A model's card: where it comes from, what it was shown, what it may be used for."""

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
    is a :class:`dropmodel.evaluation.calibration.Calibration` as plain data, empty for none.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        return {
            **asdict(self),
            "metrics": dict(self.metrics),
            "choices": list(self.choices),
            "calibration": dict(self.calibration),
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
        values["choices"] = tuple(values.get("choices", ()))
        return cls(**values)


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
