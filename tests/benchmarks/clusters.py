"""Seconds and quality of suggested persons and duplicates: ``python -m tests.benchmarks.clusters``.

Made-up crops of persons whose vectors scatter, a few of them twice, and with ``--model`` the demo gallery,
whose names say who is on each picture. ``--json`` for a machine, ``--quick`` for 2,000 crops.
"""

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dropgui.demo import demo_folder
from dropgui.library import Library
from dropgui.library.queries import crop_rows
from dropgui.search import PartIndex
from dropgui.search.clusters import suggest_persons
from dropgui.search.duplicates import find_duplicates
from dropgui.session import Session
from dropmodel.features import Features
from dropmodel.parts import EIGHT
from tests.support.clusters import agreement, crowd
from tests.unit.library.made import add_crops, add_model, embed

DIM = 512
_BLOCK = 5000


@dataclass(frozen=True)
class Result:
    """Seconds, duplicates made and found, and how well the suggestions agree with who it is."""

    crops: int
    duplicates_seconds: float
    duplicates_made: int
    duplicates_found: int
    suggest_seconds: float
    precision: float
    recall: float
    f: float
    nmi: float


def made_up(count: int, folder: Path, per_person: int = 10, noise: float = 1.0) -> Result:
    """Crops of persons; every twentieth is another crop again, a little changed."""
    rng = np.random.default_rng(0)
    who = np.sort(rng.integers(0, max(count // per_person, 1), count))
    features = crowd(who, EIGHT, dim=DIM, noise=noise)
    copies = np.arange(0, count - 1, 20)
    who[copies + 1] = who[copies]
    again = features.vectors[copies] + rng.standard_normal((len(copies), 1, DIM)).astype(np.float32) * 0.002
    features.vectors[copies + 1] = again / np.linalg.norm(again, axis=2, keepdims=True)
    features.visibility[copies + 1] = features.visibility[copies]
    with Library.create(folder / "made.droplib") as library:
        model = add_model(library, schema=EIGHT, dim=DIM)
        crops = add_crops(library, count)
        for start in range(0, count, _BLOCK):
            part = slice(start, start + _BLOCK)
            embed(
                library,
                model,
                crops[part],
                Features(features.vectors[part], features.visibility[part], EIGHT),
            )
        index = PartIndex.open(library, model)
        result = measure(index, dict(zip(crops, who.tolist(), strict=True)), len(copies))
        index.close()
    return result


def demo(model: Path, folder: Path) -> Result:
    """The demo gallery under a model."""
    with Library.create(folder / "demo.droplib") as library, Session(library, model=model) as session:
        session.index_folder(demo_folder())
        ids = session.index.crop_ids.tolist()
        who = {crop_id: int(row.path.name[:4]) for crop_id, row in crop_rows(library, ids).items()}
        return measure(session.index, who, 0)


def measure(index: PartIndex, who: dict[int, int], made: int) -> Result:
    """Both on one index."""
    start = time.perf_counter()
    groups = find_duplicates(index)
    middle = time.perf_counter()
    suggestions = suggest_persons(index)
    end = time.perf_counter()
    ids = sorted(who)
    label = {crop_id: -1 - place for place, crop_id in enumerate(ids)}
    for number, suggestion in enumerate(suggestions):
        label.update(dict.fromkeys(suggestion.crop_ids, number))
    found = agreement(np.array([who[i] for i in ids]), np.array([label[i] for i in ids]))
    duplicates = sum(len(group.copies) for group in groups)
    return Result(len(ids), middle - start, made, duplicates, end - middle, **asdict(found))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="2,000 crops")
    parser.add_argument("--model", type=Path, help="also the demo gallery, under this model")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = {"made up": made_up(2000 if arguments.quick else arguments.crops, Path(folder))}
        if arguments.model is not None:
            results["demo gallery"] = demo(arguments.model, Path(folder))
    if arguments.json:
        print(json.dumps({name: asdict(result) for name, result in results.items()}))
        return
    for name, result in results.items():
        print(name)
        for key, value in asdict(result).items():
            print(f"{key:>20}  {value:,.3f}" if isinstance(value, float) else f"{key:>20}  {value:,}")


if __name__ == "__main__":
    main()
