"""Everything the program does with a library, for notebooks and scripts. No window and no Qt.

from dropgui import Library, Query

with Library.open("people.droplib") as lib:
    found = lib.search(Query(images=["somebody.jpg"], parts={"torso": 1.0}))
    found.to_pandas()
    found.to_html("somebody.html")
    print(lib.evaluate())
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropgui.evaluation import files, tables
from dropgui.evaluation.evaluate import evaluate_version, version_wanted
from dropgui.evaluation.recalibrate import forget_calibration, recalibrate_as_measured
from dropgui.evaluation.result import Evaluation, Options
from dropgui.evaluation.text import lines
from dropgui.indexing import IndexReport, Progress
from dropgui.library import Library as LibraryFile
from dropgui.library import decisions
from dropgui.library.persons import person_rows
from dropgui.library.queries import camera_rows, crop_ids, crop_rows, features_of, folder_rows
from dropgui.library.rows import CameraRow, CropFilter, CropRow, FolderRow, PersonRow
from dropgui.reports import Entry, Report, save_figure, save_page, save_table
from dropgui.reports.gather import entries_of, report_of
from dropgui.reports.table import COLUMNS, records
from dropgui.search import Answer, Apart, Query, VectorQuery
from dropgui.session import Session
from dropmodel.parts import PartSchema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Apart", "CropFilter", "Embeddings", "Evaluated", "Library", "Query", "Results", "UserError"]

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors of N crops under the library's model.

    ``crop_ids`` int64 [N]; ``vectors`` float32 [N, 2 + K, D], each L2-normalised, in the order of
    ``schema.vector_names``; ``visibility`` float32 [N, 2 + K] in [0, 1].
    """

    crop_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    schema: PartSchema


class Library:
    """An open library with its model and its index. Safe to use from any thread; close it when done.

    Whatever a user can mend (no such file, a full disk, a part that the model does not know) is a
    :class:`~dropgui.errors.UserError` that says what to do.
    """

    def __init__(self, file: LibraryFile, *, model: AnyPath | None = None, device: str = "auto") -> None:
        """Use :meth:`open`, :meth:`create` or :meth:`open_or_create`; closing this closes ``file``."""
        self._file = file
        self.session = Session(file, model=None if model is None else Path(model), device=device)

    @classmethod
    def open(cls, path: AnyPath, *, model: AnyPath | None = None, device: str = "auto") -> Self:
        """An existing library. ``model`` is a model file (default: the library's own).

        ``device`` is auto, cpu or a CUDA device such as cuda:1. The model is loaded when it is first needed.
        """
        return cls(LibraryFile.open(Path(path)), model=model, device=device)

    @classmethod
    def create(cls, path: AnyPath, *, model: AnyPath | None = None, device: str = "auto") -> Self:
        """A new, empty library; its name must end in ``.droplib``."""
        return cls(LibraryFile.create(Path(path)), model=model, device=device)

    @classmethod
    def open_or_create(cls, path: AnyPath, *, model: AnyPath | None = None, device: str = "auto") -> Self:
        """The library at ``path``, made if there is none."""
        return cls(LibraryFile.open_or_create(Path(path)), model=model, device=device)

    def index(
        self,
        folder: AnyPath,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        retry_faults: bool = False,
    ) -> IndexReport:
        """Brings the library in step with a folder of person crops; what is known is skipped."""
        return self.session.index_folder(Path(folder), on_progress, retry_faults=retry_faults)

    def search(self, query: Query) -> "Results":
        """Ranks the library for ``query``."""
        asked = self.session.resolve(query)
        answer = self.session.ask(query, asked)
        entries = entries_of(self._file, query, answer, asked.features.schema)
        return Results(self.session, query, asked, answer, entries)

    def evaluate(
        self,
        version: str | int | None = None,
        *,
        names: bool = False,
        held_out: bool | None = None,
        parts: Iterable[str] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> "Evaluated":
        """How well a model version (name or number; default: the one in use) finds the library's persons.

        Every labelled crop is looked for among all the others, from the vectors that are stored: no picture
        is read, nothing is written. The persons are those that were confirmed, or with ``names`` those that
        the names of files and folders tell. ``held_out``: only persons whom no version was taught with
        (default: where the version was taught here). ``parts``: compare by these vectors (default: person and
        parts). A UserError where there is nobody to look for, or where the version has no vectors yet.
        """
        number = version_wanted(self._file, version).id
        options = Options("names" if names else "persons", held_out, None if parts is None else tuple(parts))
        found = evaluate_version(self.session, number, options, on_progress=on_progress)
        assert found is not None, "only who can cancel gets nothing"
        return Evaluated(self._file, found)

    def forget_calibration(self, version: str | int | None = None) -> bool:
        """Takes :meth:`Evaluated.recalibrate` back; False where nothing was fitted to this library."""
        return forget_calibration(self._file, version_wanted(self._file, version).id)

    def crops(self, crop_filter: CropFilter | None = None) -> list[CropRow]:
        """The crops that pass a filter (default: all), by folder and path."""
        ids = crop_ids(self._file, crop_filter or CropFilter()).tolist()
        rows = crop_rows(self._file, ids)
        return [rows[crop_id] for crop_id in ids if crop_id in rows]

    def persons(self) -> list[PersonRow]:
        """All persons, by name."""
        return person_rows(self._file)

    def cameras(self) -> list[CameraRow]:
        """All cameras that have crops, by name."""
        return camera_rows(self._file)

    def folders(self) -> list[FolderRow]:
        """All folders, by name."""
        return folder_rows(self._file)

    def embeddings(self, crops: Iterable[int] | None = None) -> Embeddings:
        """The vectors of these crops, in this order (default: of all that can be found).

        100,000 crops of ten vectors of 512 numbers are 2 GB. A UserError for a crop without vectors.
        """
        index = self.session.index
        index.refresh()
        ids = index.crop_ids if crops is None else np.fromiter(crops, dtype=np.int64)
        features = features_of(self._file, ids.tolist(), index.model.id)
        return Embeddings(ids, features.vectors, features.visibility, features.schema)

    def confirm(self, crops: Iterable[int], person: int | None = None) -> decisions.Undo:
        """These crops are that person, a new one (``person_id`` of what comes back) where none is given."""
        return decisions.confirm(self._file, crops, person)

    def reject(self, crops: Iterable[int], person: int) -> decisions.Undo:
        """These crops are not that person."""
        return decisions.reject(self._file, crops, person)

    def retract(self, crops: Iterable[int], person: int) -> decisions.Undo:
        """Takes decisions on these crops and that person back."""
        return decisions.retract(self._file, crops, person)

    def undo(self, done: decisions.Undo) -> None:
        """Brings back what was before a decision; a UserError where it was overtaken by another one."""
        decisions.undo(self._file, done)

    def close(self) -> None:
        """Closes the index and the file. May be called twice."""
        self.session.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """The answer to a question: ``entries`` best first, each a match with its row and what was decided.

    ``asked`` is what ``query`` resolved to: vectors, weights, exclusions. ``answer`` tells how many crops
    were compared and how long it took. Figures and pages read the pictures, so they want the library open.
    """

    session: Session
    query: Query
    asked: VectorQuery
    answer: Answer
    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def to_records(self) -> list[dict[str, Any]]:
        """A flat dictionary a match; :func:`dropgui.reports.table.records` lists its keys."""
        return records(self.entries)

    def to_pandas(self) -> "pd.DataFrame":
        """:meth:`to_records` as a table indexed by rank; needs the extra ``notebook``."""
        pd = _pandas()
        columns = [f"part_{name}" for name in self.asked.weights]
        return pd.DataFrame.from_records(self.to_records(), columns=[*COLUMNS, *columns], index="rank")

    def to_csv(self, path: AnyPath) -> None:
        """:meth:`to_records` as a CSV file."""
        save_table(self.entries, list(self.asked.weights), Path(path))

    def to_figure(self, path: AnyPath, *, columns: int = 10, title: str | None = None) -> None:
        """The ranking figure as .png, .pdf or .svg; see :func:`dropgui.reports.save_figure`."""
        save_figure(self._report(title), Path(path), columns=columns)

    def to_html(self, path: AnyPath, *, title: str | None = None) -> None:
        """The report as one HTML file with its pictures inside."""
        save_page(self._report(title), Path(path))

    def _report(self, title: str | None) -> Report:
        session = self.session
        model = session.index.model
        return report_of(session.library, self.query, self.asked, self.answer, model, title=title)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """What :meth:`Library.evaluate` measured; ``evaluation`` has all of it. ``print`` tells it in short.

    Tables are called ``summary``, ``parts``, ``cameras``, ``cmc``, ``roc``, ``certainty``, ``queries`` and
    ``confusion``, as far as there was something to measure; shares are in percent. Pages read the pictures,
    so they want the library open.
    """

    library: LibraryFile
    evaluation: Evaluation

    def __str__(self) -> str:
        return "\n".join(lines(self.evaluation))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, as ``dropgui evaluate --json`` prints it."""
        return self.evaluation.to_dict()

    def to_records(self, table: str = "summary") -> list[dict[str, Any]]:
        """A table as a dictionary a row; ``KeyError`` where there is none of this name."""
        found = self._table(table)
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    def to_pandas(self, table: str = "summary") -> "pd.DataFrame":
        """The same as a data frame; needs the extra ``notebook``."""
        found = self._table(table)
        return _pandas().DataFrame.from_records(list(found.rows), columns=list(found.columns))

    def to_csv(self, folder: AnyPath) -> list[Path]:
        """All tables as CSV files into a folder; their paths."""
        return files.write_tables(self.evaluation, Path(folder))

    def to_charts(self, folder: AnyPath) -> list[Path]:
        """The curves as PNG pictures into a folder; their paths."""
        return files.write_charts(self.evaluation, Path(folder))

    def to_html(self, path: AnyPath) -> None:
        """All of it as one HTML file with its pictures inside."""
        files.save_page(self.evaluation, self.library, Path(path))

    def recalibrate(self) -> None:
        """Fits the percentages of searches to this library's labelled pairs, from now on.

        :meth:`Library.forget_calibration` takes it back. A UserError where there are too few pairs.
        """
        recalibrate_as_measured(self.library, self.evaluation)

    def _table(self, name: str) -> tables.Table:
        known = {table.name: table for table in tables.all_tables(self.evaluation)}
        if name not in known:
            raise KeyError(f"no table {name!r} here, there are {', '.join(known)}")
        return known[name]


def _pandas() -> Any:
    try:
        import pandas as pd
    except ImportError as error:
        raise UserError(
            "to_pandas needs pandas: pip install 'dropgui[notebook]'. to_records needs nothing."
        ) from error
    return pd
