"""Everything that decides the shape of a network, as plain data (method.md, section 1).

The published description leaves layers open; each key marked *choice* is this project's own reading and is
listed as such in a model's card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from dropmodel.parts import EIGHT, PartSchema, get_schema

Fuse = Literal["concat", "sum", "off"]
Upsample = Literal["bilinear", "pixelshuffle"]
Position = Literal["1d", "2d", "mlp", "off"]
Pooling = Literal["wamp_sum", "wamp_concat", "gwap"]
Visibility = Literal["continuous", "binary"]
Norm = Literal["batch", "ibn"]

SIZE_STEP = 32
"""Height and width are whole multiples of this many pixels, so that every stage map fills its grid."""

PARSING_STRIDE = 4
"""Pixels of the input per cell of the parsing maps."""

_WIDE_BACKBONES = ("resnet50", "hrnet_w32")


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Shape of a :class:`~dropmodel.network.drop.Drop` network; ``ValueError`` names a wrong key.

    - ``backbone``: ``efficientnet_lite0``, ``resnet50``, ``hrnet_w32``, or any timm name that offers
      ``features_only`` maps or is a vision transformer.
    - ``schema``: the K parts it parses and pools.
    - ``height``, ``width``: input size in pixels, multiples of 32.
    - ``dim``: length D of each vector.
    - ``parsing_channels``: width Cp of the parsing branch; ``None`` takes 256 for wide backbones and
      96 for others (*choice*) and is replaced by that number.
    - ``dpu``: how the stages meet in the detail-preserving upsampling (*choice*: ``concat``);
      ``off`` puts the parsing head on the re-identification map.
    - ``upsample``: how a stage reaches stride 4 (*choice*: ``bilinear``).
    - ``ppe``: the pedestrian position encoder; the paper's is ``1d``, the others are ablations.
    - ``pooling``: weighted average and max, summed (*choice*) or concatenated; ``gwap`` is the average
      alone, as in the paper's base.
    - ``visibility``: which of the two visibilities a search uses; both are always computed.
    - ``last_stride``: stride of the backbone's last stage, 1 (finer map) or 2; transformers and HRNet
      have no such stage and ignore it.
    - ``norm``: ``ibn`` lets half of the channels of early norms be normalised crop by crop (*choice*), for
      pictures of another style; residual networks and EfficientNets only.
    - ``identities``: classes of the training classifiers; 0 builds none.
    """

    backbone: str = "efficientnet_lite0"
    schema: PartSchema = field(default=EIGHT)
    height: int = 256
    width: int = 128
    dim: int = 512
    parsing_channels: int | None = None
    dpu: Fuse = "concat"
    upsample: Upsample = "bilinear"
    ppe: Position = "1d"
    pooling: Pooling = "wamp_sum"
    visibility: Visibility = "continuous"
    last_stride: Literal[1, 2] = 1
    norm: Norm = "batch"
    identities: int = 0

    def __post_init__(self) -> None:
        if type(self.backbone) is not str or not self.backbone:
            raise ValueError(f"backbone must be the name of a network, got {self.backbone!r}")
        if not isinstance(self.schema, PartSchema):
            raise ValueError(f"schema must be a PartSchema (see get_schema), got {self.schema!r}")
        if self.parsing_channels is None:
            object.__setattr__(self, "parsing_channels", 256 if self.backbone in _WIDE_BACKBONES else 96)
        for key, least in _LEAST.items():
            value = getattr(self, key)
            if type(value) is not int or value < least:
                raise ValueError(f"{key} must be a whole number of at least {least}, got {value!r}")
        for key in ("height", "width"):
            if getattr(self, key) % SIZE_STEP:
                raise ValueError(f"{key} must be a multiple of {SIZE_STEP}, got {getattr(self, key)}")
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                listed = ", ".join(map(str, allowed))
                raise ValueError(f"{key} must be one of {listed}; got {getattr(self, key)!r}")

    @property
    def parsing_width(self) -> int:
        """``parsing_channels`` as the number it always is after construction."""
        assert self.parsing_channels is not None
        return self.parsing_channels

    @property
    def mask_size(self) -> tuple[int, int]:
        """Rows and columns of the parsing maps."""
        return self.height // PARSING_STRIDE, self.width // PARSING_STRIDE

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` is the inverse."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        return {**data, "schema": self.schema.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "NetworkConfig":
        """Inverse of :meth:`to_dict`; ``schema`` may also be a known schema's name.

        ``ValueError`` names unknown keys: a file with one was written by a newer program.
        """
        unknown = sorted(set(data) - {item.name for item in fields(cls)})
        if unknown:
            raise ValueError(f"unknown network configuration: {', '.join(unknown)}")
        values = dict(data)
        schema = values.get("schema", EIGHT)
        if isinstance(schema, str):
            values["schema"] = get_schema(schema)
        elif isinstance(schema, Mapping):
            try:
                values["schema"] = PartSchema.from_dict(dict(schema))
            except (KeyError, TypeError) as error:
                raise ValueError(f"the part schema is incomplete: {error}") from error
        return cls(**values)


_LEAST = {"height": SIZE_STEP, "width": SIZE_STEP, "dim": 1, "parsing_channels": 1, "identities": 0}

_CHOICES: dict[str, tuple[Any, ...]] = {
    "dpu": get_args(Fuse),
    "upsample": get_args(Upsample),
    "ppe": get_args(Position),
    "pooling": get_args(Pooling),
    "visibility": get_args(Visibility),
    "last_stride": (1, 2),
    "norm": get_args(Norm),
}
