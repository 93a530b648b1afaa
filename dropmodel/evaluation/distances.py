"""All distances from queries to a gallery, a block of queries at a time."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from dropmodel.features import Features, FloatArray, Operand, default_weights

if TYPE_CHECKING:
    import torch

BLOCK = 256
"""Queries a block: 20 MB of distances to 20,000 crops, and tall enough for products at full speed."""

Block = tuple[slice, FloatArray]
"""Which queries, and their distances float32 [n, G] to the whole gallery, the receiver's to write into."""


def distance_blocks(
    query: Features,
    gallery: Features,
    weights: Mapping[str, float] | None = None,
    *,
    device: "str | torch.device" = "cpu",
    rows: int = BLOCK,
) -> Iterator[Block]:
    """Blocks of :func:`dropmodel.features.distance`, in the order of the queries.

    Memory: one weighted copy of the chosen vectors of both sides, and one block. ``device``: where the
    products are made; the distances always come back as numpy arrays.
    """
    if query.schema != gallery.schema:
        raise ValueError(f"cannot compare schema {query.schema.name!r} with {gallery.schema.name!r}")
    chosen = default_weights(query.schema) if weights is None else weights
    left = Operand.of(query, chosen, is_query=True)
    right = Operand.of(gallery, chosen, is_query=False)
    return operand_blocks(left, right, device=device, rows=rows)


def operand_blocks(
    query: Operand, gallery: Operand, *, device: "str | torch.device" = "cpu", rows: int = BLOCK
) -> Iterator[Block]:
    """:func:`distance_blocks` of sides that are made already."""
    parts = [slice(start, min(start + rows, len(query))) for start in range(0, len(query), rows)]
    if str(device).partition(":")[0] == "cpu":
        for part in parts:
            yield part, query[part].distance(gallery)
        return
    yield from _device_blocks(query, gallery, device, parts)


def _device_blocks(
    query: Operand, gallery: Operand, device: "str | torch.device", parts: list[slice]
) -> Iterator[Block]:
    """The same on a device of torch's; products stay in full float32 there too."""
    import torch

    vectors, roots = (torch.from_numpy(array).to(device).T for array in (gallery.vectors, gallery.roots))
    for part in parts:
        found = torch.from_numpy(query.vectors[part]).to(device) @ vectors
        mass = torch.from_numpy(query.roots[part]).to(device) @ roots
        found = torch.where(mass > 0, 1 - found / mass, torch.inf)
        result: FloatArray = np.ascontiguousarray(found.cpu().numpy())
        yield part, result
