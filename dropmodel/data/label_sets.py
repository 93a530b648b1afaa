"""Label sets of other parsers and datasets, reduced to a schema of ours.

Each table gives, for a class of a source, the part it becomes in ``eight`` and in ``five_v``. A class that a
schema cannot place becomes ``IGNORE`` and takes no part in training or pooling: trousers have no left and
right for ``eight``, a shirt covers both torso parts of ``five_v``. Two readings are ours: in ``eight`` a
garment of the trunk is torso although it has sleeves (the sources do not tell sleeves apart), and a bag is
background.

Class orders, each compared with its source:

- ``lip`` (20), ``atr`` (18), ``pascal`` (Pascal-Person-Part, 7): the label lists of
  Self-Correction-Human-Parsing (github.com/GoGoDuck912/Self-Correction-Human-Parsing, dataset_settings).
- ``densepose``: DensePose-COCO's 24 surfaces (github.com/facebookresearch/DensePose,
  challenge/2018_COCO_DensePose/data_format.md). It does not name the two surfaces of a part, so neither does
  this table; some lists on the web exchange 5 and 6.
- ``eight`` and ``five_v``: our own schemas; the arms in ``five_v``'s torso parts count as torso in ``eight``.
- ``bodypix``: the 24 parts of github.com/tensorflow/tfjs-models, body-pix/README.md, counted from 0 with
  background -1 (255 in a uint8 map).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.parts import BACKGROUND, EIGHT, FIVE_V, IGNORE, PartSchema

_BACKGROUND = "background"
_Target = str | None
_Row = tuple[str, _Target, _Target]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A source: its classes in order with their parts in ``eight`` and ``five_v`` (``None``: ``IGNORE``).

    ``background`` is set where the source's background is not its first class.
    """

    name: str
    rows: tuple[_Row, ...]
    background: int | None = None


_LEFT_ARM = ("left_arm", None)
_RIGHT_ARM = ("right_arm", None)
_HEAD = ("head", "head")
_TRUNK = ("torso", None)
_NONE = (None, None)

LIP = LabelSet(
    "lip",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("hat", *_HEAD),
        ("hair", *_HEAD),
        ("glove", None, "lower_torso"),
        ("sunglasses", *_HEAD),
        ("upper clothes", *_TRUNK),
        ("dress", *_NONE),
        ("coat", *_TRUNK),
        ("socks", *_NONE),
        ("pants", None, "legs"),
        ("jumpsuit", *_NONE),
        ("scarf", *_NONE),
        ("skirt", *_NONE),
        ("face", *_HEAD),
        ("left arm", *_LEFT_ARM),
        ("right arm", *_RIGHT_ARM),
        ("left leg", "left_leg", "legs"),
        ("right leg", "right_leg", "legs"),
        ("left shoe", "left_foot", "feet"),
        ("right shoe", "right_foot", "feet"),
    ),
)

ATR = LabelSet(
    "atr",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("hat", *_HEAD),
        ("hair", *_HEAD),
        ("sunglasses", *_HEAD),
        ("upper clothes", *_TRUNK),
        ("skirt", *_NONE),
        ("pants", None, "legs"),
        ("dress", *_NONE),
        ("belt", "torso", "lower_torso"),
        ("left shoe", "left_foot", "feet"),
        ("right shoe", "right_foot", "feet"),
        ("face", *_HEAD),
        ("left leg", "left_leg", "legs"),
        ("right leg", "right_leg", "legs"),
        ("left arm", *_LEFT_ARM),
        ("right arm", *_RIGHT_ARM),
        ("bag", _BACKGROUND, _BACKGROUND),
        ("scarf", *_NONE),
    ),
)

PASCAL = LabelSet(
    "pascal",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("head", *_HEAD),
        ("torso", *_TRUNK),
        ("upper arms", None, "upper_torso"),
        ("lower arms", None, "lower_torso"),
        ("upper legs", None, "legs"),
        ("lower legs", *_NONE),  # holds the feet
    ),
)

DENSEPOSE = LabelSet(
    "densepose",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("torso", *_TRUNK),
        ("torso", *_TRUNK),
        ("right hand", "right_arm", "lower_torso"),
        ("left hand", "left_arm", "lower_torso"),
        ("left foot", "left_foot", "feet"),
        ("right foot", "right_foot", "feet"),
        ("right upper leg", "right_leg", "legs"),
        ("left upper leg", "left_leg", "legs"),
        ("right upper leg", "right_leg", "legs"),
        ("left upper leg", "left_leg", "legs"),
        ("right lower leg", "right_leg", "legs"),
        ("left lower leg", "left_leg", "legs"),
        ("right lower leg", "right_leg", "legs"),
        ("left lower leg", "left_leg", "legs"),
        ("left upper arm", "left_arm", "upper_torso"),
        ("right upper arm", "right_arm", "upper_torso"),
        ("left upper arm", "left_arm", "upper_torso"),
        ("right upper arm", "right_arm", "upper_torso"),
        ("left lower arm", "left_arm", "lower_torso"),
        ("right lower arm", "right_arm", "lower_torso"),
        ("left lower arm", "left_arm", "lower_torso"),
        ("right lower arm", "right_arm", "lower_torso"),
        ("head", *_HEAD),
        ("head", *_HEAD),
    ),
)

BODYPIX = LabelSet(
    "bodypix",
    (
        ("left face", *_HEAD),
        ("right face", *_HEAD),
        ("left upper arm front", "left_arm", "upper_torso"),
        ("left upper arm back", "left_arm", "upper_torso"),
        ("right upper arm front", "right_arm", "upper_torso"),
        ("right upper arm back", "right_arm", "upper_torso"),
        ("left lower arm front", "left_arm", "lower_torso"),
        ("left lower arm back", "left_arm", "lower_torso"),
        ("right lower arm front", "right_arm", "lower_torso"),
        ("right lower arm back", "right_arm", "lower_torso"),
        ("left hand", "left_arm", "lower_torso"),
        ("right hand", "right_arm", "lower_torso"),
        ("torso front", *_TRUNK),
        ("torso back", *_TRUNK),
        ("left upper leg front", "left_leg", "legs"),
        ("left upper leg back", "left_leg", "legs"),
        ("right upper leg front", "right_leg", "legs"),
        ("right upper leg back", "right_leg", "legs"),
        ("left lower leg front", "left_leg", "legs"),
        ("left lower leg back", "left_leg", "legs"),
        ("right lower leg front", "right_leg", "legs"),
        ("right lower leg back", "right_leg", "legs"),
        ("left foot", "left_foot", "feet"),
        ("right foot", "right_foot", "feet"),
    ),
    background=255,
)

OURS = LabelSet(
    "eight",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("head", *_HEAD),
        ("torso", *_TRUNK),
        ("left arm", *_LEFT_ARM),
        ("right arm", *_RIGHT_ARM),
        ("left leg", "left_leg", "legs"),
        ("right leg", "right_leg", "legs"),
        ("left foot", "left_foot", "feet"),
        ("right foot", "right_foot", "feet"),
    ),
)

FIVE = LabelSet(
    "five_v",
    (
        ("background", _BACKGROUND, _BACKGROUND),
        ("head", *_HEAD),
        ("upper torso", "torso", "upper_torso"),
        ("lower torso", "torso", "lower_torso"),
        ("legs", None, "legs"),
        ("feet", None, "feet"),
    ),
)

LABEL_SETS = {label_set.name: label_set for label_set in (LIP, ATR, PASCAL, DENSEPOSE, BODYPIX, OURS, FIVE)}


def reduce_labels(
    labels: npt.NDArray[np.integer[Any]], source: str, schema: PartSchema
) -> npt.NDArray[np.uint8]:
    """A label map of ``source``, integers of any shape, as uint8 labels of ``schema``.

    ``source`` is a key of ``LABEL_SETS``, ``schema`` is ``EIGHT`` or ``FIVE_V``; ``ValueError`` for others
    and for a class the source does not have. BodyPix's -1 and 255 are background; elsewhere 255 stays
    ``IGNORE``.
    """
    if source not in LABEL_SETS:
        raise ValueError(f"unknown label set {source!r}; choose {', '.join(LABEL_SETS)}")
    table = _table(source, schema)
    values = np.where(labels == -1, IGNORE, labels)
    # Anything outside 0..255 is looked up as 254, which no source has.
    reduced = table[np.where((values < 0) | (values > IGNORE), IGNORE - 1, values)]
    unknown = reduced < 0
    if unknown.any():
        raise ValueError(f"label set {source!r} has no class {int(labels[unknown].flat[0])}")
    return reduced.astype(np.uint8)


@lru_cache(maxsize=32)
def _table(source: str, schema: PartSchema) -> npt.NDArray[np.int16]:
    """Label in ``schema`` of each value 0..255 of the source; -1 for a value it does not have."""
    label_set = LABEL_SETS[source]
    if schema not in (EIGHT, FIVE_V):
        raise ValueError(f"label sets are reduced to eight or five_v, not to {schema.name!r}")
    column = 1 if schema == EIGHT else 2
    table = np.full(256, -1, np.int16)
    table[IGNORE] = IGNORE if label_set.background is None else BACKGROUND
    for value, row in enumerate(label_set.rows):
        part = row[column]
        table[value] = IGNORE if part is None else BACKGROUND if part == _BACKGROUND else schema.label(part)
    return table
