"""Who stands where: a person's way past a camera, others about, and what steps in front."""

import math
from dataclasses import dataclass

import numpy as np

from dropmodel.synthetic.drawing.camera import Box, Camera, View
from dropmodel.synthetic.drawing.geometry import Mesh, Surface
from dropmodel.synthetic.drawing.raster import NEAR
from dropmodel.synthetic.drawing.render import outline, outline_behind
from dropmodel.synthetic.places import Place, Seat, Walk

Spot = tuple[float, float]

_BOARD = Surface((0.5, 0.5, 0.5))
_CLEAR = 0.75
"""Metres kept between two people who have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody goes: on the ground from ``start`` at ``speed`` metres a second, facing ``turn``.

    ``turn`` is in degrees as :meth:`Mesh.moved` turns a body that faces -y.
    """

    start: Spot
    turn: float
    speed: float

    def at(self, seconds: float) -> Spot:
        """Where they are after ``seconds``."""
        reach = self.speed * seconds
        angle = math.radians(self.turn)
        return self.start[0] + reach * math.sin(angle), self.start[1] - reach * math.cos(angle)


def walking_way(random: np.random.Generator, place: Place, speed: float, seconds: float) -> Way:
    """A way along one of the place's walks that ends after ``seconds`` before the walk does."""
    walk = place.walks[int(random.integers(len(place.walks)))]
    start, end = (walk.start, walk.end) if random.uniform() < 0.5 else (walk.end, walk.start)
    length = math.dist(start, end)
    room = max(0.0, length - speed * seconds)
    turn = _turn_towards(start, end)
    along = random.uniform(0, room) / max(length, 1e-6)
    return Way(on_walk(walk, along if start == walk.start else 1 - along, random), turn, speed)


def standing_way(random: np.random.Generator, place: Place) -> Way:
    """A spot on one of the place's walks, facing anywhere."""
    walk = place.walks[int(random.integers(len(place.walks)))]
    return Way(on_walk(walk, random.uniform(), random), float(random.uniform(0, 360)), 0.0)


def seated_way(random: np.random.Generator, place: Place, depth: float) -> tuple[Way, Seat]:
    """One of the place's seats; ``depth`` is how far behind its front edge the hips rest."""
    seat = place.seats[int(random.integers(len(place.seats)))]
    angle = math.radians(seat.facing)
    spot = seat.spot[0] - depth * math.sin(angle), seat.spot[1] + depth * math.cos(angle)
    return Way(spot, seat.facing, 0.0), seat


def on_walk(walk: Walk, along: float, random: np.random.Generator) -> Spot:
    """A spot ``along`` 0..1 of a walk, anywhere across its width."""
    start, end = walk.start, walk.end
    length = max(math.dist(start, end), 1e-6)
    aside = random.uniform(-0.5, 0.5) * walk.width
    across = (end[1] - start[1]) / length, (start[0] - end[0]) / length
    return (
        start[0] + along * (end[0] - start[0]) + aside * across[0],
        start[1] + along * (end[1] - start[1]) + aside * across[1],
    )


def hidden_by_scenery(scenery: Mesh, camera: Camera, spot: Spot) -> float:
    """Share 0..1 of somebody on ``spot`` that things standing still hide, found with a board for a body."""
    right = np.array([*camera.axes[0][:2], 0.0]) * 0.22
    foot = np.array([*spot, 0.06])
    corners = np.array([foot - right, foot + right, foot + right + [0, 0, 1.6], foot - right + [0, 0, 1.6]])
    seen = camera.project(corners)
    if seen[:, 2].min() < NEAR:
        return 1.0
    left, top = seen[:, :2].min(axis=0)
    across, bottom = seen[:, :2].max(axis=0)
    view = View(camera, (left, top, across, bottom), (16, 32))
    board = Mesh.of(corners, [[0, 1, 2], [0, 2, 3]], _BOARD)
    alone = (outline(board, view).face >= 0).sum()
    among = (outline_behind(board, [scenery], view).face >= 0).sum()
    return float(1 - among / max(alone, 1))


def beside(random: np.random.Generator, spot: Spot, camera: Camera) -> Spot:
    """A spot next to ``spot``, across the line of sight, so that one box may hold both people."""
    forward, right = _sight_line(camera, spot)
    aside = float(random.choice([-1, 1])) * random.uniform(0.5, 0.8)
    back = random.uniform(-0.1, 0.6)
    return (
        spot[0] + aside * right[0] + back * forward[0],
        spot[1] + aside * right[1] + back * forward[1],
    )


def in_front(random: np.random.Generator, spot: Spot, camera: Camera) -> Spot:
    """A spot between ``spot`` and the camera where another person hides a part of who stands there."""
    forward, right = _sight_line(camera, spot)
    near = min(random.uniform(0.55, 1.6), 0.5 * math.dist(spot, camera.position[:2]))
    aside = float(random.choice([-1, 1])) * random.uniform(0.12, 0.42)
    return (
        spot[0] + aside * right[0] - near * forward[0],
        spot[1] + aside * right[1] - near * forward[1],
    )


def far_enough(spot: Spot, others: list[Spot]) -> bool:
    """Whether nobody of ``others`` stands in the way."""
    return all(math.dist(spot, other) > _CLEAR for other in others)


def near_box(camera: Camera, spot: Spot, box: Box) -> bool:
    """Whether somebody on ``spot`` may show in a crop round ``box``."""
    points = camera.project(np.array([[*spot, 0.0], [*spot, 1.8]]))
    if points[:, 2].min() < 0.5:
        return False
    (x0, top, _), (x1, bottom, _) = points[1], points[0]
    girth = 0.25 * (bottom - top)
    reach = 0.5 * (box[2] - box[0])
    return bool(
        min(x0, x1) - girth < box[2] + reach
        and max(x0, x1) + girth > box[0] - reach
        and top < box[3] + reach
        and bottom > box[1] - reach
    )


def lean(camera: Camera, spot: Spot) -> float:
    """Degrees, 0..90, between the frame's upright and a person standing on ``spot``."""
    feet, head = camera.project(np.array([[*spot, 0.0], [*spot, 1.7]]))
    return abs(math.degrees(math.atan2(head[0] - feet[0], feet[1] - head[1])))


def tall(camera: Camera, spot: Spot) -> float:
    """Height of a person standing on ``spot`` as a share of the frame's."""
    feet, head = camera.project(np.array([[*spot, 0.0], [*spot, 1.7]]))
    return math.hypot(head[0] - feet[0], head[1] - feet[1]) / camera.frame[1]


def turned_to_camera(turn: float, spot: Spot, camera: Camera) -> float:
    """Yaw in degrees, -180..180: 0 facing the camera, 90 showing it the own left side."""
    toward = _turn_towards(spot, camera.position[:2])
    return (toward - turn + 180) % 360 - 180


def _turn_towards(start: Spot, end: Spot) -> float:
    return math.degrees(math.atan2(end[0] - start[0], start[1] - end[1]))


def _sight_line(camera: Camera, spot: Spot) -> tuple[Spot, Spot]:
    """Unit directions on the ground from the camera to ``spot``, and to the right of it."""
    x, y = spot[0] - camera.position[0], spot[1] - camera.position[1]
    length = math.hypot(x, y) or 1.0
    return (x / length, y / length), (y / length, -x / length)
