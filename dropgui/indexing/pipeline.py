"""One run over a folder: what is there, what of it is new, and that through the network."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from dropgui.indexing.catalogue import Catalogue
from dropgui.indexing.decode import Outcome, Picture, Unchanged, Unreadable, read_item
from dropgui.indexing.moves import relink_moved
from dropgui.indexing.plan import Item, plan_work
from dropgui.indexing.progress import CancelToken, Phase, Progress, Rate
from dropgui.indexing.roots import (
    FolderError,
    Root,
    check_folder,
    check_known,
    drop_empty_root,
    find_root,
)
from dropgui.indexing.store import ExtractorLike
from dropgui.indexing.stream import Stream
from dropgui.indexing.walk import Failure, Walk
from dropgui.library import Library
from dropgui.library.jobs import ending, start_job

__all__ = ["Failure", "IndexReport", "index_folder"]

_FIRST_ROWS = 200
_ROWS_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did. Of the pictures it found each is in one of indexed, skipped (known) and failed.

    ``failed`` also has pictures that failed before and did not change, and folders that could not be
    listed; ``relinked`` were found at a new place, ``missing`` not found any more.
    """

    indexed: int
    skipped: int
    failed: list[Failure]
    relinked: int
    missing: int
    seconds: float
    cancelled: bool


@dataclass(slots=True)
class _Run:
    """The state of one run."""

    library: Library
    root: Root
    cancel: CancelToken
    report: Callable[[Progress], None]
    job_id: int
    done: int = 0
    total: int = 0
    indexed: int = 0
    skipped: int = 0
    failed: list[Failure] = field(default_factory=list)
    rate: Rate = field(default_factory=Rate)

    def tell(self, phase: Phase) -> None:
        scanning = phase == "scanning"
        eta = None if scanning else self.rate.eta(self.total - self.done)
        total = None if scanning else self.total
        self.report(Progress(phase, self.done, total, len(self.failed), self.rate.value, eta))


def index_folder(
    library: Library,
    folder: Path,
    extractor: Callable[[], ExtractorLike],
    model_version_id: Callable[[], int],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    retry_faults: bool = False,
) -> IndexReport:
    """Brings the library in step with a folder of person crops, one picture a crop.

    ``extractor`` and ``model_version_id`` are called once, on another thread, while the folder is
    scanned. ``on_progress`` is called on this thread. Pictures that cannot be read are reported and the
    run goes on; they are tried again when their file changes, or with ``retry_faults``. Raises
    :class:`UserError` for a folder that cannot be indexed or is forgotten meanwhile and for a library that
    cannot be written; what was committed till then stays, and indexing the folder again goes on from there.
    """
    start = time.perf_counter()
    path = check_folder(library, folder)

    def begin(_: Connection) -> tuple[Root, int]:
        root = find_root(library, path)
        return root, start_job(library, "index", root.folder_id)

    root, job_id = library.write(begin)
    run = _Run(library, root, cancel or CancelToken(), on_progress or (lambda _: None), job_id)
    with ending(library, job_id) as end:
        report = _index(run, extractor, model_version_id, retry_faults=retry_faults, start=start)
        end.cancelled = report.cancelled
    return report


def _index(
    run: _Run,
    extractor: Callable[[], ExtractorLike],
    model_version_id: Callable[[], int],
    *,
    retry_faults: bool,
    start: float,
) -> IndexReport:
    def load() -> tuple[ExtractorLike, int]:
        return extractor(), model_version_id()

    with ThreadPoolExecutor(1, "index-load") as loader:
        loading = loader.submit(load)
        catalogue, missing = _scan(run)
        relinked = relink_moved(run.library, run.root, catalogue.watermark, run.cancel)
        network, version = loading.result()
    if retry_faults:
        catalogue.retry_faults()
    run.failed += catalogue.known_faults
    items = plan_work(run.library, run.root, catalogue.changed, version)
    run.total = len(items)
    run.skipped = max(0, catalogue.count - len(catalogue.known_faults) - len(items))
    if items and not run.cancel.cancelled:
        _embed(run, items, network, version)
    with run.library.read() as connection:
        check_known(connection, run.root)
    run.tell("finishing")
    return IndexReport(
        indexed=run.indexed,
        skipped=run.skipped,
        failed=run.failed,
        relinked=relinked,
        missing=missing,
        seconds=time.perf_counter() - start,
        cancelled=run.cancel.cancelled,
    )


def _scan(run: _Run) -> tuple[Catalogue, int]:
    """Takes all files of the folder in; returns them and how many known ones have gone."""
    catalogue = Catalogue(run.library, run.root)
    walk = Walk(run.root.path, run.root.start)
    files = iter(walk)
    at_once = _FIRST_ROWS
    while (found := list(islice(files, at_once))) and not run.cancel.cancelled:
        catalogue.add(found)
        at_once = _ROWS_AT_ONCE
        run.done = catalogue.count
        run.tell("scanning")
    run.done = 0
    run.failed += walk.failures
    if run.cancel.cancelled:
        return catalogue, 0
    if (
        not catalogue.count
        and run.root.is_new
        and not walk.failures
        and drop_empty_root(run.library, run.root)
    ):
        raise FolderError(
            f"There are no pictures in {run.root.path}. Choose a folder that holds JPEG, PNG, WebP, BMP or "
            "TIFF files, in itself or in folders below it."
        )
    return catalogue, catalogue.mark_missing(walk.unlisted)


def _embed(run: _Run, items: list[Item], network: ExtractorLike, version: int) -> None:
    """Runs the network over all items; what fails to commit is raised here."""
    run.rate = Rate()

    def note(batch: list[Outcome]) -> tuple[int, int, int]:
        _count(run, batch)
        return run.job_id, run.done, run.total

    def check() -> None:
        with run.library.read() as connection:
            check_known(connection, run.root)
        run.tell("indexing")

    Stream(run.library, network, version, run.cancel, read_item, note, check).run(items)


def _count(run: _Run, batch: list[Outcome]) -> None:
    for outcome in batch:
        match outcome:
            case Picture():
                run.indexed += 1
            case Unreadable():
                run.failed.append(outcome.failure)
            case Unchanged():
                run.skipped += 1
    run.done += len(batch)
    run.rate.add(len(batch))
