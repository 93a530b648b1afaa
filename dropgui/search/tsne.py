"""t-SNE in a process of its own: ``python -m dropgui.search.tsne FOLDER`` (:mod:`dropgui.search.projection`).

Reads ``components.npy``, float32 [N, k], from the folder. Every few steps it writes a layout, float32 [N, 2],
and prints a line of JSON, ``{"layout": file name, "done": share}``, the last one with 1.0. It ends when
nobody reads.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

_PERPLEXITY = 30.0  # neighbours that a crop holds on to; van der Maaten and Hinton advise 5 to 50
_APART, _SETTLING = 250, 500  # steps with attraction exaggerated, and after; openTSNE's own
_EVERY = 25
_SEED = 0


def perplexity(count: int) -> float:
    """At most a third of the other points may be neighbours."""
    return min(_PERPLEXITY, (count - 1) / 3)


def start(components: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The plane to start from, float64 [N, 2]: the first two components, tiny, as t-SNE wants them.

    Equal points are drawn a little apart: nothing else would ever part them.
    """
    plane = np.zeros((len(components), 2))
    plane[:, : min(2, components.shape[1])] = components[:, :2]
    plane /= plane[:, 0].std() or 1.0
    plane += np.random.default_rng(_SEED).normal(0, 1e-3, plane.shape)
    return plane * 1e-4


def main(folder: Path) -> None:
    """Arranges what is in ``folder``."""
    from openTSNE import TSNE

    if hasattr(os, "nice"):
        os.nice(10)
    components = np.load(folder / "components.npy")
    steps = 0

    def report(_: int, __: float, layout: npt.NDArray[np.float64]) -> None:
        nonlocal steps
        steps += _EVERY
        np.save(folder / f"{steps}.npy", np.asarray(layout, np.float32))
        told = {"layout": f"{steps}.npy", "done": steps / (_APART + _SETTLING)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    tsne = TSNE(
        perplexity=perplexity(len(components)),
        early_exaggeration_iter=_APART,
        n_iter=_SETTLING,
        initialization=start(components),
        n_jobs=max(1, (os.cpu_count() or 1) - 1),  # one core for whoever waits
        callbacks=report,
        callbacks_every_iters=_EVERY,
        random_state=_SEED,
    )
    tsne.fit(components)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
