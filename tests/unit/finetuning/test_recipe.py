"""Recipes: plain data, checked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.finetuning.recipe import PRESETS, SOURCES, Recipe, RecipeError

RECIPES = st.builds(
    Recipe,
    sources=st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True).map(tuple),
    epochs=st.integers(1, 100),
    batch=st.integers(4, 512),
    rate=st.none() | st.floats(1e-6, 1e-2),
    crops=st.integers(1, 10**6),
    device=st.sampled_from(["auto", "cpu", "cuda:1"]),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 2**31),
    settings=st.dictionaries(st.sampled_from(["weak", "rehearse"]), st.floats(0, 1)),
)


@given(RECIPES)
def test_a_recipe_is_plain_data(recipe: Recipe) -> None:
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@given(RECIPES, st.integers(1, 64))
def test_never_more_than_its_share_of_the_cores(recipe: Recipe, cores: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.cpu_count", lambda: cores)
        threads = recipe.threads
    assert 1 <= threads <= max(1, recipe.share * cores)
    assert cores == 1 or threads < cores, "a core is left to the window"


@given(RECIPES)
def test_the_engine_takes_it(recipe: Recipe) -> None:
    config = recipe.config()
    assert {name for name in SOURCES if getattr(config, name)} == set(recipe.sources)
    assert (config.epochs, config.batch, config.threads) == (recipe.epochs, recipe.batch, recipe.threads)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sources": ()}, "not with nothing"),
        ({"sources": ("faces",)}, "not with faces"),
        ({"epochs": 0}, "epochs is a whole number of 1 or more, not 0"),
        ({"epochs": 2.5}, "not 2.5"),
        ({"batch": 3}, "batch is a whole number of 4 or more"),
        ({"rate": 0.0}, "rate is a number above 0"),
        ({"rate": float("nan")}, "rate is a number above 0"),
        ({"share": 0}, "share is above 0 and up to 1"),
        ({"share": 1.5}, "share is above 0"),
        ({"device": ""}, "device is auto"),
        ({"seed": True}, "seed is a whole number"),
    ],
)
def test_what_cannot_be_followed_says_why(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe(**values)


def test_unknown_fields_and_settings_are_named() -> None:
    with pytest.raises(RecipeError, match="no colour, size"):
        Recipe.from_dict({"sources": ["masks"], "size": 3, "colour": "red"})
    with pytest.raises(RecipeError, match=r"cannot be followed: .*speed"):
        Recipe(settings={"speed": 9}).config()
    with pytest.raises(RecipeError, match="weak must be at most 1"):
        Recipe(settings={"weak": 2.0}).config()
    with pytest.raises(RecipeError, match=r"says batch, rate by itself"):
        Recipe(settings={"rate": 1e-3, "batch": 8}).config()


def test_presets_are_recipes_that_the_engine_takes() -> None:
    assert list(PRESETS) == ["quick", "thorough"]
    assert PRESETS["quick"].recipe.epochs < PRESETS["thorough"].recipe.epochs
    for preset in PRESETS.values():
        preset.recipe.config()
