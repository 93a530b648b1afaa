"""From a plan and its camera to meshes: floors cut finely near the camera, props where nobody walks."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.places.litter import lie_about
from dropmodel.synthetic.places.place import Seat, Walk
from dropmodel.synthetic.places.plan import Floor, Panel, Plan, Wish
from dropmodel.synthetic.places.view import PERSON, seen_well
from dropmodel.synthetic.props.catalogue import VARIANTS, prop
from dropmodel.synthetic.props.primitives import box, ground, joined, sheet

Points = npt.NDArray[np.float64]

TRIANGLES = 28_000
"""A place's props stop when it has this many triangles."""
_HIDDEN, _HIDDEN_ALL = 0.09, 0.14
"""Largest shares of the sight lines to the walks that one prop and all props together may cut."""
_SEATS = {"bench": 0.46, "stone_bench": 0.48, "seats": 0.45, "sofa": 0.43}
_PROGRESSIVE = (
    0.0,
    1.5,
    3.0,
    4.5,
    6.0,
    8.0,
    10.0,
    12.5,
    15.5,
    19.0,
    24.0,
    32.0,
    45.0,
    65.0,
    95.0,
    140.0,
    250.0,
)


@lru_cache(maxsize=800)
def _bounds(kind: str, style: str, variant: int) -> tuple[tuple[float, float, float, float], Points, Points]:
    vertices = prop(kind, style, variant).vertices
    near = vertices[vertices[:, 2] < 2.0]
    left, bottom = near[:, :2].min(axis=0)
    right, top = near[:, :2].max(axis=0)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (float(left), float(bottom), float(right), float(top)), low.astype(float), high.astype(float)


def _lines(low: float, high: float, eye: float) -> npt.NDArray[np.float64]:
    """Cuts of a stretch, close to each other near the eye."""
    steps = np.asarray(_PROGRESSIVE)
    cuts = np.concatenate([eye - steps[:0:-1], eye + steps])
    inside = cuts[(cuts > low + 0.3) & (cuts < high - 0.3)]
    return np.concatenate([[low], inside, [high]])


def floor_mesh(floor: Floor, camera: Camera) -> Mesh:
    """A floor as a grid."""
    left, bottom, right, top = floor.box
    x, y, _ = camera.position
    return ground(_lines(left, right, x), _lines(bottom, top, y), floor.look, floor.height)


def panel_mesh(panel: Panel, camera: Camera) -> Mesh:
    """A wall or picture as a grid; coords start at its start."""
    start, end = np.asarray(panel.start), np.asarray(panel.end)
    long = float(np.linalg.norm(end - start))
    ahead = (end - start) / max(long, 1e-6)
    nearest = float((np.asarray(camera.position[:2]) - start) @ ahead)
    along = _lines(0, long, nearest) if long > 1.6 else np.array([0, long])
    rows = np.array([0, panel.height]) if panel.height < 3.2 else np.linspace(0, panel.height, 3)
    u, v = np.meshgrid(along, rows)
    net = np.stack([start[0] + u * ahead[0], start[1] + u * ahead[1], panel.base + v], -1)
    return sheet(net, panel.look, np.stack([u + panel.shift, 0 * u, v], -1))


def panels_meshes(panels: Sequence[Panel], camera: Camera) -> list[Mesh]:
    """All panels; small ones that share a surface become one mesh."""
    small: dict[int, list[Panel]] = {}
    meshes = []
    for panel in panels:
        if math.dist(panel.start, panel.end) <= 1.6 and panel.height < 3.2:
            small.setdefault(id(panel.look), []).append(panel)
        else:
            meshes.append(panel_mesh(panel, camera))
    for group in small.values():
        ends = np.array([[panel.start, panel.end] for panel in group])
        heights = np.array([[panel.base, panel.base + panel.height] for panel in group])
        wide = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
        count = len(group)
        vertices = np.zeros((count, 4, 3), np.float32)
        coords = np.zeros((count, 4, 3), np.float32)
        for corner, (side, level) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
            vertices[:, corner, :2] = ends[:, side]
            vertices[:, corner, 2] = heights[:, level]
            coords[:, corner, 0] = side * wide
            coords[:, corner, 2] = level * (heights[:, 1] - heights[:, 0])
        faces = (4 * np.arange(count)[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
        meshes.append(Mesh.of(vertices.reshape(-1, 3), faces, group[0].look, coords.reshape(-1, 3)))
    return meshes


def blocks_meshes(plan: Plan) -> list[Mesh]:
    """The plain boxes of the building."""
    return [box(block.size, block.look, block.at, block.turn) for block in plan.blocks]


class Furnisher:
    """Sets props one after another and refuses those that stand in the way."""

    def __init__(self, plan: Plan, camera: Camera, walks: Sequence[Walk], budget: int) -> None:
        self.plan, self.camera, self.budget = plan, camera, budget
        self.meshes: list[Mesh] = []
        self.seats: list[Seat] = []
        self.eye = np.asarray(camera.position, float)
        self.walks = [(np.asarray(walk.start), np.asarray(walk.end), walk.width) for walk in walks]
        self.targets = _targets(walks)
        self.cut = np.zeros(len(self.targets), bool)
        self.circles: list[tuple[float, float, float]] = []
        self.random = plan.random("pieces")

    def try_all(self, wishes: Sequence[Wish]) -> None:
        """Sets what can stand, the place's own first, its far edge, then from the walks outwards."""
        middle = self.targets[:, :2].mean(axis=0)
        near = [(not wish.firm, wish.kind != "thicket", math.dist(wish.spot, middle)) for wish in wishes]
        for index in sorted(range(len(wishes)), key=near.__getitem__):
            wish = wishes[index]
            variant = int(self.random.integers(VARIANTS))
            if self._in_sight(wish) and self._fits(wish, variant):
                self._set(wish, variant)

    def _fits(self, wish: Wish, variant: int) -> bool:
        style = self.plan.style.name
        (left, bottom, right, top), low, high = _bounds(wish.kind, style, variant)
        turn = math.radians(wish.turn)
        spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        spot = np.asarray(wish.spot)
        middle = spin @ [(left + right) / 2, (bottom + top) / 2] + spot
        for start, end, width in self.walks:
            if _on_walk(
                (start - spot) @ spin, (end - spot) @ spin, width / 2 + 0.12, (left, bottom, right, top)
            ):
                return False
        radius = 0.42 * (right - left + top - bottom) / 2
        if not wish.firm and any(
            math.hypot(middle[0] - x, middle[1] - y) < 0.85 * (radius + r) for x, y, r in self.circles
        ):
            return False
        if self.plan.indoor and high[2] * wish.stretch > self.plan.ceiling + 0.02:
            return False
        eye = np.append((self.eye[:2] - spot) @ spin, self.eye[2] - wish.height)
        points = np.concatenate(
            [(self.targets[:, :2] - spot) @ spin, self.targets[:, 2:] - wish.height], axis=1
        )
        tall = np.array([high[0], high[1], high[2] * wish.stretch])
        if np.all(eye > low - 0.9) and np.all(eye < tall + 0.9):
            return False
        cut = _cut_by(eye, points, low, tall)
        if cut.mean() > _HIDDEN or (cut | self.cut).mean() > max(_HIDDEN_ALL, self.cut.mean()):
            return False
        self.cut |= cut
        self.circles.append((float(middle[0]), float(middle[1]), radius))
        return True

    def _set(self, wish: Wish, variant: int) -> None:
        mesh = prop(wish.kind, self.plan.style.name, variant)
        if len(mesh.faces) > self.budget:
            return
        self.budget -= len(mesh.faces)
        placed = mesh.moved(wish.turn, (*wish.spot, wish.height))
        if wish.stretch != 1.0:
            placed = placed.replaced(
                placed.vertices * np.array([1, 1, wish.stretch], np.float32), placed.normals
            )
        self.meshes.append(placed)
        if wish.kind in _SEATS and seen_well(self.camera, np.array([wish.spot]), self.plan.screens)[0]:
            way = math.radians(wish.turn)
            spot = (wish.spot[0] + 0.2 * math.sin(way), wish.spot[1] - 0.2 * math.cos(way))
            self.seats.append(Seat(spot, _SEATS[wish.kind], wish.turn))

    def _in_sight(self, wish: Wish) -> bool:
        """Whether the prop, or the shadow it may throw, can be seen at all."""
        reach = 6.0
        flat = np.asarray(wish.spot) - self.eye[:2]
        ahead, right = self.camera.axes[2, :2], self.camera.axes[0, :2]
        depth = float(flat @ ahead) / max(1e-6, float(np.hypot(*ahead)))
        aside = abs(float(flat @ right))
        slope = math.tan(math.radians(self.camera.field_of_view / 2))
        return -reach < depth < 80 and aside < (depth + reach) * slope + reach


def _targets(walks: Sequence[Walk]) -> Points:
    """Points on people of both ends, the middles and both sides of the walks, [N, 3]."""
    shares = np.linspace(0, 1, 9)[:, None]
    lines = [np.asarray(walk.start) * (1 - shares) + np.asarray(walk.end) * shares for walk in walks]
    spots = np.concatenate(lines)
    levels = (0.15, 0.9, PERSON - 0.1)
    return np.concatenate([np.column_stack([spots, np.full(len(spots), level)]) for level in levels])


def _on_walk(start: Points, end: Points, reach: float, foot: tuple[float, float, float, float]) -> bool:
    """Whether a strip (its middle line, in the prop's axes) touches the prop's foot."""
    left, bottom, right, top = foot
    long = float(np.hypot(*(end - start)))
    steps = np.linspace(0, 1, max(3, math.ceil(long / 0.25)))[:, None]
    line = start + steps * (end - start)
    outside = np.maximum(np.maximum([left, bottom] - line, line - [right, top]), 0)
    return bool(np.any(np.hypot(outside[:, 0], outside[:, 1]) < reach))


def _cut_by(eye: Points, points: Points, low: Points, high: Points) -> npt.NDArray[np.bool_]:
    """Which sight lines pass through the box low..high."""
    ray = points - eye
    safe = np.where(np.abs(ray) < 1e-9, 1e-9, ray)
    first, second = (low - eye) / safe, (high - eye) / safe
    enter = np.minimum(first, second).max(axis=1)
    leave = np.maximum(first, second).min(axis=1)
    hit: npt.NDArray[np.bool_] = (enter < leave) & (leave > 0) & (enter < 1)
    return hit


def beside_walks(plan: Plan, walks: Sequence[Walk]) -> list[Wish]:
    """Wishes for clutter along the walks, half a metre to four metres off their edges."""
    random = plan.random("clutter")
    kinds = plan.clutter or (plan.style.indoor_clutter if plan.indoor else plan.style.clutter)
    wishes = []
    for walk in walks:
        start, end = np.asarray(walk.start), np.asarray(walk.end)
        long = float(np.hypot(*(end - start)))
        ahead = (end - start) / long
        aside = np.array([ahead[1], -ahead[0]])
        turn = math.degrees(math.atan2(ahead[1], ahead[0]))
        for _ in range(int(random.integers(2, 5)) + int(long / 5)):
            side = 1 if random.uniform() < 0.5 else -1
            off = side * (walk.width / 2 + 0.45 + random.exponential(1.1))
            x, y = start + random.uniform(-0.1, 1.1) * (end - start) + off * aside
            facing = (
                turn + (180 if side > 0 else 0) + (0 if random.uniform() < 0.7 else random.uniform(0, 360))
            )
            wishes.append(Wish(str(random.choice(kinds)), (float(x), float(y)), facing))
    return wishes


def build(plan: Plan, camera: Camera, walks: Sequence[Walk]) -> tuple[tuple[Mesh, ...], tuple[Seat, ...]]:
    """The meshes of a plan, joined, and its seats."""
    structure = [
        *(floor_mesh(floor, camera) for floor in plan.floors),
        *panels_meshes(plan.panels, camera),
        *blocks_meshes(plan),
        *plan.extras,
        *lie_about(plan, walks),
    ]
    used = sum(len(mesh.faces) for mesh in structure)
    furnisher = Furnisher(plan, camera, walks, TRIANGLES - used)
    furnisher.try_all([*plan.wishes, *beside_walks(plan, walks)])
    return (joined(structure), joined(furnisher.meshes)), tuple(furnisher.seats)
