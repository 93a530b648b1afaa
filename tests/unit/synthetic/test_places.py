import math
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from dropmodel.synthetic.places import HELD_OUT, STYLES, TRAIN, VALIDATION, Place, PlaceStyle, draw_place
from dropmodel.synthetic.places.draw import INDOOR, OUTDOOR
from dropmodel.synthetic.places.view import PERSON, samples, seen_well
from dropmodel.synthetic.scenery.atlas import KINDS

ALL = [(style.name, kind) for style in STYLES.values() for kind in style.kinds]


@cache
def place_of(style: str, kind: str) -> Place:
    return draw_place(replace(STYLES[style], kinds=(kind,)), 5, 1)


@pytest.mark.parametrize(("style", "kind"), ALL)
def test_every_kind_is_sound(style: str, kind: str) -> None:
    place = place_of(style, kind)
    assert place.kind == kind
    assert place.style == style
    assert place.indoor == (kind in INDOOR)
    assert sum(len(mesh.faces) for mesh in place.meshes) <= 40_000
    for mesh in place.meshes:
        assert np.isfinite(mesh.vertices).all()
        assert np.isfinite(mesh.normals).all()
        assert np.abs(mesh.vertices[:, :2]).max() < 160
        assert mesh.vertices[:, 2].min() > -6
        assert mesh.vertices[:, 2].max() < 30
    own = sum(mesh.vertices.nbytes * 3 + mesh.faces.nbytes + mesh.surface.nbytes for mesh in place.meshes)
    assert own < 8e6


@pytest.mark.parametrize(("style", "kind"), ALL)
def test_walkers_are_seen_whole_and_of_fair_size(style: str, kind: str) -> None:
    place = place_of(style, kind)
    camera = place.camera
    assert place.walks
    assert 1.2 <= camera.position[2] <= 8
    assert 0 <= camera.pitch <= 40
    assert 25 <= camera.field_of_view <= 100
    for walk in place.walks:
        assert math.dist(walk.start, walk.end) >= 1.5
        assert walk.width >= 0.6
        spots = samples(walk)
        assert seen_well(camera, spots, ()).all()
        feet = camera.project(np.column_stack([spots, np.zeros(len(spots))]))
        crown = camera.project(np.column_stack([spots, np.full(len(spots), PERSON)]))
        tall = feet[:, 1] - crown[:, 1]
        assert tall.min() >= 60
        assert tall.max() <= 500
        away = np.linalg.norm(spots - np.asarray(camera.position[:2]), axis=1)
        assert away.min() >= 4
        assert away.max() <= 40


@pytest.mark.parametrize(("style", "kind"), ALL)
def test_nothing_stands_on_a_walk(style: str, kind: str) -> None:
    place = place_of(style, kind)
    for mesh in place.meshes:
        low = mesh.vertices[(mesh.vertices[:, 2] > 0.25) & (mesh.vertices[:, 2] < 1.7), :2]
        for walk in place.walks:
            line = samples(walk)
            gaps = np.linalg.norm(low[:, None] - line[None], axis=2)
            assert gaps.min(initial=9) > 0.3


def test_seats_are_in_the_picture() -> None:
    places = [draw_place(TRAIN, 3, number) for number in range(5)]
    seats = [(place, seat) for place in places for seat in place.seats]
    assert seats
    for place, seat in seats:
        x, y, depth = place.camera.project(np.array([[*seat.spot, seat.height]]))[0]
        assert depth > 0
        assert 0 < x < place.camera.frame[0]
        assert 0 < y < place.camera.frame[1]
        assert 0.35 < seat.height < 0.6


def test_a_place_depends_on_its_number_alone() -> None:
    draw_place(TRAIN, 5, 8)
    first, again, other = draw_place(TRAIN, 5, 7), draw_place(TRAIN, 5, 7), draw_place(TRAIN, 6, 7)
    assert first.camera == again.camera
    assert first.lighting == again.lighting
    assert first.walks == again.walks
    for mesh, same in zip(first.meshes, again.meshes, strict=True):
        assert np.array_equal(mesh.vertices, same.vertices)
        assert np.array_equal(mesh.surface, same.surface)
    assert first.camera != other.camera


def test_places_differ() -> None:
    places = [draw_place(TRAIN, 2, number) for number in range(8)]
    assert len({place.kind for place in places}) >= 5
    assert len({place.weather for place in places}) >= 4
    assert len({place.camera.position for place in places}) == 8
    assert len({place.lighting.key_direction for place in places}) == 8
    assert np.ptp([place.camera.heading for place in places]) > 180


def sources(style: PlaceStyle) -> set[str]:
    roles = {kind for kinds in (*style.grounds.values(), *style.walls.values()) for kind in kinds}
    things = (*style.kinds, *style.weathers, *style.indoor_lights, *style.occluders, *style.trees)
    return {*roles, *things}


@pytest.mark.parametrize(("one", "other"), list(combinations((TRAIN, VALIDATION, HELD_OUT), 2)))
def test_styles_share_no_source(one: PlaceStyle, other: PlaceStyle) -> None:
    assert sources(one).isdisjoint(sources(other))
    assert set(one.frames).isdisjoint(other.frames)
    for aspect in ("lamp_kelvin", "day_kelvin", "fog"):
        mine, theirs = getattr(one.light, aspect), getattr(other.light, aspect)
        assert mine[1] <= theirs[0] or theirs[1] <= mine[0]
    suns = [(style.light.high_sun, style.light.low_sun) for style in (one, other)]
    for mine in suns[0]:
        for theirs in suns[1]:
            assert mine[1] <= theirs[0] or theirs[1] <= mine[0]


def test_styles_name_what_exists() -> None:
    assert len(TRAIN.kinds) >= 14
    for style in STYLES.values():
        assert set(style.kinds) <= OUTDOOR.keys() | INDOOR.keys()
        for kinds in (*style.grounds.values(), *style.walls.values()):
            assert set(kinds) <= KINDS.keys()
