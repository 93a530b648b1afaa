"""Triangles and how they look: what every builder makes and the renderer draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.textures import Texture

Array = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]
Color = tuple[float, float, float]
"""Linear light reflected, red, green, blue, in 0..1 (black cloth 0.01, white paint 0.8)."""

PARTS = 9
"""Background and the eight parts of :data:`dropmodel.parts.EIGHT`, in its order."""


class Mapping(IntEnum):
    """How a vertex's ``coords`` (metres) become a place on a tile."""

    FLAT = 0
    """u = x, v = y."""
    AROUND = 1
    """Around the z axis: u = radius * angle from -y towards +x, v = z."""
    FRONT = 2
    """u = x, v = z, seen along y."""


@dataclass(frozen=True, slots=True, eq=False)
class Decal:
    """A picture laid once on a surface: ``box`` is (left, bottom, right, top) in coords' x and z, metres.

    ``side`` -1 lays it on the half that faces -y in coords (the front of a body), +1 on the back, 0 on both.
    """

    texture: Texture
    box: tuple[float, float, float, float]
    side: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The look of some triangles.

    ``color`` times the tile's colour is the albedo. ``tile_size`` is (width, height) in metres of one repeat.
    ``grain`` is the relative amplitude of fine albedo noise, ``grain_size`` its wave length in metres;
    ``bump`` tilts normals (0.3 is strong), ``bump_size`` is the wave length by coords axis in metres.
    ``gloss`` is the strength of the highlight (skin 0.05, car paint 0.4) and ``sharpness`` its exponent;
    ``wrap`` lets light creep round the edge (skin 0.2, leaves 0.4); ``glow`` is light given off, times color.
    """

    color: Color
    texture: Texture | None = None
    mapping: Mapping = Mapping.FLAT
    tile_size: tuple[float, float] = (1.0, 1.0)
    tile_shift: tuple[float, float] = (0.0, 0.0)
    radius: float = 0.16
    decals: tuple[Decal, ...] = ()
    grain: float = 0.0
    grain_size: float = 0.02
    bump: float = 0.0
    bump_size: tuple[float, float, float] = (0.05, 0.05, 0.05)
    gloss: float = 0.0
    sharpness: float = 24.0
    wrap: float = 0.0
    glow: float = 0.0

    def __post_init__(self) -> None:
        if len(self.decals) > MAX_DECALS:
            raise ValueError(f"a surface carries at most {MAX_DECALS} decals, this one {len(self.decals)}")


MAX_DECALS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in the world or in an object's own space.

    ``vertices`` and unit ``normals`` [V, 3] float32; ``faces`` [F, 3] int32; ``coords`` [V, 3] float32, the
    metres a pattern is anchored to; ``cut`` [V] float32, a pixel is drawn where its interpolation is >= 0;
    ``surface`` [F] int32 into ``surfaces``; ``parts`` [V, 9] float32, weights of background and eight parts
    for people, None for things.
    """

    vertices: Array
    normals: Array
    faces: Indices
    coords: Array
    cut: Array
    surface: Indices
    surfaces: tuple[Surface, ...]
    parts: Array | None = None

    def moved(self, turn: float, offset: Sequence[float]) -> "Mesh":
        """This mesh turned by ``turn`` degrees about z, counter-clockwise from above, then shifted."""
        spin = rotation_z(turn).T.astype(np.float32)
        return self.replaced(
            vertices=(self.vertices @ spin + np.asarray(offset, np.float32)).astype(np.float32),
            normals=(self.normals @ spin).astype(np.float32),
        )

    def replaced(self, vertices: Array, normals: Array) -> "Mesh":
        """This mesh with other positions and normals."""
        return Mesh(
            vertices, normals, self.faces, self.coords, self.cut, self.surface, self.surfaces, self.parts
        )

    @classmethod
    def of(
        cls,
        vertices: npt.ArrayLike,
        faces: npt.ArrayLike,
        surface: Surface,
        coords: npt.ArrayLike | None = None,
    ) -> Self:
        """A plain thing of one surface with smooth normals; coords are the vertices unless given."""
        points = np.ascontiguousarray(vertices, np.float32)
        triangles = np.ascontiguousarray(faces, np.int32)
        anchored = points if coords is None else np.ascontiguousarray(coords, np.float32)
        return cls(
            points,
            vertex_normals(points, triangles),
            triangles,
            anchored,
            np.ones(len(points), np.float32),
            np.zeros(len(triangles), np.int32),
            (surface,),
        )


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of many; surfaces are kept in order, vertices without parts get weight zero everywhere."""
    if not meshes:
        return Mesh.of(np.zeros((0, 3)), np.zeros((0, 3)), Surface((0, 0, 0)))
    vertex = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    look = np.cumsum([0] + [len(mesh.surfaces) for mesh in meshes])
    parts = None
    if any(mesh.parts is not None for mesh in meshes):
        parts = np.concatenate(
            [np.zeros((len(m.vertices), PARTS), np.float32) if m.parts is None else m.parts for m in meshes]
        )
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.faces + np.int32(start) for mesh, start in zip(meshes, vertex, strict=False)]),
        np.concatenate([mesh.coords for mesh in meshes]),
        np.concatenate([mesh.cut for mesh in meshes]),
        np.concatenate([mesh.surface + np.int32(start) for mesh, start in zip(meshes, look, strict=False)]),
        tuple(surface for mesh in meshes for surface in mesh.surfaces),
        parts,
    )


def vertex_normals(vertices: Array, faces: Indices) -> Array:
    """Unit normals [V, 3], each the area-weighted mean of its triangles'; zero where a vertex has none."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(faces.ravel(), np.repeat(flat[:, k], 3), len(vertices)) for k in range(3)], axis=1
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    normals: Array = (total / np.maximum(length, 1e-12)).astype(np.float32)
    return normals


def rotation_x(degrees: float) -> npt.NDArray[np.float64]:
    """Rotation about x, right-handed."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_y(degrees: float) -> npt.NDArray[np.float64]:
    """Rotation about y, right-handed."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotation_z(degrees: float) -> npt.NDArray[np.float64]:
    """Rotation about z, right-handed: counter-clockwise seen from above."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
