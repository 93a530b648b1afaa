"""Settings, examples and the rehearsal: what is taken, what is refused, and with which words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dropmodel.errors import ConfigError, DataError, MissingPackageError
from dropmodel.parts import EIGHT
from dropmodel.synthetic.output.recipe import Recipe
from dropmodel.training.finetune import Example, FinetuneConfig, Material
from dropmodel.training.finetune import rehearsal as rehearsed


@given(
    persons=st.floats(0, 10),
    epochs=st.integers(1, 100),
    alphas=st.lists(st.floats(0.01, 1), max_size=4),
    rate=st.floats(1e-7, 1),
    apart=st.none() | st.floats(0, 1e6),
)
def test_settings_survive_json(
    persons: float, epochs: int, alphas: list[float], rate: float, apart: float | None
) -> None:
    config = FinetuneConfig(
        persons=persons, adapt=0.5, epochs=epochs, alphas=tuple(alphas), rate=rate, apart_seconds=apart
    )
    assert FinetuneConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"persons": 0.0, "masks": 0.0}, "nothing to learn"),
        ({"rate": 0.0}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"epochs": 0}, "epochs"),
        ({"alpha": 1.5}, "alpha"),
        ({"alphas": (0.0,)}, "alphas"),
        ({"batch": 4, "pictures": 8}, "does not hold 8"),
        ({"precision": "fp8"}, "precision"),
        ({"speed": 1}, "unknown settings of fine-tuning: speed"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        FinetuneConfig.from_dict(settings)


def test_what_is_wrong_with_an_example_is_told_with_its_file() -> None:
    good = Example(Path("a.jpg"))
    Material([good]).check(EIGHT)
    for bad, word in (
        (replace(good, person=-1), "numbers of 0 and more"),
        (replace(good, box=(5, 5, 5, 9)), "holds no pixels"),
        (replace(good, weak=np.zeros((3, 3), np.int64)), "uint8"),
        (replace(good, corrected=np.zeros((0, 3), np.uint8)), "uint8"),
        (replace(good, weak=np.full((3, 3), 9, np.uint8)), "class 9"),
    ):
        for material in (Material([bad]), Material([good], [bad]), Material([good], rehearsal=[bad])):
            with pytest.raises(DataError, match=rf"a\.jpg: .*{word}"):
                material.check(EIGHT)
    undecided = replace(good, corrected=np.full((3, 3), 255, np.uint8))
    Material([undecided]).check(EIGHT)
    with pytest.raises(DataError, match="outside 0 to 0"):
        Material([good], rejected=frozenset({(1, 0)})).check(EIGHT)


def written(recipe: Recipe, out: Path) -> int:
    """Stands in for the renderer: two crops a person, with masks."""
    for person in recipe.casts[0].identities:
        for shot in range(2):
            name = f"{person:04}_c{shot + 1}s1_{shot:06}_00"
            for folder, mode, ending in (("", "RGB", "jpg"), ("masks/", "L", "png")):
                at = out / f"{folder}bounding_box_train"
                at.mkdir(parents=True, exist_ok=True)
                Image.new(mode, recipe.size).save(at / f"{name}.{ending}")
    for empty in ("query", "bounding_box_test"):
        (out / empty).mkdir()
    (out / "dataset.json").write_text("{}")
    return 2 * recipe.casts[0].count


def test_the_rehearsal_is_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipes: list[Recipe] = []

    def write(recipe: Recipe, out: Path) -> int:
        recipes.append(recipe)
        return written(recipe, out)

    first = rehearsed.rehearsal(tmp_path, 3, write=write)
    assert [example.person for example in first] == [1, 1, 2, 2, 3, 3]
    assert all(example.corrected is not None and example.corrected.shape == (256, 128) for example in first)
    monkeypatch.setattr(rehearsed, "find_spec", lambda name: None)
    again = rehearsed.rehearsal(tmp_path, 3, write=write)
    assert [example.path for example in again] == [example.path for example in first]
    assert len(recipes) == 1
    assert recipes[0].casts[0].style == "train"
    with pytest.raises(MissingPackageError, match=r"numba.*dropgui\[synthetic\].*without rehearsal"):
        rehearsed.rehearsal(tmp_path, 4, write=write)
