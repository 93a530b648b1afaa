"""The starter model: where it is looked for, and what is done without it."""

from pathlib import Path

import pytest

from dropmodel import assets
from dropmodel.inference import ModelError, default_model, starter_model, starter_path
from dropmodel.inference.starter import VARIABLE
from tests.support.starter import make_starter


@pytest.mark.parametrize("folder", ["resources", "dropmodel/_resources"], ids=["checkout", "wheel"])
def test_it_is_found_where_it_comes_with_the_program(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(assets, "__file__", str(tmp_path / "dropmodel" / "assets.py"))
    (tmp_path / folder / "models").mkdir(parents=True)
    assert starter_path() is None
    path = tmp_path / folder / "models" / "starter.safetensors"
    path.touch()
    assert starter_path() == path


def test_it_is_the_default(starter: Path) -> None:
    assert starter_path() == starter
    model = default_model("cpu")
    assert (model.card.name, model.card.trained) == ("starter", True)
    assert model.weights_hash == starter_model("cpu").weights_hash


def test_without_it_the_untrained_model_is() -> None:
    assert starter_path() is None
    assert not default_model("cpu").card.trained
    with pytest.raises(ModelError, match="the starter model is not here"):
        starter_model("cpu")


def test_a_file_that_is_no_starter_is_told_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.safetensors"))
    with pytest.raises(ModelError, match="no such file"):
        default_model("cpu")
    monkeypatch.setenv(VARIABLE, str(make_starter(tmp_path / "raw.safetensors", trained=False)))
    with pytest.raises(ModelError, match="untrained, so it is no starter"):
        default_model("cpu")
