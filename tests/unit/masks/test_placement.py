"""Where the picture lies: what is under the pointer stays there, and both ways are each other's inverse."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from dropgui.correction.region import Box, Point
from dropgui.masks.placement import HIGHEST, Placement

sizes = st.builds(QSizeF, st.integers(1, 4000), st.integers(1, 4000))
rooms = st.builds(QSizeF, st.integers(80, 3000), st.integers(80, 2000))
places = st.builds(Placement, st.floats(0.05, 60), st.floats(-900, 900), st.floats(-900, 900))
points = st.builds(QPointF, st.floats(0, 2000), st.floats(0, 2000))


@given(sizes, rooms)
def test_what_is_fitted_is_in_the_middle_and_whole(size: QSizeF, room: QSizeF) -> None:
    placement = Placement.fitted(size, room)
    rect = placement.rect_of(Box(0, 0, int(size.height()), int(size.width())))
    assert QRectF(-0.01, -0.01, room.width() + 0.02, room.height() + 0.02).contains(rect)
    assert rect.center().x() == pytest.approx(room.width() / 2)
    assert rect.center().y() == pytest.approx(room.height() / 2)


@given(places, points, st.floats(0.2, 5))
def test_zooming_keeps_the_point_under_the_pointer(placement: Placement, at: QPointF, factor: float) -> None:
    before = placement.to_picture(at)
    after = placement.zoomed(factor, at, 0.01)
    assert 0.01 <= after.scale <= HIGHEST
    assert after.to_picture(at).x == pytest.approx(before.x, abs=1e-3)
    assert after.to_picture(at).y == pytest.approx(before.y, abs=1e-3)


@given(places, points)
def test_there_and_back(placement: Placement, at: QPointF) -> None:
    back = placement.to_canvas(placement.to_picture(at))
    assert back.x() == pytest.approx(at.x(), abs=1e-6)
    assert back.y() == pytest.approx(at.y(), abs=1e-6)


@given(places, sizes, rooms)
def test_a_piece_of_the_picture_stays_in_view(placement: Placement, size: QSizeF, room: QSizeF) -> None:
    kept = placement.kept(size, room)
    rect = kept.rect_of(Box(0, 0, int(size.height()), int(size.width())))
    seen = rect.intersected(QRectF(0, 0, room.width(), room.height()))
    assert seen.width() >= min(48, rect.width()) - 1e-6
    assert seen.height() >= min(48, rect.height()) - 1e-6
    assert kept.kept(size, room).left == pytest.approx(kept.left)


@given(places, sizes, st.integers(0, 900), st.integers(0, 900), st.integers(1, 400), st.integers(1, 400))
def test_a_box_holds_every_pixel_that_is_touched(
    placement: Placement, size: QSizeF, x: int, y: int, width: int, height: int
) -> None:
    box = placement.box_of(QRectF(x, y, width, height), size)
    whole = Box(0, 0, int(size.height()), int(size.width()))
    assert box == box.common(whole)
    corner = placement.to_picture(QPointF(x + width / 2, y + height / 2))
    pixel = Point(math.floor(corner.x), math.floor(corner.y))
    if whole.left <= pixel.x < whole.right and whole.top <= pixel.y < whole.bottom:
        assert box.left <= pixel.x < box.right
        assert box.top <= pixel.y < box.bottom


def test_a_point_is_brought_into_the_middle() -> None:
    placement = Placement(3.0, 10.0, 20.0).centred(Point(12.5, 7.0), QSizeF(400, 300))
    assert placement.to_canvas(Point(12.5, 7.0)) == QPointF(200, 150)
