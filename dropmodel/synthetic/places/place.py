"""What a drawn place is."""

from dataclasses import dataclass

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.drawing.light import Lighting

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Walk:
    """A straight strip of free ground at z = 0 from ``start`` to ``end`` (x, y), ``width`` metres wide.

    The camera sees people whole, 60 to 500 pixels tall, all along it.
    """

    start: Spot
    end: Spot
    width: float


@dataclass(frozen=True, slots=True)
class Seat:
    """A place to sit: the middle of its front edge, its height, and where a sitter looks.

    ``facing`` is in degrees as :meth:`Mesh.moved` turns a body that faces -y.
    """

    spot: Spot
    height: float
    facing: float


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place in one light, seen by one camera.

    ``meshes`` stand still, in world metres, ground at z = 0; ``precipitation`` 0..1 is how much falls, rain
    or, where the light has snow, snow. Indoors there is no ceiling to draw: the sky has its colour.
    """

    kind: str
    style: str
    meshes: tuple[Mesh, ...]
    lighting: Lighting
    camera: Camera
    precipitation: float
    night: bool
    indoor: bool
    walks: tuple[Walk, ...]
    seats: tuple[Seat, ...]
    weather: str
