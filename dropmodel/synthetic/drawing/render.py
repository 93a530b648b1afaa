"""Pictures of a place with people in it: what the camera's light would be before the sensor spoils it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.albedo import Looks
from dropmodel.synthetic.drawing.camera import View
from dropmodel.synthetic.drawing.geometry import Mesh, merged
from dropmodel.synthetic.drawing.light import Lighting
from dropmodel.synthetic.drawing.raster import Hits, no_hits, rasterise, screen_points
from dropmodel.synthetic.drawing.shading import Eye, Solids, atmosphere, shade
from dropmodel.synthetic.drawing.shadows import cast, close_faces, far_shadow, middle, no_far_shadow

Array = npt.NDArray[np.float32]

_SMALL = 128
"""Rows of a picture up to which rough shadows, and those of the first person alone, look the same."""

SAMPLES = 2
"""Samples along each side of a pixel."""


@dataclass(frozen=True)
class Stage:
    """What stands still, in one mesh, with its light; made once a place and used for many pictures.

    ``center`` is the middle of where people walk: shadows of houses and trees are known 24 m round it.
    """

    scenery: Mesh
    lighting: Lighting
    center: tuple[float, float, float]

    @classmethod
    def of(cls, meshes: Sequence[Mesh], lighting: Lighting, center: tuple[float, float, float]) -> "Stage":
        """A stage of many meshes."""
        return cls(merged(meshes), lighting, center)

    @cached_property
    def looks(self) -> Looks:
        """The scenery's surfaces."""
        return Looks(self.scenery.surfaces)

    @cached_property
    def far_shadow(self) -> Array:
        """The key light's shadow map of the scenery."""
        if max(self.lighting.key) <= 0:
            return no_far_shadow()
        return far_shadow(self.scenery, self.lighting.key_direction, self.center)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawn view: ``radiance`` [H, W, 3] float32 linear light, and what its samples hit.

    ``hits`` has :data:`SAMPLES` samples a side and pixel. Triangles of the meshes that move come first,
    in the order they were given: mesh k owns faces ``starts[k]`` to ``starts[k + 1]``; the rest is scenery.
    """

    radiance: Array
    hits: Hits
    starts: tuple[int, ...]


def draw(stage: Stage, moving: Sequence[Mesh], view: View, near: Sequence[int] = (0,)) -> Drawing:
    """Draw ``view`` of the stage with the meshes that move (people, occluders).

    Contact shadows are found round the meshes ``near`` (positions in ``moving``); the others stand in plain
    light.
    """
    actors = merged(moving)
    scenery = stage.scenery
    eye = eye_of(view, SAMPLES)
    solids = Solids(
        np.concatenate([actors.vertices, scenery.vertices]),
        np.concatenate([actors.normals, scenery.normals]),
        np.concatenate([actors.coords, scenery.coords]),
        np.concatenate([actors.faces, scenery.faces + np.int32(len(actors.vertices))]),
        np.concatenate([actors.surface, scenery.surface + np.int32(len(actors.surfaces))]),
        len(actors.surfaces),
    )
    cut = np.concatenate([actors.cut, scenery.cut])
    hits = no_hits(view.size[0] * SAMPLES, view.size[1] * SAMPLES)
    rasterise(screen_points(solids.vertices, *eye), cut, solids.faces, hits)
    rough = view.size[1] <= _SMALL
    shaded = near[:1] if rough else near
    centers = np.array([middle(moving[k].vertices) for k in shaded], np.float32).reshape(-1, 3)
    light = stage.lighting
    shadows = cast(
        solids.vertices,
        close_faces(solids.vertices, solids.faces, centers),
        cut,
        centers,
        light.key_direction,
        light.key_width,
        stage.far_shadow,
        stage.center,
        rough=rough,
    )
    with stage.looks.before(actors.surfaces) as table:
        radiance = shade(hits, solids, table, stage.looks.tiles, atmosphere(light), shadows, eye, SAMPLES)
    starts = np.cumsum([0] + [len(mesh.faces) for mesh in moving])
    return Drawing(radiance, hits, tuple(int(start) for start in starts))


def outline(mesh: Mesh, view: View, samples: int = 1) -> Hits:
    """What ``view`` would see of ``mesh`` if nothing else were there."""
    return outline_behind(mesh, (), view, samples)


def outline_behind(mesh: Mesh, others: Sequence[Mesh], view: View, samples: int = 1) -> Hits:
    """What ``view`` would see of ``mesh`` behind ``others``, whose own triangles are not told."""
    hits = no_hits(view.size[0] * samples, view.size[1] * samples)
    eye = eye_of(view, samples)
    for other in others:
        rasterise(screen_points(other.vertices, *eye), other.cut, other.faces, hits)
    hits.face.fill(-1)  # how near the others are stays
    rasterise(screen_points(mesh.vertices, *eye), mesh.cut, mesh.faces, hits)
    return hits


def eye_of(view: View, samples: int) -> Eye:
    """The eye that sees ``view`` with ``samples`` a side and pixel."""
    camera = view.camera
    left, top, right, bottom = (float(edge) for edge in view.box)
    across = view.size[0] * samples / (right - left)
    down = view.size[1] * samples / (bottom - top)
    return Eye(
        np.asarray(camera.position, np.float32),
        camera.axes,
        (camera.focal * across, camera.focal * down),
        ((camera.frame[0] / 2 - left) * across, (camera.frame[1] / 2 - top) * down),
    )
