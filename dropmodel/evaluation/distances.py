"""All distances from queries to a gallery, a block of queries at a time."""

from collections.abc import Iterator, Mapping, Sequence
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


def choice_blocks(
    query: Features,
    gallery: Features,
    choices: Sequence[Sequence[str]],
    *,
    device: "str | torch.device" = "cpu",
    rows: int = 48,
) -> Iterator[tuple[slice, list[FloatArray]]]:
    """:func:`distance_blocks` for several ``choices`` of vectors at once: a list with one block a choice.

    Every vector's products are made once, however many choices have it; both sums of a choice are then one
    small product with the table of who is in it.
    """
    import torch

    names = list(dict.fromkeys(name for choice in choices for name in choice))
    weights = dict.fromkeys(names, 1.0)
    table = np.array([[name in choice for name in names] for choice in choices], np.float32)
    chosen = torch.from_numpy(table).to(device)
    left, right = (
        _by_vector(Operand.of(features, weights, is_query=True), len(names), device)
        for features in (query, gallery)
    )
    for start in range(0, len(query), rows):
        part = slice(start, min(start + rows, len(query)))
        products = left[0][:, part] @ right[0].transpose(1, 2)
        masses = left[1][:, part, None] * right[1][:, None]
        total, mass = (chosen @ each.view(len(names), -1) for each in (products, masses))
        found = torch.where(mass > 0, 1 - total / mass, torch.inf)
        blocks: FloatArray = found.view(len(choices), *products.shape[1:]).cpu().numpy()
        yield part, list(blocks)


def _by_vector(
    operand: Operand, count: int, device: "str | torch.device"
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Weighted vectors [P, N, D] and sqrt(v) [P, N] of an operand of ``count`` vectors."""
    import torch

    vectors = torch.from_numpy(operand.vectors).view(len(operand), count, -1)
    roots = torch.from_numpy(operand.roots).T
    return vectors.transpose(0, 1).contiguous().to(device), roots.contiguous().to(device)
