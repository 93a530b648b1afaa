"""Solids that props are put together from.

Every builder returns a mesh whose coords are laid out for :attr:`Mapping.FRONT`: u runs along a face in x (or
round it), v is its height in z, both in metres, and y keeps apart faces that share u and v.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Indices, Mesh, Surface, merged, vertex_normals

Array = npt.NDArray[np.float32]
Point = tuple[float, float, float]
ORIGIN: Point = (0.0, 0.0, 0.0)


def sheet(
    points: npt.ArrayLike, surface: Surface, coords: npt.ArrayLike | None = None, closed: bool = False
) -> Mesh:
    """A smooth skin through a net of ``points`` [R, C, 3]; ``closed`` joins the last column to the first."""
    net = np.asarray(points, np.float32)
    rows, columns = net.shape[:2]
    return Mesh.of(
        net.reshape(-1, 3),
        _net_faces(rows, columns, closed),
        surface,
        None if coords is None else np.asarray(coords, np.float32).reshape(-1, 3),
    )


def _net_faces(rows: int, columns: int, closed: bool) -> Indices:
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    if closed:
        index = np.concatenate([index, index[:, :1]], axis=1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    return np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    ).astype(np.int32)


_CORNERS = np.array(
    [[x, y, z] for z in (0.0, 1.0) for y in (-0.5, 0.5) for x in (-0.5, 0.5)], np.float32
)  # 0..7, bottom first
_SIDES = np.array(
    [[0, 1, 5, 4], [3, 2, 6, 7], [2, 0, 4, 6], [1, 3, 7, 5], [4, 5, 7, 6], [2, 3, 1, 0]], np.int32
)  # front, back, left, right, top, bottom
_FLAT_NORMALS = np.array([[0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, -1]], np.float32)
_QUADS = (
    np.arange(6, dtype=np.int32)[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]], np.int32)
).reshape(-1, 3)


def box(
    size: Point,
    surface: Surface,
    at: Point = ORIGIN,
    turn: float = 0.0,
    tilt: float = 0.0,
    top_scale: float = 1.0,
) -> Mesh:
    """A box of ``size`` with sharp edges standing with the middle of its bottom ``at`` a point.

    ``top_scale`` narrows the top; ``tilt`` leans it back about x, then ``turn`` turns it about z, degrees.
    """
    corners = _CORNERS * np.asarray(size, np.float32)
    corners[4:, :2] *= top_scale
    vertices = corners[_SIDES].reshape(-1, 3)
    normals = np.repeat(_FLAT_NORMALS, 4, axis=0)
    x, y, z = vertices.T
    side = np.repeat(np.arange(6), 4)
    u = np.where((side == 2) | (side == 3), y, x)
    v = np.where(side >= 4, y, z)
    coords = np.stack([u, np.where(side >= 4, z, np.where((side == 2) | (side == 3), x, y)), v], axis=1)
    if tilt:
        c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        lean = np.array([[1, 0, 0], [0, c, s], [0, -s, c]], np.float32)
        vertices, normals = vertices @ lean.T, normals @ lean.T
    mesh = Mesh(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(normals, np.float32),
        _QUADS,
        np.ascontiguousarray(coords, np.float32),
        np.ones(24, np.float32),
        np.zeros(12, np.int32),
        (surface,),
    )
    return mesh.moved(turn, at)


def rounded(size: Point, surface: Surface, radius: float, at: Point = ORIGIN, taper: float = 1.0) -> Mesh:
    """A box with round edges of ``radius`` standing ``at`` a point; ``taper`` scales the top's x and y."""
    half = np.asarray(size, np.float64) / 2
    edge = min(radius, float(half.min()) * 0.999)
    points: list[Array] = []
    faces: list[Indices] = []
    coords: list[Array] = []
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        lines = [
            np.array([-h, -h + 0.3 * edge, -h + edge, h - edge, h - 0.3 * edge, h])
            for h in (half[first], half[second])
        ]
        a, b = np.meshgrid(*lines, indexing="ij")
        for sign in (-1.0, 1.0):
            net = np.empty((6, 6, 3))
            net[..., first], net[..., second], net[..., axis] = a, b, sign * half[axis]
            inner = np.clip(net, -(half - edge), half - edge)
            away = net - inner
            away /= np.linalg.norm(away, axis=-1, keepdims=True)
            net = inner + away * edge
            faces.append(_net_faces(6, 6, False) + np.int32(36 * len(points)))
            u = net[..., 1] if axis == 0 else net[..., 0]
            v = net[..., 1] if axis == 2 else net[..., 2] + half[2]
            coords.append(np.stack([u, net[..., axis], v], -1).reshape(-1, 3).astype(np.float32))
            points.append(net.reshape(-1, 3).astype(np.float32))
    vertices = np.concatenate(points)
    inner = np.clip(vertices, -(half - edge), half - edge)
    normals = vertices - inner
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    rise = (vertices[:, 2] / half[2] + 1) / 2
    vertices[:, :2] *= (1 + (taper - 1) * rise)[:, None]
    vertices += np.asarray([at[0], at[1], at[2] + half[2]], np.float32)
    triangles = np.concatenate(faces)
    return Mesh(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(normals, np.float32),
        triangles,
        np.concatenate(coords),
        np.ones(len(vertices), np.float32),
        np.zeros(len(triangles), np.int32),
        (surface,),
    )


def lathe(
    profile: Sequence[tuple[float, float]], surface: Surface, at: Point = ORIGIN, sides: int = 12
) -> Mesh:
    """A body turned about z: ``profile`` lists (radius, height) from the bottom up; sharp where repeated."""
    outline = np.asarray(profile, np.float64)
    angle = np.linspace(0, 2 * math.pi, sides + 1)
    ring = np.stack([np.sin(angle), -np.cos(angle)], axis=1)
    flat = ring[None] * outline[:, None, :1]
    height = np.broadcast_to(outline[:, None, 1:], (*flat.shape[:2], 1))
    steps = np.linalg.norm(np.diff(outline, axis=0, prepend=outline[:1]), axis=1)
    along = outline[0, 1] + np.cumsum(steps)
    reach = float(outline[:, 0].max())
    around = np.broadcast_to(reach * angle, flat.shape[:2])
    coords = np.stack([around, 0 * around, np.broadcast_to(along[:, None], flat.shape[:2])], -1)
    mesh = sheet(np.concatenate([flat, height], -1), surface, coords)
    normals = mesh.normals.reshape(len(outline), sides + 1, 3)
    seam = normals[:, :1] + normals[:, -1:]
    seam /= np.maximum(np.linalg.norm(seam, axis=-1, keepdims=True), 1e-9)
    normals[:, :1] = normals[:, -1:] = seam
    return mesh.moved(0, at)


def cylinder(
    radius: float,
    height: float,
    surface: Surface,
    at: Point = ORIGIN,
    top: float | None = None,
    sides: int = 12,
    capped: bool = True,
) -> Mesh:
    """An upright cylinder, or a cone where ``top`` gives another radius; ``capped`` closes its top."""
    end = radius if top is None else top
    profile = [(radius, 0.0), (end, height)]
    if capped and end > 0:
        profile += [(end, height), (0.0, height)]
    return lathe(profile, surface, at, sides)


def tube(path: npt.ArrayLike, radius: float | Sequence[float], surface: Surface, sides: int = 6) -> Mesh:
    """A round bar along ``path`` [N, 3]; ``radius`` is one value or one for each point."""
    points = np.asarray(path, np.float64)
    ahead = np.gradient(points, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    side = np.cross(ahead, [0.0, 0.0, 1.0])
    weak = np.linalg.norm(side, axis=1) < 0.2
    side[weak] = np.cross(ahead[weak], [1.0, 0.0, 0.0])
    for k in range(1, len(side)):
        if side[k] @ side[k - 1] < 0:
            side[k] = -side[k]
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(side, ahead)
    widths = np.broadcast_to(np.asarray(radius, np.float64), (len(points),))[:, None, None]
    angle = np.linspace(0, 2 * math.pi, sides, endpoint=False)[None, :, None]
    net = points[:, None] + widths * (np.cos(angle) * side[:, None] + np.sin(angle) * other[:, None])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    coords = np.zeros((len(points), sides, 3))
    coords[..., 0] = widths[..., 0] * angle[..., 0]
    coords[..., 2] = length[:, None]
    return sheet(net, surface, coords, closed=True)


def bar(start: Point, end: Point, radius: float, surface: Surface, sides: int = 6) -> Mesh:
    """A straight round bar between two points."""
    return tube(np.array([start, end]), radius, surface, sides)


def hoop(
    radius: float, thickness: float, surface: Surface, at: Point = ORIGIN, segments: int = 20, sides: int = 5
) -> Mesh:
    """A standing ring in the xz plane, such as a tyre, its middle ``at`` a point."""
    angle = np.linspace(0, 2 * math.pi, segments, endpoint=False)[:, None]
    section = np.linspace(0, 2 * math.pi, sides, endpoint=False)[None]
    reach = radius + thickness * np.cos(section)
    net = np.stack(
        [
            reach * np.cos(angle) + at[0],
            np.broadcast_to(thickness * np.sin(section), (segments, sides)) + at[1],
            reach * np.sin(angle) + at[2],
        ],
        -1,
    )
    return sheet(np.concatenate([net, net[:1]]), surface, closed=True)


def extrusion(outline: npt.ArrayLike, depth: float, surface: Surface, at: Point = ORIGIN) -> Mesh:
    """A shape of ``outline`` [N, 2] (x, z; star-shaped seen from its middle) as thick as ``depth`` in y."""
    shape = np.asarray(outline, np.float64)
    count = len(shape)
    middle = shape.mean(axis=0)
    vertices: list[npt.NDArray[np.float64]] = []
    coords: list[npt.NDArray[np.float64]] = []
    faces: list[npt.NDArray[np.int64]] = []
    order = np.arange(count)
    for y in (-depth / 2, depth / 2):
        plate = np.concatenate([shape, middle[None]])
        solid = np.stack([plate[:, 0], np.full(count + 1, y), plate[:, 1]], 1)
        faces.append(
            np.stack([order, (order + 1) % count, np.full(count, count)], 1) + len(vertices) * (count + 1)
        )
        vertices.append(solid)
        coords.append(solid)
    base = 2 * (count + 1)
    start, end = shape, np.roll(shape, -1, axis=0)
    for k, (point, y) in enumerate(
        ((start, -depth / 2), (end, -depth / 2), (end, depth / 2), (start, depth / 2))
    ):
        rim = np.stack([point[:, 0], np.full(count, y), point[:, 1]], 1)
        vertices.append(rim)
        along = np.cumsum(np.linalg.norm(end - start, axis=1)) - (0 if k in (1, 2) else 0.05)
        coords.append(np.stack([along, np.full(count, y), np.full(count, y)], 1))
    quads = [base + order + k * count for k in range(4)]
    faces.append(np.stack(quads[:3], 1))
    faces.append(np.stack([quads[0], quads[2], quads[3]], 1))
    points = np.concatenate(vertices) + np.asarray(at)
    return Mesh.of(points, np.concatenate(faces), surface, np.concatenate(coords))


def panel(
    size: tuple[float, float], surface: Surface, at: Point = ORIGIN, cell: float = 1e9, lean: float = 0.0
) -> Mesh:
    """An upright picture plane of (width, height) facing -y, bottom middle ``at`` a point.

    coords run from 0 at its left bottom corner, so a tile of the panel's size fits it exactly. ``cell`` is
    the largest side of its cells; ``lean`` tips its top back, in degrees.
    """
    width, height = size
    columns = max(1, math.ceil(width / cell))
    rows = max(1, math.ceil(height / cell))
    u, v = np.meshgrid(np.linspace(0, width, columns + 1), np.linspace(0, height, rows + 1))
    tip = math.radians(lean)
    net = np.stack([u - width / 2 + at[0], at[1] + v * math.sin(tip), at[2] + v * math.cos(tip)], -1)
    return sheet(net, surface, np.stack([u, 0 * u, v], -1))


def ground(x_lines: npt.ArrayLike, y_lines: npt.ArrayLike, surface: Surface, height: float = 0.0) -> Mesh:
    """A level plane with cells between the given lines; coords are world metres for :attr:`Mapping.FLAT`."""
    x, y = np.meshgrid(np.asarray(x_lines, np.float32), np.asarray(y_lines, np.float32))
    return sheet(np.stack([x, y, np.full_like(x, height)], -1), surface)


_GOLDEN = (1 + math.sqrt(5)) / 2


def _sphere(level: int) -> tuple[npt.NDArray[np.float64], Indices]:
    g = _GOLDEN
    points = np.array(
        [
            *([-1, g, 0], [1, g, 0], [-1, -g, 0], [1, -g, 0], [0, -1, g], [0, 1, g]),
            *([0, -1, -g], [0, 1, -g], [g, 0, -1], [g, 0, 1], [-g, 0, -1], [-g, 0, 1]),
        ]
    )
    points /= np.linalg.norm(points[0])
    # The twenty faces of an icosahedron.
    rows = "0 11 5 0 5 1 0 1 7 0 7 10 0 10 11 1 5 9 5 11 4 11 10 2 10 7 6 7 1 8"
    rows += " 3 9 4 3 4 2 3 2 6 3 6 8 3 8 9 4 9 5 2 4 11 6 2 10 8 6 7 9 8 1"
    faces = np.array([int(number) for number in rows.split()], np.int32).reshape(-1, 3)
    for _ in range(level):
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        unique, which = np.unique(edges, axis=0, return_inverse=True)
        middle = points[unique].sum(axis=1)
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        ab, bc, ca = (which.reshape(3, -1) + len(points)).astype(np.int32)
        a, b, c = faces.T
        faces = np.concatenate(
            [np.stack(corner, 1) for corner in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
        ).astype(np.int32)
        points = np.concatenate([points, middle])
    return points, faces


_SPHERES = tuple(_sphere(level) for level in range(4))


def blob(
    radii: Point,
    surface: Surface,
    at: Point = ORIGIN,
    random: np.random.Generator | None = None,
    rough: float = 0.0,
    level: int = 2,
) -> Mesh:
    """A ball stretched to ``radii``, its middle ``at`` a point, with waves of relative height ``rough``.

    ``level`` 0, 1, 2, 3 gives 20, 80, 320, 1280 triangles.
    """
    points, faces = _SPHERES[level]
    ball = points.copy()
    if random is not None and rough > 0:
        wave = np.zeros(len(points))
        for scale in (2.2, 4.1, 7.7):
            turn = random.normal(0, scale, (3, 3))
            wave += np.sin(points @ turn + random.uniform(0, 6.3, 3)).sum(axis=1) / scale
        ball *= (1 + rough * wave / 1.2)[:, None]
    solid = (ball * np.asarray(radii) + np.asarray(at)).astype(np.float32)
    coords = np.stack([np.arctan2(points[:, 0], -points[:, 1]) * radii[0], points[:, 1], solid[:, 2]], 1)
    return Mesh.of(solid, faces, surface, coords)


def scraps(
    points: npt.ArrayLike,
    outward: npt.ArrayLike,
    size: float,
    surface: Surface,
    random: np.random.Generator,
    slender: float = 0.6,
) -> Mesh:
    """One small triangle at each of ``points`` [N, 3], lying any way: leaves, litter, petals.

    Normals are ``outward`` [N, 3] mixed with each scrap's own, so that a crown is shaded as one body; coords
    spread the scraps over the tile, so each takes its own colour from it.
    """
    middle = np.asarray(points, np.float64)
    count = len(middle)
    first = random.normal(0, 1, (count, 3))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(first, random.normal(0, 1, (count, 3)))
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    reach = size * random.uniform(0.6, 1.4, (count, 1))
    corners = np.stack(
        [
            middle + reach * first,
            middle - reach * (0.6 * first + slender * second),
            middle - reach * (0.6 * first - slender * second),
        ],
        axis=1,
    )
    flat = np.cross(first, second)
    away = np.asarray(outward, np.float64)
    flat *= np.sign((flat * away).sum(axis=1, keepdims=True))
    normals = away + 0.5 * flat
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    home = random.uniform(0, 4, (count, 1, 3))
    coords = home + 0.02 * np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0]])
    return Mesh(
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(normals, 3, axis=0).astype(np.float32),
        np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
        coords.reshape(-1, 3).astype(np.float32),
        np.ones(3 * count, np.float32),
        np.zeros(count, np.int32),
        (surface,),
    )


def bent(mesh: Mesh, vertices: npt.ArrayLike) -> Mesh:
    """``mesh`` with other ``vertices`` and fresh smooth normals."""
    points = np.ascontiguousarray(vertices, np.float32)
    return mesh.replaced(points, vertex_normals(points, mesh.faces))


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of many in which a surface used by several is kept once."""
    whole = merged(meshes)
    kept: dict[int, int] = {}
    surfaces: list[Surface] = []
    table = np.zeros(len(whole.surfaces), np.int32)
    for number, surface in enumerate(whole.surfaces):
        if id(surface) not in kept:
            kept[id(surface)] = len(surfaces)
            surfaces.append(surface)
        table[number] = kept[id(surface)]
    return Mesh(
        whole.vertices,
        whole.normals,
        whole.faces,
        whole.coords,
        whole.cut,
        table[whole.surface],
        tuple(surfaces),
        whole.parts,
    )
