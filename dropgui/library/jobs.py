"""Long work as the library remembers it, so that what a crash cut short can be told and resumed."""

import os
import sys
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from dropgui.library.changes import Change
from dropgui.library.library import Library
from dropgui.library.rows import JobRow
from dropgui.library.schema import Folder, Job, now

_CHANGED = Change(jobs=True)


def start_job(library: Library, kind: str, folder_id: int | None = None) -> int:
    """Notes that this process starts a job; older jobs on the folder that died are thereby taken up."""

    def work(connection: Connection) -> int:
        dead = [job_id for job_id, _ in _dead_jobs(connection, folder_id)]
        connection.execute(update(Job).where(Job.id.in_(dead)).values(state="interrupted", finished_at=now()))
        values = {"kind": kind, "state": "running", "process": _process(os.getpid()), "folder_id": folder_id}
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


def jobs(library: Library) -> list[JobRow]:
    """All jobs, newest first."""
    with library.read() as connection:
        return _rows(connection)


def interrupted_jobs(library: Library) -> list[JobRow]:
    """Jobs whose process died and whose folder nobody has started to index since, newest first.

    Indexing that folder again resumes the work.
    """
    with library.read() as connection:
        dead = {job_id for job_id, _ in _dead_jobs(connection)}
        return [row for row in _rows(connection) if row.id in dead]


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
        )
        for row in connection.execute(query)
    ]


def _dead_jobs(connection: Connection, folder_id: int | None = None) -> list[tuple[int, str]]:
    query = select(Job.id, Job.process).where(Job.state == "running")
    if folder_id is not None:
        query = query.where(Job.folder_id == folder_id)
    return [(row.id, row.process) for row in connection.execute(query) if not _runs(row.process)]


def _runs(process: str) -> bool:
    """Whether the very process still runs: an id that the system gave to another one does not count."""
    pid = int(process.partition(":")[0])
    return _alive(pid) and _process(pid) == process


def _process(pid: int) -> str:
    """A process as ``<pid>:<start time>``; the start is left out where the system does not tell it."""
    try:
        # The name in parentheses may hold spaces; the start time is the 20th field after it.
        start = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        start = ""
    return f"{pid}:{start}"


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        # os.kill(pid, 0) would end the process on Windows. 0x1000: may only be asked about.
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
