"""The part selection behind crop, drawing, list and keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.query.selection import PartSelection, Preset
from dropgui.search.visible import as_visible, parts_shown
from dropmodel.features import Features
from dropmodel.parts import EIGHT, FIVE_V

VISIBILITY = dict.fromkeys(EIGHT.vector_names, 0.9)
SEEN = frozenset({"head", "torso", "left_arm"})


@pytest.fixture
def selection() -> PartSelection:
    selection = PartSelection()
    selection.set_crop(EIGHT, SEEN, VISIBILITY)
    return selection


def test_visible_parts_are_chosen_at_first(selection: PartSelection) -> None:
    assert selection.weights() == {"foreground": 1, "head": 1, "torso": 1, "left_arm": 1}
    assert selection.follows_crop


def test_a_part_that_is_not_seen_cannot_be_chosen(selection: PartSelection) -> None:
    selection.toggle("right_leg")
    assert not selection.is_chosen("right_leg")
    assert selection.follows_crop


def test_the_choice_follows_the_crop_until_the_user_chooses(selection: PartSelection) -> None:
    selection.set_crop(EIGHT, frozenset({"head"}), VISIBILITY)
    assert set(selection.weights()) == {"foreground", "head"}
    selection.set_only("head")
    selection.set_crop(EIGHT, SEEN, VISIBILITY)
    assert set(selection.weights()) == {"head"}, "the user's choice stays"
    selection.apply(Preset.VISIBLE)
    assert set(selection.weights()) == {"foreground", *SEEN}


def test_a_chosen_part_that_the_next_crop_hides_is_not_forgotten(selection: PartSelection) -> None:
    selection.set_only("torso")
    selection.set_crop(EIGHT, frozenset({"head"}), VISIBILITY)
    assert selection.weights() == {}
    selection.set_crop(EIGHT, SEEN, VISIBILITY)
    assert selection.weights() == {"torso": 1.0}


def test_nothing_seen_leaves_the_whole_picture() -> None:
    selection = PartSelection()
    selection.set_crop(EIGHT, frozenset(), VISIBILITY)
    assert selection.weights() == {"global": 1.0}


@given(visibility=st.lists(st.floats(0, 1, width=16), min_size=16, max_size=16))
def test_as_visible_is_the_same_here_and_on_the_command_line(visibility: list[float]) -> None:
    parts = np.array(visibility, np.float32).reshape(2, 8)
    shown = np.concatenate([np.ones((2, 1)), parts.max(axis=1, keepdims=True), parts], axis=1)
    features = Features(np.zeros((2, 10, 4), np.float32), shown.astype(np.float32), EIGHT)
    selection = PartSelection()
    selection.set_crop(EIGHT, parts_shown(features), VISIBILITY)
    assert selection.weights() == as_visible(features)


def test_another_schema_starts_afresh(selection: PartSelection) -> None:
    selection.set_only("torso")
    selection.set_crop(FIVE_V, frozenset({"legs"}), dict.fromkeys(FIVE_V.vector_names, 1.0))
    assert set(selection.weights()) == {"foreground", "legs"}


def test_choosing_a_part_with_weight_nought_gives_it_weight(selection: PartSelection) -> None:
    selection.set_weight("head", 0.0)
    assert "head" not in selection.weights()
    selection.set_chosen("head", False)
    selection.set_chosen("head", True)
    assert selection.weights()["head"] == 1.0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("toggle"), st.sampled_from(EIGHT.vector_names)),
        st.tuples(st.just("only"), st.sampled_from(EIGHT.vector_names)),
        st.tuples(st.just("preset"), st.sampled_from(list(Preset))),
        st.tuples(st.just("crop"), st.frozensets(st.sampled_from(EIGHT.names))),
    ),
    max_size=12,
)


@given(STEPS)
def test_only_seen_vectors_ever_count(steps: list[tuple[str, object]]) -> None:
    selection = PartSelection()
    selection.set_crop(EIGHT, SEEN, VISIBILITY)
    for kind, value in steps:
        match kind, value:
            case "toggle", str(name):
                selection.toggle(name)
            case "only", str(name):
                selection.set_only(name)
            case "preset", Preset() as preset:
                selection.apply(preset)
            case "crop", frozenset() as seen:
                selection.set_crop(EIGHT, seen, VISIBILITY)
        weights = selection.weights()
        assert all(selection.is_seen(name) and weight > 0 for name, weight in weights.items())
        assert list(weights) == [name for name in EIGHT.vector_names if name in weights]
