"""Pseudo-persons: crops that nobody named, in clusters that are made anew before each epoch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dropmodel.evaluation.grouping import Grouping, Known, group
from dropmodel.evaluation.rerank import jaccard_graph
from dropmodel.features import Features, Operand, default_weights
from dropmodel.training.finetune.config import FinetuneConfig
from dropmodel.training.finetune.examples import Example

IntArray = npt.NDArray[np.int64]

_LEAST_OF_CAMERA = 16
"""Crops from which on a camera's own mean is known well enough to be taken away."""


def cluster(
    features: Features,
    examples: Sequence[Example],
    rejected: frozenset[tuple[int, int]],
    config: FinetuneConfig,
) -> IntArray:
    """The cluster of each example, int64 [N], from 0; -1 for those that are like nobody else.

    Crops of one person are together, rejected ones never with their person, two crops of one picture never
    together (:mod:`dropmodel.evaluation.grouping`).
    """
    if config.centre_cameras:
        features = centred(features, np.array([example.camera for example in examples], np.int64))
    weights = default_weights(features.schema)
    side = Operand.of(features, weights, is_query=True)
    options = Grouping(
        config.neighbours,
        reach=config.reach,
        strictness=config.strictness,
        apart_seconds=config.apart_seconds,
    )
    graph = jaccard_graph(side, options=options.neighbourhood)
    labels = np.full(len(examples), -1, np.int64)
    groups = [
        members for members in group(side, graph, _known(examples, rejected), options) if len(members) > 1
    ]
    for number, members in enumerate(groups):
        labels[members] = number
    return labels


def centred(features: Features, cameras: IntArray) -> Features:
    """``features`` with the mean of each camera moved to the mean of all, vector by vector.

    A camera's light and height move all its vectors alike; what is left is who is in it. Vectors count by
    their visibility; cameras that are unknown (below 0) or have few crops stay.
    """
    vectors = features.vectors.copy()
    weight = features.visibility[..., None]
    everyone = _mean(features.vectors, weight)
    for camera in np.unique(cameras[cameras >= 0]):
        rows = np.flatnonzero(cameras == camera)
        if len(rows) >= _LEAST_OF_CAMERA:
            vectors[rows] += everyone - _mean(features.vectors[rows], weight[rows])
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return Features(vectors / np.maximum(length, 1e-12), features.visibility, features.schema)


def agreement(before: IntArray, after: IntArray) -> float:
    """Adjusted Rand index of two clusterings of the same crops, at most 1; a loner is a cluster of one."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(_apart(before), _apart(after)))


def _apart(labels: IntArray) -> IntArray:
    alone = labels < 0
    apart = labels.copy()
    apart[alone] = labels.max(initial=-1) + 1 + np.arange(np.count_nonzero(alone))
    return apart


def _mean(vectors: npt.NDArray[Any], weight: npt.NDArray[Any]) -> npt.NDArray[Any]:
    mean: npt.NDArray[Any] = (vectors * weight).sum(0) / np.maximum(weight.sum(0), 1e-6)
    return mean


def _known(examples: Sequence[Example], rejected: frozenset[tuple[int, int]]) -> Known:
    pictures: dict[str, int] = {}
    images = [pictures.setdefault(str(example.path), len(pictures)) for example in examples]
    return Known(
        np.array(images, np.int64),
        np.array([example.camera for example in examples], np.int64),
        np.array([example.seconds for example in examples], np.float64),
        np.array([-1 if example.person is None else example.person for example in examples], np.int64),
        rejected,
    )
