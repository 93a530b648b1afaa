"""Random streams by name: one aspect's choices never shift another's."""

import zlib

import numpy as np


def stream(*key: int | str) -> np.random.Generator:
    """A generator of its own for ``key``, such as ``stream(seed, "pose", identity, camera, frame)``.

    The same key gives the same numbers in every process and on every run with the same numpy; a choice
    added under one key leaves all the others as they were.
    """
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in key]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
