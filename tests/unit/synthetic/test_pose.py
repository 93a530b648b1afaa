"""Drawing poses: styles of their own, repeatable, continuous in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.synthetic.people.gait import Gait, stride
from dropmodel.synthetic.people.pose import (
    BASES,
    HELD_OUT,
    KINDS,
    TRAIN,
    VALIDATION,
    Pose,
    draw_pose,
    next_step,
)
from dropmodel.synthetic.seeds import stream

STYLES = (TRAIN, VALIDATION, HELD_OUT)
GAITS = [gait for style in STYLES for gait in style.gaits]


def test_styles_share_no_row() -> None:
    for table in ("gaits", "gestures", "stances", "turns", "seats"):
        rows = [row for style in STYLES for row in getattr(style, table)]
        assert len({row.name for row in rows}) == len(rows)
        values = {
            repr([getattr(row, name) for name in type(row).__slots__ if name != "name"]) for row in rows
        }
        assert len(values) == len(rows)
        assert len(getattr(TRAIN, table)) > len(getattr(VALIDATION, table))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_every_kind_can_be_asked_for(style: object) -> None:
    assert isinstance(style, type(TRAIN))
    for kind in KINDS:
        pose = draw_pose(stream(1, kind), style, kind)
        assert pose.kind == kind
        assert pose.moving == (pose.phase is not None)
        if kind in BASES:
            assert pose.moving == (kind in {"walk", "run"})
            assert (pose.seat_height is not None) == (kind == "sit")


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="somersault"):
        draw_pose(stream(1), TRAIN, "somersault")
    with pytest.raises(ValueError, match="no gesture"):
        draw_pose(stream(1), HELD_OUT, "phone", gesture="phone low")


def test_a_seed_repeats_and_another_differs() -> None:
    one, same, other = (draw_pose(stream(seed, "pose"), TRAIN) for seed in (5, 5, 6))
    assert repr(one) == repr(same)
    assert repr(one) != repr(other)


def test_the_unasked_mix_walks_most() -> None:
    random = stream(3, "mix")
    kinds = [draw_pose(random, TRAIN).kind for _ in range(400)]
    assert 0.34 < kinds.count("walk") / 400 < 0.54
    assert len(set(kinds)) > 12


@pytest.mark.parametrize("hand", ["left", "right"])
def test_the_asked_hand_acts(hand: str) -> None:
    assert hand in {"left", "right"}
    pose = draw_pose(
        stream(2), TRAIN, "carry", gesture="bag in hand", hand="left" if hand == "left" else "right"
    )
    assert pose.hand == hand
    left, right = pose.attitude.arms
    busy, idle = (left, right) if hand == "left" else (right, left)
    assert not busy.free
    assert idle.free


def test_old_people_stoop_and_step_shorter() -> None:
    def mean(age: float, value: str) -> float:
        found = []
        for number in range(60):
            pose = draw_pose(stream(number, "age"), TRAIN, "walk", age=age)
            found.append(pose.attitude.trunk.stoop if value == "stoop" else pose.manner.gait.stride)
        return float(np.mean(found))

    assert mean(1.0, "stoop") > mean(0.6, "stoop") + 6
    assert mean(1.0, "stride") < 0.8 * mean(0.6, "stride")


@given(st.sampled_from(GAITS), st.floats(0, 1))
def test_strides_are_periodic_and_smooth(gait: Gait, phase: float) -> None:
    here, again, next_moment = (stride(gait, q) for q in (phase, phase + 1, phase + 0.01))
    assert here.thigh == pytest.approx(again.thigh, abs=1e-6)
    assert here.knee >= 0
    assert abs(here.thigh - next_moment.thigh) < 5
    assert abs(here.knee - next_moment.knee) < 8
    assert 0 <= here.stance <= 1


@pytest.mark.parametrize("gait", [gait for gait in GAITS if not gait.running], ids=lambda gait: gait.name)
def test_walkers_always_have_a_foot_down(gait: Gait) -> None:
    for q in np.linspace(0, 1, 60):
        assert max(stride(gait, q).stance, stride(gait, q + 0.5).stance) == 1
    assert 0.3 < gait.speed < 1.8


@given(st.integers(0, 40), st.sampled_from(KINDS))
@settings(max_examples=60)
def test_next_step_goes_on_smoothly(seed: int, kind: str) -> None:
    pose = draw_pose(stream(seed, "next"), TRAIN, kind)
    later = next_step(pose, 0.02)
    assert _change(pose, later) < 14
    assert _change(pose, next_step(pose, 0.0)) == 0
    twice = next_step(next_step(pose, 0.31), 0.22)
    once = next_step(pose, 0.53)
    assert _change(twice, once) < 1e-6
    assert twice.manner == pose.manner


def test_a_full_stride_comes_round() -> None:
    pose = draw_pose(stream(4), TRAIN, "walk", phase=0.25)
    period = 1 / (pose.manner.gait.strides_a_second * pose.manner.tempo)
    later = next_step(pose, period)
    assert pose.phase == 0.25
    assert later.phase == pytest.approx(0.25, abs=1e-9)
    assert later.attitude.legs[0].thigh == pytest.approx(pose.attitude.legs[0].thigh, abs=1e-6)


def _change(one: Pose, other: Pose) -> float:
    """The largest difference of an angle in degrees."""
    pairs = [
        (getattr(a, name), getattr(b, name))
        for a, b in zip(
            one.attitude.legs + one.attitude.arms, other.attitude.legs + other.attitude.arms, strict=True
        )
        for name in ("thigh", "knee", "foot", "swing", "elbow")
        if hasattr(a, name)
    ]
    pairs += list(zip(one.attitude.trunk.look, other.attitude.trunk.look, strict=True))
    return float(max(abs(a - b) for a, b in pairs))
