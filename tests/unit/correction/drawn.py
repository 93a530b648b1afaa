"""Label maps and regions as text, for tests that read like pictures: '.' is background, '?' undecided."""

import numpy as np

from dropgui.correction.document import MaskDocument
from dropgui.correction.region import Labels, Patch, Region
from dropmodel.parts import EIGHT, IGNORE


def drawn(picture: str) -> Labels:
    """uint8 [H, W] of a picture of digits, a row a word."""
    codes = {".": 0, "?": IGNORE}
    rows = [[codes.get(sign) if sign in codes else int(sign) for sign in row] for row in picture.split()]
    return np.array(rows, np.uint8)


def text(labels: Labels) -> str:
    """Inverse of :func:`drawn`."""
    signs = {0: ".", IGNORE: "?"}
    return " ".join("".join(signs.get(int(label), str(label)) for label in row) for row in labels)


def put(labels: Labels, patch: Patch) -> str:
    """What the mask looks like with the patch; the mask itself must not have changed."""
    copy = labels.copy()
    document = MaskDocument(copy, EIGHT, np.zeros((*labels.shape, 3), np.uint8))
    document.put(patch)
    return text(copy)


def pixels(region: Region, shape: tuple[int, ...]) -> str:
    """The pixels of a region as 1 on '.'."""
    return text(region.full(shape).astype(np.uint8))
