"""Candidates for a search that would scan too many rows: product quantisation with fast scanning.

For every vector of the model faiss keeps 4-bit codes of all rows, one for four numbers (product quantisation:
Jegou, Douze and Schmid, PAMI 2011; fast scanning: Andre, Kermarrec and Le Scouarnec, PAMI 2021), 16 times
smaller than the rows. The best of each chosen vector by its codes are the candidates; they are scored
exactly. So a score is never wrong, but a crop that is among the best by all parts together and by none alone
can be missed: :func:`measure_recall` says how often, on the user's own crops.

Rows that were appended since are all candidates. Where rows were taken away the codes are out of step and not
used until :func:`build` made them anew.
"""

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from dropgui.errors import UserError
from dropgui.library import LibraryError
from dropgui.library.embeddings import generation
from dropgui.search.cache import BUILDING, abandoned
from dropgui.search.index import PartIndex, Rows
from dropgui.search.query import VectorQuery
from dropgui.search.scan import search, too_slow
from dropgui.search.target import Places, Target
from dropmodel.features import Features, default_weights

_LEAST, _TIMES, _MOST = 1000, 20, 20_000  # candidates a vector: at least, for each wanted match, at most
_FRESH = 0.05  # a greater share of appended rows wants codes of its own
_TRAIN_ROWS = 8192
_BLOCK = 65536
_FOLDER, _META = "approximate", "approximate.json"


class FaissMissingError(UserError):
    """The extra that approximate search needs is not installed."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The shares of the exact search's first 10 and first 100 matches that are found, over ``queries``."""

    at_10: float
    at_100: float
    queries: int


@dataclass(frozen=True, slots=True, eq=False)
class Approximate:
    """Codes of the first ``rows`` rows of ``files``, a faiss index a vector, and their recall if known."""

    files: tuple[str, int]
    rows: int
    indexes: tuple[Any, ...]
    recall: Recall | None

    @property
    def recall_at_100(self) -> float | None:
        """The share of the exact first 100 that is found; None until it was measured."""
        return None if self.recall is None else self.recall.at_100

    def serves(self, rows: Rows, top: int = 1) -> bool:
        """Whether these are the codes of ``rows``, but for a few that were appended since.

        And whether they have enough candidates for the best ``top``; more are looked for exactly.
        """
        if _TIMES * top > _MOST:
            return False
        return rows.files == self.files and self.rows <= len(rows.living) <= (1 + _FRESH) * self.rows

    def candidates(self, target: Target, allowed: npt.NDArray[np.bool_], top: int) -> Places:
        """Rows among which the best ``top`` of those ``allowed``, bool [N], are looked for; rising."""
        share = max(np.count_nonzero(allowed[: self.rows]) / self.rows, 1 / self.rows)
        count = min(math.ceil(max(_LEAST, _TIMES * top) / share), _MOST, self.rows)
        chosen = np.zeros(len(allowed), dtype=bool)
        chosen[self.rows :] = True
        for position, vector, weight in zip(target.positions, target.vectors, target.weights, strict=True):
            if weight > 0:
                _, found = self.indexes[position].search(vector.astype(np.float32)[None], count)
                chosen[found[found >= 0]] = True
        places: Places = np.flatnonzero(chosen & allowed)
        return places


def is_wanted(index: PartIndex) -> bool:
    """Whether scanning the vectors that count by default takes too long on this machine."""
    weights = default_weights(index.model.schema)
    parts = len(index.model.schema.vector_names)
    blank = np.zeros((1, parts, index.model.dim), np.float32)
    query = VectorQuery(Features(blank, np.ones((1, parts), np.float32), index.model.schema), weights)
    return too_slow(Target.of(query), index.rows.living, index.device)


def build(
    index: PartIndex,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Gives ``index`` its approximate codes, from the disk or made now; False if that came to nothing.

    It does where it is cancelled or where crops are forgotten meanwhile. Takes minutes for a million crops;
    searches go on beside it. ``on_progress`` hears the share that is done, in [0, 1].
    :class:`FaissMissingError` without the extra ``faiss``; another UserError on a full disk.
    """
    faiss = _faiss()
    rows = index.rows
    known = _load(index.folder / _FOLDER)
    if known is None or not known.serves(rows):
        made = _make(faiss, index, rows, known, on_progress or (lambda _: None), cancelled)
        if not made or (known := _load(index.folder / _FOLDER)) is None:
            return False
    index.approximate = known
    return True


def measure_recall(
    index: PartIndex, queries: int = 50, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> Recall | None:
    """Asks for some of the library's own crops both ways; takes as long as the exact searches.

    The index keeps the answer, on the disk too. None where it is cancelled, or where the codes are out of
    step or fall out of it meanwhile. ``ValueError`` where the index has no codes.
    """
    rows, approximate = index.rows, index.approximate
    living = np.flatnonzero(rows.living)
    if approximate is None:
        raise ValueError("there are no approximate codes of this index to be measured")
    if not approximate.serves(rows) or not len(living):
        return None
    rng = np.random.default_rng(seed)
    picked = rng.choice(living, min(queries, len(living)), replace=False)
    hits, sizes = np.zeros(2), np.zeros(2)
    for row in picked:
        vectors = np.stack([matrix[row] for matrix in rows.matrices]).astype(np.float32)[None]
        features = Features(vectors, rows.visibility_roots[:, row][None] ** 2, index.model.schema)
        query = VectorQuery(
            features,
            default_weights(index.model.schema),
            top=100,
            exclude=frozenset({int(rows.crop_ids[row])}),
        )
        if cancelled():
            return None
        answers = [search(index, query, exact=exact) for exact in (True, False)]
        if not answers[1].approximate:
            return None
        found = [[match.crop_id for match in answer.matches] for answer in answers]
        for i, depth in enumerate((10, 100)):
            hits[i] += len(set(found[0][:depth]) & set(found[1][:depth]))
            sizes[i] += len(found[0][:depth])
    shares = hits / np.maximum(sizes, 1)
    recall = Recall(float(shares[0]), float(shares[1]), len(picked))
    measured = replace(approximate, recall=recall)
    if index.approximate is approximate:
        index.approximate = measured
        index.library.write(lambda _: _write_meta(index.folder / _FOLDER, measured))
    return recall


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise FaissMissingError(
            "Searching this many crops quickly needs faiss. Install it with: pip install 'dropgui[faiss]'"
        ) from error
    return faiss


def _load(folder: Path) -> Approximate | None:
    """The codes in ``folder``; None where they are not whole."""
    faiss = _faiss()
    try:
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        recall = None if meta["recall"] is None else Recall(**meta["recall"])
        indexes = tuple(faiss.read_index(str(folder / name)) for name in meta["vectors"])
        data, taken = meta["files"]
        loaded = Approximate((str(data), int(taken)), int(meta["rows"]), indexes, recall)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError):
        return None
    return loaded if all(codes.ntotal == loaded.rows for codes in indexes) else None


def _make(
    faiss: Any,
    index: PartIndex,
    rows: Rows,
    known: Approximate | None,
    on_progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Writes codes of all ``rows`` to the disk, those ``known`` of the same files not made again."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # of this thread: searches come first
    if known is not None and (known.files != rows.files or known.rows > len(rows.living)):
        known = None
    for left in index.folder.glob(f"{_FOLDER}-*{BUILDING}"):
        if abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    # A name of its own: another program may be building for the same library.
    folder = index.folder / f"{_FOLDER}-{uuid4().hex}{BUILDING}"
    indexes = []
    try:
        folder.mkdir(parents=True)
        for position, matrix in enumerate(rows.matrices):
            if cancelled():
                return False
            codes = _untrained(faiss, matrix) if known is None else known.indexes[position]
            for start in range(codes.ntotal, len(matrix), _BLOCK):
                if cancelled():
                    return False
                codes.add(np.asarray(matrix[start : start + _BLOCK], np.float32))
                on_progress((position + min(start + _BLOCK, len(matrix)) / len(matrix)) / len(rows.matrices))
            faiss.write_index(codes, str(folder / _file(position)))
            indexes.append(codes)
        made = Approximate(rows.files, len(rows.living), tuple(indexes), None)
        _write_meta(folder, made)
        return index.library.write(lambda connection: _adopt(index, folder, made, connection))
    except (OSError, RuntimeError) as error:  # faiss says with the latter that it cannot write
        if not folder.exists() and not isinstance(error, PermissionError):
            return False  # wiped, because crops were forgotten
        raise LibraryError(
            f"What makes searches quick could not be written to {index.folder} ({error}). Free some space "
            "and make sure you may write there; until then searches take longer and find everything."
        ) from error
    finally:
        faiss.omp_set_num_threads(threads)  # torch's on this thread, too
        shutil.rmtree(folder, ignore_errors=True)


def _untrained(faiss: Any, matrix: npt.NDArray[np.float16]) -> Any:
    """An empty index that knows the rows' ways."""
    count, dim = matrix.shape
    pieces = next(pieces for pieces in range(max(dim // 4, 1), 0, -1) if dim % pieces == 0)
    codes = faiss.IndexPQFastScan(dim, pieces, 4, faiss.METRIC_INNER_PRODUCT)
    sample = np.sort(np.random.default_rng(0).choice(count, min(_TRAIN_ROWS, count), replace=False))
    codes.train(matrix[sample].astype(np.float32))
    return codes


def _adopt(index: PartIndex, folder: Path, made: Approximate, connection: Connection) -> bool:
    """Puts what was built in the place of what was there, unless crops were forgotten meanwhile."""
    if generation(connection, index.model.id) != made.files[1]:
        return False
    shutil.rmtree(index.folder / _FOLDER, ignore_errors=True)
    folder.rename(index.folder / _FOLDER)
    return True


def _write_meta(folder: Path, approximate: Approximate) -> None:
    """The last to be written: without it the codes are not whole."""
    recall = approximate.recall
    meta = {
        "files": list(approximate.files),
        "rows": approximate.rows,
        "vectors": [_file(position) for position in range(len(approximate.indexes))],
        "recall": None if recall is None else asdict(recall),
    }
    if folder.exists():
        new = folder / f"{_META}.new"
        new.write_text(json.dumps(meta), encoding="utf-8")
        new.replace(folder / _META)


def _file(position: int) -> str:
    return f"{position:02}.faiss"
