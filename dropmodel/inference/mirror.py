"""Looking at a picture and its mirror image, and answering with the mean of both."""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.network.drop import DropOutput
from dropmodel.network.visibility import visibilities
from dropmodel.parts import PartSchema

_WHOLE = 2
"""Vectors before the parts': global and foreground."""


def mirrored_masks(masks: Tensor, schema: PartSchema) -> Tensor:
    """Masks [N, K + 1, h, w] of the mirrored pictures: columns reversed, left and right exchanged."""
    order = torch.from_numpy(schema.flip_order).to(masks.device)
    return masks.index_select(1, order).flip(-1)


def averaged(output: DropOutput, mirrored: DropOutput, schema: PartSchema) -> DropOutput:
    """``output`` with the mean of both pictures' normalised vectors and masks, and what follows from these.

    ``mirrored`` is what the network says of the mirrored pictures: its left arm is the person's right one.
    """
    parts = [_WHOLE - 1 + int(label) for label in schema.flip_order[1:]]
    order = torch.tensor([*range(_WHOLE), *parts], device=output.neck.device)
    other = mirrored.neck.index_select(1, order)
    masks = (output.masks + mirrored_masks(mirrored.masks, schema)) / 2
    seen = visibilities(masks)
    return replace(
        output,
        neck=F.normalize(output.neck.float(), dim=-1) + F.normalize(other.float(), dim=-1),
        masks=masks,
        visibility=seen.continuous,
        visible=seen.binary,
    )
