"""What the studio hands out: crops and whole frames with everything known about them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.camera import Box
from dropmodel.synthetic.sensor.boxes import BoxError

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ShotInfo:
    """Everything known about one crop.

    ``variant`` names the item in which this shot's person differs from the identity's usual look, "" for
    none; such a person is still the same identity. ``yaw`` in degrees is 0 facing the camera, 90 with the own
    left side towards it; ``distance`` in metres, ``pitch`` in degrees down from the camera to the person.
    ``occluder`` is the kind of what was put in front, "" for nothing. ``occluded``, ``truncated``, ``level``,
    ``visibility`` [8] and ``share`` [8] are measured, see :class:`~dropmodel.synthetic.drawing.labels.Sight`.
    ``joints`` [18, 3] are crop pixels and 0 outside, 1 hidden, 2 seen, in OpenPose's order.
    """

    identity: int
    variant: str
    camera: int
    sequence: int
    frame: int
    style: str
    seed: int
    place: str
    pose: str
    yaw: float
    distance: float
    pitch: float
    occluder: str
    occluded: float
    truncated: float
    level: int
    visibility: tuple[float, ...]
    share: tuple[float, ...]
    joints: tuple[tuple[float, float, int], ...]
    box_error: BoxError
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One crop: ``picture`` uint8 [H, W, 3], ``parts`` uint8 [H, W] of its person.

    ``others`` uint8 [H, W] holds the part labels of the other persons seen, 0 elsewhere.
    """

    picture: npt.NDArray[np.uint8]
    parts: Labels
    others: Labels
    info: ShotInfo


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a whole frame: ``box`` is tight round the body, ``visible`` the share that is seen."""

    identity: int
    box: Box
    visible: float
    yaw: float
    pose: str
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A camera's whole frame.

    ``picture`` uint8 [H, W, 3]; ``parts`` uint8 [H, W] the part labels of everybody; ``owners`` uint8 [H, W]
    whose they are: 0 nobody's, k the k-th of ``people``.
    """

    picture: npt.NDArray[np.uint8]
    parts: Labels
    owners: Labels
    people: tuple[Person, ...]
    camera: int
    place: str
