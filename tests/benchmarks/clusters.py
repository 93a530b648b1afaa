"""Seconds and quality of suggested persons and duplicates.

    python -m tests.benchmarks.clusters [--crops N] [--quick] [--only duplicates|suggestions] [--json]

Made-up crops of persons whose vectors scatter, 100,000 or N or (``--quick``) 2,000, a few of them twice; with
``--model`` also the demo gallery, whose names say who is on each picture. Beside the time on the clock stands
that of all processors together.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from dropgui.demo import demo_folder
from dropgui.library import Library
from dropgui.library.queries import crop_rows
from dropgui.search import PartIndex
from dropgui.search.clusters import suggest_persons
from dropgui.search.duplicates import find_duplicates
from dropgui.session import Session
from dropmodel.parts import EIGHT
from tests.support.clusters import agreement, crowd
from tests.unit.library.made import add_crops, add_model, embed

DIM = 512
_BLOCK = 5000
Found = TypeVar("Found")


@dataclass(frozen=True)
class Result:
    """Seconds, duplicates made and found, and how well the suggestions agree with who it is."""

    crops: int
    duplicates_seconds: float | None = None
    duplicates_processor_seconds: float | None = None
    duplicates_made: int | None = None
    duplicates_found: int | None = None
    suggest_seconds: float | None = None
    suggest_processor_seconds: float | None = None
    precision: float | None = None
    recall: float | None = None
    f: float | None = None
    nmi: float | None = None


def made_up(count: int, folder: Path, only: str | None, per_person: int = 10, noise: float = 1.0) -> Result:
    """Crops of persons; every twentieth is another crop again, a little changed."""
    rng = np.random.default_rng(0)
    who = np.sort(rng.integers(0, max(count // per_person, 1), count))
    made = 0
    with Library.create(folder / "made.droplib") as library:
        model = add_model(library, schema=EIGHT, dim=DIM)
        crops = add_crops(library, count)
        # Block by block, for all vectors at once are gigabytes; a person is in one block.
        ends = np.searchsorted(who, who[::_BLOCK]).tolist()[1:]
        for seed, part in enumerate(np.split(np.arange(count), ends)):
            if len(part):
                features = crowd(who[part] - who[part[0]], EIGHT, dim=DIM, noise=noise, seed=seed)
                copies = np.arange(0, len(part) - 1, 20)
                who[part[copies + 1]] = who[part[copies]]
                again = features.vectors[copies]
                again = again + rng.standard_normal(again.shape).astype(np.float32) * 0.002
                features.vectors[copies + 1] = again / np.linalg.norm(again, axis=2, keepdims=True)
                features.visibility[copies + 1] = features.visibility[copies]
                made += len(copies)
                embed(library, model, [crops[i] for i in part.tolist()], features)
        index = PartIndex.open(library, model)
        result = measure(index, dict(zip(crops, who.tolist(), strict=True)), made, only)
        index.close()
    return result


def demo(model: Path, folder: Path, only: str | None) -> Result:
    """The demo gallery under a model."""
    with Library.create(folder / "demo.droplib") as library, Session(library, model=model) as session:
        session.index_folder(demo_folder())
        ids = session.index.crop_ids.tolist()
        who = {crop_id: int(row.path.name[:4]) for crop_id, row in crop_rows(library, ids).items()}
        return measure(session.index, who, 0, only)


def measure(index: PartIndex, who: dict[int, int], made: int, only: str | None) -> Result:
    """Both on one index, or one of them."""
    ids = sorted(who)
    result = Result(len(ids))
    if only != "suggestions":
        groups, seconds, spent = timed(lambda: find_duplicates(index))
        found = sum(len(group.copies) for group in groups)
        result = replace(
            result,
            duplicates_seconds=seconds,
            duplicates_processor_seconds=spent,
            duplicates_made=made,
            duplicates_found=found,
        )
    if only != "duplicates":
        suggestions, seconds, spent = timed(lambda: suggest_persons(index))
        label = {crop_id: -1 - place for place, crop_id in enumerate(ids)}
        for number, suggestion in enumerate(suggestions):
            label.update(dict.fromkeys(suggestion.crop_ids, number))
        agreed = agreement(np.array([who[i] for i in ids]), np.array([label[i] for i in ids]))
        result = replace(result, suggest_seconds=seconds, suggest_processor_seconds=spent, **asdict(agreed))
    return result


def timed(work: Callable[[], Found]) -> tuple[Found, float, float]:
    """What ``work`` found, the seconds that it took, and those of all processors together."""
    start, spent = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - start, time.process_time() - spent


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="2,000 crops")
    parser.add_argument("--only", choices=("duplicates", "suggestions"))
    parser.add_argument("--model", type=Path, help="also the demo gallery, under this model")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = {
            "made up": made_up(2000 if arguments.quick else arguments.crops, Path(folder), arguments.only)
        }
        if arguments.model is not None:
            results["demo gallery"] = demo(arguments.model, Path(folder), arguments.only)
    if arguments.json:
        print(json.dumps({name: asdict(result) for name, result in results.items()}))
        return
    for name, result in results.items():
        print(name)
        for key, value in asdict(result).items():
            if value is not None:
                print(f"{key:>28}  {value:,.3f}" if isinstance(value, float) else f"{key:>28}  {value:,}")


if __name__ == "__main__":
    main()
