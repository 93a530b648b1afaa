"""Strokes, undo and redo: any sequence of them ends in the same map, within the bytes they may take."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.correction.delta import Delta
from dropgui.correction.document import MaskDocument
from dropgui.correction.region import Point
from dropgui.masks.history import History
from dropgui.masks.options import Options
from dropgui.masks.tools import Brush, Touch
from dropmodel.parts import EIGHT

HEIGHT, WIDTH = 48, 32
Stroke = tuple[int, float, list[tuple[float, float]]]

spots = st.tuples(st.floats(-4, WIDTH + 4), st.floats(-4, HEIGHT + 4))
strokes = st.tuples(st.integers(0, 8), st.floats(0.5, 9), st.lists(spots, min_size=1, max_size=5))
acts = st.lists(st.one_of(strokes, st.sampled_from(["undo", "redo"])), max_size=30)


class Bench:
    """A mask in hand without a window."""

    def __init__(self, budget: int = 2**20) -> None:
        self.history = History(budget=budget)
        self.options = Options(self.history)
        self.options.set_schema(EIGHT)
        photo = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        self.document = MaskDocument(np.zeros((HEIGHT, WIDTH), np.uint8), EIGHT, photo)
        self.history.open(self.document)
        self.brush = Brush(self.history, self.options)

    def draw(self, stroke: Stroke) -> None:
        label, radius, way = stroke
        self.options.pick(label)
        self.options.set_radius(radius)
        first, *rest = [Touch(Point(x, y)) for x, y in way]
        self.brush.press(first)
        for touch in rest:
            self.brush.move(touch)
        self.brush.release()


@given(acts)
def test_any_sequence_of_strokes_undo_and_redo_ends_in_the_same_map(acts: list[object]) -> None:
    bench = Bench()
    states, place = [bench.document.labels.copy()], 0
    for act in acts:
        if act == "undo":
            bench.history.stack.undo()
            place = max(0, place - 1)
        elif act == "redo":
            bench.history.stack.redo()
            place = min(len(states) - 1, place + 1)
        else:
            bench.draw(act)  # type: ignore[arg-type]
            if not np.array_equal(bench.document.labels, states[place]):
                states = [*states[: place + 1], bench.document.labels.copy()]
                place += 1
        assert np.array_equal(bench.document.labels, states[place])
        assert bench.history.stack.count() == len(states) - 1
    kept = sum(delta.nbytes for delta in deltas(bench.history))
    assert bench.history.nbytes == kept


def deltas(history: History) -> list[Delta]:
    return [step.delta for step in history._steps if step.delta is not None]


def test_the_oldest_steps_go_when_their_bytes_are_used_up() -> None:
    bench = Bench(budget=4000)
    for step in range(60):
        bench.draw((1 + step % 8, 6.0, [(step % WIDTH, step % HEIGHT)]))
    assert bench.history.nbytes <= 4000
    remembered = len(bench.history._steps)
    assert 0 < remembered < 60
    undone = 0
    while bench.history.stack.canUndo():
        bench.history.stack.undo()
        undone += 1
    assert undone == remembered, "what is forgotten is not offered"
    assert not bench.history.stack.canUndo()
    for _ in range(remembered):
        bench.history.stack.redo()
    assert not bench.history.stack.canRedo()


def test_one_edit_larger_than_the_budget_can_still_be_taken_back() -> None:
    bench = Bench(budget=10)
    bench.draw((1, 9.0, [(10, 10), (20, 30)]))
    before = bench.document.labels.copy()
    bench.draw((2, 9.0, [(20, 10), (5, 30)]))
    bench.history.stack.undo()
    assert np.array_equal(bench.document.labels, before)
    assert not bench.history.stack.canUndo()


def test_every_change_is_told_as_an_edit_that_repeats_it() -> None:
    bench = Bench()
    copy = bench.document.labels.copy()
    bench.history.edited.connect(lambda delta: delta.apply(copy))
    for stroke in ((1, 3.0, [(4.0, 4.0), (20.0, 30.0)]), (2, 5.0, [(20.0, 8.0)])):
        bench.draw(stroke)
    bench.history.stack.undo()
    bench.history.stack.undo()
    bench.history.stack.redo()
    assert np.array_equal(copy, bench.document.labels)


def test_a_stroke_given_up_leaves_nothing() -> None:
    bench = Bench()
    bench.options.pick(3)
    bench.brush.press(Touch(Point(10, 10)))
    bench.brush.move(Touch(Point(20, 20)))
    assert bench.document.labels.any()
    assert bench.brush.cancel()
    assert not bench.document.labels.any()
    assert not bench.history.stack.canUndo()
    assert not bench.brush.cancel()


def test_pressure_and_the_other_button() -> None:
    bench = Bench()
    bench.options.pick(1)
    bench.options.set_radius(8)
    bench.brush.press(Touch(Point(16, 24), pressure=0.25))
    bench.brush.release()
    light = int((bench.document.labels == 1).sum())
    bench.brush.press(Touch(Point(16, 24)))
    bench.brush.release()
    assert int((bench.document.labels == 1).sum()) > 10 * light > 0
    bench.brush.press(Touch(Point(16, 24), erase=True))
    bench.brush.release()
    assert not bench.document.labels.any()
    assert bench.history.stack.undoText() == "Erase"


@pytest.mark.parametrize(("letter", "picked"), [("A", [3, 4, 3]), ("H", [1, 1, 1]), ("Z", [1, 1, 1])])
def test_letters_pick_parts_in_turn(letter: str, picked: list[int]) -> None:
    options = Options()
    options.set_schema(EIGHT)
    found = []
    for _ in picked:
        options.pick_letter(letter)
        found.append(options.label)
    assert found == picked


def test_brush_sizes_step_through_whole_and_half_pixels() -> None:
    options = Options()
    options.set_radius(0.5)
    seen = []
    for _ in range(40):
        seen.append(options.radius)
        options.step_radius(1)
    assert seen == sorted(seen)
    assert options.radius == 400
    for _ in range(60):
        options.step_radius(-1)
    assert options.radius == 0.5
