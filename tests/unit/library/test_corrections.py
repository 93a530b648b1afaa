"""Masks that people made: revisions, what comes after what, and which vectors are behind."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sqlalchemy import select

from dropgui.library import Change, Library
from dropgui.library.corrections import (
    KEPT,
    GoneError,
    Saved,
    add_correction,
    corrected_crops,
    labels_of,
    latest_corrections,
    revisions,
    unpooled,
)
from dropgui.library.embeddings import add_embeddings
from dropgui.library.faults import DiskFullError
from dropgui.library.forget import forget_crops
from dropgui.library.masks import decode_mask, encode_mask, mask_of
from dropgui.library.queries import crop_rows
from dropgui.library.schema import Mask
from dropmodel.parts import EIGHT, IGNORE
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed, made_features

Labels = npt.NDArray[np.uint8]


def flat(label: int, shape: tuple[int, int] = (6, 4)) -> Labels:
    return np.full(shape, label, np.uint8)


def save(library: Library, crop: int, label: int, base: int, amends: int | None = None) -> Saved:
    return add_correction(library, crop, flat(label), SCHEMA, base_revision=base, amends=amends)


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 40), st.integers(1, 40)),
        elements=st.sampled_from([0, 1, 2, 3, 8, IGNORE]),
    )
)
def test_a_mask_is_kept_pixel_for_pixel(labels: Labels) -> None:
    np.testing.assert_array_equal(decode_mask(encode_mask(labels, EIGHT)), labels)


def test_every_saving_is_a_revision_that_can_be_looked_at(library: Library) -> None:
    crop, other = add_crops(library, 2)
    heard: list[Change] = []
    library.subscribe(heard.append)
    assert save(library, crop, 1, base=0) == Saved(1, None)
    assert save(library, crop, 2, base=1) == Saved(2, None)
    rows = revisions(library, crop)
    assert [row.revision for row in rows] == [2, 1]
    assert [int(labels_of(library, row)[0, 0]) for row in rows] == [2, 1]
    shown = mask_of(library, crop)
    assert shown is not None
    assert (shown.revision, shown.origin, int(shown.labels[0, 0])) == (2, "corrected", 2)
    assert crop_rows(library, [crop])[crop].review_state == "corrected"
    assert corrected_crops(library) == [crop]
    assert revisions(library, other) == []
    assert [change.crops_changed for change in heard] == [(crop,), (crop,)]


def test_the_last_revisions_are_kept(library: Library) -> None:
    crop, other = add_crops(library, 2)
    save(library, other, 3, base=0)
    for number in range(KEPT + 5):
        assert save(library, crop, number % 4, base=number).revision == number + 1
    kept = [row.revision for row in revisions(library, crop)]
    assert kept == list(range(KEPT + 5, 5, -1))
    assert len(revisions(library, other)) == 1


def test_a_sitting_is_one_revision_however_often_it_is_saved(library: Library) -> None:
    (crop,) = add_crops(library, 1)
    save(library, crop, 1, base=0)
    first = save(library, crop, 2, base=1)
    second = save(library, crop, 3, base=1, amends=first.revision)
    assert (first, second) == (Saved(2, None), Saved(3, None)), "numbers are not used twice"
    assert [row.revision for row in revisions(library, crop)] == [3, 1]


def test_what_somebody_saved_meanwhile_is_told_and_kept(library: Library) -> None:
    (crop,) = add_crops(library, 1)
    save(library, crop, 1, base=0)
    mine = save(library, crop, 2, base=1)
    theirs = save(library, crop, 3, base=1)
    assert theirs == Saved(3, overtaken=2)
    assert save(library, crop, 2, base=1, amends=mine.revision) == Saved(4, overtaken=3)
    assert [row.revision for row in revisions(library, crop)] == [4, 3, 2, 1], "none was replaced"


def test_a_crop_or_revision_that_is_gone(library: Library) -> None:
    (crop,) = add_crops(library, 1)
    for number in range(KEPT):
        save(library, crop, 1, base=number)
    oldest = revisions(library, crop)[-1]
    save(library, crop, 1, base=KEPT)
    with pytest.raises(GoneError, match="Revision 1 of this mask is not kept"):
        labels_of(library, oldest)
    forget_crops(library, [crop])
    with pytest.raises(GoneError, match="forgotten"):
        save(library, crop, 1, base=0)


def test_the_latest_masks_of_many_crops(library: Library) -> None:
    crops = add_crops(library, 4)
    save(library, crops[0], 1, base=0)
    save(library, crops[0], 2, base=1)
    save(library, crops[2], 3, base=0)
    add_correction(library, crops[3], flat(8), EIGHT, base_revision=0)
    with library.read() as connection:
        found = latest_corrections(connection, crops, SCHEMA.name)
    assert {crop: (made.revision, int(made.labels[0, 0])) for crop, made in found.items()} == {
        crops[0]: (2, 2),
        crops[2]: (1, 3),
    }


def test_which_vectors_are_of_an_older_mask(library: Library) -> None:
    crops = add_crops(library, 4)
    model = add_model(library)
    embed(library, model, crops[:3], made_features(3))
    save(library, crops[0], 1, base=0)
    save(library, crops[1], 1, base=0)
    save(library, crops[3], 1, base=0)  # never embedded: indexing will do it
    add_correction(library, crops[2], flat(8), EIGHT, base_revision=0)  # of other parts: of no use
    assert unpooled(library) == crops[:2]
    library.write(lambda c: add_embeddings(c, model, [crops[0]], made_features(1), [1]))
    assert unpooled(library) == [crops[1]]
    save(library, crops[0], 2, base=1, amends=1)
    assert unpooled(library) == crops[:2], "an amended mask is another one"


def test_a_full_disk_keeps_the_masks_there_were(library: Library) -> None:
    (crop,) = add_crops(library, 1)
    save(library, crop, 1, base=0)
    noise = np.random.default_rng(0).integers(0, 4, (400, 400), dtype=np.uint8)
    with library.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    library.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(DiskFullError):
        add_correction(library, crop, noise, SCHEMA, base_revision=1, amends=1)
    assert [int(labels_of(library, row)[0, 0]) for row in revisions(library, crop)] == [1]
    library.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=100000"))
    add_correction(library, crop, noise, SCHEMA, base_revision=1)
    np.testing.assert_array_equal(labels_of(library, revisions(library, crop)[0]), noise)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=30))
def test_any_savings_end_in_the_last_one(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    """Sittings that amend or not, from any base: the latest mask is the last saved, numbers only grow."""
    with Library.create(tmp_path_factory.mktemp("lib") / "a.droplib") as library:
        (crop,) = add_crops(library, 1)
        latest = 0
        for base, amend in steps:
            saved = add_correction(
                library, crop, flat(base % 4), SCHEMA, base_revision=base,
                amends=latest if amend and latest else None,
            )  # fmt: skip
            assert saved.revision == latest + 1
            latest = saved.revision
            shown = mask_of(library, crop)
            assert shown is not None
            assert int(shown.labels[0, 0]) == base % 4
        with library.read() as connection:
            numbers = list(connection.execute(select(Mask.revision).order_by(Mask.revision)).scalars())
    assert numbers[-1] == latest
    assert len(numbers) <= KEPT
