"""Random features and labels, and plain loops to compare with."""

from collections.abc import Sequence

import numpy as np

from dropmodel.decode import RgbImage
from dropmodel.evaluation.ranking import Labels
from dropmodel.features import Features, FloatArray
from dropmodel.inference import Extraction
from dropmodel.parts import EIGHT, stripes

SCHEMA = stripes(3)


def features(seed: int, count: int, hidden: float = 0.0, dim: int = 6) -> Features:
    """Unit vectors; a share ``hidden`` of all visibilities is 0."""
    rng = np.random.default_rng(seed)
    rows = len(SCHEMA.vector_names)
    vectors = rng.normal(size=(count, rows, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    visibility = rng.random((count, rows)).astype(np.float32)
    visibility[rng.random(visibility.shape) < hidden] = 0
    return Features(vectors, visibility, SCHEMA)


def people(seed: int, labels: Labels, noise: float) -> Features:
    """Features of persons: a direction each, and noise."""
    rng = np.random.default_rng(seed)
    rows = len(SCHEMA.vector_names)
    centres = np.random.default_rng(99).normal(size=(int(labels.identities.max()) + 2, rows, 16))
    vectors = centres[labels.identities] + noise * rng.normal(size=(len(labels), rows, 16))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    visibility = np.ones((len(labels), rows), np.float32)
    return Features(vectors.astype(np.float32), visibility, SCHEMA)


def labels(seed: int, count: int, identities: int = 6, cameras: int = 3, others: bool = True) -> Labels:
    """With junk and distractors, unless ``others`` is false."""
    rng = np.random.default_rng(seed)
    return Labels(
        rng.integers(-1 if others else 1, identities + 1, count), rng.integers(1, cameras + 1, count)
    )


def plain_ranking(distances: FloatArray, query: Labels, gallery: Labels) -> list[tuple[float, float, int]]:
    """Average precision, inverse penalty and first hit of each query, by sorting and counting."""
    results = []
    for q in range(len(query)):
        person, camera = query.identities[q], query.cameras[q]
        places = []
        for g in range(len(gallery)):
            junk = gallery.identities[g] == -1
            same = person == gallery.identities[g] and camera == gallery.cameras[g]
            if not junk and (not same or person <= 0):
                places.append(g)
        places.sort(key=lambda g: distances[q, g])
        right, precisions, first, last = 0, [], 0, 0
        for position, g in enumerate(places, start=1):
            if person > 0 and gallery.identities[g] == person:
                right += 1
                precisions.append(right / position)
                first = first or position
                last = position
        if right:
            results.append((sum(precisions) / right, right / last, first))
        else:
            results.append((float("nan"), float("nan"), 0))
    return results


class ColourReader:
    """Looks at pictures without a network: a vector is the mean colours of a band of the picture.

    Its maps are those of ``tests.unit.dropmodel.evaluation.conftest``, left and right legs exchanged.
    """

    batch_size = 7
    schema = EIGHT
    input_size = (64, 32)

    def __init__(self) -> None:
        self.pictures = 0

    def extract(self, images: Sequence[RgbImage]) -> Extraction:
        """All parts are visible, arms half."""
        self.pictures += len(images)
        rows = len(EIGHT.vector_names)
        vectors = np.zeros((len(images), rows, 3 * 4), np.float32)
        for i, image in enumerate(images):
            bands = np.array_split(image.astype(np.float32), 4)
            vectors[i] = np.concatenate([band.mean((0, 1)) for band in bands]) - 110
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        visibility = np.ones((len(images), rows), np.float32)
        visibility[:, EIGHT.vector_indices(["left_arm", "right_arm"])] = 0.5
        labels = np.zeros((len(images), 32, 16), np.uint8)
        labels[:, 2:6, 6:10], labels[:, 6:17, 4:12] = EIGHT.label("head"), EIGHT.label("torso")
        labels[:, 17:30, 4:8], labels[:, 17:30, 8:12] = EIGHT.label("left_leg"), EIGHT.label("right_leg")
        confidence = np.ones(labels.shape, np.float32)
        unsure = np.zeros(len(images), np.float32)
        return Extraction(Features(vectors, visibility, EIGHT), labels, confidence, unsure)
