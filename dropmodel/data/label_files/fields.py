"""Confidence fields and soft maps: arrays with a channel a part."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from dropmodel.data.label_files.index_map import load_array
from dropmodel.data.label_files.keypoints import COCO_17
from dropmodel.errors import DataError
from dropmodel.parts import EIGHT, FIVE_V, PartSchema

Soft = npt.NDArray[np.float32]
_SEEN = 0.5
"""Where no part is as sure as this there is background."""
_SHARPNESS = 15.0
"""Factor before the softmax."""

_BONES = (
    (16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9), (8, 10),
    (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7),
)  # fmt: skip
"""Of COCO's person skeleton, counted from 1, in the order OpenPifPaf has them."""

CHANNELS = (*COCO_17, *(f"{COCO_17[a - 1]} to {COCO_17[b - 1]}" for a, b in _BONES))
"""What the 36 channels of a ``.confidence_fields.npy`` are: 17 joints of COCO, then 19 bones between them."""


def read_pifpaf(path: Path, size: tuple[int, int], schema: PartSchema) -> Soft:
    """Soft map of a ``.confidence_fields.npy``, float32 [36, h, w] in 0..1, as float32 [K + 1, H, W].

    A part is as sure as the surest of its channels, background is certain where the surest part is below
    0.5, and a softmax of 15 times these makes the map (Somers et al., Body Part-Based Representation Learning
    for Occluded Person Re-Identification, WACV 2023). Fields are brought to ``size`` (height, width)
    bilinearly before.
    """
    fields = _fields(path)
    if len(fields) != len(CHANNELS):
        raise DataError(f"{path}: holds {len(fields)} channels; pose fields have {len(CHANNELS)}")
    large = resized(fields, size)
    parts = np.stack([large[list(group)].max(axis=0) for group in _groups(schema)])
    background = (parts.max(axis=0) < _SEEN).astype(np.float32)
    scores = torch.from_numpy(np.concatenate([background[None], parts]))
    soft: Soft = (scores * _SHARPNESS).softmax(dim=0).numpy()
    return soft


def read_soft_map(path: Path, size: tuple[int, int], schema: PartSchema) -> Soft:
    """A soft map [K + 1, h, w], background first, or [K, h, w] without it, as float32 [K + 1, H, W].

    Without a background channel it gets what the parts leave of 1. Each pixel's shares are made to sum to 1.
    """
    values = _fields(path)
    if len(values) not in (len(schema), len(schema) + 1):
        raise DataError(
            f"{path}: holds {len(values)} channels; {schema.name} has {len(schema)} parts, and background"
        )
    large = np.clip(resized(values, size), 0.0, None)
    if len(values) == len(schema):
        rest = np.clip(1 - large.sum(axis=0, keepdims=True), 0.0, 1.0)
        large = np.concatenate([rest, large])
    soft: Soft = large / np.maximum(large.sum(axis=0, keepdims=True), 1e-6)
    return soft


def resized(fields: Soft, size: tuple[int, int]) -> Soft:
    """``fields`` float32 [C, h, w] at ``size`` (height, width), bilinear."""
    if fields.shape[1:] == size:
        return fields
    large = F.interpolate(torch.from_numpy(fields)[None], size=size, mode="bilinear", align_corners=False)
    result: Soft = large[0].numpy()
    return result


def _fields(path: Path) -> Soft:
    values = load_array(path)
    if values.ndim != 3 or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise DataError(f"{path}: holds {values.dtype} {list(values.shape)}, not finite numbers [C, H, W]")
    return np.ascontiguousarray(values, np.float32)


@lru_cache(maxsize=4)
def _groups(schema: PartSchema) -> tuple[tuple[int, ...], ...]:
    """For each part of ``schema`` the channels that show it."""
    if schema not in (EIGHT, FIVE_V):
        raise ValueError(f"pose fields are grouped to eight or five_v, not to {schema.name!r}")
    place = _eight if schema == EIGHT else _five
    parts = [place(name) for name in CHANNELS]
    return tuple(
        tuple(channel for channel, part in enumerate(parts) if part == name) for name in schema.names
    )


def _eight(channel: str) -> str:
    """Part of a joint or bone in ``eight``; shoulders and hips are torso, an ankle is a foot."""
    joints = [joint.partition("_") for joint in channel.split(" to ")]
    kinds = {kind or side for side, _, kind in joints}
    side = joints[0][0]
    if kinds & {"nose", "eye", "ear"}:
        return "head"
    if kinds & {"elbow", "wrist"}:
        return f"{side}_arm"
    if kinds == {"ankle"}:
        return f"{side}_foot"
    return f"{side}_leg" if kinds & {"knee", "ankle"} else "torso"


def _five(channel: str) -> str | None:
    """Part of a joint or bone in ``five_v``; the flank, which is in both halves of the torso, in neither."""
    part = _eight(channel)
    if part.endswith(("leg", "foot")):
        return "legs" if part.endswith("leg") else "feet"
    if part == "head":
        return "head"
    if "shoulder" in channel and "hip" in channel:
        return None
    lower = "hip" in channel or "wrist" in channel
    return "lower_torso" if lower else "upper_torso"
