"""Small scenes with known answers: boards and balls before a camera."""

import numpy as np

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.drawing.geometry import PARTS, Mesh, Surface
from dropmodel.synthetic.drawing.light import Lighting, Sky
from dropmodel.synthetic.drawing.render import Stage

GREY = Surface((0.5, 0.5, 0.5))
CAMERA = Camera((0.0, 0.0, 1.0), 0.0, 0.0, 0.0, 60.0, (400, 400))


def light(direction: tuple[float, float, float] = (0.0, -1.0, 0.0), key: float = 1.0) -> Lighting:
    """A key light of strength ``key`` from ``direction`` and a dim sky."""
    return Lighting(direction, (key, key, key), (0.2, 0.2, 0.2), (0.0, 0.0, 0.0), Sky((0, 0, 1), (0, 0, 1)))


def board(left: float, right: float, low: float, high: float, y: float, surface: Surface = GREY) -> Mesh:
    """A rectangle facing the camera at distance ``y``."""
    corners = [[left, y, low], [right, y, low], [right, y, high], [left, y, high]]
    return Mesh.of(corners, [[0, 1, 2], [0, 2, 3]], surface)


def floor(half: int = 12, surface: Surface = GREY) -> Mesh:
    """Ground round the origin in squares of a metre."""
    line = np.arange(-half, half + 1.0)
    x, y = np.meshgrid(line, line)
    points = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3)
    count = len(line)
    i, j = np.meshgrid(np.arange(count - 1), np.arange(count - 1), indexing="ij")
    corner = (i * count + j).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + count + 1], axis=1),
            np.stack([corner, corner + count + 1, corner + count], axis=1),
        ]
    )
    return Mesh.of(points, faces, surface)


def labelled(mesh: Mesh, *labels: int) -> Mesh:
    """``mesh`` as a person whose vertices carry ``labels`` (one for all, or one each)."""
    parts = np.zeros((len(mesh.vertices), PARTS), np.float32)
    parts[np.arange(len(parts)), labels if len(labels) > 1 else labels * len(parts)] = 1
    return Mesh(
        mesh.vertices,
        mesh.normals,
        mesh.faces,
        mesh.coords,
        mesh.cut,
        mesh.surface,
        mesh.surfaces,
        parts,
    )


def stage(*meshes: Mesh, lighting: Lighting | None = None) -> Stage:
    """A stage of ``meshes``; the middle of its walks is five metres ahead."""
    return Stage.of(meshes, lighting or light(), (0.0, 5.0, 0.0))
