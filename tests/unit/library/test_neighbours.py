"""Which crops a query leaves out, against the plain definition."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from dropgui.library import Library
from dropgui.library.decisions import confirm, reject
from dropgui.library.neighbours import apart
from dropgui.library.persons import create_person
from dropgui.library.schema import Crop, Image
from tests.unit.library.made import add_crops

START = datetime(2024, 2, 29, 23, 50)  # noqa: DTZ001 - a camera's own clock
IMAGES = 12


class Taken(NamedTuple):
    camera: int | None
    time: datetime | None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Images of which every third has two crops."""
    with Library.create(tmp_path_factory.mktemp("neighbours") / "shared.droplib") as library:
        crops = add_crops(library, IMAGES, cameras=2)
        library.write(lambda c: c.execute(insert(Crop), [{"image_id": i} for i in crops[::3]]))
        yield library


TIMES = st.none() | st.integers(0, 3000).map(
    lambda seconds: START + timedelta(seconds=seconds, microseconds=5)
)
PLACES = st.builds(Taken, st.sampled_from([None, 1, 2]), TIMES)


def images_of(library: Library) -> dict[int, int]:
    with library.read() as connection:
        return {row.id: row.image_id for row in connection.execute(select(Crop.id, Crop.image_id))}


def take(library: Library, places: list[Taken]) -> None:
    def work(connection: Connection) -> None:
        for image_id, place in enumerate(places, start=1):
            values = {"camera_id": place.camera, "captured_at": place.time}
            connection.execute(update(Image).where(Image.id == image_id).values(values))

    library.write(work)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PLACES, min_size=IMAGES, max_size=IMAGES),
    st.sets(st.integers(1, IMAGES + 4), max_size=4),
    st.booleans(),
    st.none() | st.sampled_from([0.0, 0.5, 3.0, 10.0, 1e9, float("inf")]),
)
def test_neighbours_are_those_of_the_definition(
    shared: Library, places: list[Taken], query: set[int], same_image: bool, minutes: float | None
) -> None:
    take(shared, places)
    images = images_of(shared)

    def near(one: int, other: int) -> bool:
        (camera, time), (camera_2, time_2) = places[images[one] - 1], places[images[other] - 1]
        if minutes is None or camera is None or camera != camera_2 or time is None or time_2 is None:
            return False
        return abs((time - time_2).total_seconds()) <= minutes * 60

    expected = {
        crop
        for crop in images
        if any((same_image and images[crop] == images[one]) or near(crop, one) for one in query)
    }
    assert apart(shared, query, same_image=same_image, minutes=minutes, decided=False) == expected


@pytest.mark.parametrize("time", [datetime.min, datetime.max])  # noqa: DTZ901 - a camera's own clock
def test_clocks_at_the_ends_of_time(shared: Library, time: datetime) -> None:
    take(shared, [Taken(1, time)] * IMAGES)
    assert len(apart(shared, [1], same_image=False, minutes=90.0, decided=False)) == len(images_of(shared))


def test_what_was_decided_on_for_the_querys_persons_is_left_out(library: Library) -> None:
    crops = add_crops(library, 8)
    ada, bo, cy = (create_person(library) for _ in range(3))
    confirm(library, crops[:2], ada)
    reject(library, crops[2:3], ada)
    confirm(library, crops[3:4], bo)
    reject(library, crops[4:5], bo)
    reject(library, [crops[0], crops[6]], cy)

    def left_out(*query: int) -> list[int]:
        return sorted(apart(library, query, same_image=False, minutes=None, decided=True))

    assert left_out(crops[0]) == crops[:3]
    assert left_out(crops[0], crops[3]) == crops[:5]
    assert left_out(crops[7]) == left_out(crops[2]) == left_out() == left_out(999) == []
    assert apart(library, crops[:1], same_image=False, minutes=None, decided=False) == frozenset()


@pytest.mark.parametrize("minutes", [-1.0, float("nan")])
def test_minutes_are_not_negative(library: Library, minutes: float) -> None:
    with pytest.raises(ValueError, match="minutes"):
        apart(library, [1], same_image=True, minutes=minutes, decided=False)
