"""A dressed person: layers of skin and cloth on one skeleton, put into poses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Array, Indices, Mesh, Surface, rotation_z
from dropmodel.synthetic.people.body import INFLUENCES, Shape, load_body
from dropmodel.synthetic.people.build import Build
from dropmodel.synthetic.people.cloth import fold_heights, folded, lengths, normals_of, skinned, squeezed
from dropmodel.synthetic.people.joints import Landmarks, Limb
from dropmodel.synthetic.people.pose import Pose
from dropmodel.synthetic.people.posing import Posing, posing


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One sheet of a dressed person at rest; every array has one row for each vertex, ``faces`` apart.

    ``vertices`` [V, 3] metres; ``faces`` [F, 3]; ``coords`` [V, 3] where patterns are anchored (the frame of
    the limb for sleeves and trouser legs, the canonical body elsewhere); ``cut`` [V], drawn where >= 0;
    ``parts`` [V, 9]; ``bones`` int16 and ``weights`` [V, B], B <= 6.

    ``fold`` [V] float32 is how many metres cloth may move along its normal where it is squeezed, 0 for skin,
    shoes and bags.

    ``hang`` makes a thing held in a hand that gravity keeps upright (bag, umbrella, suitcase): its vertices
    are metres from the hand's grip (x to the person's left, y behind, z up) and follow the hand without
    turning; bones and weights are not looked at.
    """

    vertices: Array
    faces: Indices
    coords: Array
    cut: Array
    parts: Array
    bones: npt.NDArray[np.int16]
    weights: Array
    surface: Surface
    fold: Array
    hang: Literal["", "left", "right"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class PosedFigure:
    """A person in a pose, standing on z = 0 and facing -y until :meth:`placed`.

    ``mesh`` has one surface for each layer. ``joints`` [18, 3] in the order of
    :data:`~dropmodel.synthetic.people.joints.JOINTS`; ``hands`` [2, 3] are the left and right hand's grips.
    """

    mesh: Mesh
    joints: Array
    limbs: tuple[Limb, ...]
    hands: Array
    pose: Pose

    def placed(self, turn: float, xy: tuple[float, float]) -> "PosedFigure":
        """The figure turned by ``turn`` degrees, counter-clockwise from above, and shifted on the ground."""
        spin = rotation_z(turn).T.astype(np.float32)
        shift = np.array([*xy, 0], np.float32)
        return PosedFigure(
            self.mesh.moved(turn, shift.tolist()),
            self.joints @ spin + shift,
            tuple(
                replace(limb, start=limb.start @ spin + shift, end=limb.end @ spin + shift)
                for limb in self.limbs
            ),
            self.hands @ spin + shift,
            self.pose,
        )


class Figure:
    """The layers of one person, ready to be posed many times; about 10 ms a pose for 60,000 triangles.

    ``shape`` is the body under the clothes. Triangles no pose can show are dropped here, once. ``seed``
    chooses the folds.
    """

    def __init__(self, layers: Sequence[Layer], shape: Shape, seed: int = 0) -> None:
        body = load_body()
        self.shape = shape
        self._parents = np.array(body.parents, np.int32)
        trimmed = [_trimmed(layer) for layer in layers]
        starts = np.cumsum([0] + [len(layer.vertices) for layer in trimmed])
        self._rest = np.concatenate([layer.vertices for layer in trimmed]).astype(np.float32)
        self._faces = np.concatenate(
            [layer.faces + np.int32(start) for layer, start in zip(trimmed, starts, strict=False)]
        ).astype(np.int32)
        moved = [_moved_by(layer, len(body.bones)) for layer in trimmed]
        self._bones = np.concatenate([bones for bones, _ in moved])
        self._weights = np.concatenate([weights for _, weights in moved])
        self._fold = np.concatenate([layer.fold for layer in trimmed]).astype(np.float32)
        coords = np.concatenate([layer.coords for layer in trimmed]).astype(np.float32)
        cut = np.concatenate([layer.cut for layer in trimmed]).astype(np.float32)
        parts = np.concatenate([layer.parts for layer in trimmed]).astype(np.float32)
        surface = np.repeat(np.arange(len(trimmed), dtype=np.int32), [len(layer.faces) for layer in trimmed])
        self._mesh = Mesh(
            self._rest,
            np.zeros_like(self._rest),
            self._faces,
            coords,
            cut,
            surface,
            tuple(layer.surface for layer in trimmed),
            parts,
        )
        self._cloth = self._faces[(self._fold[self._faces] > 0).any(axis=1)]
        self._lengths = lengths(self._rest, self._cloth)
        self._loose, self._tight = fold_heights(coords, seed)
        own = np.concatenate([np.full(len(layer.vertices), not layer.hang) for layer in trimmed])
        shown = own & (cut >= 0)
        self.build = Build(shape, self._rest[shown], parts[shown], self._weights[shown], self._bones[shown])
        self._landmarks = Landmarks(shape)
        self._feet = np.nonzero(shown & (parts[:, 7:].sum(axis=1) > 0.5))[0]

    @property
    def triangles(self) -> int:
        """How many triangles a posed figure has."""
        return len(self._faces)

    def posed(self, pose: Pose) -> PosedFigure:
        """The person in ``pose``, facing -y, its lowest point (of the feet, if they show) on z = 0.

        Who sits is as high as the seat, whether the feet reach the ground or not.
        """
        found: Posing = posing(pose.attitude, self.build)
        moves = np.concatenate([found.moves, _upright(found.grips)])
        vertices = skinned(self._rest, self._bones, self._weights, moves)
        low = vertices[self._feet, 2].min() if len(self._feet) else vertices[:, 2].min()
        rise = found.rise if found.rise is not None else -float(low)
        vertices[:, 2] += np.float32(rise)
        squeeze = squeezed(vertices, self._cloth, self._lengths)
        normals = normals_of(vertices, self._faces)
        vertices = folded(vertices, normals, self._fold, squeeze, self._loose, self._tight)
        normals = normals_of(vertices, self._faces)
        moves = found.moves.copy()
        moves[:, 2, 3] += np.float32(rise)
        hands = found.grips.astype(np.float32)
        hands[:, 2] += np.float32(rise)
        return PosedFigure(
            self._mesh.replaced(vertices, normals),
            self._landmarks.joints(moves),
            self._landmarks.limbs(moves),
            hands,
            pose,
        )


def _trimmed(layer: Layer) -> Layer:
    """The layer without the triangles that are cut away whole, and without their vertices."""
    faces = layer.faces[(layer.cut[layer.faces] >= 0).any(axis=1)]
    used, inverse = np.unique(faces, return_inverse=True)
    return replace(
        layer,
        vertices=layer.vertices[used],
        faces=inverse.reshape(-1, 3).astype(np.int32),
        coords=layer.coords[used],
        cut=layer.cut[used],
        parts=layer.parts[used],
        bones=layer.bones[used] if not layer.hang else layer.bones,
        weights=layer.weights[used] if not layer.hang else layer.weights,
        fold=layer.fold[used],
    )


def _moved_by(layer: Layer, bones: int) -> tuple[npt.NDArray[np.int16], Array]:
    """Bones and weights [V, INFLUENCES]; what hangs from a hand follows one of two bones after the last."""
    count = len(layer.vertices)
    indices = np.zeros((count, INFLUENCES), np.int16)
    weights = np.zeros((count, INFLUENCES), np.float32)
    if layer.hang:
        indices[:, 0] = bones + (layer.hang == "right")
        weights[:, 0] = 1
    else:
        indices[:, : layer.bones.shape[1]] = layer.bones
        weights[:, : layer.weights.shape[1]] = layer.weights
    return indices, weights


def _upright(grips: npt.NDArray[np.floating]) -> Array:
    moves = np.zeros((len(grips), 3, 4), np.float32)
    moves[:, :, :3] = np.eye(3)
    moves[:, :, 3] = grips
    return moves
