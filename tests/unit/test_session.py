"""One open library with its model and its index."""

import errno
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.forget import forget_folder
from dropgui.library.model_files import kept_file, models_dir
from dropgui.library.models import calibration_of, rename_version
from dropgui.library.queries import active_model, crop_ids, model_versions
from dropgui.library.schema import Meta
from dropgui.search import VectorQuery
from dropgui.session import (
    DeviceError,
    ModelFileError,
    NotIndexedYetError,
    OtherModelError,
    PictureError,
    Session,
)
from dropgui.versions.exchange import import_version
from dropgui.versions.use import use_version
from dropmodel.inference import copy_model, read_info, save_model, untrained_model
from dropmodel.network.config import NetworkConfig
from tests.support.starter import make_starter
from tests.unit.indexing.fake import picture

WEIGHTS = {"head": 1.0, "torso": 2.0}


def small_model(path: Path, seed: int) -> Path:
    config = NetworkConfig(dim=32, height=64, width=32)
    save_model(untrained_model(config, seed=seed, device="cpu"), path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("model") / "small.safetensors", seed=0)


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("model") / "other.safetensors", seed=1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "some.droplib") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        picture(tmp_path / "pictures" / f"{number}.png", number, size=(32, 64))
    return tmp_path / "pictures"


def test_index_then_search(library: Library, folder: Path, model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        report = session.index_folder(folder)
        assert (report.indexed, report.failed) == (6, [])
        assert len(session.index) == 6
        crop = int(crop_ids(library)[2])
        answer = session.search(VectorQuery(session.features_of_crop(crop), WEIGHTS))
        assert len(answer.matches) == 6
        assert answer.matches[0].crop_id == crop
        assert answer.matches[0].score == pytest.approx(1, abs=2e-3)
        assert session.model_version == active_model(library)
        assert session.model_version.weights_path == model
        assert not session.model_version.trained


def test_a_picture_from_outside_is_read_as_the_library_reads_it(
    library: Library, folder: Path, model: Path
) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
        read = session.read_picture(folder / "3.png")
        assert len(read.features) == 1
        assert read.labels.shape == session.extractor.mask_size
        stored = session.features_of_crop(int(crop_ids(library)[3]))
        np.testing.assert_allclose(read.features.vectors, stored.vectors, atol=2e-2)
        assert session.search(VectorQuery(read.features, WEIGHTS)).matches[0].crop_id == crop_ids(library)[3]
        with pytest.raises(PictureError, match=r"nowhere\.png cannot be used: there is no such file\."):
            session.read_picture(folder / "nowhere.png")


def test_the_model_of_a_library_is_loaded_again_from_its_file(
    library: Library, folder: Path, model: Path
) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
    with Session(library, device="cpu") as session:
        assert session.extractor.model.weights_hash == session.model_version.weights_hash
        assert session.index_folder(folder).skipped == 6
    assert len(model_versions(library)) == 1


def test_searching_does_not_load_the_model(library: Library, folder: Path, model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
    with Session(library, model=Path("/nowhere.safetensors")) as session:
        features = session.features_of_crop(int(crop_ids(library)[0]))
        session.warm()
        assert session.search(VectorQuery(features, WEIGHTS)).compared == 6


def test_other_weights_are_refused(library: Library, folder: Path, model: Path, other_model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
    with Session(library, model=other_model, device="cpu") as session:
        with pytest.raises(OtherModelError, match=r"other weights.*add this one as a version.*models import"):
            session.index_folder(folder)
        with pytest.raises(OtherModelError):
            session.read_picture(folder / "0.png")
    assert len(model_versions(library)) == 1


def test_weights_of_another_version_are_refused_with_its_name(
    library: Library, folder: Path, model: Path, other_model: Path
) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
        rename_version(library, import_version(session, other_model).id, "new one")
    with (
        Session(library, model=other_model, device="cpu") as session,
        pytest.raises(OtherModelError, match=r"It is the library's version 'new one'.*models use 'new one'"),
    ):
        _ = session.extractor


def test_faults_a_user_can_mend_are_user_errors(library: Library, tmp_path: Path) -> None:
    with Session(library) as session, pytest.raises(NotIndexedYetError, match="Index a folder"):
        _ = session.index
    with (
        Session(library, model=tmp_path / "none.safetensors", device="cpu") as session,
        pytest.raises(ModelFileError, match=r"none\.safetensors"),
    ):
        _ = session.extractor
    with Session(library, device="cuda:77") as session, pytest.raises(DeviceError, match="cuda:77"):
        _ = session.extractor
    for kind in (NotIndexedYetError, ModelFileError, DeviceError, OtherModelError, PictureError):
        assert issubclass(kind, UserError)


def test_a_library_that_was_searched_before_it_had_crops(library: Library, folder: Path, model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        with pytest.raises(UserError):
            _ = session.index
        session.index_folder(folder)
        assert len(session.index) == 6


def test_what_was_forgotten_is_not_found(library: Library, folder: Path, model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
        features = session.features_of_crop(int(crop_ids(library)[0]))
        forget_folder(library, 1)
        assert session.search(VectorQuery(features, WEIGHTS)).matches == ()


def test_a_forgetting_that_was_killed_is_finished(library: Library) -> None:
    library.cache_dir.mkdir()
    library.write(lambda c: c.execute(insert(Meta).values(key="wipe_pending", value="")))
    Session(library).close()
    assert not library.cache_dir.exists()


def test_the_model_is_loaded_once_however_many_ask(library: Library, model: Path) -> None:
    with Session(library, model=model, device="cpu") as session:
        found: list[int] = []
        threads = [threading.Thread(target=lambda: found.append(id(session.extractor))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert len(set(found)) == 1


def test_closing_twice_is_fine_and_leaves_a_cache_to_trust(
    library: Library, folder: Path, model: Path
) -> None:
    session = Session(library, model=model, device="cpu")
    session.index_folder(folder)
    session.close()
    session.close()
    header = (library.cache_dir / "1" / "header.json").read_text()
    assert '"synced": true' in header
    assert '"rows": 6' in header


@pytest.fixture
def small_untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The untrained model that the program makes itself is quick to run."""
    config = NetworkConfig(dim=32, height=64, width=32)
    for place in ("dropmodel.inference", "dropmodel.inference.starter"):
        monkeypatch.setattr(f"{place}.untrained_model", partial(untrained_model, config))


def test_untrained_weights_of_another_program_version_are_told(
    library: Library, folder: Path, small_untrained: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The active version was made without a file, by a program whose untrained model was another."""
    with Session(library, device="cpu") as session:
        session.index_folder(folder)
    monkeypatch.setattr("dropmodel.inference.untrained._RECIPE", -1)
    with (
        Session(library, device="cpu") as session,
        pytest.raises(OtherModelError, match="add it as a version"),
    ):
        _ = session.extractor


def test_a_new_library_takes_the_starter_model(library: Library, folder: Path, starter: Path) -> None:
    with Session(library, device="cpu") as session:
        assert session.index_folder(folder).indexed == 6
        assert (session.model_version.name, session.model_version.trained) == ("starter", True)
        assert session.model_version.weights_path is None  # it moves with the program
        assert not session.starter_waits
    with Session(library, device="cpu") as session:
        assert session.index_folder(folder).skipped == 6
        assert session.read_picture(folder / "0.png").features.vectors.shape[2] == session.index.model.dim


def test_a_library_of_the_untrained_model_stays_with_it(
    library: Library, folder: Path, small_untrained: None, starter_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(library, device="cpu") as session:
        session.index_folder(folder)
        assert not session.starter_waits
    monkeypatch.setenv("DROPMODEL_STARTER", str(starter_file))
    picture(folder / "new.png", 9, size=(32, 64))
    with Session(library, device="cpu") as session:
        assert session.starter_waits
        report = session.index_folder(folder)
        assert (report.indexed, report.skipped) == (1, 6)
        assert not session.extractor.model.card.trained
        features = session.read_picture(folder / "new.png").features
        assert len(session.search(VectorQuery(features, WEIGHTS)).matches) == 7
    assert len(model_versions(library)) == 1
    with Session(library, model=starter_file, device="cpu") as session, pytest.raises(OtherModelError):
        _ = session.extractor


def test_a_library_that_was_opened_but_never_indexed_takes_the_starter_model(
    library: Library, folder: Path, small_untrained: None, starter_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(library, device="cpu") as session:
        assert not session.model_version.trained
    monkeypatch.setenv("DROPMODEL_STARTER", str(starter_file))
    with Session(library, device="cpu") as session:
        assert len(session.index) == 0  # of the version before
        assert session.index_folder(folder).indexed == 6
        assert session.model_version == active_model(library)
        assert session.model_version.name == session.index.model.name == "starter"
        assert not session.starter_waits
        features = session.features_of_crop(int(crop_ids(library)[0]))
        assert len(session.search(VectorQuery(features, WEIGHTS)).matches) == 6


def test_a_library_keeps_the_starter_model_that_it_was_indexed_with(
    library: Library, folder: Path, starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(library, device="cpu") as session:
        assert not models_dir(library).exists()
        session.index_folder(folder)
        own = session.model_version
        assert kept_file(library, own.weights_hash).read_bytes() == starter.read_bytes()
    newer = make_starter(tmp_path / "newer.safetensors", seed=8)
    for present, waits in (("", False), (str(newer), True)):
        monkeypatch.setenv("DROPMODEL_STARTER", present)
        with Session(library, device="cpu") as session:
            assert session.extractor.model.weights_hash == own.weights_hash
            assert session.starter_waits is waits
    with Session(library, device="cpu") as session:
        import_version(session, newer)
        assert not session.starter_waits
    kept_file(library, own.weights_hash).unlink()
    with Session(library, device="cpu") as session, pytest.raises(OtherModelError, match="not here any more"):
        _ = session.extractor
    monkeypatch.setenv("DROPMODEL_STARTER", "")
    with Session(library, device="cpu") as session:
        with pytest.raises(ModelFileError, match="the starter model is not here"):
            _ = session.extractor
        assert session.search(VectorQuery(session.features_of_crop(1), WEIGHTS)).compared == 6


def test_a_model_that_was_calibrated_again_is_taken_over(
    library: Library, folder: Path, starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(library, device="cpu") as session:
        session.index_folder(folder)
        version = session.model_version
    again = tmp_path / "again.safetensors"
    copy_model(starter, again, replace(read_info(starter).card, calibration={"kind": "made"}))
    monkeypatch.setenv("DROPMODEL_STARTER", str(again))
    with Session(library, device="cpu") as session:
        assert session.model_version.id == version.id
        assert not session.starter_waits
    assert calibration_of(library, version.id) == {"kind": "made"}
    assert kept_file(library, version.weights_hash).read_bytes() == again.read_bytes()


def test_a_library_of_before_gets_its_copy_when_its_model_is_loaded(
    library: Library, folder: Path, starter: Path
) -> None:
    with Session(library, device="cpu") as session:
        session.index_folder(folder)
        kept = kept_file(library, session.model_version.weights_hash)
    kept.unlink()
    with Session(library, device="cpu") as session:
        assert not session.starter_waits
        _ = session.extractor
    assert kept.exists()


@pytest.mark.parametrize("damage", ["cut short", "another model"])
def test_a_damaged_copy_is_mended_from_where_the_weights_came_from(
    library: Library, folder: Path, model: Path, other_model: Path, damage: str
) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
        kept = kept_file(library, session.model_version.weights_hash)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:1000] if damage == "cut short" else other_model.read_bytes())
    with Session(library, device="cpu") as session:
        assert session.extractor.model.weights_hash == session.model_version.weights_hash
    assert kept.read_bytes() == whole


def test_a_full_disk_does_not_keep_from_indexing(
    library: Library, folder: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Session(library, device="cpu") as session:
        with monkeypatch.context() as patch:
            patch.setattr("shutil.copyfileobj", full)
            assert session.index_folder(folder).indexed == 6
        assert list(models_dir(library).iterdir()) == []
        session.index_folder(folder)
        assert len(list(models_dir(library).iterdir())) == 1


def test_another_program_made_another_version_the_active_one(
    library: Library, folder: Path, model: Path, other_model: Path
) -> None:
    with Session(library, model=model, device="cpu") as session:
        session.index_folder(folder)
        old = session.search(VectorQuery(session.features_of_crop(1), WEIGHTS))
        new = import_version(session, other_model)
        with Library.open(library.path) as same, Session(same, device="cpu") as elsewhere:
            use_version(elsewhere, new.id)
        assert session.index.model.id == session.model_version.id == new.id
        assert session.extractor.model.weights_hash == new.weights_hash
        assert session.search(VectorQuery(session.features_of_crop(1), WEIGHTS)) != old
