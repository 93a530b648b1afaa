"""Named recipes with fixed seeds, kept as files: everybody who writes one has the same data set."""

import tomllib

from dropmodel.assets import asset
from dropmodel.synthetic.output.recipe import Cast, Recipe

NAMES = ("synth-holistic", "synth-occluded", "synth-holistic-same-style", "synth-occluded-same-style")
"""Tested in style ``held_out`` (the first two) or in the style of the training (the others)."""

SIZES = ("tiny", "small", "full")


def protocol(name: str, size: str) -> Recipe:
    """The recipe called ``name`` in ``size``; ``ValueError`` lists what there is."""
    if name not in NAMES:
        raise ValueError(f"unknown protocol {name!r}; choose {', '.join(NAMES)}")
    if size not in SIZES:
        raise ValueError(f"unknown size {size!r} of {name}; choose {', '.join(SIZES)}")
    text = asset("synthetic", "protocols", f"{name}.toml").read_text("utf-8")
    table = tomllib.loads(text)[size]
    width, height = table["size"]
    casts = tuple(Cast(**cast) for cast in table["casts"])
    return Recipe(f"{name} {size}", table["seed"], (width, height), casts)
