"""Forgetting, checked where it counts: in the bytes of the files."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from dropgui.library import Change, Library
from dropgui.library.corrections import add_correction, set_aside
from dropgui.library.events import events, log_event
from dropgui.library.faults import BusyLibraryError
from dropgui.library.forget import finish_forgetting, forget_crops, forget_folder
from dropgui.library.jobs import start_job
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.queries import counts, crop_ids, crop_rows, features_of, folder_rows
from dropgui.library.schema import Camera, Crop, Decision, Image, Person
from dropgui.library.tags import add_tag
from dropmodel.features import Features
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed, made_features

SECRET = "/home/secret-place"
SECRET_MASK = np.random.default_rng(0).integers(0, 4, (40, 30), dtype=np.uint8)


def stored(library: Library) -> bytes:
    """Everything on the disk that belongs to the library."""
    files = [path for path in library.path.parent.rglob("*") if path.is_file()]
    assert library.path in files
    return b"".join(path.read_bytes() for path in files)


def traces(features: Features) -> list[bytes]:
    """The beginnings of these crops' vectors as they lie in the file."""
    return [row[0].astype("<f2").tobytes()[:24] for row in features.vectors]


@pytest.fixture
def known(library: Library) -> tuple[list[int], list[int]]:
    """Crops of a folder to keep and of one to forget, with all that can be known of them."""
    model = add_model(library)
    kept, secret = add_crops(library, 40, "/pictures"), add_crops(library, 40, SECRET)
    embed(library, model, kept, made_features(40, seed=1))
    embed(library, model, secret, made_features(40, seed=2))
    png = encode_mask(np.arange(64, dtype=np.uint8).reshape(8, 8) % 4, SCHEMA)
    library.write(lambda c: add_model_masks(c, model, SCHEMA, secret, [png] * 40, [0.5] * 40, [0.5] * 40))
    library.write(lambda c: c.execute(insert(Camera).values(id=99, name="secret-camera")))
    library.write(lambda c: c.execute(update(Image).where(Image.folder_id == 2).values(camera_id=99)))
    library.write(lambda c: c.execute(insert(Person).values(id=1, name="Secret Person")))
    library.write(lambda c: c.execute(update(Crop).where(Crop.id.in_(secret)).values(person_id=1)))
    library.write(
        lambda c: c.execute(insert(Decision).values(crop_id=secret[0], person_id=1, verdict="confirmed"))
    )
    add_tag(library, secret, "Secret Tag")
    add_correction(library, secret[1], SECRET_MASK, SCHEMA, base_revision=0)
    library.write(lambda c: set_aside(c, {secret[1]: b"hash"}))
    add_correction(library, secret[0], SECRET_MASK, SCHEMA, base_revision=0)
    library.write(lambda c: log_event(c, "folder added", SECRET))
    start_job(library, "index", folder_id=2)
    library.cache_dir.mkdir()
    (library.cache_dir / "rows").write_bytes(b"".join(traces(made_features(40, seed=2))))
    return kept, secret


def test_a_forgotten_folder_leaves_no_byte(library: Library, known: tuple[list[int], list[int]]) -> None:
    kept, secret = known
    before = stored(library)
    pixels = encode_mask(SECRET_MASK, SCHEMA)[-40:-12]  # the end of the compressed pixels
    words = [SECRET.encode(), b"secret-camera", b"Secret Person", b"Secret Tag", pixels]
    assert all(trace in before for trace in [*words, *traces(made_features(40, seed=2))])
    heard: list[Change] = []
    library.subscribe(heard.append)
    forget_folder(library, 2)
    after = stored(library)
    assert not [trace for trace in [*words, *traces(made_features(40, seed=2))] if trace in after]
    assert all(trace in after for trace in traces(made_features(40, seed=1)))
    assert set(heard[0].crops_removed) == set(secret)
    assert heard[0].folders
    assert heard[0].faults
    assert crop_ids(library).tolist() == kept
    assert [folder.name for folder in folder_rows(library)] == ["pictures"]
    np.testing.assert_array_equal(features_of(library, kept, 1).vectors, made_features(40, seed=1).vectors)


def test_the_log_forgets_the_folders_below(library: Library) -> None:
    add_crops(library, 1, "/x_1")
    gone = ["/x_1", "/x_1/anna_smith", "/x_1/人/b"]
    kept = ["/x_1b", "/xa1/anna", "/elsewhere/x_1/y", "100%"]

    def log(connection: Connection) -> None:
        for path in (*gone, *kept):
            log_event(connection, "folder added", path)

    library.write(log)
    forget_folder(library, 1)
    details = {event.detail for event in events(library)}
    assert details == {*kept, None}
    assert b"anna_smith" not in stored(library)


def test_the_log_forgets_what_is_below_the_root_of_a_disk(library: Library) -> None:
    add_crops(library, 1, "/")
    library.write(lambda c: log_event(c, "folder added", "/anna"))
    forget_folder(library, 1)
    assert {event.detail for event in events(library)} == {None}


def test_errors_of_the_database_tell_no_paths(library: Library) -> None:
    add_crops(library, 1, SECRET)
    with pytest.raises(IntegrityError) as caught:
        add_crops(library, 1, SECRET)
    assert SECRET not in str(caught.value)


def test_the_event_says_when_but_never_who(library: Library, known: tuple[list[int], list[int]]) -> None:
    forget_folder(library, 2)
    event = events(library)[0]
    assert (event.action, event.actor, event.detail) == ("folder forgotten", None, None)
    assert event.at.tzinfo is not None


def test_some_crops_can_be_forgotten(library: Library, known: tuple[list[int], list[int]]) -> None:
    kept, secret = known
    heard: list[Change] = []
    library.subscribe(heard.append)
    forget_crops(library, [*secret[:10], 10_000])
    after = stored(library)
    gone = traces(made_features(40, seed=2))
    assert not [trace for trace in gone[:10] if trace in after]
    assert all(trace in after for trace in gone[10:])
    assert crop_ids(library).tolist() == kept + secret[10:]
    assert counts(library).images == 70
    assert sorted(heard[0].crops_removed) == secret[:10]
    assert crop_rows(library, secret[:10]) == {}


def test_the_pictures_are_not_touched(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "000000.png").write_bytes(b"picture")
    add_crops(library, 1, str(folder))
    forget_folder(library, 1)
    assert (folder / "000000.png").read_bytes() == b"picture"


def test_an_unknown_folder_is_a_bug(library: Library) -> None:
    with pytest.raises(KeyError, match="no folder 5"):
        forget_folder(library, 5)


def test_forgetting_that_was_killed_is_finished_at_the_next_start(
    library: Library, known: tuple[list[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are gone, the program died before the file was rewritten and the cache removed."""
    with monkeypatch.context() as dying:
        dying.setattr("dropgui.library.forget._wipe", lambda *_: None)
        forget_folder(library, 2)
    gone = traces(made_features(40, seed=2))
    assert all(trace in stored(library) for trace in gone)
    finish_forgetting(library)
    assert not [trace for trace in gone if trace in stored(library)]
    monkeypatch.setattr("dropgui.library.forget._wipe", lambda *_: pytest.fail("nothing is pending"))
    finish_forgetting(library)


def test_a_cache_that_stays_keeps_the_wiping_pending(
    library: Library, known: tuple[list[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not remove files that a program has mapped."""
    with monkeypatch.context() as mapped:
        mapped.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(BusyLibraryError, match="wiped when dropgui is started the next time"):
            forget_folder(library, 2)
        assert [folder.name for folder in folder_rows(library)] == ["pictures"]
        finish_forgetting(library)  # in vain, but a start must not fail
    assert library.cache_dir.exists()
    finish_forgetting(library)
    assert not library.cache_dir.exists()


def test_another_program_that_reads_keeps_the_wiping_pending(
    library: Library, known: tuple[list[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise BusyLibraryError("it reads")

    with monkeypatch.context() as reading:
        reading.setattr(library, "compact", busy)
        with pytest.raises(BusyLibraryError, match="wiped when dropgui is started the next time"):
            forget_folder(library, 2)
        finish_forgetting(library)
    gone = [SECRET.encode(), *traces(made_features(40, seed=2))]
    finish_forgetting(library)
    assert not [trace for trace in gone if trace in stored(library)]
    monkeypatch.setattr("dropgui.library.forget._wipe", lambda *_: pytest.fail("nothing is pending"))
    finish_forgetting(library)


def test_forgetting_works_while_others_read(library: Library, known: tuple[list[int], list[int]]) -> None:
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            crop_ids(library)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        forget_folder(library, 2)
    finally:
        stop.set()
        reader.join()
    forget_crops(library, [])
    assert not [trace for trace in traces(made_features(40, seed=2)) if trace in stored(library)]
