"""The grid's model: an ordered list of crop ids; rows and pictures are fetched only for what is looked at."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.library.queries import CropRow, crop_rows
from dropgui.search.certainty import percent
from dropgui.search.query import Match
from dropgui.search.reasons import reasons
from dropmodel.parts import PartSchema

CROP_ROLE = Qt.ItemDataRole.UserRole + 1
"""The crop's :class:`CropRow`, or None while it is being fetched."""
MATCH_ROLE = Qt.ItemDataRole.UserRole + 2
"""The :class:`Match` of a ranked list, or None in the gallery."""
ID_ROLE = Qt.ItemDataRole.UserRole + 3
"""The crop's id, int; -1 at a section's title."""
RANK_ROLE = Qt.ItemDataRole.UserRole + 4
"""Place of a match in its answer, from 1; None in the gallery."""
VERDICT_ROLE = Qt.ItemDataRole.UserRole + 5
"""What was decided of a match: ``CONFIRMED``, ``REJECTED``, or None."""
TITLE_ROLE = Qt.ItemDataRole.UserRole + 6
"""The title of a section, at the row that stands above it; None at a crop."""
REMARK_ROLE = Qt.ItemDataRole.UserRole + 7
"""What is said of a crop in place of where it is from; None where nothing is."""

_MATCH_ROLES = (MATCH_ROLE, RANK_ROLE, VERDICT_ROLE)
_KEPT_ROWS = 20_000
_TITLE = -1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Section:
    """Matches that are shown together under a title; ``places`` are theirs in the answer, from 0."""

    title: str
    places: tuple[int, ...]


class CropModel(QAbstractListModel):
    """Crops by id, in the order given; with matches it is a ranked list."""

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = runner
        self._thumbnails = thumbnails
        self._ids: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._matches: Sequence[Match | None] | None = None  # None at a title
        self._ranks: Sequence[int] = ()
        self._titles: dict[int, str] = {}
        self._verdicts: Mapping[int, str] = {}
        self._remarks: Mapping[int, str] = {}
        self._schema: PartSchema | None = None
        self._rows: OrderedDict[int, CropRow] = OrderedDict()
        self._wanted: set[int] = set()
        self._fetching: set[int] = set()
        self._overtaken: set[int] = set()  # being fetched, and changed since: that answer is too old
        self._shown_at: dict[int, int] = {}  # crop id -> row at which something of it was missing
        self._fetch = QTimer(self, singleShot=True, interval=0)
        self._fetch.timeout.connect(self._fetch_rows)
        thumbnails.ready.connect(self._announce)

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """Crop ids in order, int64 [n]; -1 at the title of a section."""
        return self._ids

    @property
    def crop_ids(self) -> list[int]:
        """The crops in the order shown, titles left out."""
        ids: list[int] = self._ids[self._ids != _TITLE].tolist()
        return ids

    @property
    def has_sections(self) -> bool:
        """Whether there are titles among the rows."""
        return bool(self._titles)

    def set_ids(self, ids: npt.NDArray[np.int64]) -> None:
        """Show these crops as a gallery. Rows that only joined at the end are inserted, not reset."""
        known = len(self._ids)
        if self._matches is None and known and np.array_equal(ids[:known], self._ids):
            if len(ids) > known:
                self.beginInsertRows(QModelIndex(), known, len(ids) - 1)
                self._ids = ids
                self.endInsertRows()
            return
        self._reset(ids, None)

    def set_matches(
        self,
        matches: Sequence[Match],
        sections: Sequence[Section] = (),
        schema: PartSchema | None = None,
    ) -> None:
        """Show a ranked list, or its sections. The same crops in the same order are repainted in place.

        ``schema`` names the parts in a match's reasons.
        """
        self._schema = schema
        places = [place for section in sections for place in (_TITLE, *section.places)]
        if not sections:
            places = list(range(len(matches)))
        shown = [None if place == _TITLE else matches[place] for place in places]
        ids = np.fromiter(
            (_TITLE if match is None else match.crop_id for match in shown), np.int64, len(shown)
        )
        rows = (row for row, match in enumerate(shown) if match is None)
        titles = {row: section.title for row, section in zip(rows, sections, strict=True)}
        ranks = [place + 1 for place in places]
        if self._matches is not None and len(ids) and np.array_equal(ids, self._ids):
            self._matches, self._ranks, self._titles = shown, ranks, titles
            self.dataChanged.emit(self.index(0), self.index(len(ids) - 1))
            return
        self._reset(ids, shown, ranks, titles)

    def set_verdicts(self, verdicts: Mapping[int, str]) -> None:
        """What was decided, by crop id; a crop of which nothing was is left out."""
        if verdicts != self._verdicts:
            self._verdicts = verdicts
            if len(self._ids):
                self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    def set_remarks(self, remarks: Mapping[int, str]) -> None:
        """What to say of crops, by id, before they are shown."""
        self._remarks = remarks

    def refresh(self, crop_ids: Iterable[int]) -> None:
        """Fetch anew what is known of these crops, also where an answer is under way that may be older."""
        changed = set(crop_ids)
        self._overtaken |= changed & self._fetching
        known = [crop_id for crop_id in changed if self._rows.pop(crop_id, None) is not None]
        if known and len(self._ids):
            # Only rows that were looked at can be on screen; painting asks for them anew.
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    def row_of(self, crop_id: int) -> int:
        """Row of a crop, or -1."""
        found = np.flatnonzero(self._ids == crop_id)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of crops."""
        return 0 if parent.isValid() else len(self._ids)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A title can be read, not chosen."""
        return Qt.ItemFlag.NoItemFlags if index.row() in self._titles else super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Only what is already here; a miss is fetched and announced later."""
        row = index.row()
        if not 0 <= row < len(self._ids):
            return None
        crop_id = int(self._ids[row])
        if crop_id == _TITLE:
            return self._title_data(row, role)
        match role:
            case _ if role == ID_ROLE:
                return crop_id
            case _ if role in _MATCH_ROLES:
                return self._match_data(crop_id, row, role)
            case _ if role == CROP_ROLE:
                return self._crop(crop_id, row)
            case _ if role == REMARK_ROLE:
                return self._remarks.get(crop_id)
            case Qt.ItemDataRole.DecorationRole:
                crop = self._crop(crop_id, row)
                if crop is None:
                    return None
                self._shown_at[crop_id] = row  # a picture that is missing, or old, is announced when read
                return self._thumbnails.get(crop_id, crop.path)
            case Qt.ItemDataRole.DisplayRole:
                crop = self._crop(crop_id, row)
                return "" if crop is None else crop.path.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return "\n".join(self._spoken(crop_id, row))
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join([*self._spoken(crop_id, row), *self._reasons(row)])
        return None

    def _match_data(self, crop_id: int, row: int, role: int) -> Any:
        if self._matches is None:
            return None
        if role == MATCH_ROLE:
            return self._matches[row]
        return self._ranks[row] if role == RANK_ROLE else self._verdicts.get(crop_id)

    def _title_data(self, row: int, role: int) -> Any:
        match role:
            case _ if role == ID_ROLE:
                return _TITLE
            case _ if role == TITLE_ROLE:
                return self._titles[row]
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._titles[row]
        return None

    def _reasons(self, row: int) -> tuple[str, ...]:
        match = None if self._matches is None else self._matches[row]
        return () if match is None or self._schema is None else reasons(match, self._schema)

    def _spoken(self, crop_id: int, row: int) -> list[str]:
        crop = self._crop(crop_id, row)
        if crop is None:
            return []
        lines = [crop.relative_path]
        if crop.camera is not None:
            lines.append(f"Camera {crop.camera}")
        if crop.captured_at is not None:
            lines.append(f"{crop.captured_at:%d %B %Y, %H:%M:%S}")
        match = None if self._matches is None else self._matches[row]
        if match is not None:
            said = self._verdicts.get(crop_id)
            verdict = "" if said is None else f", {said}"
            chance = "" if match.probability is None else f", same person {percent(match.probability)}"
            lines.insert(0, f"Match {self._ranks[row]}, score {match.score:.3f}{chance}{verdict}")
        elif not crop.indexed:
            lines.append("Not indexed yet")
        if crop_id in self._remarks:
            lines.insert(0, self._remarks[crop_id])
        return lines

    def _reset(
        self,
        ids: npt.NDArray[np.int64],
        matches: Sequence[Match | None] | None,
        ranks: Sequence[int] = (),
        titles: Mapping[int, str] | None = None,
    ) -> None:
        self.beginResetModel()
        self._ids, self._matches, self._ranks, self._titles = ids, matches, ranks, dict(titles or {})
        self._wanted.clear()
        self._shown_at.clear()
        self.endResetModel()

    def _crop(self, crop_id: int, row: int) -> CropRow | None:
        crop = self._rows.get(crop_id)
        if crop is not None:
            self._rows.move_to_end(crop_id)
        else:
            self._shown_at[crop_id] = row
            if crop_id not in self._fetching:
                self._wanted.add(crop_id)
                self._fetch.start()
        return crop

    def _fetch_rows(self) -> None:
        wanted, self._wanted = self._wanted, set()
        self._fetching |= wanted

        def arrived(found: dict[int, CropRow]) -> None:
            self._fetching -= wanted
            overtaken = self._overtaken & wanted
            self._overtaken -= wanted
            self._rows.update((i, row) for i, row in found.items() if i not in overtaken)
            while len(self._rows) > _KEPT_ROWS:
                self._rows.popitem(last=False)
            self._announce(wanted)

        def failed(error: Exception) -> None:
            self._fetching -= wanted
            self._overtaken -= wanted
            self._runner.failed.emit(error)

        self._runner.run(lambda: crop_rows(self._library, list(wanted)), arrived, failed)

    def _announce(self, crop_ids: Iterable[int]) -> None:
        """Have the rows painted again at which these crops were last asked for and still are."""
        for crop_id in crop_ids:
            row = self._shown_at.pop(crop_id, -1)
            if 0 <= row < len(self._ids) and self._ids[row] == crop_id:
                self.dataChanged.emit(self.index(row), self.index(row))
