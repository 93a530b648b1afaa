"""Heat on two pictures: which pixels of a part agree with the other picture's vector of that part.

The formula is in :mod:`dropmodel.inference.agreement`, which imports torch: only on a worker's thread, then.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropgui.query.subjects import Subject
from dropgui.query.targets import PastedPicture
from dropgui.session import PictureError, Session
from dropmodel.errors import ImageError

if TYPE_CHECKING:
    from dropmodel.inference.agreement import PartCells

Heat = dict[str, npt.NDArray[np.float32]]
"""By vector name, cosine in [-1, 1] float32 [h, w] at the size of the mask, NaN off the part."""

_KEPT = 8  # pictures; a few MB each


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """``query``: the query's pixels against the match's vectors; ``match`` the other way round."""

    query: Heat
    match: Heat


class Heats:
    """Looks at pictures and remembers the last ones. Any thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._cells: OrderedDict[object, tuple[Subject, PartCells]] = OrderedDict()

    def pair(self, query: Subject, match: Subject, model_version_id: int | None = None) -> Pair | None:
        """Heat on both pictures; None where one of them is not indexed yet.

        ``model_version_id`` is of the version whose vectors the two have, None for the active one. Raises
        :class:`~dropgui.session.PictureError` for a file that cannot be read any more.
        """
        if any(subject.features is None or subject.labels is None for subject in (query, match)):
            return None
        version = self._session.model_version.id if model_version_id is None else model_version_id
        return Pair(self._heat(query, match, version), self._heat(match, query, version))

    def _heat(self, seen: Subject, other: Subject, version: int) -> Heat:
        from dropmodel.inference.agreement import heat

        assert seen.labels is not None
        assert other.features is not None
        cells = self._cells_of(seen, version)
        return heat(cells.agreement(other.features.vectors[0]), seen.labels, cells.schema)

    def _cells_of(self, subject: Subject, version: int) -> "PartCells":
        from dropmodel.inference.agreement import part_cells

        key = version, _key(subject)
        with self._lock:
            if key in self._cells:
                self._cells.move_to_end(key)
                return self._cells[key][1]
        try:
            cells = part_cells(self._session.extractor_of(version), _picture(subject))
        except ImageError as error:
            raise PictureError(f"{error.path} cannot be compared: {error.reason}.") from error
        with self._lock:
            self._cells[key] = (subject, cells)  # the subject too: a pasted picture's id is its key
            while len(self._cells) > _KEPT:
                self._cells.popitem(last=False)
        return cells


def _picture(subject: Subject) -> npt.NDArray[np.uint8] | str:
    target = subject.target
    return target.pixels if isinstance(target, PastedPicture) else str(subject.path)


def _key(subject: Subject) -> object:
    if isinstance(subject.target, PastedPicture):
        return id(subject.target)
    try:
        state = subject.path.stat()
    except OSError:  # looking at it says why it cannot be read
        return subject.path
    return subject.path, state.st_mtime_ns, state.st_size
