"""A corrected mask in a real session: opened, saved, pooled, found again elsewhere."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from sqlalchemy import delete, insert, select, update

from dropgui.correction.effect import catch_up, repool, unpooled
from dropgui.correction.region import Labels
from dropgui.correction.review import review_order, review_rows, similar
from dropgui.correction.revisions import (
    GoneError,
    ask_again,
    at_full_size,
    crop_labels,
    model_labels,
    model_mask,
    open_crop,
    restore,
    restored_part,
    revisions,
    save_correction,
)
from dropgui.library import Change, Library
from dropgui.library.corrections import add_correction
from dropgui.library.forget import forget_crops
from dropgui.library.persons import add_person
from dropgui.library.queries import crop_ids, crop_rows, features_of
from dropgui.library.schema import Crop, Embedding, Folder, Mask
from dropgui.search import VectorQuery
from dropgui.session import PictureError, Session
from dropmodel.inference import save_model, untrained_model
from dropmodel.network.config import NetworkConfig
from dropmodel.parts import EIGHT, IGNORE
from tests.support.people import make_folder

TORSO, HEAD = EIGHT.label("torso"), EIGHT.label("head")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    config = NetworkConfig(dim=32, height=64, width=32)
    save_model(untrained_model(config, seed=0, device="cpu"), path)
    return path


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    """A folder with six pictures and a library of them, to be copied."""
    place = tmp_path_factory.mktemp("indexed")
    make_folder(place / "people", identities=3, cameras=2)
    with (
        Library.create(place / "some.droplib") as library,
        Session(library, model=model, device="cpu") as session,
    ):
        session.index_folder(place / "people")
    return place


@pytest.fixture
def session(tmp_path: Path, indexed: Path, model: Path) -> Iterator[Session]:
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    with (
        Library.open(tmp_path / "some.droplib") as library,
        Session(library, model=model, device="cpu") as opened,
    ):
        library.write(lambda c: c.execute(update(Folder).values(path=str(tmp_path / "people"))))
        yield opened


@pytest.fixture
def crops(session: Session) -> list[int]:
    return [int(crop) for crop in crop_ids(session.library)]


def bust(shape: tuple[int, int] = (128, 64)) -> Labels:
    """A head on a torso; no legs."""
    labels = np.zeros(shape, np.uint8)
    labels[8:32, 20:44], labels[32:80, 12:52] = HEAD, TORSO
    return labels


def query(session: Session, crop: int) -> VectorQuery:
    return VectorQuery(session.features_of_crop(crop), {"torso": 1.0}, exclude=frozenset({crop}))


def place(session: Session, asked: VectorQuery, crop: int) -> int:
    return [match.crop_id for match in session.search(asked).matches].index(crop) + 1


def test_a_mask_opens_at_the_crops_own_size(session: Session, crops: list[int]) -> None:
    opened = open_crop(session, crops[0])
    assert (opened.photo.shape, opened.labels.shape) == ((128, 64, 3), (128, 64))
    assert (opened.revision, opened.schema, opened.crop.id) == (0, EIGHT, crops[0])
    small = model_mask(session.library, crops[0])
    assert small is not None
    assert small.labels.shape == session.extractor.mask_size
    assert set(np.unique(opened.labels)) <= set(np.unique(small.labels))
    assert opened.labels.flags.writeable
    assert opened.labels.flags.c_contiguous


def test_saving_changes_what_a_search_finds(session: Session, crops: list[int]) -> None:
    """Everything but the corrected crop's own vectors stays; ranks are those that searches give."""
    asked = query(session, crops[0])
    crop = crops[3]
    before, rank = session.features_of_crop(crop), place(session, asked, crop)
    others = features_of(session.library, [c for c in crops if c != crop], 1)
    files, heard = session.index.rows.files, list[Change]()
    session.library.subscribe(heard.append)
    saved = save_correction(session, crop, bust(), base_revision=0)
    effect = repool(session, crop, asked)
    assert (effect.crop_id, effect.revision) == (crop, saved.revision)
    assert effect.rank_before == rank
    assert effect.rank_after == place(session, asked, crop)
    assert effect.visibility_before == dict(
        zip(EIGHT.vector_names, before.visibility[0].tolist(), strict=True)
    )
    assert effect.visibility_after["torso"] == effect.visibility_after["head"] == 1
    assert all(effect.visibility_after[name] == 0 for name in ("left_leg", "right_foot", "left_arm"))
    after = session.features_of_crop(crop)
    assert not np.allclose(after.vectors, before.vectors, atol=1e-2)
    expected = session.extractor.pool([crop_rows(session.library, [crop])[crop].path], [bust()]).features
    np.testing.assert_allclose(after.vectors, expected.vectors, atol=2e-3)
    same = features_of(session.library, [c for c in crops if c != crop], 1)
    np.testing.assert_array_equal(same.vectors, others.vectors)
    assert session.index.rows.files == files, "the cache was not built anew"
    assert len(session.index) == len(crops)
    assert heard == [Change(crops_changed=(crop,))] * 2
    assert unpooled(session.library) == []
    opened = open_crop(session, crop)
    np.testing.assert_array_equal(opened.labels, bust())
    assert opened.revision == saved.revision


def test_a_crop_without_a_place_in_the_search_has_no_rank(session: Session, crops: list[int]) -> None:
    save_correction(session, crops[0], bust(), base_revision=0)
    effect = repool(session, crops[0], query(session, crops[0]))
    assert (effect.rank_before, effect.rank_after) == (None, None), "it is the query itself"
    save_correction(session, crops[1], np.zeros((128, 64), np.uint8), base_revision=0)
    effect = repool(session, crops[1], query(session, crops[0]))
    assert effect.rank_before is not None
    assert effect.rank_after is None, "nothing of the torso is left to compare"


def test_undecided_pixels_are_no_part(session: Session, crops: list[int]) -> None:
    labels = bust()
    labels[32:80] = IGNORE
    save_correction(session, crops[0], labels, base_revision=0)
    visibility = repool(session, crops[0]).visibility_after
    assert (visibility["torso"], visibility["head"]) == (0, 1)


def test_masks_that_do_not_fit_are_refused(session: Session, crops: list[int]) -> None:
    wrong: list[Any] = [bust().astype(int), bust()[None], bust() + 20, np.zeros((0, 4), np.uint8)]
    for labels in wrong:
        with pytest.raises(ValueError, match="mask"):
            save_correction(session, crops[0], labels, base_revision=0)
    assert revisions(session.library, crops[0]) == []


def test_what_a_dead_program_left_is_pooled_at_the_next_start(session: Session, crops: list[int]) -> None:
    for crop in crops[:3]:
        save_correction(session, crop, bust(), base_revision=0)
    crop_rows(session.library, crops)[crops[1]].path.unlink()
    heard: list[tuple[int, int]] = []
    assert catch_up(session, lambda done, total: heard.append((done, total))) == 2
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert unpooled(session.library) == [crops[1]], "its picture may come back"


def test_a_pooling_of_an_older_mask_does_not_win(
    session: Session, crops: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next mask is saved and pooled while the network still works on the last one."""
    crop = crops[0]
    save_correction(session, crop, bust(), base_revision=0)
    pool = session.extractor.pool

    def slow(*given: object) -> object:
        monkeypatch.undo()
        newer = np.where(bust() == HEAD, 0, bust()).astype(np.uint8)
        save_correction(session, crop, newer, base_revision=1)
        assert repool(session, crop).revision == 2
        return pool(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(session.extractor, "pool", slow)
    repool(session, crop)
    assert session.features_of_crop(crop).visibility[0, EIGHT.vector_indices(["head"])] == 0
    assert unpooled(session.library) == []


def test_restoring_is_a_new_revision(session: Session, crops: list[int]) -> None:
    other = np.where(bust() == HEAD, IGNORE, bust()).astype(np.uint8)
    save_correction(session, crops[0], bust(), base_revision=0)
    save_correction(session, crops[0], other, base_revision=1)
    first = revisions(session.library, crops[0])[-1]
    saved = restore(session, first, base_revision=2)
    assert (saved.revision, saved.overtaken) == (3, None)
    np.testing.assert_array_equal(open_crop(session, crops[0]).labels, bust())
    assert [row.revision for row in revisions(session.library, crops[0])] == [3, 2, 1]


def test_the_models_own_comes_back_whole_or_by_part(session: Session, crops: list[int]) -> None:
    opened = open_crop(session, crops[0])
    own = opened.labels.copy()
    save_correction(session, crops[0], bust(), base_revision=0)
    np.testing.assert_array_equal(model_labels(session.library, crops[0], opened.photo, EIGHT), own)
    model = np.array([[1, 1, 2], [0, 2, 3]], np.uint8)
    drawn = np.array([[1, 2, 2], [2, 3, IGNORE]], np.uint8)
    np.testing.assert_array_equal(restored_part(drawn, model, 2), [[1, 1, 2], [0, 2, IGNORE]])


def test_the_model_asked_again_says_how_unsure_it_is(session: Session, crops: list[int]) -> None:
    opened, library = open_crop(session, crops[0]), session.library
    indexed = review_rows(library, crops)[crops[0]].uncertainty
    library.write(lambda c: c.execute(update(Mask).values(uncertainty=None)))
    labels, unsure = ask_again(session, opened)
    assert np.array_equal(labels, opened.labels)
    assert unsure == pytest.approx(indexed, abs=1e-5), "by its own probabilities, as when it was indexed"
    assert review_rows(library, crops)[crops[0]].uncertainty == unsure
    assert review_order(library).tolist() == crops, "the others are not known"


def test_a_mask_that_does_not_fit_the_picture_any_more(session: Session, crops: list[int]) -> None:
    """The model's own is shown where the corrected one is of another size or of other parts."""
    photo = open_crop(session, crops[0]).photo
    own, _ = crop_labels(session.library, crops[0], photo, EIGHT)
    add_correction(session.library, crops[0], bust((64, 32)), EIGHT, base_revision=0)
    np.testing.assert_array_equal(open_crop(session, crops[0]).labels, own)
    session.library.write(lambda c: c.execute(update(Mask).values(schema_name="other")))
    assert not open_crop(session, crops[0]).labels.any()


def test_a_small_picture_has_a_mask_too(session: Session, crops: list[int], tmp_path: Path) -> None:
    Pillow.new("RGB", (9, 12), "red").save(tmp_path / "people" / "tiny.png")
    session.index_folder(tmp_path / "people")
    (tiny,) = set(crop_ids(session.library).tolist()) - set(crops)
    opened = open_crop(session, tiny)
    assert opened.labels.shape == (12, 9)
    assert at_full_size(np.full((64, 32), HEAD, np.uint8), opened.photo).tolist() == [[HEAD] * 9] * 12


def test_a_crop_of_a_larger_picture(session: Session, crops: list[int]) -> None:
    image = session.library.write(
        lambda c: c.execute(
            insert(Crop).values(image_id=1, left=10, top=20, right=50, bottom=90).returning(Crop.id)
        ).scalar_one()
    )
    opened = open_crop(session, image)
    assert opened.photo.shape == (70, 40, 3)
    np.testing.assert_array_equal(opened.photo, open_crop(session, crops[0]).photo[20:90, 10:50])
    assert not opened.labels.any(), "the model has not seen it"
    save_correction(session, image, bust((70, 40)), base_revision=0)
    effect = repool(session, image)
    assert effect.visibility_before is None
    assert effect.visibility_after["head"] == 1
    session.library.write(lambda c: c.execute(update(Crop).where(Crop.id == image).values(right=99)))
    with pytest.raises(PictureError, match="smaller than when it was indexed"):
        open_crop(session, image)


def test_what_is_gone_is_told(session: Session, crops: list[int]) -> None:
    with pytest.raises(GoneError):
        repool(session, crops[1])
    save_correction(session, crops[0], bust(), base_revision=0)
    crop_rows(session.library, crops)[crops[0]].path.unlink()
    for work in (open_crop, repool):
        with pytest.raises(PictureError, match="no such file"):
            work(session, crops[0])
    forget_crops(session.library, crops[:1])
    for work in (open_crop, repool):
        with pytest.raises(GoneError, match="forgotten"):
            work(session, crops[0])


def test_indexing_again_keeps_to_the_corrected_mask(
    session: Session, crops: list[int], tmp_path: Path
) -> None:
    """As another model version does that embeds the crops anew."""
    save_correction(session, crops[0], bust(), base_revision=0)
    repool(session, crops[0])
    pooled = session.features_of_crop(crops[0])
    library = session.library
    library.write(lambda c: c.execute(delete(Embedding)))
    session.index_folder(tmp_path / "people")
    again = session.features_of_crop(crops[0])
    np.testing.assert_allclose(again.vectors, pooled.vectors, atol=2e-3, err_msg="by its mask alone")
    np.testing.assert_array_equal(again.visibility, pooled.visibility)
    with library.read() as connection:
        rows = connection.execute(select(Embedding.crop_id, Embedding.mask_revision))
        numbers = {row.crop_id: row.mask_revision for row in rows}
        unsure = list(connection.execute(select(Mask.uncertainty).where(Mask.origin == "model")).scalars())
    assert numbers == {crop: int(crop == crops[0]) for crop in crops}
    assert len(unsure) == len(crops)
    assert all(value is not None and 0 <= value <= 1 for value in unsure)


def test_similar_crops_are_listed_and_left_alone(session: Session, crops: list[int]) -> None:
    library = session.library
    person = library.write(add_person)
    library.write(
        lambda c: c.execute(update(Crop).where(Crop.id.in_([crops[0], crops[5]])).values(person_id=person))
    )
    heard: list[Change] = []
    library.subscribe(heard.append)
    found = similar(session, crops[0])
    assert found[0] == crops[5], "the same person comes first"
    assert sorted(found) == crops[1:]
    assert similar(session, crops[0], top=2) == found[:2]
    assert heard == []
