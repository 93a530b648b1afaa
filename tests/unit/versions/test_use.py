"""Using another version, and going back."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.corrections import add_correction
from dropgui.library.embeddings import features_of
from dropgui.library.faults import DiskFullError
from dropgui.library.forget import forget_crops
from dropgui.library.jobs import jobs, start_job
from dropgui.library.masks import mask_of
from dropgui.library.models import IncompleteVersionError, active_model, crops_behind
from dropgui.library.queries import crop_ids
from dropgui.library.schema import Embedding
from dropgui.session import SwitchedError
from dropgui.versions.drop import drop_vectors
from dropgui.versions.use import JOB, NoRoomError, VersionBusyError, need_of, roll_back, use_version
from tests.unit.indexing.fake import DIM, SCHEMA, picture, pictures
from tests.unit.versions.made import (
    MadeSession,
    first_crop,
    index,
    ranking,
    two_versions,
)


def active(library: Library) -> int:
    found = active_model(library)
    assert found is not None
    return found.id


def embedded(library: Library, version: int) -> dict[int, int]:
    """Crops with vectors of a version, with the revision of the mask that these are of."""
    query = select(Embedding.crop_id, Embedding.mask_revision).where(Embedding.model_version_id == version)
    with library.read() as connection:
        return {row.crop_id: row.mask_revision for row in connection.execute(query)}


def once(work: Callable[[], object]) -> Callable[[], None]:
    """Does some work at the first call, nothing after."""
    waiting = [work]

    def call() -> None:
        if waiting:
            waiting.pop()()

    return call


def test_a_version_is_embedded_then_answers(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder)
    with session:
        crop = first_crop(library)
        before = ranking(session, crop)
        assert need_of(library, new).crops == 20
        seen: list[Progress] = []
        report = use_version(session, new, on_progress=seen.append)
        assert (report.embedded, report.left_out, report.switched, report.cancelled) == (20, (), True, False)
        assert report.version.active
        assert report.words == "'new' answers searches now."
        assert active(library) == session.index.model.id == new
        assert (
            embedded(library, new) == embedded(library, old) == dict.fromkeys(crop_ids(library).tolist(), 0)
        )
        assert ranking(session, crop) != before
        mask = mask_of(library, crop)
        assert mask is not None
        assert mask.model_version_id == new
        assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
        assert (seen[-1].done, seen[-1].total, seen[-1].phase) == (20, 20, "finishing")
        assert need_of(library, new).crops == 0
        (job, *_) = jobs(library)
        assert (job.kind, job.state, job.model_version_id, job.done) == (JOB, "finished", new, 20)


def test_using_the_version_in_use_changes_nothing(library: Library, folder: Path) -> None:
    session, old, _ = two_versions(library, folder, 3)
    with session:
        report = use_version(session, old)
        assert (report.embedded, report.switched) == (0, False)
        assert report.words == "'old' is in use."


def test_a_run_that_was_cancelled_goes_on_where_it_was(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 40)
    with session:
        before = ranking(session, first_crop(library))
        cancel = CancelToken()
        session.network(new).after_batch = cancel.cancel
        report = use_version(session, new, cancel=cancel)
        assert report.cancelled
        assert not report.switched
        assert "the model in use stays" in report.words
        assert active(library) == old
        assert ranking(session, first_crop(library)) == before
        done = len(embedded(library, new))
        assert 0 < done == report.embedded < 40
        session.network(new).after_batch = None
        again = use_version(session, new)
        assert (again.embedded, again.switched) == (40 - done, True)
        assert session.network(new).pictures == 40
        assert [job.state for job in jobs(library)][:2] == ["finished", "cancelled"]


def test_what_people_corrected_counts_under_every_version(library: Library, folder: Path) -> None:
    session, _, new = two_versions(library, folder, 6)
    with session:
        corrected, other = crop_ids(library)[:2].tolist()
        labels = np.zeros((32, 16), np.uint8)
        labels[:8] = 2
        add_correction(library, corrected, labels, SCHEMA, base_revision=0)
        saved = add_correction(library, corrected, labels, SCHEMA, base_revision=1)
        use_version(session, new)
        assert embedded(library, new)[corrected] == saved.revision == 2
        assert embedded(library, new)[other] == 0
        features = features_of(library, [corrected, other], new)
        np.testing.assert_allclose(features.visibility[0, 2:], [0, 0.25, 0], atol=1e-3)
        np.testing.assert_allclose(features.visibility[1, 2:], 0.5, atol=1e-3)


def test_what_comes_meanwhile_is_caught_up_before_the_switch(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder)
    labels = np.ones((4, 4), np.uint8)
    with session:
        crop = first_crop(library)

        def meanwhile() -> None:
            assert active(library) == old
            picture(folder / "later.png", 77)
            index(session, folder, old)

        session.network(new).after_batch = once(meanwhile)
        session.networks[old].batches.clear()

        correct = once(lambda: add_correction(library, crop, labels, SCHEMA, base_revision=0))

        def late(progress: Progress) -> None:
            if progress.done == 21:
                correct()

        report = use_version(session, new, on_progress=late)
        assert session.networks[old].pictures == 1
        assert report.switched
        assert report.embedded == 22, "the new picture, and once more the one whose mask was corrected"
        assert embedded(library, new) == {i: int(i == crop) for i in crop_ids(library).tolist()}
        assert len(crop_ids(library)) == 21


def test_what_was_forgotten_meanwhile_is_not_missed(library: Library, folder: Path) -> None:
    session, _, new = two_versions(library, folder)
    with session:
        gone = int(crop_ids(library)[-1])
        session.network(new).after_batch = once(lambda: forget_crops(library, [gone]))
        assert use_version(session, new).switched
        assert gone not in embedded(library, new)
        assert len(embedded(library, new)) == 19


def test_searches_meanwhile_are_of_one_version_or_the_other(library: Library, folder: Path) -> None:
    session, _, new = two_versions(library, folder, 60)
    heard: list[list[list[tuple[int, float]]]] = [[], []]
    errors: list[Exception] = []
    stop = threading.Event()

    def search(answers: list[list[tuple[int, float]]], crop: int) -> None:
        try:
            while not stop.is_set():
                answers.append(ranking(session, crop))
            answers.append(ranking(session, crop))
        except Exception as error:  # noqa: BLE001 - told by the test
            errors.append(error)

    with session:
        crops = crop_ids(library)[:2].tolist()
        before = [ranking(session, crop) for crop in crops]
        session.network(new).seconds = 0.005
        threads = [
            threading.Thread(target=search, args=(answers, crop))
            for answers, crop in zip(heard, crops, strict=True)
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3):  # there and back and there
                assert (use_version(session, new) if active(library) != new else roll_back(session)).switched
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert not errors
        after = [ranking(session, crop) for crop in crops]
        for answers, old, fresh in zip(heard, before, after, strict=True):
            assert old != fresh
            assert {str(answer) for answer in answers} == {str(old), str(fresh)}
            assert answers[0] == old
            assert answers[-1] == fresh


def test_going_back_is_at_once_and_gives_the_same_answers(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder)
    with session:
        before = [ranking(session, crop) for crop in crop_ids(library).tolist()]
        use_version(session, new)
        session.networks.clear()
        report = roll_back(session)
        assert (report.version.id, report.switched, report.embedded) == (old, True, 0)
        assert session.networks == {}, "no model was even loaded"
        assert [ranking(session, crop) for crop in crop_ids(library).tolist()] == before
        assert roll_back(session).version.id == new, "and forth"
        assert roll_back(session).version.id == old
        assert [ranking(session, crop) for crop in crop_ids(library).tolist()] == before


def test_going_back_is_the_same_in_another_session(library: Library, folder: Path) -> None:
    session, _, new = two_versions(library, folder)
    with session:
        before = ranking(session, first_crop(library))
        use_version(session, new)
    with MadeSession(library) as later:
        roll_back(later)
        assert ranking(later, first_crop(library)) == before


def test_what_was_indexed_since_is_caught_up_behind_the_way_back(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 10)
    with session:
        use_version(session, new)
        picture(folder / "later.png", 77)
        index(session, folder, new)
        with pytest.raises(IncompleteVersionError, match="of 1 of the crops"):
            session.switch(old)
        seen: list[int] = []
        report = roll_back(session, on_progress=lambda _: seen.append(active(library)))
        assert set(seen) == {old}, "it answered before anything was embedded"
        assert (report.switched, report.embedded) == (True, 1)
        assert len(embedded(library, old)) == 11


def test_there_is_nothing_to_go_back_to(library: Library, folder: Path) -> None:
    session, *_ = two_versions(library, folder, 2)
    with session, pytest.raises(UserError, match="no model version to go back to"):
        roll_back(session)


def test_a_child_goes_back_to_its_parent_where_nothing_else_is_known(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 4)
    with session:
        use_version(session, new)
        drop_vectors(library, old)
        report = roll_back(session)
        assert (report.version.id, report.embedded) == (old, 4), "its vectors are made first"


def test_pictures_that_are_gone_keep_the_old_version_in_use(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 10)
    with session:
        before = ranking(session, first_crop(library))
        (folder / "0003.png").rename(folder.parent / "away.png")
        picture(folder / "0004.png", 1234)
        report = use_version(session, new)
        assert not report.switched
        assert {failure.path.name for failure in report.left_out} == {"0003.png", "0004.png"}
        assert any("index its folder again" in failure.reason for failure in report.left_out)
        assert "could not be shown 2 pictures" in report.words
        assert active(library) == old
        assert ranking(session, first_crop(library)) == before, "and nothing of the old one was touched"
        (folder.parent / "away.png").rename(folder / "0003.png")
        report = use_version(session, new, leave_out=True)
        assert (report.switched, report.embedded, len(report.left_out)) == (True, 1, 1)
        assert "which it cannot find" in report.words
        assert len(embedded(library, new)) == 9
        index(session, folder, new)
        assert len(embedded(library, new)) == 10


def test_two_cannot_make_one_version_ready_at_once(library: Library, folder: Path) -> None:
    session, _, new = two_versions(library, folder, 4)
    with session:
        start_job(library, JOB, model_version_id=new)
        with pytest.raises(VersionBusyError, match="made ready already"):
            use_version(session, new)


def test_a_full_disk_leaves_the_old_version_in_use(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, old, new = two_versions(library, folder, 40)
    monkeypatch.setattr("dropgui.indexing.store.encode_mask", lambda *_: bytes(20_000))
    with session:
        before = ranking(session, first_crop(library))

        def fill() -> None:
            library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1"))

        session.network(new).after_batch = once(fill)
        with pytest.raises(DiskFullError, match="Free some space"):
            use_version(session, new)
        assert active(library) == old
        assert ranking(session, first_crop(library)) == before
        library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"))
        assert use_version(session, new).switched
        with library.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_a_disk_that_is_too_small_is_told_before_anything_is_done(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, old, new = two_versions(library, folder, 4)
    with session:
        need = need_of(library, new).bytes
        assert need > 4 * 2 * 2 * 5 * DIM
        usage = type("Usage", (), {"free": need - 1})
        monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
        with pytest.raises(NoRoomError, match="Free some space"):
            use_version(session, new)
        assert (active(library), embedded(library, new)) == (old, {})
        (job, *_) = jobs(library)
        assert job.state == "failed"
        assert job.message is not None
        assert "Free some space" in job.message


def test_a_version_that_cannot_be_loaded_changes_nothing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, old, new = two_versions(library, folder, 4)

    def gone(_: object, version: int) -> None:
        raise UserError(f"the weights of {version} are gone")

    monkeypatch.setattr(MadeSession, "extractor_of", gone)
    with session:
        with pytest.raises(UserError, match="are gone"):
            use_version(session, new)
        assert active(library) == old
        with pytest.raises(KeyError):
            use_version(session, 99)
        with pytest.raises(KeyError):
            session.switch(99)


def test_a_query_of_the_other_version_is_asked_anew_or_refused(library: Library, folder: Path) -> None:
    from dropgui.search import Query
    from tests.unit.versions.made import PARTS

    session, _, new = two_versions(library, folder, 10)
    with session:
        query = Query(crops=[first_crop(library)], parts=PARTS)
        asked = session.resolve(query)
        use_version(session, new)
        assert session.ask(query, asked).matches == session.search(query).matches
        with pytest.raises(SwitchedError, match=r"answers now\. Search again"):
            session.search(asked)


def test_indexing_that_sees_a_switch_embeds_with_the_new_version_too(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, old, new = two_versions(library, folder, 10)
    with session:
        use_version(session, new)
        roll_back(session)
        pictures(folder, 30)
        monkeypatch.setattr(
            type(session._models),
            "active",
            property(lambda _: (active_model(library), session.network(active(library)))),
        )
        session.network(old).after_batch = once(lambda: session.switch(new))
        report = session.index_folder(folder)
        assert report.indexed == 20
        assert len(embedded(library, new)) == 30
        with library.read() as connection:
            assert crops_behind(connection, new) == []
