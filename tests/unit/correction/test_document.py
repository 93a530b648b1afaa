"""The mask in hand: edits, strokes, protection, and that undo and redo lead back to the same map."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.correction.brush import segment
from dropgui.correction.delta import Delta
from dropgui.correction.document import MaskDocument
from dropgui.correction.region import NOWHERE, Box, Labels, Patch, Point, Region
from dropmodel.parts import EIGHT, IGNORE

SHAPE = (20, 16)


def document(labels: Labels | None = None) -> MaskDocument:
    given_labels = np.zeros(SHAPE, np.uint8) if labels is None else labels
    return MaskDocument(given_labels, EIGHT, np.zeros((*given_labels.shape, 3), np.uint8))


def square(top: int, left: int, size: int) -> Region:
    return Region(Box(top, left, top + size, left + size), np.ones((size, size), np.bool_))


def test_painting_changes_the_shared_memory_and_says_where() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    mask = document(labels)
    delta = mask.paint(square(2, 3, 4), 5)
    assert delta is not None
    assert delta.box == Box(2, 3, 6, 7)
    assert (labels[2:6, 3:7] == 5).all()
    assert np.count_nonzero(labels) == 16
    assert mask.label_at(Point(3.2, 2.9)) == 5
    assert mask.label_at(Point(3.0, -0.1)) is None
    assert mask.revert(delta) == delta.box
    assert not labels.any()


def test_painting_what_is_painted_already_is_no_edit() -> None:
    mask = document()
    assert mask.paint(square(2, 3, 4), 0) is None
    assert mask.paint(Region.empty(), 3) is None
    assert mask.put(Patch(Box(0, 0, 2, 2), np.zeros((2, 2), np.uint8))) is None


def test_protected_parts_stay() -> None:
    mask = document()
    mask.paint(square(0, 0, 4), 1)
    mask.paint(square(0, 4, 4), 2)
    mask.protect_others(2)
    assert mask.protected == frozenset(range(1, 9)) - {2}
    delta = mask.paint(Region(Box(0, 0, 8, 8), np.ones((8, 8), np.bool_)), 3)
    assert delta is not None
    assert (mask.labels[:4, :4] == 1).all()
    assert (mask.labels[:4, 4:8] == 3).all()
    assert (mask.labels[4:8, :8] == 3).all()
    mask.put(Patch(Box.whole(SHAPE), np.full(SHAPE, 7, np.uint8)))
    assert (mask.labels[:4, :4] == 1).all()
    assert mask.revert(delta) == Box(0, 0, 8, 8)
    assert (mask.labels[:4, 4:8] == 2).all()


def test_a_stroke_is_one_edit_of_its_tight_box() -> None:
    mask = document()
    stroke = mask.stroke(4)
    assert stroke.paint(square(5, 5, 2)) == Box(5, 5, 7, 7)
    assert stroke.paint(square(5, 5, 2)) == NOWHERE
    stroke.paint(square(12, 9, 3))
    delta = stroke.finish()
    assert delta is not None
    assert delta.box == Box(5, 5, 15, 12)
    after = mask.labels.copy()
    mask.revert(delta)
    assert not mask.labels.any()
    mask.apply(delta)
    assert np.array_equal(mask.labels, after)


def test_a_cancelled_stroke_has_not_been() -> None:
    mask = document()
    mask.paint(square(6, 6, 4), 2)
    before = mask.labels.copy()
    stroke = mask.stroke(4)
    stroke.paint(square(5, 5, 3))
    stroke.paint(square(14, 1, 2))
    assert stroke.cancel() == Box(5, 1, 16, 8)
    assert np.array_equal(mask.labels, before)
    assert mask.stroke(1).finish() is None


def test_nothing_else_edits_during_a_stroke() -> None:
    mask = document()
    delta = mask.paint(square(0, 0, 2), 1)
    assert delta is not None
    mask.stroke(2)
    for edit in (
        lambda: mask.paint(square(0, 0, 2), 1),
        lambda: mask.put(Patch(Box(0, 0, 1, 1), np.ones((1, 1), np.uint8))),
        lambda: mask.revert(delta),
        lambda: mask.apply(delta),
        lambda: mask.stroke(1),
    ):
        with pytest.raises(RuntimeError, match="stroke is in hand"):
            edit()


@pytest.mark.parametrize(
    ("labels", "photo", "message"),
    [
        (np.zeros(SHAPE, np.int64), np.zeros((*SHAPE, 3), np.uint8), "uint8"),
        (np.zeros((4, 6), np.uint8).T, np.zeros((6, 4, 3), np.uint8), "C-contiguous"),
        (np.zeros(SHAPE, np.uint8), np.zeros((20, 17, 3), np.uint8), "photo must be"),
        (np.full(SHAPE, 9, np.uint8), np.zeros((*SHAPE, 3), np.uint8), "does not know"),
    ],
)
def test_what_does_not_fit_is_refused(labels: Labels, photo: Labels, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MaskDocument(labels, EIGHT, photo)


def test_edits_that_do_not_fit_are_refused() -> None:
    mask = document()
    with pytest.raises(ValueError, match="no label 9"):
        mask.paint(square(0, 0, 2), 9)
    with pytest.raises(ValueError, match="no label 12"):
        mask.put(Patch(Box(0, 0, 1, 1), np.full((1, 1), 12, np.uint8)))
    with pytest.raises(ValueError, match="reaches out"):
        mask.put(Patch(Box(19, 0, 21, 1), np.ones((2, 1), np.uint8)))
    with pytest.raises(ValueError, match="reaches out"):
        mask.stroke(1).paint(square(19, 0, 2))
    assert not mask.labels.any()
    undecided = document(np.full(SHAPE, IGNORE, np.uint8))
    assert undecided.paint(square(0, 0, 2), 0) is not None


def test_torn_edits_are_recognised() -> None:
    mask = document()
    delta = mask.paint(square(2, 3, 4), 5)
    assert delta is not None
    data = delta.to_bytes()
    assert Delta.from_bytes(data) == delta
    for length in range(len(data)):
        with pytest.raises(ValueError, match="no edit of a mask"):
            Delta.from_bytes(data[:length])
    with pytest.raises(ValueError, match="does not fit"):
        delta.apply(np.zeros((4, 4), np.uint8))


places = st.builds(Point, st.floats(-4, 20, width=32), st.floats(-4, 24, width=32))
strokes = st.tuples(
    st.just("stroke"),
    st.lists(places, min_size=1, max_size=5),
    st.floats(0.5, 6, width=32),
    st.integers(0, 8),
    st.booleans(),
)
steps = st.lists(
    st.one_of(
        strokes,
        st.tuples(st.just("patch"), places, st.integers(1, 8), st.integers(0, 2**16)),
        st.tuples(st.just("protect"), st.frozensets(st.integers(0, 8), max_size=3)),
        st.just(("undo",)),
        st.just(("redo",)),
    ),
    max_size=25,
)


def edit(mask: MaskDocument, step: tuple) -> Delta | None:  # type: ignore[type-arg]
    if step[0] == "patch":
        _, point, size, seed = step
        top, left = int(np.clip(point.y, 0, SHAPE[0] - 1)), int(np.clip(point.x, 0, SHAPE[1] - 1))
        box = Box(top, left, top + size, left + size).clipped(SHAPE)
        values = np.random.default_rng(seed).integers(0, 9, (box.height, box.width)).astype(np.uint8)
        return mask.put(Patch(box, values))
    _, points, radius, label, keep = step
    stroke = mask.stroke(label)
    for start, end in zip(points, points[1:] + points[-1:], strict=True):
        before = mask.labels.copy()
        drawn = stroke.paint(segment(start, end, radius, radius, SHAPE))
        outside = np.ones(SHAPE, np.bool_)
        outside[drawn.slices] = False
        assert np.array_equal(before[outside], mask.labels[outside])  # what is drawn anew is enough
    if keep:
        return stroke.finish()
    stroke.cancel()
    return None


@settings(max_examples=60)
@given(steps)
def test_strokes_undo_and_redo_always_lead_to_the_same_map(todo: list[tuple]) -> None:  # type: ignore[type-arg]
    mask = document(np.random.default_rng(1).integers(0, 9, SHAPE).astype(np.uint8))
    states, at = [mask.labels.copy()], 0
    done: list[Delta] = []
    for step in todo:
        if step[0] == "protect":
            mask.protected = step[1]
        elif step[0] == "undo":
            if at:
                at -= 1
                mask.revert(done[at])
        elif step[0] == "redo":
            if at < len(done):
                mask.apply(done[at])
                at += 1
        elif (delta := edit(mask, step)) is not None:
            del done[at:], states[at + 1 :]
            done.append(Delta.from_bytes(delta.to_bytes()))
            states.append(mask.labels.copy())
            at += 1
            assert not np.array_equal(states[at], states[at - 1])
        assert np.array_equal(mask.labels, states[at])
    while at:
        at -= 1
        mask.revert(done[at])
        assert np.array_equal(mask.labels, states[at])
