"""The map: drawing, looking, picking, colours, and the page from an empty library to an arranged one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QPushButton, QWidget
from sqlalchemy import delete

from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library import Library
from dropgui.library.changes import Change
from dropgui.library.embeddings import add_embeddings, remove_embeddings
from dropgui.library.groups import GroupBy, Groups
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Image
from dropgui.map import page as page_module
from dropgui.map.coloring import MOST_COLORS, color_by, shades
from dropgui.map.page import MapPage
from dropgui.map.raster import Canvas, Viewport, mixed
from dropgui.map.scatter import Scatter, Tool
from dropgui.search.projection import can_arrange, cloud_of
from dropgui.session import Session
from dropgui.settings import Appearance
from dropgui.style import apply_appearance
from tests.gui.drive import pause, wait_until
from tests.gui.test_look import contrast
from tests.support.crowd import crowd_features, make_crowd

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL = Qt.KeyboardModifier.ControlModifier

# -- drawing --------------------------------------------------------------------------------------


@given(st.integers(-20, 60), st.integers(-20, 60), st.floats(0.5, 6))
def test_a_dot_is_a_disc_wherever_it_lies(x: int, y: int, radius: float) -> None:
    canvas = Canvas.blank(40, 30, 16, 0xFF000000)
    place = np.array([x], np.int32), np.array([y], np.int32)
    canvas.draw(*place, np.array([0xFFFFFFFF], np.uint32), radius)
    drawn = canvas.pixels[16:46, 16:56] & 0xFF
    rows, columns = np.mgrid[:30, :40]
    distance = np.hypot(rows - y, columns - x)
    expected = np.clip(radius + 0.5 - distance, 0, 1) * 255
    np.testing.assert_allclose(drawn, expected, atol=2)


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF), st.floats(0, 1))
def test_colours_are_mixed_channel_by_channel(below: int, above: int, share: float) -> None:
    (found,) = mixed(np.array([below], np.uint32), np.array([above], np.uint32), share)
    for shift in (0, 8, 16):
        b, a = below >> shift & 255, above >> shift & 255
        assert abs((int(found) >> shift & 255) - (b + (a - b) * share)) <= 1.5
    assert int(found) >> 24 == 255


def test_later_dots_lie_on_top_and_many_have_hard_edges() -> None:
    canvas = Canvas.blank(9, 9, 8, 0)
    at = np.array([4, 4], np.int32)
    canvas.draw(at, at, np.array([1, 2], np.uint32), 1.0)
    assert canvas.pixels[12, 12] == 2
    many = np.full(20_000, 4, np.int32)
    canvas = Canvas.blank(9, 9, 8, 0)
    canvas.draw(many, many, np.full(20_000, 0xFF123456, np.uint32), 2.2)
    assert set(np.unique(canvas.pixels)) == {0, 0xFF123456}


finite = st.floats(-1, 1, width=32)


@given(
    st.lists(st.tuples(finite, finite), min_size=1, max_size=20), st.integers(50, 900), st.integers(50, 900)
)
def test_fitting_shows_all_points(points: list[tuple[float, float]], width: int, height: int) -> None:
    places = np.array(points, np.float32)
    x, y = Viewport.fitting(places, width, height).to_pixels(places, width, height)
    assert (x >= 0).all()
    assert (x <= width).all()
    assert (y >= 0).all()
    assert (y <= height).all()


@given(st.floats(0.1, 10), st.integers(0, 400), st.integers(0, 300))
def test_zooming_keeps_the_place_under_the_pointer(factor: float, px: int, py: int) -> None:
    view = Viewport(0.3, -0.2, 150)
    before = (px - 200) / view.scale + view.x, (py - 150) / view.scale + view.y
    after = view.zoomed(factor, px, py, 400, 300)
    x, y = after.to_pixels(np.array([before], np.float32), 400, 300)
    assert (x[0], y[0]) == pytest.approx((px, py), abs=0.05)


# -- colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_dots_stand_out_from_their_ground(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    colors = shades(qapp.palette())
    ground = qapp.palette().color(QPalette.ColorRole.Base)
    own, grey = colors[:MOST_COLORS], colors[-1]
    assert len({color.name() for color in colors}) == len(colors)
    for color in (*own, grey):
        assert contrast(color, ground) >= 3, color.name()
    apply_appearance(qapp, Appearance.LIGHT)


@given(st.lists(st.integers(-1, 14), max_size=60))
def test_the_largest_groups_get_the_colours(codes: list[int]) -> None:
    ids = np.arange(1, len(codes) + 1)
    groups = Groups(ids, np.array(codes, np.int32), tuple(f"g{i}" for i in range(15)))
    coloring = color_by(GroupBy.CAMERA, groups, ids)
    assert sum(entry.count for entry in coloring.entries) == len(codes)
    counts = np.bincount([c for c in codes if c >= 0], minlength=15)
    own = [entry for entry in coloring.entries if entry.name.startswith("g")]
    assert len(own) == min(MOST_COLORS, np.count_nonzero(counts))
    assert sorted((e.count for e in own), reverse=True) == sorted(counts, reverse=True)[: len(own)]
    for code, line, shade in zip(codes, coloring.lines, coloring.shades, strict=True):
        entry = coloring.entries[line]
        if entry.name.startswith("g"):
            assert (entry.name, entry.shade) == (f"g{code}", shade)
        else:
            assert (code == -1) == (shade == 2 * MOST_COLORS) == (entry.name == "No camera known")


# -- pointing -------------------------------------------------------------------------------------


@pytest.fixture
def scatter(qapp: QApplication) -> Iterator[Scatter]:
    scatter = Scatter()
    scatter.resize(400, 400)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [0, 0]], np.float32)
    scatter.set_points(np.array([11, 12, 13, 14, 15]), corners)
    lines = np.array([0, 0, 1, 1, 1], np.int16)
    scatter.set_colors(lines, lines, [QColor("red"), QColor("blue")])
    scatter.show()
    yield scatter
    scatter.close()


def drag(
    scatter: Scatter,
    corners: list[tuple[int, int]],
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.mousePress(scatter, button, keys, QPoint(*corners[0]))
    for corner in corners[1:]:
        QTest.mouseMove(scatter, QPoint(*corner))
        QApplication.processEvents()  # Qt would make one move of several
    QTest.mouseRelease(scatter, button, keys, QPoint(*corners[-1]))


def test_a_lasso_selects_and_ctrl_adds(scatter: Scatter) -> None:
    told: list[list[int]] = []
    scatter.picked.connect(lambda ids: told.append(ids.tolist()))
    drag(scatter, [(1, 1), (399, 0), (399, 100), (0, 100)])
    assert told == [[11, 12]]
    drag(scatter, [(150, 150), (250, 150), (250, 250), (150, 250)], keys=CTRL)
    assert told[-1] == [11, 12, 15]
    assert scatter.selected_ids.tolist() == [11, 12, 15]


def test_a_click_selects_the_dot_and_beside_it_nothing(scatter: Scatter) -> None:
    told: list[list[int]] = []
    scatter.picked.connect(lambda ids: told.append(ids.tolist()))
    QTest.mouseClick(scatter, LEFT, pos=QPoint(203, 198))
    QTest.mouseClick(scatter, LEFT, pos=QPoint(100, 200))
    assert told == [[15], []]
    chosen: list[int] = []
    scatter.chosen.connect(chosen.append)
    QTest.mouseDClick(scatter, LEFT, pos=QPoint(200, 200))
    assert chosen == [15]


def test_a_self_crossing_lasso_holds_all_of_it(scatter: Scatter) -> None:
    star = [QPointF(200, 60), QPointF(290, 330), QPointF(60, 160), QPointF(340, 160), QPointF(110, 330)]
    assert scatter.inside(star).tolist() == [False, False, False, False, True]


def test_the_right_button_and_the_move_tool_move(scatter: Scatter) -> None:
    drag(scatter, [(200, 200), (220, 200), (250, 210)], RIGHT)
    assert scatter.position_of(15) == QPointF(250, 210)
    scatter.set_tool(Tool.MOVE)
    drag(scatter, [(100, 100), (80, 100), (50, 90)])
    assert scatter.position_of(15).toPoint() == QPoint(200, 200)
    assert scatter.selected_ids.tolist() == []


def test_keys_move_zoom_and_show_all(scatter: Scatter) -> None:
    scale = scatter.viewport.scale
    QTest.keyClick(scatter, Qt.Key.Key_Plus)
    assert scatter.viewport.scale > scale
    QTest.keyClick(scatter, Qt.Key.Key_Right)
    assert scatter.position_of(15).x() < 200
    scatter.resize(300, 300)
    assert scatter.viewport.scale > scale * 0.8  # the view stays where the user put it
    QTest.keyClick(scatter, Qt.Key.Key_Home)
    assert scatter.position_of(15).toPoint() == QPoint(150, 150)
    QTest.keyClick(scatter, Qt.Key.Key_A, CTRL)
    assert scatter.selected_ids.tolist() == [11, 12, 13, 14, 15]


def test_what_the_legend_dims_is_not_picked(scatter: Scatter) -> None:
    scatter.set_emphasis(frozenset({0}))
    assert scatter.crop_at(QPointF(200, 200)) is None
    drag(scatter, [(1, 1), (399, 0), (399, 399), (0, 399)])
    assert scatter.selected_ids.tolist() == [11, 12]
    assert scatter.grab().toImage().pixelColor(200, 200).name() != "#0000ff"
    scatter.set_selected([])
    scatter.set_emphasis(frozenset())
    assert scatter.grab().toImage().pixelColor(200, 200).name() == "#0000ff"


def test_dots_stay_selected_when_others_come(scatter: Scatter) -> None:
    scatter.set_selected([12, 15])
    scatter.set_points(np.array([12, 13, 99]), np.zeros((3, 2), np.float32))
    assert scatter.selected_ids.tolist() == [12]


# -- the page -------------------------------------------------------------------------------------


@dataclass
class Bench:
    library: Library
    session: Session
    page: MapPage
    version: int
    failures: list[Exception]

    def settle(self) -> None:
        wait_until(
            lambda: not self.page.busy, "the map is there", 200_000
        )  # a busy machine starts processes slowly
        pause(20)


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # One test lets t-SNE run; for the others the principal components are enough.
    monkeypatch.setattr(page_module, "can_arrange", lambda: False)
    library = Library.create(tmp_path / "crowd.droplib")
    version = make_crowd(library, 60, dim=8, cameras=3)
    session, runner, thumbnails = Session(library), Runner(), Thumbnails()
    failures: list[Exception] = []
    runner.failed.connect(failures.append)
    page = MapPage(library, session, runner, thumbnails)
    page.resize(900, 600)
    yield Bench(library, session, page, version, failures)
    page.stop()
    runner.close()
    thumbnails.close()
    page.close()
    session.close()
    library.close()
    assert not failures


def legend_of(page: MapPage) -> list[str]:
    model = page.legend.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_nothing_is_done_before_the_page_is_seen(bench: Bench) -> None:
    bench.page.set_filter(CropFilter(cameras=frozenset({1})))
    pause(50)
    assert not bench.page.busy
    bench.page.show()
    bench.settle()
    assert 0 < len(bench.page.scatter.ids) < 60
    assert "by principal components · pip install" in bench.page.status_text
    bench.page.set_filter(CropFilter())
    bench.settle()
    assert bench.page.status_text.startswith("60 crops")


def test_colours_say_what_is_known_until_the_user_chooses(bench: Bench) -> None:
    page = bench.page
    page.show()
    bench.settle()
    assert legend_of(page) == ["Person 1", "Person 2", "No person yet"]
    page.tools.by.setCurrentIndex(1)
    page.tools.by.activated.emit(1)
    wait_until(lambda: legend_of(page) == ["cam 1", "cam 2", "cam 3"], "the cameras have colours")
    picked: list[list[int]] = []
    page.selected.connect(lambda ids: picked.append(ids.tolist()))
    page.legend.setCurrentIndex(page.legend.model().index(1, 0))
    QTest.keyClick(page.legend, Qt.Key.Key_Return)
    expected = cloud_of(bench.session.index, crop_filter=CropFilter(cameras=frozenset({2}))).crop_ids
    assert picked == [expected.tolist()]
    assert page.scatter.selected_ids.tolist() == expected.tolist()


def test_another_part_leaves_out_who_does_not_show_it(bench: Bench) -> None:
    page = bench.page
    page.show()
    bench.settle()
    page.tools.part.setCurrentIndex(page.tools.part.findData("head"))
    page.tools.part.activated.emit(2)
    bench.settle()
    cloud = cloud_of(bench.session.index, "head")
    assert page.scatter.ids.tolist() == cloud.crop_ids.tolist()
    assert f"{cloud.hidden} left out: they do not show this part" in page.status_text


def test_new_crops_are_offered_and_removed_ones_leave(bench: Bench) -> None:
    page, library = bench.page, bench.library
    page.show()
    bench.settle()
    assert page.status.update_map.isHidden()
    features = crowd_features(np.array([0]), 8, np.random.default_rng(5))
    library.write(lambda c: add_embeddings(c, bench.version, [3], features))
    page.library_changed(Change(crops_changed=(3,)))
    wait_until(lambda: not page.status.update_map.isHidden(), "the update is offered")
    page.status.update_map.click()
    bench.settle()
    assert page.status.update_map.isHidden()
    library.write(lambda c: remove_embeddings(c, [7]))
    library.write(lambda c: c.execute(delete(Image).where(Image.id == 7)))
    page.library_changed(Change(crops_removed=(7,)))
    bench.settle()
    assert 7 not in page.scatter.ids
    assert len(page.scatter.ids) == 59


def test_hovering_shows_the_crop(bench: Bench) -> None:
    page = bench.page
    page.show()
    bench.settle()
    QTest.mouseMove(page.scatter, page.scatter.position_of(5).toPoint())
    wait_until(lambda: page.hover_card.crop_id is not None, "the card is there")
    assert page.scatter.rect().contains(page.hover_card.geometry())
    page.scatter.zoom(2)
    assert page.hover_card.isHidden()


def test_likeness_arranges_in_the_background_and_can_be_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "can_arrange", can_arrange)
    page = bench.page
    page.show()
    wait_until(lambda: "arranging by likeness" in page.status_text, "it arranges")
    flat = page.scatter._points
    page.status.stop.click()
    assert "by principal components" in page.status_text
    assert page.status.stop.isHidden()
    np.testing.assert_array_equal(page.scatter._points, flat)
    page.status.arrange.click()
    bench.settle()
    assert "arranged by likeness (t-SNE)" in page.status_text
    assert page.status.arrange.isHidden()
    assert not np.array_equal(page.scatter._points, flat)
    page.refresh()  # it was kept: at once
    bench.settle()
    assert "arranged by likeness (t-SNE)" in page.status_text


def test_empty_states_say_what_to_do(bench: Bench, tmp_path: Path) -> None:
    bench.page.set_filter(CropFilter(folders=frozenset({77})))
    bench.page.show()
    wait_until(lambda: "nothing to show" in bench.page.message, "it says so")
    library = Library.create(tmp_path / "empty.droplib")
    session, runner, thumbnails = Session(library), Runner(), Thumbnails()
    page = MapPage(library, session, runner, thumbnails)
    page.show()
    wait_until(lambda: "Add a folder" in page.message, "it says what to do")
    page.stop()
    runner.close()
    thumbnails.close()
    page.close()
    session.close()
    library.close()


def test_every_control_has_a_name_and_nothing_is_cut(bench: Bench) -> None:
    page = bench.page
    page.resize(700, 480)
    page.show()
    bench.settle()
    controls = [w for w in page.findChildren(QWidget) if isinstance(w, (QAbstractButton, QComboBox))]
    assert len([w for w in controls if w.isVisible()]) >= 5
    for control in controls:
        assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
    for control in (w for w in controls if w.isVisible() and isinstance(w, (QPushButton, QComboBox))):
        assert control.width() >= control.minimumSizeHint().width()
    assert page.scatter.accessibleName()
    assert page.scatter.accessibleDescription() == page.status_text
    assert page.legend.accessibleName()
    assert not [type(w).__name__ for w in page.findChildren(QWidget) if w.acceptDrops()]
