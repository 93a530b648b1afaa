"""Protocol files: they parse, share no person between splits, and test what their names say."""

import pytest

from dropmodel.assets import asset
from dropmodel.synthetic.output.protocols import NAMES, SIZES, protocol


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_does_what_its_name_says(name: str, size: str) -> None:
    recipe = protocol(name, size)
    train, test = recipe.casts
    assert (train.purpose, test.purpose) == ("train", "test")
    assert set(train.identities).isdisjoint(test.identities)
    assert train.style == "train"
    assert test.style == ("train" if "same-style" in name else "held_out")
    assert test.occlusion == ("queries" if "occluded" in name else "none")
    unit = next(unit for unit in recipe.units() if unit.cast is test)
    hidden = {(split, take.occluded) for take in unit.takes() for split in take.splits}
    assert hidden == {("query", "occluded" in name), ("gallery", False)}
    assert max(unit.cameras) <= 6, "readers of Market-1501 know six cameras"


def test_sizes_are_as_promised() -> None:
    crops = {
        size: sum(
            len(take.splits) for unit in protocol("synth-occluded", size).units() for take in unit.takes()
        )
        for size in SIZES
    }
    assert crops == {"tiny": 112, "small": 3600 + 1800, "full": 72000 + 18000}


def test_a_person_passes_some_of_many_cameras() -> None:
    units = list(protocol("synth-holistic", "small").units())[:200]
    assert all(len(set(unit.cameras)) == 6 for unit in units)
    assert {camera for unit in units for camera in unit.cameras} == set(range(1, 49))
    first_site = {camera for unit in units[:32] for camera in unit.cameras}
    assert len(first_site) == 12


def test_all_files_are_listed_and_unknown_names_are_told() -> None:
    assert {path.stem for path in asset("synthetic", "protocols").iterdir()} == set(NAMES)
    with pytest.raises(ValueError, match="choose synth-holistic, synth-occluded"):
        protocol("market", "tiny")
    with pytest.raises(ValueError, match="choose tiny, small, full"):
        protocol("synth-holistic", "huge")
