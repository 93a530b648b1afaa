"""Which cells of one crop agree with another crop, part by part: what a similarity looks like on the picture.

A part's vector is one for the whole part; its similarity to another crop's says how alike the two are, not
where. So every cell x of the re-identification map F is asked what it would say were it the part alone: the
map is pooled under a mask that is 1 in this cell and 0 elsewhere, and goes through the part's own head and
neck,

    u_j(x) = neck_j(head_j(pool(F, 1_x))) / |...|,    agreement_j(x) = <u_j(x), g_j> / |g_j|

with g_j the other crop's vector of part j. For "average and maximum, summed" the pooled cell is
F(x) + max(F(x), 0). The global vector, which no mask decides, is that of a picture of this cell alone:
2 F(x). Vectors of cells do not depend on masks, so a corrected mask only changes which of them belong to the
part.

Head and pooling are not linear: the mean agreement over a part is not the part's similarity, and usually
less, because a part gathers what its cells say together. A cell sees beyond its borders as far as the network
does.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.features import FloatArray
from dropmodel.inference.extractor import Extractor, ImageInput
from dropmodel.network.drop import Drop
from dropmodel.network.pooling import pool
from dropmodel.parts import BACKGROUND, FOREGROUND, GLOBAL, IGNORE, PartSchema


@dataclass(frozen=True, slots=True, eq=False)
class PartCells:
    """What every cell of one crop would say were it a part alone.

    ``vectors`` float32 [2 + K, h, w, D], L2-normalised, in the order of ``schema.vector_names``, at the
    resolution of the model's re-identification map.
    """

    vectors: FloatArray
    schema: PartSchema

    def agreement(self, towards: npt.NDArray[np.floating]) -> FloatArray:
        """Cosine of every cell to another crop's vectors: float32 [2 + K, h, w] in [-1, 1].

        ``towards`` [2 + K, D], of any length; a vector of zeros agrees with nothing (0). ``ValueError`` for
        vectors of another shape.
        """
        rows, _, _, dim = self.vectors.shape
        if towards.shape != (rows, dim):
            raise ValueError(f"cells of {rows} vectors of {dim} cannot be compared with {towards.shape}")
        lengths = np.linalg.norm(towards, axis=1, keepdims=True)
        unit = np.divide(towards, lengths, out=np.zeros(towards.shape), where=lengths > 0)
        found: FloatArray = np.einsum("jhwd,jd->jhw", self.vectors, unit.astype(np.float32))
        return np.clip(found, -1, 1)


def part_cells(extractor: Extractor, image: ImageInput) -> PartCells:
    """One look of ``extractor`` at a picture, without its mirror image; ``ImageError`` as for extracting."""
    network = extractor.model.network
    with torch.inference_mode():
        vectors = cell_vectors(network, extractor.look([image]))[0]
    return PartCells(vectors.cpu().numpy(), extractor.schema)


def cell_vectors(network: Drop, reid_map: Tensor) -> Tensor:
    """The u_j(x) of maps float [N, C, h, w]: float32 [N, 2 + K, h, w, D]."""
    count, _, height, width = reid_map.shape
    cells = reid_map.float().permute(0, 2, 3, 1).flatten(0, 2)[:, :, None, None]  # [N h w, C, 1, 1]
    whole = torch.ones_like(cells[:, :1])
    alone = pool(cells, whole, network.config.pooling)
    # Beside one cell that is 0, which stands for all that a mask leaves out.
    masked = pool(F.pad(cells, (0, 1)), F.pad(whole, (0, 1)), network.config.pooling)
    schema = network.config.schema
    pooled = torch.cat([alone, masked.expand(-1, len(schema.vector_names) - 1, -1)], dim=1)
    vectors = F.normalize(network.embed(pooled).neck, dim=-1)
    shaped: Tensor = vectors.reshape(count, height, width, *vectors.shape[1:])
    return shaped.permute(0, 3, 1, 2, 4)


def heat(agreement: FloatArray, labels: npt.NDArray[np.uint8], schema: PartSchema) -> dict[str, FloatArray]:
    """``agreement`` [2 + K, h, w] on the pixels of a mask, by the names of vectors.

    Each float32 [H, W] at the size of ``labels`` uint8 [H, W]: bilinear between the cells' middles, NaN on
    pixels that are not of the part. The foreground is every part, global the whole picture.
    """
    height, width = labels.shape
    size = (height, width)
    grown = F.interpolate(torch.from_numpy(agreement)[None], size=size, mode="bilinear", align_corners=False)[
        0
    ].numpy()
    return {
        name: np.where(covered(labels, name, schema), values, np.float32(np.nan))
        for name, values in zip(schema.vector_names, grown, strict=True)
    }


def covered(labels: npt.NDArray[np.uint8], name: str, schema: PartSchema) -> npt.NDArray[np.bool_]:
    """Which pixels of a mask a vector is of, bool of the mask's shape."""
    if name == GLOBAL:
        return np.ones(labels.shape, bool)
    if name == FOREGROUND:
        person: npt.NDArray[np.bool_] = (labels != BACKGROUND) & (labels != IGNORE)
        return person
    part: npt.NDArray[np.bool_] = labels == schema.label(name)
    return part
