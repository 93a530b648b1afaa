"""The table of a data set: one row a crop, as ``meta.parquet``."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dropmodel.parts import EIGHT

if TYPE_CHECKING:
    from dropmodel.synthetic.shot import Shot

JOINTS = 18
"""Joints of a row, in the order of OpenPose's COCO model."""

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("split", pa.string()),
        ("identity", pa.int32()),
        ("camera", pa.int32()),
        ("sequence", pa.int32()),
        ("frame", pa.int32()),
        ("style", pa.string()),
        ("seed", pa.int64()),
        ("variant", pa.string()),
        ("place", pa.string()),
        ("pose", pa.string()),
        ("yaw", pa.float32()),
        ("distance", pa.float32()),
        ("pitch", pa.float32()),
        ("occluder", pa.string()),
        ("occluded", pa.float32()),
        ("truncated", pa.float32()),
        ("level", pa.int8()),
        *((f"visibility_{name}", pa.float32()) for name in EIGHT.names),
        *((f"share_{name}", pa.float32()) for name in EIGHT.names),
        ("joints", pa.list_(pa.float32(), 3 * JOINTS)),
        *((f"box_{name}", pa.float32()) for name in ("dx", "dy", "dw", "dh", "truncated")),
        ("others", pa.bool_()),
        ("description", pa.string()),
    ]
)
"""Columns of ``meta.parquet``.

``yaw`` in degrees, 0 faces the camera; ``distance`` in metres; ``pitch`` of the camera in degrees;
``variant`` is the item in which the person differs from the usual look. ``occluded`` and ``truncated`` 0..1
of the person, ``level`` 0..4; ``visibility_*`` 0..1 of the part, ``share_*`` of the crop's pixels;
``joints`` x, y in crop pixels and 0 outside, 1 hidden or 2 seen, 18 times; ``box_*`` shares of the tight box;
``others``: whether ``others/`` holds a mask of other persons; ``description`` JSON in plain words.
"""

_WHOLE = ("identity", "camera", "sequence", "frame", "seed", "level")
_NUMBERS = ("yaw", "distance", "pitch", "occluded", "truncated")


def row(file: str, split: str, shot: "Shot") -> dict[str, Any]:
    """The row of one crop, plain data."""
    info = shot.info
    error = info.box_error
    return {
        "file": file,
        "split": split,
        **{name: int(getattr(info, name)) for name in _WHOLE},
        **{name: float(getattr(info, name)) for name in _NUMBERS},
        **{name: getattr(info, name) for name in ("style", "variant", "place", "pose", "occluder")},
        **{f"visibility_{n}": float(v) for n, v in zip(EIGHT.names, info.visibility, strict=True)},
        **{f"share_{n}": float(v) for n, v in zip(EIGHT.names, info.share, strict=True)},
        "joints": [float(value) for joint in info.joints for value in joint],
        "box_dx": error.dx,
        "box_dy": error.dy,
        "box_dw": error.dw,
        "box_dh": error.dh,
        "box_truncated": error.truncated,
        "others": bool(shot.others.any()),
        "description": json.dumps(dict(info.description), sort_keys=True),
    }


def write_table(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Write ``rows`` whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMA), part, compression="zstd")
    part.replace(path)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a ``meta.parquet``."""
    table: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return table
