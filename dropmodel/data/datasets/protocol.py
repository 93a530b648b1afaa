"""Test protocols made from a training set: some of its persons are held out."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from dropmodel.data.datasets.base import DISTRACTOR, Dataset, Sample


def hold_out(dataset: Dataset, persons: int, seed: int = 0) -> Dataset:
    """``dataset`` with ``persons`` of its training identities as query and gallery instead of its own test.

    They are drawn from those that two cameras see. The first picture at each camera asks, the others are
    gallery; a person with one picture a camera asks with the first camera's. ``ValueError`` if there are
    not enough.
    """
    cameras: dict[int, set[int]] = defaultdict(set)
    for sample in dataset.train:
        cameras[sample.identity].add(sample.camera)
    able = sorted(person for person, seen in cameras.items() if len(seen) > 1 and person != DISTRACTOR)
    if not 0 < persons < len(cameras) or persons > len(able):
        raise ValueError(
            f"{persons} persons cannot be held out of {dataset.name}: {len(able)} of its {len(cameras)} "
            "are seen by two cameras, and one must stay"
        )
    held = set(np.random.default_rng(seed).choice(able, persons, replace=False).tolist())
    pictures: dict[int, dict[int, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for sample in dataset.train:
        if sample.identity in held:
            pictures[sample.identity][sample.camera].append(sample)
    query: list[Sample] = []
    for by_camera in pictures.values():
        several = [shots for shots in by_camera.values() if len(shots) > 1]
        query += [shots[0] for shots in several or list(by_camera.values())[:1]]
    asked = set(query)
    return replace(
        dataset,
        train=tuple(sample for sample in dataset.train if sample.identity not in held),
        query=tuple(query),
        gallery=tuple(sample for sample in dataset.train if sample.identity in held and sample not in asked),
    )
