"""Which crops of a library are labelled, with whom, and by which camera."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from dropgui.evaluation.names import Who, camera_named, persons_of
from dropgui.finetuning.split import Split
from dropgui.library import Library
from dropgui.library.rows import CORRECTED
from dropgui.library.schema import Camera, Crop, Image, Mask, Person
from dropmodel.evaluation.ranking import DISTRACTOR, IntArray

Source = Literal["persons", "names"]
"""Who says who is on a crop: somebody who confirmed it, or the names of files and folders."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """N labelled crops by id, rising.

    ``crops``, ``who``, ``cameras`` and ``person_ids`` int64 [N] each. ``who`` is a person's number from 1 on,
    whose name is ``persons[who - 1]``, or distractor or junk as in :mod:`dropmodel.evaluation.ranking`;
    ``cameras`` are places in ``camera_names``, -1 where none is known. ``person_ids`` are the library's
    persons that the crops were confirmed as, 0 for none.
    """

    crops: IntArray
    who: IntArray
    cameras: IntArray
    person_ids: IntArray
    persons: tuple[str, ...]
    camera_names: tuple[str, ...]
    source: Source

    def __len__(self) -> int:
        return len(self.crops)

    def take(self, rows: BoolArray) -> "Labelled":
        """Some of the crops; persons keep their numbers."""
        return Labelled(
            self.crops[rows],
            self.who[rows],
            self.cameras[rows],
            self.person_ids[rows],
            self.persons,
            self.camera_names,
            self.source,
        )

    @property
    def searchable(self) -> int:
        """How many persons have two crops or more, so that one can be looked for."""
        return sum(count > 1 for who, count in Counter(self.who.tolist()).items() if who > DISTRACTOR)


def labelled_crops(library: Library, source: Source) -> Labelled:
    """The labelled crops on show; of 100,000 crops that takes about a second.

    By ``names`` only crops that are a whole picture: names say nothing of several persons in one.
    """
    query = (
        select(Crop.id, Crop.person_id, Image.folder_id, Image.relative_path, Camera.name, Person.name)
        .join(Image, Image.id == Crop.image_id)
        .outerjoin(Camera, Camera.id == Image.camera_id)
        .outerjoin(Person, Person.id == Crop.person_id)
        .where(Image.error.is_(None))
        .order_by(Crop.id)
    )
    query = query.where(Crop.person_id.is_not(None) if source == "persons" else Crop.left.is_(None))
    with library.read() as connection:
        rows = connection.execute(query).all()
    names: list[Who] = [row[5] for row in rows]
    cameras: list[str | None] = [row[4] for row in rows]
    if source == "names":
        names = persons_of([(row[2], row[3]) for row in rows])
        cameras = [row[4] or camera_named(row[3]) for row in rows]
    known = [place for place, name in enumerate(names) if name is not None]
    persons = tuple(dict.fromkeys(name for name in names if isinstance(name, str)))
    numbers = {name: number for number, name in enumerate(persons, 1)}
    camera_names = tuple(sorted({camera for place in known if (camera := cameras[place]) is not None}))
    places = {name: place for place, name in enumerate(camera_names)}
    return Labelled(
        _integers([rows[place][0] for place in known]),
        _integers([_number(names[place], numbers) for place in known]),
        _integers([places.get(cameras[place] or "", -1) for place in known]),
        _integers([rows[place][1] or 0 for place in known]),
        persons,
        camera_names,
        source,
    )


def held_out(labelled: Labelled, split: Split) -> BoolArray:
    """Which of the crops are of persons whom no version was taught with, bool [N].

    A person by name is held out if none of its crops was confirmed as somebody who is taught. Nobody is where
    nobody is held out of teaching.
    """
    taught = _integers([person for person, held in split.persons.items() if not held])
    if not any(split.persons.values()):
        return np.zeros(len(labelled), np.bool_)
    if labelled.source == "persons":
        kept = _integers([person for person, held in split.persons.items() if held])
        return np.isin(labelled.person_ids, kept)
    known = np.unique(labelled.who[np.isin(labelled.person_ids, taught)])
    return (labelled.who > DISTRACTOR) & ~np.isin(labelled.who, known)


def state_of(library: Library, labelled: Labelled) -> str:
    """Changes with what people said: of these crops, of the masks that were corrected, and with cameras."""
    digest = hashlib.blake2b(digest_size=16)
    for numbers in (labelled.crops, labelled.who, labelled.cameras):
        digest.update(np.ascontiguousarray(numbers).tobytes())
    with library.read() as connection:
        digest.update(repr(_corrections(connection)).encode())
    return digest.hexdigest()


def _corrections(connection: Connection) -> tuple[int, int]:
    """How many masks were corrected, and the last one's id."""
    query = select(func.count(), func.max(Mask.id)).where(Mask.origin == CORRECTED)
    count, last = connection.execute(query).one()
    return count, last or 0


def _number(name: Who, numbers: Mapping[str, int]) -> int:
    return name if isinstance(name, int) else numbers[name or ""]


def _integers(values: list[int]) -> IntArray:
    return np.array(values, np.int64)
