"""Model versions in and out of libraries, with real (small, untrained) models."""

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dropgui.library import Library
from dropgui.library.model_files import ModelCopyError, kept_file, models_dir
from dropgui.library.models import (
    active_model,
    add_metrics,
    calibration_of,
    model_versions,
    note_version,
    rename_version,
)
from dropgui.library.queries import crop_ids
from dropgui.session import ModelFileError, Session
from dropgui.versions.exchange import ExportError, OtherPartsError, export_version, import_version
from dropgui.versions.use import use_version
from dropmodel.inference import copy_model, load_model, read_info, save_model, untrained_model
from dropmodel.parts import FIVE_V
from tests.support.starter import CONFIG
from tests.unit.indexing.fake import pictures

SMALL = replace(CONFIG, parsing_channels=8)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models: ``a``; ``b`` with longer vectors; ``half``, stored so; and ``others`` with other parts."""
    folder = tmp_path_factory.mktemp("models")
    configs = {
        "a": SMALL,
        "b": replace(SMALL, dim=24),
        "half": SMALL,
        "others": replace(SMALL, schema=FIVE_V),
    }
    made = {}
    for seed, (name, config) in enumerate(configs.items()):
        model = untrained_model(config, seed=seed, device="cpu")
        card = replace(model.card, name=name, trained=True, metrics={"map": 0.25}, notes="from afar")
        made[name] = folder / f"{name}.safetensors"
        save_model(replace(model, card=card), made[name], half=name == "half")
    return made


def test_a_version_of_one_library_is_used_in_another(
    library: Library, folder: Path, files: dict[str, Path], tmp_path: Path
) -> None:
    pictures(folder, 5)
    out = tmp_path / "handed on.safetensors"
    with Session(library, model=files["a"], device="cpu") as session:
        session.index_folder(folder)
        version = import_version(session, files["b"], parent_id=session.model_version.id)
        assert (version.name, version.notes, version.metrics["map"]) == ("b", "from afar", 0.25)
        assert not version.active
        rename_version(library, version.id, "jackets")
        note_version(library, version.id, "better")
        add_metrics(library, version.id, {"rank1": 0.5, "drift": 3, "spread": [0, 1]})
        use_version(session, version.id)
        crops = crop_ids(library).tolist()
        answers = [ranking_of(session, crop) for crop in crops]
        export_version(session, version.id, out)
        with pytest.raises(ExportError, match="exists already"):
            export_version(session, version.id, out)
        export_version(session, version.id, out, overwrite=True)
    assert load_model(out, "cpu").weights_hash == version.weights_hash
    with Library.create(tmp_path / "other.droplib") as other:
        with Session(other, model=files["a"], device="cpu") as session:
            session.index_folder(folder)
            brought = import_version(session, out)
            assert (brought.name, brought.notes) == ("jackets", "better")
            assert brought.metrics == {"map": 0.25, "rank1": 0.5}, "what a card can hold"
            assert brought.weights_hash == version.weights_hash
            out.unlink()
            use_version(session, brought.id)
            assert [ranking_of(session, crop) for crop in crops] == answers
        with Session(other, device="cpu") as later:
            assert later.read_picture(folder / "0001.png").features.dim == 24, "from the library's own copy"


def ranking_of(session: Session, crop: int) -> list[tuple[int, float]]:
    from dropgui.search import Query

    found = session.search(Query(crops=[crop], parts={"torso": 1.0, "head": 1.0}))
    return [(match.crop_id, match.score) for match in found.matches]


def test_other_parts_are_refused_with_the_reason(
    library: Library, folder: Path, files: dict[str, Path]
) -> None:
    pictures(folder, 1)
    with Session(library, model=files["a"], device="cpu") as session:
        session.index_folder(folder)
        with pytest.raises(OtherPartsError, match=r"it knows 5 parts \(head.*the library has 8.*new library"):
            import_version(session, files["others"])
        assert len(model_versions(library)) == 1
        assert {path.stem for path in models_dir(library).iterdir()} == {session.model_version.weights_hash}


def test_a_model_that_is_there_is_only_found_again(library: Library, files: dict[str, Path]) -> None:
    with Session(library, device="cpu") as session:
        first = import_version(session, files["a"], name="mine", notes="", data="x")
        assert (first.active, first.name, first.notes, first.data) == (True, "mine", "", "x")
        kept_file(library, first.weights_hash).unlink()
        assert import_version(session, files["a"]).id == first.id
        assert kept_file(library, first.weights_hash).exists(), "and its copy is whole again"
        with pytest.raises(KeyError):
            import_version(session, files["b"], parent_id=99)
        assert active_model(library) == first


def test_what_is_stored_in_half_stays_so(library: Library, files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.safetensors"
    with Session(library, device="cpu") as session:
        version = import_version(session, files["half"])
        export_version(session, version.id, out)
    assert abs(out.stat().st_size - files["half"].stat().st_size) < 200
    assert load_model(out, "cpu").weights_hash == version.weights_hash


def test_the_untrained_model_is_handed_on_as_a_file(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(device: str = "cpu") -> object:
        return untrained_model(SMALL, device=device)

    for place in ("dropmodel.inference", "dropmodel.inference.starter"):
        monkeypatch.setattr(f"{place}.untrained_model", small)
    pictures(folder, 2)
    out = tmp_path / "out.safetensors"
    with Session(library, device="cpu") as session:
        session.index_folder(folder)
        assert not models_dir(library).exists(), "it is made from its recipe"
        export_version(session, session.model_version.id, out)
        own = session.extractor.extract([folder / "0000.png"]).features
        version = import_version(session, out)
        assert version.weights_hash != session.model_version.weights_hash
        other = session.extractor_of(version.id).extract([folder / "0000.png"]).features
    np.testing.assert_array_equal(own.vectors, other.vectors)


def test_faults_of_files_are_told(
    library: Library, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(files["a"].read_bytes()[:500])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Session(library, device="cpu") as session:
        for path in (broken, tmp_path / "none.safetensors", tmp_path / "evil.pth"):
            with pytest.raises(ModelFileError, match=path.name):
                import_version(session, path)
        with monkeypatch.context() as patch:
            patch.setattr("shutil.copyfileobj", full)
            with pytest.raises(ModelCopyError, match=r"No space left on device\. Free some space"):
                import_version(session, files["a"])
        assert model_versions(library) == []
        version = import_version(session, files["a"])
        for target in (tmp_path / "nowhere" / "x.safetensors", tmp_path / "x.bin"):
            with pytest.raises(ExportError, match=target.name):
                export_version(session, version.id, target)
        with pytest.raises(KeyError):
            export_version(session, 99, tmp_path / "y.safetensors")
        kept_file(library, version.weights_hash).unlink()
        files_of_before = version.weights_path
        assert files_of_before == files["a"]
        export_version(session, version.id, tmp_path / "z.safetensors")


def test_a_calibration_travels(library: Library, files: dict[str, Path], tmp_path: Path) -> None:
    calibrated, out = tmp_path / "calibrated.safetensors", tmp_path / "out.safetensors"
    card = replace(read_info(files["a"]).card, calibration={"kind": "made"})
    copy_model(files["a"], calibrated, card)
    assert load_model(calibrated, "cpu").weights_hash == load_model(files["a"], "cpu").weights_hash
    with Session(library, device="cpu") as session:
        version = import_version(session, calibrated)
        assert calibration_of(library, version.id) == {"kind": "made"}
        export_version(session, version.id, out)
    assert read_info(out).card.calibration == {"kind": "made"}
