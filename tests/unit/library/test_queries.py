"""What the window asks, on small libraries whose answers can be read off."""

import os
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update

from dropgui.errors import UserError
from dropgui.library import Change, Library
from dropgui.library.embeddings import NotIndexedError, generation, remove_embeddings
from dropgui.library.events import events
from dropgui.library.masks import add_model_masks, decode_mask, encode_mask
from dropgui.library.models import activate_model
from dropgui.library.queries import (
    CameraRow,
    Counts,
    CropFilter,
    Fault,
    FolderRow,
    active_model,
    camera_rows,
    counts,
    crop_ids,
    crop_rows,
    crops_at,
    faults,
    features_of,
    folder_rows,
    mask_of,
    model_versions,
    register_model,
)
from dropgui.library.rows import CORRECTED
from dropgui.library.schema import Crop, Decision, Image, Mask, Person
from dropmodel.parts import EIGHT, IGNORE
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed, made_features


def set_image(library: Library, image_id: int, **values: object) -> None:
    library.write(lambda c: c.execute(update(Image).where(Image.id == image_id).values(**values)))


def test_an_empty_library_answers_with_nothing(library: Library) -> None:
    assert crop_ids(library).dtype == np.int64
    assert crop_ids(library).shape == (0,)
    assert crop_rows(library, [1]) == {}
    assert (folder_rows(library), camera_rows(library), faults(library)) == ([], [], [])
    assert counts(library) == Counts(crops=0, indexed=0, images=0, faults=0)
    assert active_model(library) is None
    assert mask_of(library, 1) is None


def test_the_gallery_is_ordered_by_folder_path_and_id(library: Library) -> None:
    second = add_crops(library, 3, "/z")
    first = add_crops(library, 3, "/a")
    set_image(library, second[0], relative_path="x/9.png")
    assert crop_ids(library).tolist() == [second[1], second[2], second[0], *first]


def test_filters_choose_folders_and_cameras(library: Library) -> None:
    one, two = add_crops(library, 4, "/one"), add_crops(library, 4, "/two")
    cameras = {row.name: row.id for row in camera_rows(library)}
    folders = {row.name: row.id for row in folder_rows(library)}

    def shown(folders: AbstractSet[int] = frozenset(), cameras: AbstractSet[int] = frozenset()) -> list[int]:
        chosen = CropFilter(folders=frozenset(folders), cameras=frozenset(cameras))
        return [int(crop_id) for crop_id in crop_ids(library, chosen)]

    assert shown() == one + two
    assert shown(cameras={cameras["c1"]}) == [one[1], one[3], two[1], two[3]]
    assert shown(folders={folders["two"]}) == two
    assert shown(folders={folders["two"]}, cameras={cameras["c0"]}) == [two[0], two[2]]
    assert shown(folders=set(folders.values()), cameras={99}) == []


def test_unreadable_pictures_are_faults_not_crops(library: Library) -> None:
    crops = add_crops(library, 5, "/pics", cameras=1)
    set_image(library, 2, error="the file is empty")
    set_image(library, 3, error="gone and broken", missing=True)
    set_image(library, 4, missing=True)
    assert crop_ids(library).tolist() == [crops[0], crops[3], crops[4]]
    assert faults(library) == [Fault(Path("/pics/000001.png"), "the file is empty", 1)]
    assert counts(library) == Counts(crops=3, indexed=0, images=5, faults=1)
    assert folder_rows(library) == [FolderRow(1, Path("/pics"), "pics", crops=3, faults=1, missing=False)]
    assert camera_rows(library) == [CameraRow(1, "c0", crops=3)]


def test_a_crop_row_says_all_that_is_known(library: Library) -> None:
    crop, plain = add_crops(library, 2, "/pics")
    model = add_model(library)
    embed(library, model, [crop], made_features(1))
    taken = datetime(2024, 2, 29, 12, 30, 5)  # noqa: DTZ001 - a camera's own clock
    set_image(library, 1, width=40, height=90, orientation=6, captured_at=taken, missing=True)

    def name(connection: Connection) -> None:
        connection.execute(insert(Person).values(id=7, name="Ada"))
        box = {"left": 1, "top": 2, "right": 30, "bottom": 80}
        connection.execute(update(Crop).where(Crop.id == crop).values(person_id=7, **box))

    library.write(name)
    rows = crop_rows(library, [plain, crop, 999])
    assert list(rows) == sorted([crop, plain])
    row = rows[crop]
    assert (row.path, row.relative_path, row.folder) == (Path("/pics/000000.png"), "000000.png", "pics")
    assert (row.camera, row.person, row.captured_at) == ("c0", "Ada", taken)
    assert (row.width, row.height, row.orientation, row.box) == (40, 90, 6, (1, 2, 30, 80))
    assert (row.missing, row.indexed) == (True, True)
    other = rows[plain]
    assert (other.person, other.captured_at, other.width, other.box) == (None, None, None, None)
    assert (other.missing, other.indexed, other.image_id, other.folder_id) == (False, False, 2, 1)


def test_long_id_lists_are_answered_whole(library: Library) -> None:
    crops = add_crops(library, 25_000)
    assert len(crop_rows(library, crops)) == 25_000


def test_crops_are_found_by_their_pictures_path(library: Library, tmp_path: Path) -> None:
    inner, outer = tmp_path / "a" / "b", tmp_path
    inner.mkdir(parents=True)
    (crop, _) = add_crops(library, 2, str(inner))
    add_crops(library, 2, str(outer / "c"))
    assert crops_at(library, inner / "000000.png") == [crop]
    assert crops_at(library, inner / ".." / "b" / "000000.png") == [crop]
    assert crops_at(library, outer / "000000.png") == []


# Models and embeddings ------------------------------------------------------------------------------


def test_the_first_model_becomes_active_and_stays_it(library: Library) -> None:
    heard: list[Change] = []
    library.subscribe(heard.append)
    first = add_model(library, "first")
    second = add_model(library, "second")
    assert add_model(library, "first") == first
    assert heard == [Change(models=True)] * 2
    active = active_model(library)
    assert active is not None
    assert (active.id, active.name, active.schema, active.dim) == (first, "first", SCHEMA, DIM)
    activate_model(library, second)
    assert [model.active for model in model_versions(library)] == [False, True]
    with pytest.raises(KeyError):
        activate_model(library, 99)
    assert [event.action for event in events(library)] == ["model activated"] + ["model registered"] * 2


def test_a_model_version_keeps_what_it_was_given(library: Library) -> None:
    parent = add_model(library)
    given = register_model(
        library, name="mine", schema=EIGHT, dim=512, weights_hash="ab", trained=True,
        weights_path=Path("/models/mine.safetensors"), parent_id=parent, metrics={"mAP": 0.5},
    )  # fmt: skip
    assert given == model_versions(library)[1]
    assert (given.trained, given.schema, given.parent_id, given.active) == (True, EIGHT, parent, False)
    assert given.weights_path == Path("/models/mine.safetensors")


def test_features_come_back_in_the_order_asked(library: Library) -> None:
    crops, model, given = add_crops(library, 6), add_model(library), made_features(6)
    embed(library, model, crops, given)
    order = [3, 0, 5, 3]
    found = features_of(library, [crops[i] for i in order], model)
    np.testing.assert_array_equal(found.vectors, given.vectors[order])
    np.testing.assert_array_equal(found.visibility, given.visibility[order])
    assert found.vectors.dtype == found.visibility.dtype == np.float32
    assert found.schema == SCHEMA


def test_what_is_not_indexed_is_named(library: Library) -> None:
    crops, model = add_crops(library, 2), add_model(library)
    embed(library, model, crops[:1], made_features(1))
    with pytest.raises(NotIndexedError, match=f"1 of 2 crops.*crop {crops[1]}.*Index their folder"):
        features_of(library, crops, model)
    assert issubclass(NotIndexedError, UserError)
    with pytest.raises(KeyError, match="no model version 9"):
        features_of(library, crops, 9)


def test_indexed_means_under_the_active_model(library: Library) -> None:
    crops, first, second = add_crops(library, 3), add_model(library, "a"), add_model(library, "b")
    embed(library, first, crops, made_features(3))
    embed(library, second, crops[:1], made_features(1))
    assert counts(library).indexed == 3
    activate_model(library, second)
    assert counts(library).indexed == 1
    assert [row.indexed for row in crop_rows(library, crops).values()] == [True, False, False]


def test_embedding_again_replaces(library: Library) -> None:
    crops, model = add_crops(library, 3), add_model(library)
    embed(library, model, crops, made_features(3))
    embed(library, model, crops[1:2], made_features(1, seed=9))
    found = features_of(library, crops, model)
    np.testing.assert_array_equal(found.vectors[1], made_features(1, seed=9).vectors[0])
    np.testing.assert_array_equal(found.vectors[[0, 2]], made_features(3).vectors[[0, 2]])
    assert counts(library).indexed == 3


def test_taking_embeddings_away_bumps_only_their_generation(library: Library) -> None:
    crops, first, second = add_crops(library, 2), add_model(library, "a"), add_model(library, "b")
    embed(library, first, crops, made_features(2))
    embed(library, second, crops[:1], made_features(1))

    def generations() -> list[int]:
        with library.read() as connection:
            return [generation(connection, first), generation(connection, second)]

    assert generations() == [0, 0]
    library.write(lambda connection: remove_embeddings(connection, crops[1:]))
    assert generations() == [1, 0]
    library.write(lambda connection: remove_embeddings(connection, crops, keep_version=first))
    assert generations() == [1, 1]
    assert len(features_of(library, crops[:1], first)) == 1


# Masks ----------------------------------------------------------------------------------------------

LABELS = st.integers(0, len(EIGHT)) | st.just(IGNORE)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
@settings(max_examples=50)
def test_masks_survive_their_png(height: int, width: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(LABELS, min_size=height * width, max_size=height * width))
    labels = np.array(values, dtype=np.uint8).reshape(height, width)
    np.testing.assert_array_equal(decode_mask(encode_mask(labels, EIGHT)), labels)


def test_a_mask_shows_its_colours_in_any_viewer() -> None:
    import io

    from PIL import Image as Pillow

    png = encode_mask(np.array([[0, 1], [2, 8]], dtype=np.uint8), EIGHT)
    with Pillow.open(io.BytesIO(png)) as picture:
        colors = np.asarray(picture.convert("RGB")).reshape(-1, 3).tolist()
    assert colors == [[0, 0, 0], [0xCC, 0x79, 0xA7], [0xF0, 0xE4, 0x42], [0xD5, 0x5E, 0x00]]


def test_a_corrected_mask_beats_the_models_and_the_active_model_the_others(library: Library) -> None:
    (crop,), first, second = add_crops(library, 1), add_model(library, "a"), add_model(library, "b")

    def model_mask(model: int, label: int, confidence: float) -> None:
        png = encode_mask(np.full((4, 2), label, np.uint8), SCHEMA)
        library.write(lambda c: add_model_masks(c, model, SCHEMA, [crop], [png], [confidence], [0.5]))

    def shown() -> tuple[int, str, float | None]:
        row = mask_of(library, crop)
        assert row is not None
        assert row.labels.shape == (4, 2)
        return int(row.labels[0, 0]), row.origin, row.confidence

    model_mask(second, 2, 0.25)
    assert shown() == (2, "model", 0.25)
    model_mask(first, 1, 0.5)
    model_mask(second, 3, 0.75)
    assert shown() == (1, "model", 0.5)
    activate_model(library, second)
    assert shown() == (3, "model", 0.75)
    for revision in (1, 2):
        values = {
            "crop_id": crop, "origin": CORRECTED, "schema_name": SCHEMA.name, "revision": revision,
            "png": encode_mask(np.full((4, 2), revision - 1, np.uint8), SCHEMA),
        }  # fmt: skip
        library.write(lambda c, values=values: c.execute(insert(Mask).values(values)))  # type: ignore[misc]
    assert shown() == (1, "corrected", None)


def test_decisions_go_with_their_crop(library: Library) -> None:
    crops = add_crops(library, 2)

    def work(connection: Connection) -> int:
        connection.execute(insert(Person).values(id=1, name="Ada"))
        connection.execute(
            insert(Decision), [{"crop_id": i, "person_id": 1, "verdict": "confirmed"} for i in crops]
        )
        connection.exec_driver_sql("DELETE FROM images WHERE id = 1")
        return int(connection.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one())

    assert library.write(work) == 1


def test_no_library_has_a_picture_whose_name_is_no_text(library: Library, tmp_path: Path) -> None:
    assert crops_at(library, tmp_path / os.fsdecode(b"caf\xe9.png")) == []
