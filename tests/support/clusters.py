"""People for clusterings, and how well groups agree with who they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.features import Features
from dropmodel.parts import PartSchema

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """Of all pairs of crops: right among those joined, joined among those of one person; and NMI."""

    precision: float
    recall: float
    f: float
    nmi: float


def agreement(who: Labels, labels: Labels) -> Agreement:
    """Pairwise precision, recall and F, and normalised mutual information (arithmetic mean)."""
    _, people = np.unique(who, return_inverse=True)
    _, groups = np.unique(labels, return_inverse=True)
    # Nearly all of the table of persons and groups is empty: only what is in it is counted.
    cells, table = np.unique(np.stack([people, groups]), axis=1, return_counts=True)
    pairs = (table * (table - 1)).sum()
    sizes = [np.bincount(of).astype(np.float64) for of in (groups, people)]
    joined, same = (float((n * (n - 1)).sum()) for n in sizes)
    precision = pairs / joined if joined else 1.0
    recall = pairs / same if same else 1.0
    f = 2 * precision * recall / (precision + recall) if pairs else 0.0
    share, columns, rows = table / len(who), *(n / len(who) for n in sizes)
    mutual = (share * np.log(share / (rows[cells[0]] * columns[cells[1]]))).sum()
    entropy = -(rows * np.log(rows)).sum() - (columns * np.log(columns)).sum()
    return Agreement(
        float(precision), float(recall), float(f), float(2 * mutual / entropy) if entropy else 1.0
    )


def crowd(who: Labels, schema: PartSchema, *, dim: int, noise: float, seed: int = 0) -> Features:
    """Crops of these persons: a direction for each part of each, and noise of that length; parts hide."""
    rng = np.random.default_rng(seed)
    parts = len(schema.vector_names)
    centres = rng.standard_normal((int(who.max()) + 1, parts, dim), np.float32)
    centres /= np.linalg.norm(centres, axis=2, keepdims=True)
    vectors = centres[who] + rng.standard_normal((len(who), parts, dim), np.float32) * np.float32(
        noise / dim**0.5
    )
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    visibility = rng.random((len(who), parts), np.float32) * (rng.random((len(who), parts)) > 0.2)
    visibility[:, 0] = 1
    visibility[:, 1] = visibility[:, 2:].max(axis=1)
    return Features(vectors, visibility.astype(np.float32), schema)
