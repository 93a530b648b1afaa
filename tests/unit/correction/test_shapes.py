"""Polygons, flood fills, sides, moved parts and tidying, pixel by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.correction.flood import ColorFlood, flood_labels
from dropgui.correction.polygon import Rule, polygon
from dropgui.correction.region import NOWHERE, Labels, Point, Region
from dropgui.correction.sides import swap_sides
from dropgui.correction.tidy import fill_holes, remove_islands, smooth
from dropgui.correction.transform import Lifted, Placement
from dropmodel.parts import EIGHT, FIVE_V
from tests.unit.correction.drawn import drawn, pixels, put, text

SHAPE = (14, 18)
corners = st.lists(
    st.builds(Point, st.floats(-6, 24, width=16), st.floats(-6, 20, width=16)), min_size=0, max_size=9
)
maps = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).choice(
        np.array([0, 0, 1, 2, 3, 4, 255], np.uint8), size=(12, 10)
    )
)


def turns_around(points: list[Point], x: float, y: float) -> int:
    """The winding number, by the sum of the angles that the corners turn through."""
    total = 0.0
    for a, b in zip(points, points[1:] + points[:1], strict=True):
        angle = math.atan2(b.y - y, b.x - x) - math.atan2(a.y - y, a.x - x)
        total += math.remainder(angle, 2 * math.pi)
    return round(total / (2 * math.pi))


def off_the_outline(points: list[Point], x: float, y: float) -> bool:
    for a, b in zip(points, points[1:] + points[:1], strict=True):
        length = math.hypot(b.x - a.x, b.y - a.y)
        t = 0.0 if not length else ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / length**2
        t = min(max(t, 0.0), 1.0)
        if math.hypot(a.x + t * (b.x - a.x) - x, a.y + t * (b.y - a.y) - y) < 1e-6:
            return False
    return True


def test_a_triangle() -> None:
    found = polygon([Point(1, 0), Point(7, 0), Point(1, 6)], (6, 8))
    assert pixels(found, (6, 8)) == ".11111.. .1111... .111.... .11..... .1...... ........"


@pytest.mark.parametrize(("rule", "middle"), [("nonzero", "1"), ("evenodd", ".")])
def test_where_an_outline_goes_round_twice_the_rule_decides(rule: Rule, middle: str) -> None:
    outer = [Point(0, 0), Point(5, 0), Point(5, 5), Point(0, 5), Point(0, 0)]
    inner = [Point(2, 2), Point(3, 2), Point(3, 3), Point(2, 3), Point(2, 2)]
    found = polygon(outer + inner, (5, 5), rule)
    assert pixels(found, (5, 5)) == f"11111 11111 11{middle}11 11111 11111"


def test_two_polygons_that_share_an_edge_share_no_pixel() -> None:
    left = polygon([Point(0, 0), Point(5.5, 0), Point(2.5, 6), Point(0, 6)], (6, 8)).full((6, 8))
    right = polygon([Point(5.5, 0), Point(8, 0), Point(8, 6), Point(2.5, 6)], (6, 8)).full((6, 8))
    assert not (left & right).any()
    assert (left | right).all()


def test_less_than_a_triangle_encloses_nothing() -> None:
    assert not polygon([], SHAPE)
    assert not polygon([Point(1, 1), Point(9, 9)], SHAPE)
    assert not polygon([Point(30, 1), Point(40, 1), Point(35, 9)], SHAPE)


@given(corners, st.sampled_from(["nonzero", "evenodd"]))
def test_every_pixel_follows_the_winding_rule(points: list[Point], rule: Rule) -> None:
    found = polygon(points, SHAPE, rule).full(SHAPE)
    if len(points) < 3:
        assert not found.any()
        return
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            x, y = column + 0.5, row + 0.5
            if off_the_outline(points, x, y):
                winding = turns_around(points, x, y)
                assert found[row, column] == (winding % 2 == 1 if rule == "evenodd" else winding != 0)


def test_flooding_a_label_stops_at_corners() -> None:
    labels = drawn("11.. 11.. ..11 ..11")
    assert pixels(flood_labels(labels, Point(0.5, 0.5)), (4, 4)) == "11.. 11.. .... ...."
    assert pixels(flood_labels(labels, Point(3.5, 0.5)), (4, 4)) == "..11 ..11 .... ...."
    assert not flood_labels(labels, Point(9, 9))
    assert text(labels) == "11.. 11.. ..11 ..11"


def test_flooding_a_colour_grows_with_the_tolerance() -> None:
    photo = np.zeros((4, 9, 3), np.uint8)
    photo[:, :4] = 120
    photo[:, 4:6] = 130
    photo[:, 8:] = 120  # the same colour, beyond black
    flood = ColorFlood(photo, Point(1, 1))
    assert pixels(flood.region(0), (4, 9)) == "1111..... 1111..... 1111..... 1111....."
    assert pixels(flood.region(8), (4, 9)) == "111111... 111111... 111111... 111111..."
    assert np.count_nonzero(flood.region(100).mask) == 36
    assert not ColorFlood(photo, Point(-1, 1)).region(100)


def test_a_colour_flood_can_be_held_to_a_label() -> None:
    photo = np.full((3, 5, 3), 90, np.uint8)
    labels = drawn("11.22 11.22 11.22")
    inside = ColorFlood(photo, Point(0, 0), labels, within=1)
    assert pixels(inside.region(50), (3, 5)) == "11... 11... 11..."
    assert not ColorFlood(photo, Point(2, 0), labels, within=1).region(50)


def test_sides_are_exchanged_where_asked() -> None:
    labels = drawn("1234 5678 34?.")
    assert put(labels, swap_sides(labels, EIGHT)) == "1243 6587 43?."
    lasso = polygon([Point(0, 0), Point(3, 0), Point(3, 3), Point(0, 3)], labels.shape)
    assert put(labels, swap_sides(labels, EIGHT, lasso)) == "1244 6588 43?."
    assert swap_sides(drawn("12 34"), FIVE_V).box == NOWHERE


@given(maps)
def test_sides_exchanged_twice_are_as_before(labels: Labels) -> None:
    once = labels.copy()
    patch = swap_sides(once, EIGHT)
    once[patch.box.slices] = patch.values
    assert put(once, swap_sides(once, EIGHT)) == text(labels)


def test_a_part_moves_and_leaves_background() -> None:
    labels = drawn("11... 11.22 ...22 .....")
    part = Lifted(labels, 1)
    assert put(labels, part.put_down(Placement(dx=2, dy=1))) == "..... ..112 ..112 ....."
    assert put(labels, part.put_down(Placement(dx=-1))) == "1.... 1..22 ...22 ....."
    assert put(labels, part.put_down(Placement(dx=99))) == "..... ...22 ...22 ....."
    assert put(labels, part.put_down(Placement())) == text(labels)
    assert put(labels, Lifted(labels, 1).put_down(Placement(dx=-9))) == "..... ...22 ...22 ....."


@given(maps, st.integers(1, 4), st.floats(-9, 9), st.floats(-9, 9))
def test_moving_is_turning_once_around_on_the_way(labels: Labels, label: int, dx: float, dy: float) -> None:
    def after(angle: float) -> Labels:
        patch = Lifted(labels, label).put_down(Placement(dx=dx, dy=dy, angle=angle))
        moved = labels.copy()
        moved[patch.box.slices] = patch.values
        return moved

    assert np.array_equal(after(0), after(360))


def test_a_part_turns_and_grows() -> None:
    labels = drawn("....... ....... .33.... .33.... .33.... .33.... .......")
    turned = Lifted(labels, 3).put_down(Placement(angle=90))
    assert put(labels, turned) == "....... ....... ....... 3333... 3333... ....... ......."
    small = drawn("...... ...... ..44.. ..4... ...... ......")
    assert put(small, Lifted(small, 4).put_down(Placement(scale=2))) == (
        "...... .4444. .4444. .44... .44... ......"
    )


def test_only_the_chosen_piece_of_a_part_moves() -> None:
    labels = drawn("1..1 1..1 ....")
    piece = flood_labels(labels, Point(3, 0))
    assert put(labels, Lifted(labels, 1, piece).put_down(Placement(dx=-1))) == "1.1. 1.1. ...."
    assert put(labels, Lifted(labels, 7).put_down(Placement(dx=-1))) == text(labels)
    with pytest.raises(ValueError, match="scale"):
        Placement(scale=0)


@given(maps, st.integers(0, 3).map(lambda quarter: 90 * quarter), st.integers(1, 4))
def test_quarter_turns_and_whole_scales_lose_no_pixel(labels: Labels, angle: int, label: int) -> None:
    room = np.pad(labels, 40)
    lifted = Lifted(room, label)
    patch = lifted.put_down(Placement(angle=angle, scale=2))
    after = room.copy()
    after[patch.box.slices] = patch.values
    box = lifted.part.box
    if (box.height + box.width) % 2 == 0 or angle % 180 == 0:
        assert np.count_nonzero(after == label) == 4 * np.count_nonzero(room == label)


def test_smoothing_takes_off_spikes_and_leaves_straight_edges() -> None:
    labels = drawn("...... ..1... 111111 111111 111111 ...... ......")
    assert put(labels, smooth(labels, 1.0)) == "...... ...... 111111 111111 111111 ...... ......"
    straight = drawn("1122 1122 1122 1122")
    assert smooth(straight, 2.0).box == NOWHERE


def test_smoothing_one_part_moves_no_other_outline() -> None:
    labels = drawn("..2....... 222....... 222....... 222...1111 222...1111 222..11111 222...1111 222...1111")
    after = drawn(put(labels, smooth(labels, 1.0, label=1)))
    assert (after[0, 2], after[5, 5]) == (2, 0)
    changed = after != labels
    assert ((labels == 1) | (after == 1))[changed].all()


def test_holes_become_what_is_around_them() -> None:
    labels = drawn("111122 1..12. 1..122 111122 1.1... 111...")
    # The bay at the right and the part's outside are no holes.
    assert put(labels, fill_holes(labels)) == "111122 11112. 111122 111122 111... 111..."
    assert put(labels, fill_holes(labels, largest=1)) == "111122 1..12. 1..122 111122 111... 111..."
    assert fill_holes(labels, label=2).box == NOWHERE


def test_a_hole_between_two_parts_is_the_one_with_more_of_its_border() -> None:
    labels = drawn("11111 12..1 11111")
    assert put(labels, fill_holes(labels)) == "11111 12111 11111"
    assert put(labels, fill_holes(labels, label=1)) == text(labels)


def test_islands_go_to_what_surrounds_them() -> None:
    labels = drawn("111.... 111.1.. 1112222 ...2122 ...2222 ??..... ?1?....")
    assert put(labels, remove_islands(labels)) == "111.... 111.... 1112222 ...2222 ...2222 ??..... ?1?...."
    assert put(labels, remove_islands(labels, smallest=1)) == text(labels)
    assert put(labels, remove_islands(labels, label=2)) == text(labels)


@settings(max_examples=50)
@given(maps)
def test_tidied_once_is_tidied(labels: Labels) -> None:
    filled = drawn(put(labels, fill_holes(labels)))
    assert fill_holes(filled).box == NOWHERE
    for after in (filled, drawn(put(labels, smooth(labels, 1.2)))):
        assert np.array_equal(after == 255, labels == 255)
    part = Region.of(labels == 3)
    kept = drawn(put(labels, remove_islands(labels, label=3)))
    if part:
        assert (kept == 3).sum() <= (labels == 3).sum()
        assert ((kept == labels) | (labels == 3)).all()
