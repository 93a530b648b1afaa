"""Persons and masks that no version was taught with, to measure versions on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dropgui.library import Library
from dropgui.library.decisions import decided_crops
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow
from dropmodel.evaluation.ranking import DISTRACTOR, Labels

_OWN_CAMERA = 10**9  # above every camera's id


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What to measure on, in crop ids.

    ``persons``: by person id, the crops confirmed as them; each is looked for among all others. ``masks``:
    crops whose latest corrected mask is taken as the truth. ``others`` are of nobody in ``persons`` and
    stand among the crops that are searched, as wrong answers.
    """

    persons: Mapping[int, Sequence[int]]
    masks: Sequence[int] = ()
    others: Sequence[int] = ()

    @classmethod
    def of(
        cls, library: Library, persons: Iterable[int], masks: Iterable[int] = (), others: Iterable[int] = ()
    ) -> "HeldOut":
        """These persons with the crops confirmed as them now; those of whom there are fewer than two are left
        out, as nothing could be found."""
        confirmed = {person: decided_crops(library, person)[0] for person in persons}
        enough = {person: crops for person, crops in confirmed.items() if len(crops) > 1}
        taken = {crop for crops in enough.values() for crop in crops}
        return cls(enough, tuple(masks), tuple(crop for crop in others if crop not in taken))

    @property
    def ranked(self) -> list[int]:
        """Every crop that is ranked: those of the persons, then the others."""
        return [*(crop for crops in self.persons.values() for crop in crops), *self.others]


def labels_of(crops: Sequence[int], held_out: HeldOut, rows: Mapping[int, CropRow]) -> Labels:
    """Who the crops are and which camera made them, by the rules of :mod:`dropmodel.evaluation.ranking`.

    A right answer is by another camera than the query. A person whom one camera saw, or of whom that is not
    known, would have none: it is looked for among all its other crops.
    """
    who = {crop: person for person, own in held_out.persons.items() for crop in own}
    cameras: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for crop, person in who.items():
        if crop in rows and (camera := rows[crop].camera_id) is not None:
            cameras[person][camera] += 1
    numbers = []
    for place, crop in enumerate(crops):
        camera = rows[crop].camera_id
        across = crop in who and len(cameras[who[crop]]) > 1
        numbers.append(camera if across and camera is not None else _OWN_CAMERA + place)
    identities = [who.get(crop, DISTRACTOR) for crop in crops]
    return Labels(np.array(identities, np.int64), np.array(numbers, np.int64))


def rows_of(library: Library, held_out: HeldOut) -> dict[int, CropRow]:
    """The rows of all crops that are measured on; those that are gone are left out."""
    return crop_rows(library, [*held_out.ranked, *held_out.masks])
