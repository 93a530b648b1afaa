"""Long work as the library remembers it, so that what a crash cut short can be told and resumed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from dropgui.errors import UserError
from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.processes import process_name, runs
from dropgui.library.rows import JobRow
from dropgui.library.schema import Folder, Job, now

_CHANGED = Change(jobs=True)


def start_job(
    library: Library, kind: str, folder_id: int | None = None, model_version_id: int | None = None
) -> int:
    """Notes that this process starts a job on a folder or for a model version.

    Older jobs of the kind on the same that died are thereby taken up.
    """
    of = {"kind": kind, "folder_id": folder_id, "model_version_id": model_version_id}

    def work(connection: Connection) -> int:
        dead = _dead_jobs(connection, **of)
        connection.execute(update(Job).where(Job.id.in_(dead)).values(state="interrupted", finished_at=now()))
        values = {**of, "state": "running", "process": process_name()}
        return connection.execute(insert(Job).values(values).returning(Job.id)).scalar_one()

    return library.write(work, change=_CHANGED)


def note_progress(connection: Connection, job_id: int, done: int, total: int | None) -> None:
    """Stores how far a job is, in the transaction that got it there."""
    connection.execute(update(Job).where(Job.id == job_id).values(done=done, total=total))


def finish_job(library: Library, job_id: int, state: str, message: str | None = None) -> None:
    """Notes how a job ended: finished, cancelled or failed."""
    values = {"state": state, "message": message, "finished_at": now()}
    library.write(
        lambda connection: connection.execute(update(Job).where(Job.id == job_id).values(values)),
        change=_CHANGED,
    )


@dataclass(slots=True)
class Ending:
    """How work ended that nothing was raised by."""

    cancelled: bool = False


@contextmanager
def ending(library: Library, job_id: int) -> Iterator[Ending]:
    """Around the work of a job: notes how it ended, and if it failed, why."""
    end = Ending()
    state, message = "failed", None
    try:
        yield end
        state = "cancelled" if end.cancelled else "finished"
    except UserError as error:
        message = str(error)
        raise
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        raise
    finally:
        with suppress(UserError):  # the disk may be the very reason; the first error is the one to tell
            finish_job(library, job_id, state, message)


def jobs(library: Library) -> list[JobRow]:
    """All jobs, newest first."""
    with library.read() as connection:
        return _rows(connection)


def interrupted_jobs(library: Library) -> list[JobRow]:
    """Jobs whose process died and that nobody has taken up since, newest first.

    Indexing the folder again, or using the model version, resumes the work.
    """
    with library.read() as connection:
        dead = set(_dead_jobs(connection))
        return [row for row in _rows(connection) if row.id in dead]


def is_worked_on(connection: Connection, model_version_id: int, kind: str | None = None) -> bool:
    """Whether a job for the model version, of this kind if one is named, runs in any process."""
    query = select(Job.process).where(Job.state == "running", Job.model_version_id == model_version_id)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return any(runs(process) for process in connection.execute(query).scalars())


def _rows(connection: Connection) -> list[JobRow]:
    query = select(Job, Folder.path).outerjoin(Folder).order_by(Job.id.desc())
    return [
        JobRow(
            id=row.id,
            kind=row.kind,
            state=row.state,
            folder_id=row.folder_id,
            folder=None if row.path is None else Path(row.path),
            done=row.done,
            total=row.total,
            message=row.message,
            started_at=row.started_at,
            finished_at=row.finished_at,
            model_version_id=row.model_version_id,
        )
        for row in connection.execute(query)
    ]


def _dead_jobs(connection: Connection, **of: str | int | None) -> list[int]:
    """Ids of the jobs, among those with these values, whose process is gone."""
    query = select(Job.id, Job.process).where(Job.state == "running")
    for column, value in of.items():
        query = query.where(getattr(Job, column).is_not_distinct_from(value))
    return [row.id for row in connection.execute(query) if not runs(row.process)]
