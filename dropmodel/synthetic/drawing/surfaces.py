"""Finer and smoother triangle surfaces, as sparse operators on their vertices."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dropmodel.synthetic.drawing.geometry import Array, Indices


def triangles(quads: npt.NDArray[np.integer]) -> Indices:
    """Two triangles of each quad, int32 [2 * Q, 3]; a quad that repeats its last corner gives a flat one."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def edges(faces: Indices) -> tuple[Indices, Indices, Indices]:
    """Edges [E, 2] with the smaller vertex first, their counts of faces, and each face's three edges [F, 3].

    The edges of face (a, b, c) are ab, bc and ca.
    """
    both = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    span = int(both.max(initial=0)) + 1
    keys, inverse, counts = np.unique(
        both[:, 0].astype(np.int64) * span + both[:, 1], return_inverse=True, return_counts=True
    )
    pairs = np.stack([keys // span, keys % span], axis=1).astype(np.int32)
    return pairs, counts.astype(np.int32), inverse.reshape(3, -1).T.astype(np.int32)


def divided(faces: Indices, vertices: int) -> tuple[Indices, sparse.csr_array]:
    """Each triangle cut into four at its edges' middles; the operator [V', V] that places all vertices."""
    pairs, _, of_face = edges(faces)
    a, b, c = faces.T
    ab, bc, ca = (of_face + vertices).T
    fine = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    count = len(pairs)
    middles = sparse.csr_array(
        (np.full(2 * count, 0.5, np.float32), (np.repeat(np.arange(count), 2), pairs.ravel())),
        shape=(count, vertices),
    )
    whole = sparse.eye_array(vertices, dtype=np.float32, format="csr")
    return fine.astype(np.int32), sparse.csr_array(sparse.vstack([whole, middles]))


def umbrella(faces: Indices, vertices: int) -> sparse.csr_array:
    """The operator [V, V] that puts each vertex at the mean of its neighbours; open edges stay."""
    pairs, counts, _ = edges(faces)
    pinned = np.zeros(vertices, bool)
    pinned[pairs[counts == 1].ravel()] = True
    rows = np.concatenate([pairs[:, 0], pairs[:, 1]])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0]])
    degree = np.bincount(rows, minlength=vertices)
    pinned |= degree == 0
    free = ~pinned[rows]
    weights = np.concatenate([(1 / np.maximum(degree, 1))[rows[free]], np.ones(pinned.sum())])
    held = np.nonzero(pinned)[0]
    return sparse.csr_array(
        (
            weights.astype(np.float32),
            (np.concatenate([rows[free], held]), np.concatenate([columns[free], held])),
        ),
        shape=(vertices, vertices),
    )


def smoothed(points: Array, operator: sparse.csr_array, times: int, strength: float = 0.5) -> Array:
    """``points`` moved ``times`` times by ``strength`` of the way to their neighbours' mean."""
    for _ in range(times):
        points = (1 - strength) * points + strength * (operator @ points)
    return np.ascontiguousarray(points, np.float32)
