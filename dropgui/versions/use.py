"""Using another model version: what it lacks is embedded beside the old one's answers, then one switch.

Embeddings of several versions lie side by side in the library, so a run that is cancelled or killed loses a
batch, and using the version again goes on from there. What people corrected in masks counts under every
version. The old version answers until the new one has vectors of every crop that can be found; crops that
are indexed meanwhile are caught up. The switch is one transaction, in which that is looked at once more.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from dropgui.errors import UserError
from dropgui.indexing.decode import LeftOut, Outcome, Picture
from dropgui.indexing.plan import Item
from dropgui.indexing.progress import CancelToken, Phase, Progress, Rate
from dropgui.indexing.stream import Stream
from dropgui.indexing.walk import Failure
from dropgui.library import Library
from dropgui.library.embeddings import has_embeddings
from dropgui.library.jobs import ending, is_worked_on, start_job
from dropgui.library.models import IncompleteVersionError, crops_behind, model_version, previous_version
from dropgui.library.rows import ModelVersionRow
from dropgui.session import Session
from dropgui.versions.behind import items_behind, read_as_indexed

JOB = "use model version"
"""The kind of these jobs in the library."""

_MASK_BYTES = 1500  # of a label map as PNG, with what SQLite adds to a row
_COPIES = 2  # of every vector: in the library, and in the search cache


class VersionBusyError(UserError):
    """A model version is being worked on already."""


class NoRoomError(UserError):
    """The disk is too small for a model version's vectors."""


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes until a version can be used: ``crops`` to embed, and about so many ``bytes`` of disk."""

    crops: int
    bytes: int


@dataclass(frozen=True, slots=True)
class UseReport:
    """What came of a run.

    ``embedded`` pictures were shown to the version; ``left_out`` could not be read or have changed, so the
    version cannot find them. ``switched``: it is the active one now and was not before.
    """

    version: ModelVersionRow
    embedded: int
    left_out: tuple[Failure, ...]
    switched: bool
    cancelled: bool
    seconds: float

    @property
    def words(self) -> str:
        """For people, in one or two sentences."""
        name, lost = self.version.name, len(self.left_out)
        pictures = f"{lost:,} picture{'s' * (lost != 1)}"
        if self.version.active:
            known = f"{name!r} answers searches now." if self.switched else f"{name!r} is in use."
            return f"{known} It could not be shown {pictures}, which it cannot find." if lost else known
        if self.cancelled:
            return f"Stopped; what was embedded with {name!r} is kept, and the model in use stays."
        return (
            f"{name!r} is not in use yet: it could not be shown {pictures}, which the model in use can find. "
            "Bring them back and try again, or use it without them."
        )


@dataclass(slots=True)
class _Run:
    """The state of one run; ``items`` is what is to be done in this pass."""

    session: Session
    version: ModelVersionRow
    cancel: CancelToken
    report: Callable[[Progress], None]
    job_id: int
    done: int = 0
    total: int = 0
    embedded: int = 0
    left_out: dict[int, Failure] = field(default_factory=dict)
    rate: Rate = field(default_factory=Rate)

    @property
    def library(self) -> Library:
        return self.session.library

    def note(self, batch: list[Outcome]) -> tuple[int, int, int]:
        self.done += len(batch)
        self.rate.add(len(batch))
        for outcome in batch:
            match outcome:
                case Picture():
                    self.embedded += 1
                case LeftOut():
                    self.left_out[outcome.item.crop_id] = outcome.failure
        return self.job_id, self.done, self.total

    def check(self) -> None:
        try:
            _row(self.library, self.version.id)
        except KeyError as error:
            raise VersionBusyError(
                f"The model version {self.version.name!r} was dropped meanwhile."
            ) from error
        self.tell("embedding")

    def tell(self, phase: Phase) -> None:
        eta = self.rate.eta(self.total - self.done)
        self.report(Progress(phase, self.done, self.total, len(self.left_out), self.rate.value, eta))


def need_of(library: Library, model_version_id: int) -> Need:
    """What using a version takes; nothing of it where one goes back. ``KeyError`` for an unknown version."""
    with library.read() as connection:
        version = model_version(connection, model_version_id)
        crops = len(crops_behind(connection, model_version_id))
    a_crop = 2 * len(version.schema.vector_names) * (version.dim + 1) * _COPIES + _MASK_BYTES
    return Need(crops, crops * a_crop)


def use_version(
    session: Session,
    model_version_id: int,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    at_once: bool = False,
    leave_out: bool = False,
) -> UseReport:
    """Makes a version the active one, once it has vectors of every crop that can be found.

    ``at_once`` is for going back: a version that answered before answers at once again, and what was indexed
    since is caught up behind it. ``leave_out`` switches although pictures could not be read: until they can
    be and their folder is indexed, they are not found. Without it such a run leaves the old version in use.
    ``on_progress`` is called on this thread.

    ``KeyError`` for an unknown version. :class:`VersionBusyError` where it is being made ready already,
    :class:`NoRoomError` where the disk is too small, a ``UserError`` where its weights are gone or the
    library cannot be written. The old version answers then, and what was embedded stays.
    """
    start = time.perf_counter()
    library = session.library
    version = _row(library, model_version_id)
    run = _Run(
        session,
        version,
        cancel or CancelToken(),
        on_progress or (lambda _: None),
        _begin(library, version),
    )
    with ending(library, run.job_id) as end:
        switched = _use(run, at_once=at_once, leave_out=leave_out)
        end.cancelled = run.cancel.cancelled
    return UseReport(
        version=_row(library, model_version_id),
        embedded=run.embedded,
        left_out=tuple(run.left_out.values()),
        switched=switched,
        cancelled=run.cancel.cancelled,
        seconds=time.perf_counter() - start,
    )


def roll_back(
    session: Session,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
) -> UseReport:
    """Goes back to the version that answered before the active one; again, and one is where one was.

    ``UserError`` where there is none. See :func:`use_version`.
    """
    before = previous_version(session.library)
    if before is None:
        raise UserError("There is no model version to go back to.")
    return use_version(session, before.id, on_progress=on_progress, cancel=cancel, at_once=True)


def _begin(library: Library, version: ModelVersionRow) -> int:
    def work(connection: Connection) -> int:
        if is_worked_on(connection, version.id, JOB):
            raise VersionBusyError(
                f"The model version {version.name!r} is being made ready already, here or in another program."
            )
        return start_job(library, JOB, model_version_id=version.id)

    return library.write(work)


def _use(run: _Run, *, at_once: bool, leave_out: bool) -> bool:
    """Embeds what is missing and switches; returns whether it did switch."""
    version, library = run.version, run.library
    switched = False
    if at_once and not version.active and _answered(library, version):
        run.session.switch(version.id, without=None)
        switched = True
    while not run.cancel.cancelled:
        items = [i for i in items_behind(library, version.id) if i.crop_id not in run.left_out]
        if items:
            _embed(run, items)
            continue
        if switched or _row(library, version.id).active:
            break
        run.tell("finishing")
        try:
            run.session.switch(version.id, without=set(run.left_out) if leave_out else ())
            switched = True
        except IncompleteVersionError:
            with library.read() as connection:
                if run.left_out.keys() >= set(crops_behind(connection, version.id)):
                    break  # nothing but what cannot be read is missing
    if switched or run.embedded:
        run.session.index.refresh()
    return switched


def _embed(run: _Run, items: list[Item]) -> None:
    version = run.version
    need, free = need_of(run.library, version.id).bytes, shutil.disk_usage(run.library.path.parent).free
    if need > free:
        raise NoRoomError(
            f"The vectors of {version.name!r} need about {need / 1e6:,.0f} MB of disk, and "
            f"{free / 1e6:,.0f} MB are free beside {run.library.path}. Free some space, or drop the vectors "
            "of a version."
        )
    run.total = run.done + len(items)
    run.rate = Rate()
    run.tell("embedding")
    network = run.session.extractor_of(version.id)
    Stream(run.library, network, version.id, run.cancel, read_as_indexed, run.note, run.check).run(items)


def _answered(library: Library, version: ModelVersionRow) -> bool:
    """Whether a version was the active one before and still has the vectors it had."""
    return version.activated_at is not None and has_embeddings(library, version.id)


def _row(library: Library, model_version_id: int) -> ModelVersionRow:
    with library.read() as connection:
        return model_version(connection, model_version_id)
