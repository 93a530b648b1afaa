"""Matches put together by person, camera or time; every section in the order of the ranking."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from dropgui.gallery.model import Section
from dropgui.library.rows import CropRow
from dropgui.search.query import Match

_DAYS = timedelta(days=2)
"""Matches over a longer time are put together by day, others by hour."""


class GroupBy(StrEnum):
    """What matches are put together by, as it stands on the screen."""

    NOTHING = "Nothing"
    PERSON = "Person"
    CAMERA = "Camera"
    TIME = "Time"


def sections_of(matches: Sequence[Match], rows: Mapping[int, CropRow], by: GroupBy) -> tuple[Section, ...]:
    """The sections, none for ``NOTHING``; a crop without a row is with those of which nothing is known.

    The section with the best match comes first. Those by time are in the order of time, the unknown last.
    """
    if by is GroupBy.NOTHING:
        return ()
    found: dict[object, list[int]] = {}
    key = _key(by, [row.captured_at for row in rows.values()])
    for place, match in enumerate(matches):
        row = rows.get(match.crop_id)
        found.setdefault(None if row is None else key(row), []).append(place)
    names = list(found)
    if by is GroupBy.TIME:
        names.sort(key=lambda name: (name is None, str(name)))
    return tuple(
        Section(_title(by, name, [matches[i] for i in found[name]]), tuple(found[name])) for name in names
    )


def _key(by: GroupBy, times: Sequence[datetime | None]) -> Callable[[CropRow], object]:
    if by is GroupBy.PERSON:
        return lambda row: row.person
    if by is GroupBy.CAMERA:
        return lambda row: row.camera
    known = [time for time in times if time is not None]
    by_day = bool(known) and max(known) - min(known) > _DAYS

    def start(row: CropRow) -> object:
        time = row.captured_at
        if time is None:
            return None
        return time.date() if by_day else time.replace(minute=0, second=0, microsecond=0)

    return start


def _title(by: GroupBy, name: object, matches: Sequence[Match]) -> str:
    if isinstance(name, datetime):
        words = f"{name:%d %B %Y, %H:00} to {name + timedelta(hours=1):%H:00}"
    elif name is None:
        words = {GroupBy.PERSON: "Nobody yet", GroupBy.CAMERA: "Camera not known"}.get(by, "Time not known")
    else:
        words = (
            f"Camera {name}"
            if by is GroupBy.CAMERA
            else f"{name:%d %B %Y}"
            if by is GroupBy.TIME
            else str(name)
        )
    count = len(matches)
    return f"{words}  ·  {count} match{'es' * (count != 1)}, best {max(match.score for match in matches):.3f}"
