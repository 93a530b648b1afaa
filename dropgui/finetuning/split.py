"""Which persons and corrected masks are held out of teaching, so that what it brings can be measured.

A side is given once, is kept in the library, and never changes: otherwise a version would be measured on what
it or its parents were taught with. The first to be dealt are split by count, so that even a small library has
somebody to measure on; everybody who comes later goes by a lot that hangs on nothing but the library and the
own id. Of a person who is held out every crop is, and of a person of whom a mask was taught already none; a
crop whose mask is held out is not taught in any way (:meth:`Split.side_of`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from dropgui.finetuning.stock import Corrected, KnownPerson, corrected_of, known_persons
from dropgui.library import Library
from dropgui.library.schema import Crop, Side

SHARE = 0.25
"""Share of persons, and of corrected masks, that is held out."""

FEWEST = 4
"""With fewer persons, or masks, none is held out: what were measured on one would be chance."""

_LEAST = 2
_PERSON, _CROP = "person", "crop"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody, or a mask, without a side: its ``id``.

    ``fit``: good to measure on. ``bound``: the side that it has to take, None: either.
    """

    id: int
    fit: bool = True
    bound: bool | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Who is held out (True) and who is taught (False), by id of person and of crop with a corrected mask."""

    persons: Mapping[int, bool]
    crops: Mapping[int, bool]

    def side_of(self, crop_id: int, person_id: int | None) -> tuple[bool | None, bool]:
        """Where a crop belongs: (held out, whether its corrected mask counts there).

        None: neither it nor its person has a side. The mask of a crop that was taught, and became somebody's
        who is held out, does not count any more.
        """
        own = self.crops.get(crop_id)
        theirs = None if person_id is None else self.persons.get(person_id)
        if own is None and theirs is None:
            return None, False
        held_out = own is True or theirs is True
        return held_out, own is held_out


@dataclass(frozen=True, slots=True)
class Parted:
    """What a library has, by side; where nobody was given one, as taught.

    ``taught`` and ``held_out`` persons by id. By crop id the masks to learn from, ``teaching``, and to
    measure on, ``measuring``. ``aside``: crops that are held out for their mask alone.
    """

    taught: Mapping[int, KnownPerson]
    held_out: Mapping[int, KnownPerson]
    teaching: Mapping[int, Corrected]
    measuring: Mapping[int, Corrected]
    aside: frozenset[int]


def parted(connection: Connection, split: Split) -> Parted:
    """Everybody and every corrected mask, by side."""
    persons: tuple[dict[int, KnownPerson], dict[int, KnownPerson]] = {}, {}
    for one in known_persons(connection):
        persons[split.persons.get(one.person_id, False)][one.person_id] = one
    teaching, measuring, aside = {}, {}, set()
    for mask in corrected_of(connection):
        held_out, counts = split.side_of(mask.crop_id, mask.person_id)
        if held_out and counts:
            measuring[mask.crop_id] = mask
        elif not held_out:
            teaching[mask.crop_id] = mask
        if held_out and mask.person_id not in persons[True]:
            aside.add(mask.crop_id)
    return Parted(persons[False], persons[True], teaching, measuring, frozenset(aside))


def split_of(library: Library) -> Split:
    """The split as :func:`deal` would leave it; nothing is written."""
    with library.read() as connection:
        return _split(connection, library.id)[0]


def deal(library: Library) -> Split:
    """Gives everybody a side who has none yet, and keeps it in the library."""

    def work(connection: Connection) -> Split:
        # What has left the library leaves this too; persons may come back (an undo) and crops never do.
        gone = select(Crop.id)
        connection.execute(delete(Side).where(Side.kind == _CROP, Side.row_id.not_in(gone)))
        split, new = _split(connection, library.id)
        if new:
            connection.execute(insert(Side), new)
        return split

    return library.write(work)


def lot(salt: str, number: int) -> float:
    """A number in [0, 1) that hangs on nothing but ``salt`` and ``number``."""
    digest = hashlib.blake2b(f"{salt} {number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def dealt(known: Mapping[int, bool], new: Iterable[Candidate], salt: str) -> dict[int, bool]:
    """Sides, True for held out, of those who are ``new``, given those who have one.

    The first time :data:`SHARE` of all are held out, at least two, those who are fit before others; fewer
    than :data:`FEWEST` are left without a side. Later each is held out with a probability of :data:`SHARE`.
    """
    candidates = list(new)
    if not known and len(candidates) < FEWEST:
        return {}
    sides = {one.id: one.bound for one in candidates if one.bound is not None}
    free = [one for one in candidates if one.bound is None]
    if known:
        return {**sides, **{one.id: lot(salt, one.id) < SHARE for one in free}}
    wanted = max(_LEAST, round(SHARE * len(candidates))) - sum(sides.values())
    free.sort(key=lambda one: (not one.fit, lot(salt, one.id)))
    return {**sides, **{one.id: place < wanted for place, one in enumerate(free)}}


def _split(connection: Connection, salt: str) -> tuple[Split, list[dict[str, object]]]:
    """The split and the rows that are not in the library yet."""
    stored: dict[str, dict[int, bool]] = {_PERSON: {}, _CROP: {}}
    for row in connection.execute(select(Side)):
        stored[row.kind][row.row_id] = row.held_out
    corrected = corrected_of(connection)
    persons, crops = stored[_PERSON], stored[_CROP]
    bound: dict[int, bool] = {}
    for mask in corrected:
        if mask.person_id is not None and crops.get(mask.crop_id) is False:
            bound[mask.person_id] = False
    known = known_persons(connection)
    several = any(person.cameras > 1 for person in known)
    new_persons = dealt(
        persons,
        [
            Candidate(one.person_id, one.cameras > 1 or not several, bound.get(one.person_id))
            for one in known
            if one.person_id not in persons
        ],
        f"{salt} {_PERSON}",
    )
    all_persons = {**persons, **new_persons}
    new_crops = dealt(
        crops,
        [
            Candidate(mask.crop_id, bound=all_persons.get(mask.person_id or 0) or None)
            for mask in corrected
            if mask.crop_id not in crops
        ],
        f"{salt} {_CROP}",
    )
    new = [
        {"kind": kind, "row_id": row_id, "held_out": held_out}
        for kind, sides in ((_PERSON, new_persons), (_CROP, new_crops))
        for row_id, held_out in sides.items()
    ]
    return Split(all_persons, {**crops, **new_crops}), new
