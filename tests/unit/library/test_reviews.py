"""Review states and tags: what is said, in which order it is asked, and how it is taken back."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.library import Change, Library
from dropgui.library.corrections import add_correction
from dropgui.library.events import events
from dropgui.library.forget import forget_crops
from dropgui.library.marks import MarksUndo, undo_marks
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.models import activate_model
from dropgui.library.names import UnfitNameError
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.reviews import (
    next_to_review,
    review_order,
    review_progress,
    review_rows,
    set_review_state,
)
from dropgui.library.rows import REVIEW_STATES, CropFilter, ReviewProgress, ReviewRow
from dropgui.library.tags import add_tag, remove_tag, tag_rows
from dropgui.library.undo import UndoError
from tests.unit.library.made import SCHEMA, add_crops, add_model

PNG = encode_mask(np.ones((4, 2), np.uint8), SCHEMA)


def look(library: Library, model: int, unsure: Mapping[int, float | None]) -> None:
    """The model has made masks of these crops."""
    count = len(unsure)
    library.write(
        lambda c: add_model_masks(
            c, model, SCHEMA, list(unsure), [PNG] * count, [0.5] * count, list(unsure.values())
        )
    )


def states(library: Library) -> list[str]:
    rows = crop_rows(library, crop_ids(library))
    return [rows[crop_id].review_state for crop_id in sorted(rows)]


def walk(library: Library, crop_filter: CropFilter | None = None, **how: bool) -> list[int]:
    """Every crop by pressing N until the end."""
    chosen = crop_filter or CropFilter()
    found: list[int] = []
    after = next_to_review(library, None, chosen, states=REVIEW_STATES, **how)
    while after is not None:
        found.append(after)
        after = next_to_review(library, after, chosen, states=REVIEW_STATES, **how)
    return found


def test_the_least_certain_come_first(library: Library) -> None:
    crops = add_crops(library, 5)
    first, second = add_model(library, "first"), add_model(library, "second")
    look(library, first, dict(zip(crops[:4], [0.25, 0.75, 0.25, 0.5], strict=True)))
    look(library, second, dict(zip(crops, [0.5, 0.4, 0.3, 0.2, 0.1], strict=True)))
    expected = [crops[1], crops[3], crops[0], crops[2]]
    assert walk(library) == expected, "ties by crop id; a crop the active model has not seen has no place"
    assert walk(library, backwards=True) == expected[::-1]
    assert review_order(library).tolist() == expected
    only = CropFilter(cameras=frozenset({1}))
    assert walk(library, only) == [crops[0], crops[2]]
    assert review_order(library, only).tolist() == [crops[0], crops[2]]
    activate_model(library, second)
    assert walk(library) == crops


def test_what_was_said_is_not_asked_again(library: Library) -> None:
    crops = add_crops(library, 4)
    look(library, add_model(library), dict(zip(crops, [0.8, 0.6, 0.4, 0.2], strict=True)))
    set_review_state(library, crops[:1], "accepted")
    set_review_state(library, crops[1:2], "skipped")
    assert next_to_review(library) == crops[2]
    assert next_to_review(library, crops[0]) == crops[2], "from one that has been reviewed"
    assert next_to_review(library, crops[2]) == crops[3]
    assert next_to_review(library, crops[3]) is None
    assert next_to_review(library, crops[2], states=REVIEW_STATES, backwards=True) == crops[1]
    assert next_to_review(library, 12345) == crops[2], "a crop that is gone has no place"
    assert review_order(library, states=("skipped", "unseen")).tolist() == crops[1:]


@settings(max_examples=25)
@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, None]), min_size=1, max_size=12), st.data())
def test_the_walk_is_the_order(
    tmp_path_factory: pytest.TempPathFactory, unsure: list[float | None], data: st.DataObject
) -> None:
    with Library.create(tmp_path_factory.mktemp("lib") / "a.droplib") as library:
        crops = add_crops(library, len(unsure))
        look(library, add_model(library), dict(zip(crops, unsure, strict=True)))
        known = dict(zip(crops, unsure, strict=True))
        expected = sorted(crops, key=lambda crop: (known[crop] is None, -(known[crop] or 0.0), crop))
        assert walk(library) == review_order(library, states=REVIEW_STATES).tolist() == expected
        assert walk(library, backwards=True) == expected[::-1]
        gone = data.draw(st.sampled_from(crops))
        set_review_state(library, [gone], "accepted")
        place = expected.index(gone)
        following = next_to_review(library, gone)
        assert following == (expected[place + 1] if place + 1 < len(expected) else None)


def test_progress_in_words(library: Library) -> None:
    crops = add_crops(library, 10)
    assert review_progress(library).words == "0 of 10 reviewed, 0 corrected"
    set_review_state(library, crops[:4], "accepted")
    set_review_state(library, crops[4:6], "skipped")
    add_correction(library, crops[9], np.ones((4, 2), np.uint8), SCHEMA, base_revision=0)
    assert review_progress(library) == ReviewProgress(10, 4, 1, 2)
    assert review_progress(library).words == "5 of 10 reviewed, 1 corrected, 2 skipped"
    assert review_progress(library, CropFilter(cameras=frozenset({2}))).total == 5
    assert ReviewProgress(2000, 136, 12, 0).words == "148 of 2,000 reviewed, 12 corrected"


def test_rows_tell_what_is_known(library: Library) -> None:
    crops = add_crops(library, 3)
    look(library, add_model(library), {crops[0]: 0.75, crops[1]: 0.5})
    for base in (0, 1):
        add_correction(library, crops[1], np.ones((4, 2), np.uint8), SCHEMA, base_revision=base)
    assert review_rows(library, [*crops, 999]) == {
        crops[0]: ReviewRow(crops[0], "unseen", 0.75, 0),
        crops[1]: ReviewRow(crops[1], "corrected", 0.5, 2),
        crops[2]: ReviewRow(crops[2], "unseen", None, 0),
    }


def test_accepting_many_and_taking_it_back(library: Library) -> None:
    crops = add_crops(library, 5)
    add_correction(library, crops[0], np.ones((4, 2), np.uint8), SCHEMA, base_revision=0)
    set_review_state(library, crops[1:2], "skipped")
    heard: list[Change] = []
    library.subscribe(heard.append)
    token = set_review_state(library, [*crops[:4], 999], "accepted")
    assert states(library) == ["corrected", "accepted", "accepted", "accepted", "unseen"]
    assert token.crop_ids == frozenset(crops[1:4])
    assert heard == [Change(crops_changed=tuple(crops[1:4]))]
    assert events(library)[0].detail == "3 crops"
    again = undo_marks(library, token)
    assert states(library) == ["corrected", "skipped", "unseen", "unseen", "unseen"]
    undo_marks(library, again)
    assert states(library) == ["corrected", "accepted", "accepted", "accepted", "unseen"]
    assert not set_review_state(library, crops[1:4], "accepted"), "nothing changed"


def test_the_word_corrected_is_only_a_masks(library: Library) -> None:
    crops = add_crops(library, 1)
    for state in ("corrected", "lovely"):
        with pytest.raises(ValueError, match=state):
            set_review_state(library, crops, state)
    add_correction(library, crops[0], np.ones((4, 2), np.uint8), SCHEMA, base_revision=0)
    assert not set_review_state(library, crops, "skipped"), "it is still to be learnt from"
    set_review_state(library, crops, "unseen")
    assert states(library) == ["unseen"], "unless somebody wants it looked at anew"


@pytest.mark.parametrize(
    "since",
    [
        lambda library, crops: set_review_state(library, crops[:1], "skipped"),
        lambda library, crops: forget_crops(library, crops[:1]),
        lambda library, crops: add_correction(
            library, crops[0], np.ones((4, 2), np.uint8), SCHEMA, base_revision=0
        ),
    ],
    ids=["another word", "forgotten", "corrected"],
)
def test_what_was_changed_since_is_not_undone(
    library: Library, since: Callable[[Library, list[int]], object]
) -> None:
    crops = add_crops(library, 3)
    token = set_review_state(library, crops, "accepted")
    since(library, crops)
    now = states(library)
    with pytest.raises(UndoError, match="cannot be undone"):
        undo_marks(library, token)
    assert states(library) == now


# Tags -------------------------------------------------------------------------------------------------


def tagged(library: Library) -> dict[str, int]:
    return {row.name: row.crops for row in tag_rows(library)}


def test_tags_are_put_on_and_taken_off(library: Library) -> None:
    crops = add_crops(library, 3)
    heard: list[Change] = []
    library.subscribe(heard.append)
    token = add_tag(library, [*crops[:2], 999], "  umbrella ")
    add_tag(library, crops[1:], "Bag 10")
    add_tag(library, crops[:1], "bag 2")
    assert [row.name for row in tag_rows(library)] == ["bag 2", "Bag 10", "umbrella"]
    assert tagged(library) == {"bag 2": 1, "Bag 10": 2, "umbrella": 2}
    assert crop_rows(library, crops)[crops[1]].tags == ("Bag 10", "umbrella")
    assert token.crop_ids == frozenset(crops[:2])
    assert heard[0] == Change(crops_changed=tuple(crops[:2]), tags=True)
    assert not add_tag(library, crops[:2], "umbrella"), "they have it"
    off = remove_tag(library, crops, "umbrella")
    assert "umbrella" not in tagged(library), "a tag without crops is gone"
    assert not remove_tag(library, crops, "umbrella")
    undo_marks(library, off)
    assert crop_rows(library, crops)[crops[0]].tags == ("bag 2", "umbrella")
    assert tagged(library)["umbrella"] == 2
    with pytest.raises(UnfitNameError):
        add_tag(library, crops, "  ")


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("tag"), st.sets(st.integers(1, 4)), st.sampled_from("ab")),
            st.tuples(st.just("untag"), st.sets(st.integers(1, 4)), st.sampled_from("ab")),
            st.tuples(st.just("say"), st.sets(st.integers(1, 4)), st.sampled_from(["accepted", "skipped"])),
        ),
        max_size=8,
    )
)
def test_undoing_everything_ends_where_it_began(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, set[int], str]]
) -> None:
    do: dict[str, Callable[[Library, set[int], str], MarksUndo]] = {
        "tag": add_tag, "untag": remove_tag, "say": set_review_state,
    }  # fmt: skip
    with Library.create(tmp_path_factory.mktemp("lib") / "a.droplib") as library:
        crops = add_crops(library, 4)
        seen = [crop_rows(library, crops)]
        tokens = []
        for kind, chosen, word in steps:
            tokens.append(do[kind](library, chosen, word))
            seen.append(crop_rows(library, crops))
        for token in reversed(tokens):
            assert crop_rows(library, crops) == seen.pop()
            undo_marks(library, token)
        assert crop_rows(library, crops) == seen.pop()
