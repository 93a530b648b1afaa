"""Crops that answer a query without telling anything: of its pictures, of its minutes, decided on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dropgui.library.chunks import chunks
from dropgui.library.library import Library
from dropgui.library.schema import Crop, Decision, Image

# A camera's own clock has no time zone.
_FIRST, _LAST = datetime.min, datetime.max  # noqa: DTZ901


def apart(
    library: Library,
    crop_ids: Iterable[int],
    *,
    same_image: bool,
    minutes: float | None,
    decided: bool,
) -> frozenset[int]:
    """Ids of the crops to leave out when these crops are a query, themselves among them where they are met.

    ``same_image``: the crops of their images. ``minutes`` >= 0: those of the camera of one of them that were
    taken at most so long before or after it, by the camera's clock; where a camera or a time is not known
    nothing is left out. ``decided``: those that were confirmed or rejected as one of the persons that these
    crops are.
    """
    if minutes is not None and not minutes >= 0:
        raise ValueError(f"{minutes} minutes is no distance in time")
    wanted = list(crop_ids)
    left_out: set[int] = set()
    with library.read() as connection:
        if same_image:
            left_out.update(_of_same_images(connection, wanted))
        if minutes is not None:
            left_out.update(_of_same_minutes(connection, wanted, _length(minutes)))
        if decided:
            left_out.update(_decided(connection, wanted))
    return frozenset(left_out)


def _of_same_images(connection: Connection, crop_ids: list[int]) -> Iterator[int]:
    for piece in chunks(crop_ids):
        images = select(Crop.image_id).where(Crop.id.in_(piece))
        yield from connection.execute(select(Crop.id).where(Crop.image_id.in_(images))).scalars()


def _of_same_minutes(connection: Connection, crop_ids: list[int], length: timedelta) -> Iterator[int]:
    times: defaultdict[int, set[datetime]] = defaultdict(set)
    known = (
        select(Image.camera_id, Image.captured_at)
        .join(Crop)
        .where(Image.camera_id.is_not(None), Image.captured_at.is_not(None))
    )
    for piece in chunks(crop_ids):
        for row in connection.execute(known.where(Crop.id.in_(piece))):
            times[row.camera_id].add(row.captured_at)
    for camera_id, taken in times.items():
        for since, until in _spans(sorted(taken), length):
            inside = Image.captured_at.between(since, until)
            crops = select(Crop.id).join(Image).where(Image.camera_id == camera_id, inside)
            yield from connection.execute(crops).scalars()


def _spans(times: list[datetime], length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """The spans of time within ``length`` of one of the ascending ``times``, each once."""
    first = last = times[0]
    for time in times[1:]:
        if time - last > length:
            yield _before(first, length), _after(last, length)
            first = time
        last = time
    yield _before(first, length), _after(last, length)


def _decided(connection: Connection, crop_ids: list[int]) -> Iterator[int]:
    persons: set[int | None] = set()
    for piece in chunks(crop_ids):
        of_crops = select(Crop.person_id).where(Crop.id.in_(piece)).distinct()
        persons.update(connection.execute(of_crops).scalars())
    for piece in chunks(person for person in persons if person is not None):
        yield from connection.execute(select(Decision.crop_id).where(Decision.person_id.in_(piece))).scalars()


def _length(minutes: float) -> timedelta:
    try:
        return timedelta(minutes=minutes)
    except OverflowError:
        return timedelta.max


def _before(time: datetime, length: timedelta) -> datetime:
    return _FIRST if time - _FIRST < length else time - length


def _after(time: datetime, length: timedelta) -> datetime:
    return _LAST if _LAST - time < length else time + length
