"""Bodies of all shapes and ages, from the exported MakeHuman data (``resources/synthetic/body.npz``).

A body is a few pieces of one rig: the skin, the eyes, and the helper surfaces that follow every shape and
from which clothes are cut (close-fitting "tights" from neck to toes and wrists).
"""

from dataclasses import astuple, dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dropmodel.assets import asset
from dropmodel.synthetic.drawing.geometry import PARTS, Array, Indices
from dropmodel.synthetic.drawing.surfaces import divided, triangles, umbrella

INFLUENCES = 6
"""Bones that may move one vertex."""

CANONICAL_HEIGHT = 1.72
"""Height in metres of the average adult whose coordinates anchor patterns and cut lines."""


@dataclass(frozen=True, slots=True)
class Phenotype:
    """What a body looks like, every value in 0..1 with MakeHuman's meaning.

    ``gender`` 0 is male, 1 female; ``age`` 0 is a baby of one year, 1/3 a child of about eleven, 2/3 an adult
    of 25, 1 an old person. ``muscle``, ``weight`` and ``height`` are average at 0.5 (an average height of
    MakeHuman's is 1.9 m: :meth:`Body.with_height` sets metres). ``proportions`` 0 is ideal. The three
    last are shares, their sum does not matter.
    """

    gender: float = 0.5
    age: float = 2 / 3
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.5
    cupsize: float = 0.5
    firmness: float = 0.5
    african: float = 1 / 3
    asian: float = 1 / 3
    caucasian: float = 1 / 3


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One body at rest in metres, standing on z = 0: vertices by piece [V, 3] and joints by bone [J, 3]."""

    vertices: dict[str, Array]
    joints: Array


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One surface of the rig; all arrays but ``faces`` have one row for each vertex.

    ``coords`` are the canonical adult's rest coordinates; ``bones`` int16 and ``weights`` float32
    [V, INFLUENCES] move a vertex; ``parts`` [V, 9] say which part it belongs to.

    ``arm`` and ``leg`` are 0..1 weights of belonging to an arm (hand included) or a leg (foot included);
    ``along`` runs 0 at the shoulder, 0.5 at the elbow, 1 at the wrist and on to the finger tips, ``down``
    0 at the hip, 0.5 at the knee, 1 at the ankle. ``sleeve`` and ``trouser`` [V, 3] are metres in the frame
    of the arm or leg of the vertex's own side, straightened to hang along -z from its joint at the origin
    and facing -y: what the mappings AROUND and FRONT expect.

    ``smoothing`` is the umbrella operator [V, V] whose open edges stay.
    """

    faces: Indices
    coords: Array
    bones: npt.NDArray[np.int16]
    weights: Array
    parts: Array
    arm: Array
    along: Array
    leg: Array
    down: Array
    sleeve: Array
    trouser: Array
    smoothing: sparse.csr_array
    spread: sparse.csr_array
    """Places the piece's vertices from the rig's, [V, rig]."""


_AXES = (
    ("race", ("african", "asian", "caucasian"), (0.0,)),
    ("gender", ("male", "female"), (0.0, 1.0)),
    ("age", ("newborn", "baby", "child", "young", "old"), (-1 / 3, 0.0, 1 / 3, 2 / 3, 1.0)),
    ("muscle", ("min", "average", "max"), (0.0, 0.5, 1.0)),
    ("weight", ("min", "average", "max"), (0.0, 0.5, 1.0)),
    ("height", ("min", "max"), (0.0, 1.0)),
    ("proportions", ("ideal", "uncommon"), (0.0, 1.0)),
    ("cupsize", ("min", "average", "max"), (0.0, 0.5, 1.0)),
    ("firmness", ("min", "average", "max"), (0.0, 0.5, 1.0)),
)
"""Columns of the file's mask in order: each extreme figure of MakeHuman is a product of some of them."""

_DIVISIONS = {"body": 0, "eyes": 0, "tights": 1}


class Body:
    """The rig: bones, pieces, and the shapes it can take."""

    def __init__(self, data: dict[str, npt.NDArray[np.generic]]) -> None:
        self.bones: tuple[str, ...] = tuple(str(name) for name in data["bones"])
        self.parents: tuple[int, ...] = tuple(int(i) for i in data["parents"].astype(int))
        self.place: dict[str, int] = {name: i for i, name in enumerate(self.bones)}
        self._mask = data["mask"].astype(bool)
        self._projection = data["projection"].astype(np.float32)
        self._offset = data["offset"].astype(np.float32)
        self._mean = data["mean"].astype(np.float32)
        scaled = data["basis"].astype(np.float32) * data["scale"].astype(np.float32)[:, None, None]
        self._basis = scaled.reshape(len(scaled), -1)
        self._rig = len(self._mean) - len(self.bones)

        quads = {name: data[f"quads_{name}"].astype(np.int32) for name in _DIVISIONS}
        self._sole = np.unique(quads["body"])
        # Heights are asked for often: the few vertices that can be crown or sole are enough.
        level = self._mean[self._sole, 2]
        ends = self._sole[(level > level.max() - 0.08) | (level < level.min() + 0.05)]
        self._ends = self._mean[ends, 2]
        self._ends_basis = np.ascontiguousarray(scaled[:, ends, 2])
        self.canonical = self.with_height(Phenotype(), CANONICAL_HEIGHT)
        """The average adult of :data:`CANONICAL_HEIGHT`."""
        points, joints = self._posed_at_rest(self.canonical)
        self.canonical_joints: Array = joints
        """Joints of the canonical adult, [J, 3]: landmarks in the space of :attr:`Piece.coords`."""
        weights = sparse.csr_array(
            (
                (data["bone_weights"].astype(np.float32) / 255).ravel(),
                (
                    np.repeat(np.arange(self._rig), data["bone_indices"].shape[1]),
                    data["bone_indices"].astype(np.int32).ravel(),
                ),
            ),
            shape=(self._rig, len(self.bones)),
        )
        self.pieces: dict[str, Piece] = {
            name: self._piece(quads[name], divisions, points, weights)
            for name, divisions in _DIVISIONS.items()
        }

    def joint(self, bone: str) -> Array:
        """Where the canonical adult's ``bone`` turns, [3]."""
        point: Array = self.canonical_joints[self.place[bone]]
        return point

    def shaped(self, phenotype: Phenotype) -> Shape:
        """The body of ``phenotype`` at rest."""
        points, joints = self._posed_at_rest(phenotype)
        return Shape({name: piece.spread @ points for name, piece in self.pieces.items()}, joints)

    def height(self, phenotype: Phenotype) -> float:
        """Metres from sole to crown, barefoot."""
        return float(np.ptp(self._ends + self._coefficients(phenotype) @ self._ends_basis))

    def with_height(self, phenotype: Phenotype, metres: float) -> Phenotype:
        """``phenotype`` with the height that makes it ``metres`` tall, as far as age and gender can be."""
        low, high = (self.height(replace(phenotype, height=value)) for value in (0.0, 1.0))
        return replace(phenotype, height=float(np.clip((metres - low) / (high - low), 0, 1)))

    def _points(self, phenotype: Phenotype) -> Array:
        points: Array = self._mean + (self._coefficients(phenotype) @ self._basis).reshape(-1, 3)
        return points

    def _coefficients(self, phenotype: Phenotype) -> Array:
        amounts = _extremes(phenotype)
        used = np.where(self._mask, amounts, np.float32(1)).prod(axis=1)
        coefficients: Array = used @ self._projection - self._offset
        return coefficients

    def _posed_at_rest(self, phenotype: Phenotype) -> tuple[Array, Array]:
        points = self._points(phenotype)
        points[:, 2] -= points[self._sole, 2].min()
        return points[: self._rig], points[self._rig :]

    def _piece(self, quads: Indices, divisions: int, points: Array, weights: sparse.csr_array) -> Piece:
        used = np.unique(quads)
        number = np.zeros(self._rig, np.int32)
        number[used] = np.arange(len(used))
        faces = triangles(number[quads])
        rows = np.arange(len(used))
        spread = sparse.csr_array(
            (np.ones(len(used), np.float32), (rows, used)), shape=(len(used), self._rig)
        )
        for _ in range(divisions):
            faces, finer = divided(faces, spread.shape[0])
            spread = finer @ spread
        smoothing = umbrella(faces, spread.shape[0])
        if divisions:
            # Midpoints alone keep the coarse quads' creases.
            for _ in range(2):
                spread = (spread + smoothing @ spread) * np.float32(0.5)
        spread = sparse.csr_array(spread)
        dense = (spread @ weights).toarray()
        bones = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES]
        chosen = np.take_along_axis(dense, bones, axis=1)
        chosen /= chosen.sum(axis=1, keepdims=True)

        coords = spread @ points
        parts = dense @ _part_of_bone(self.bones)
        parts = (parts / parts.sum(axis=1, keepdims=True)).astype(np.float32)
        arm, leg = parts[:, 3] + parts[:, 4], parts[:, 5:].sum(axis=1)
        along, sleeve = self._hanging(coords, ("upperarm01", "lowerarm01", "wrist"))
        down, trouser = self._hanging(coords, ("upperleg01", "lowerleg01", "foot"))
        return Piece(
            faces, coords, bones.astype(np.int16), chosen.astype(np.float32), parts,
            arm, along, leg, down, sleeve, trouser, smoothing, spread,
        )  # fmt: skip

    def _hanging(self, coords: Array, bones: tuple[str, str, str]) -> tuple[Array, Array]:
        """Share of the way along a limb, and coordinates in the limb straightened to hang from its joint."""
        side = np.where(coords[:, :1] >= 0, 1, -1).astype(np.float32)
        own = coords * np.concatenate([side, np.ones_like(side), np.ones_like(side)], axis=1)
        top, middle, end = (self.joint(f"{bone}.L") for bone in bones)
        upper, lower = middle - top, end - middle
        long, short = float(np.linalg.norm(upper)), float(np.linalg.norm(lower))
        first = (own - top) @ upper / long**2
        second = (own - middle) @ lower / short**2
        # The bend is spread over a hand's breadth so that stripes go round the elbow without a break.
        bend = np.clip(0.5 + ((own - middle) @ (upper / long + lower / short)) / 0.16, 0, 1)[:, None]
        straight = (1 - bend) * ((own - top) @ _to_down(upper).T)
        straight += bend * ((own - middle) @ _to_down(lower).T + [0, 0, -long])
        straight[:, 0] *= side[:, 0]
        along = np.where(first < 1, 0.5 * first, 0.5 + 0.5 * np.maximum(second, 0))
        return along.astype(np.float32), straight.astype(np.float32)


@cache
def load_body() -> Body:
    """The body data that comes with the models, read once for each process (about 0.3 s)."""
    with np.load(asset("synthetic", "body.npz")) as file:
        return Body(dict(file))


def _extremes(phenotype: Phenotype) -> Array:
    """How much of each extreme figure a phenotype has, one value for each column of the mask."""
    named = dict(zip(Phenotype.__dataclass_fields__, astuple(phenotype), strict=True))
    amounts: list[float] = []
    for name, labels, anchors in _AXES:
        if name == "race":
            shares = [max(named[label], 0.0) for label in labels]
            total = sum(shares)
            amounts += [share / total if total > 0 else 1 / 3 for share in shares]
            continue
        hats = np.eye(len(labels))
        amounts += [float(np.interp(named[name], anchors, hat)) for hat in hats]
    return np.array(amounts, np.float32)


def _part_of_bone(bones: tuple[str, ...]) -> Array:
    """One-hot parts [J, 9] of the bones, in the order of :data:`dropmodel.parts.EIGHT`."""
    table = np.zeros((len(bones), PARTS), np.float32)
    for i, bone in enumerate(bones):
        right = int(bone.endswith(".R"))
        if bone.startswith(("head", "eye", "neck02", "neck03")):
            part = 1
        elif bone.startswith(("upperarm", "lowerarm", "wrist", "finger")):
            part = 3 + right
        elif bone.startswith(("upperleg", "lowerleg")):
            part = 5 + right
        elif bone.startswith(("foot", "toes")):
            part = 7 + right
        else:
            part = 2
        table[i, part] = 1
    return table


def _to_down(axis: Array) -> npt.NDArray[np.float64]:
    """The smallest rotation that turns ``axis`` to -z."""
    a = axis / np.linalg.norm(axis)
    b = np.array([0.0, 0.0, -1.0])
    v = np.cross(a, b)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    turn: npt.NDArray[np.float64] = np.eye(3) + cross + cross @ cross / (1 + a @ b)
    return turn
