"""What choosing parts is worth: ``python -m tests.benchmarks.parts SET [--model FILE] [--json]``.

``SET`` is a folder of ``dropmodel synthesize --protocol synth-occluded``. Its queries are asked as they are
and with legs or torso changed, by the whole picture, the whole person, everything that is visible, and by the
parts that were not changed. What is changed is told by the exact masks:

- *other trousers*, *other top*: the legs, or torso and arms, have another colour. A pixel keeps its light
  and shade, the ratio of its grey to the part's mean; the colour is one of eight, among the four that are
  farthest from the part's own mean, by the checksum of the file's name.
- *legs hidden*, *torso hidden*: a plain wall, of a colour by the same checksum, stands before the rows of
  legs and feet, or of torso and arms, from one side of the picture to the other.

Only queries count whose mask shows enough of the part (2 % of the picture), so that there is something to
change. ``--sheet`` draws some of them. Rank-1 in percent, intervals of 95 % over persons.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.datasets import Dataset, open_dataset
from dropmodel.data.datasets.base import Sample
from dropmodel.data.targets import TargetReader
from dropmodel.decode import read_image
from dropmodel.evaluation.distances import choice_blocks
from dropmodel.evaluation.ranking import Labels, Ranker, Rules
from dropmodel.evaluation.tables import row
from dropmodel.features import Features, default_weights
from dropmodel.inference import Extractor, load_model, starter_path
from dropmodel.parts import EIGHT, FOREGROUND, GLOBAL

Picture = npt.NDArray[np.uint8]

HEAD, LEGS, FEET = ("head",), ("left_leg", "right_leg"), ("left_foot", "right_foot")
TOP = ("torso", "left_arm", "right_arm")
COLOURS = np.array(
    [
        (28, 30, 36), (232, 228, 218), (150, 34, 38), (38, 92, 52),
        (34, 56, 120), (198, 168, 120), (214, 176, 44), (120, 140, 160),
    ],
    np.float64,
)  # fmt: skip
_ENOUGH = 0.02
_BATCH = 32
_SHEET = 8


@dataclass(frozen=True)
class Change:
    """A way to change queries: ``work(picture, labels, of the parts, number)``, and what to ask then."""

    name: str
    parts: tuple[str, ...]
    left: tuple[str, ...]
    work: Callable[[Picture, npt.NDArray[np.bool_], int], Picture]


@dataclass(frozen=True)
class Result:
    """Rank-1 in percent of queries changed in a way, asked by some vectors; ``interval`` of 95 %."""

    set: str
    change: str
    asked_by: str
    rank1: float
    interval: tuple[float, float]
    queries: int


def recoloured(picture: Picture, where: npt.NDArray[np.bool_], number: int) -> Picture:
    """``picture`` uint8 [H, W, 3] with another colour where ``where`` bool [H, W] says."""
    own = picture[where].astype(np.float64)
    apart = np.linalg.norm(COLOURS - own.mean(axis=0), axis=1)
    colour = COLOURS[np.argsort(-apart)[number % (len(COLOURS) // 2)]]
    grey = own.mean(axis=1)
    shade = np.clip(grey / max(float(grey.mean()), 1.0), 0.4, 1.4)
    changed = picture.copy()
    changed[where] = np.clip(colour * shade[:, None], 0, 255).astype(np.uint8)
    return changed


def walled(picture: Picture, where: npt.NDArray[np.bool_], number: int) -> Picture:
    """``picture`` with a wall before the rows that ``where`` has anything in."""
    rows = np.flatnonzero(where.any(axis=1))
    first, last = int(rows[0]), int(rows[-1]) + 1
    grain = np.random.default_rng(number).normal(0, 4, (last - first, picture.shape[1], 1))
    changed = picture.copy()
    changed[first:last] = np.clip(COLOURS[number % len(COLOURS)] + grain, 0, 255).astype(np.uint8)
    return changed


CHANGES = (
    Change("other trousers", LEGS, (*HEAD, *TOP, *FEET), recoloured),
    Change("legs hidden", (*LEGS, *FEET), (*HEAD, *TOP), walled),
    Change("other top", TOP, (*HEAD, *LEGS, *FEET), recoloured),
    Change("torso hidden", TOP, (*HEAD, *LEGS, *FEET), walled),
)


class Pictures:
    """The queries of a data set with what their masks show."""

    def __init__(self, dataset: Dataset, samples: Sequence[Sample]) -> None:
        if dataset.labels is None:
            raise SystemExit(f"{dataset.root} has no masks; make it with dropmodel synthesize")
        self.samples = samples
        self._read = TargetReader(dataset.labels, EIGHT)

    def changed(self, change: Change) -> Iterator[Picture | None]:
        """Each query changed; None where too little of the part is seen."""
        for sample in self.samples:
            picture = read_image(sample.path)
            labels = self._read(sample.mask, sample.path, (picture.shape[0], picture.shape[1]))
            where = np.isin(labels, [EIGHT.label(name) for name in change.parts])
            if where.mean() < _ENOUGH:
                yield None
            else:
                yield change.work(picture, where, crc32(sample.path.name.encode()))

    def plain(self) -> Iterator[Picture]:
        """Each query as it is."""
        for sample in self.samples:
            yield read_image(sample.path)


def extracted(extractor: Extractor, pictures: Iterator[Picture]) -> Features:
    """What the model says of them."""
    parts = []
    while batch := list(islice(pictures, _BATCH)):
        parts.append(extractor.extract(batch).features)
    return Features.concatenate(parts)


def measure(root: Path, extractor: Extractor, queries: int | None) -> Iterator[Result]:
    """All of one set."""
    dataset = open_dataset("synthetic", root)
    asked = Pictures(dataset, dataset.query[:queries])
    gallery = extracted(extractor, Pictures(dataset, dataset.gallery).plain())
    plain = extracted(extractor, asked.plain())
    for change in CHANGES:
        known = np.array([picture is not None for picture in asked.changed(change)])
        some = (picture for picture in asked.changed(change) if picture is not None)
        chosen = [sample for sample, kept in zip(asked.samples, known, strict=True) if kept]
        rules = Rules(Labels.of(chosen), Labels.of(dataset.gallery))
        for name, features in (("", plain[np.flatnonzero(known)]), (change.name, extracted(extractor, some))):
            title = name or f"none (those of {change.name})"
            yield from ranked(root.name, title, change, features, gallery, rules)


def ranked(
    name: str, title: str, change: Change, query: Features, gallery: Features, rules: Rules
) -> Iterator[Result]:
    """Rank-1 of every way to ask."""
    choices = {
        "whole picture": (GLOBAL,),
        "whole person": (FOREGROUND,),
        "as visible": tuple(default_weights(EIGHT)),
        f"only {', '.join(part.replace('_', ' ') for part in change.left)}": change.left,
    }
    rankers = [Ranker(rules) for _ in choices]
    for part, blocks in choice_blocks(query, gallery, list(choices.values())):
        for ranker, distances in zip(rankers, blocks, strict=True):
            rules.remove(part, distances)
            ranker.add(part, distances)
    for words, ranker in zip(choices, rankers, strict=True):
        found = row(words, ranker.result(), rules.query.identities)
        low, high = found.rank1_interval
        yield Result(name, title, words, 100 * found.rank1, (100 * low, 100 * high), found.queries)


def sheet(root: Path, path: Path) -> None:
    """Some queries, each as it is and changed in every way, one below the other."""
    dataset = open_dataset("synthetic", root)
    step = max(len(dataset.query) // _SHEET, 1)
    asked = Pictures(dataset, dataset.query[::step][:_SHEET])
    lines: list[list[Picture | None]] = [list(asked.plain())]
    lines += [list(asked.changed(change)) for change in CHANGES]
    height, width = 256, 128
    drawn = Image.new("RGB", (width * _SHEET, height * len(lines)), "white")
    for y, line in enumerate(lines):
        for x, picture in enumerate(line):
            if picture is not None:
                drawn.paste(Image.fromarray(picture).resize((width, height)), (x * width, y * height))
    drawn.save(path)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="What choosing parts is worth.")
    parser.add_argument("sets", metavar="SET", nargs="+", type=Path, help="folders of dropmodel synthesize")
    parser.add_argument("--model", type=Path, help="a model file (default: the starter model)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda")
    parser.add_argument("--queries", type=int, help="only so many, to try it")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw some of the first set, and end")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.sheet is not None:
        sheet(arguments.sets[0], arguments.sheet)
        return
    file = arguments.model or starter_path()
    if file is None:
        raise SystemExit("there is no starter model here; name one with --model")
    extractor = Extractor(load_model(file, arguments.device), batch_size=_BATCH)
    results = []
    for root in arguments.sets:
        for result in measure(root, extractor, arguments.queries):
            results.append(result)
            if not arguments.json:
                low, high = result.interval
                print(
                    f"{result.set:<14}{result.change:<32}{result.asked_by:<62}"
                    f"{result.rank1:>6.1f} ({low:.1f}, {high:.1f}) of {result.queries}",
                    flush=True,
                )
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2))


if __name__ == "__main__":
    main()
