"""What was drawn and not yet saved, on the disk: a journal of the mask in hand, one record an edit.

``<library>.drafts/<crop>-<name>.draft``, beside the library, holds a head (whose mask it is, and its labels
before the first edit) and then every edit, each with its length and checksum. Records are appended and forced
to the disk on a thread of its own; whatever ends the program takes at most the stroke in hand. A torn last
record is left out. Saving the mask removes the file.
"""

import json
import os
import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np

from dropgui.correction.delta import Delta
from dropgui.correction.region import Labels
from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.corrections import labels_of, revisions
from dropgui.library.drafts import SUFFIX, draft_files, drafts_dir
from dropgui.library.processes import process_name, runs
from dropgui.library.queries import crop_rows
from dropmodel.parts import PartSchema

_MAGIC = b"DROP draft 1\n"
_RECORD = struct.Struct("<II")
_DONE, _UNDONE = b"+", b"-"

_live: set[Path] = set()
"""Files that journals of this process are writing."""


class DraftError(UserError):
    """What is being drawn cannot be kept on the disk; it is still in the window."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Work that was never saved: ``labels`` uint8 [H, W], what the mask was like after the last whole edit.

    ``base_revision`` is what it began from, 0 for the model's own mask; ``edits`` how many strokes, undone
    ones included; ``at`` when the last was made.
    """

    path: Path
    crop_id: int
    base_revision: int
    schema_name: str
    labels: Labels
    edits: int
    at: datetime


class Journal:
    """Keeps the edits of one crop's mask on the disk until they are saved. Close it when done.

    ``labels`` uint8 [H, W] as they are now, at ``base_revision``. Nothing is written before the first edit.
    ``on_fault`` hears on the journal's own thread that the disk refuses; every later edit tries again.
    Its methods are cheap, but for :meth:`flush` and :meth:`close`, and for any thread.
    """

    def __init__(
        self,
        library: Library,
        crop_id: int,
        labels: Labels,
        schema: PartSchema,
        base_revision: int,
        on_fault: Callable[[DraftError], None] | None = None,
    ) -> None:
        self.path = drafts_dir(library) / f"{crop_id}-{uuid4().hex[:12]}{SUFFIX}"
        self._head = {
            "library": library.id,
            "crop": crop_id,
            "schema": schema.name,
            "process": process_name(),
        }
        self._on_fault = on_fault
        self._base = (base_revision, labels.copy())
        self._edits: deque[tuple[int, bytes]] = deque()  # those not saved, with their numbers
        self._noted = 0
        self._file: _File | None = None
        self._fault: DraftError | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="draft-journal", daemon=True)
        _live.add(self.path)
        self._thread.start()

    def note(self, delta: Delta, *, undone: bool = False) -> int:
        """Takes in an edit that was made (or undone); returns its number, for :meth:`saved`."""
        record = _framed((_UNDONE if undone else _DONE) + delta.to_bytes())
        with self._changed:
            self._noted += 1
            self._edits.append((self._noted, record))
            self._fault = None
            self._changed.notify_all()
            return self._noted

    @property
    def noted(self) -> int:
        """The number of the last edit."""
        return self._noted

    def saved(self, number: int, labels: Labels, revision: int) -> None:
        """The mask as it was after edit ``number``, ``labels`` uint8 [H, W], is saved as ``revision``."""
        with self._changed:
            while self._edits and self._edits[0][0] <= number:
                self._edits.popleft()
            self._base = (revision, labels.copy())
            self._fault = None
            self._changed.notify_all()

    def flush(self) -> None:
        """Waits until every edit is on the disk, or gone from it where it is saved.

        Raises :class:`DraftError` where the disk refuses.
        """
        with self._changed:
            self._fault = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_waiting() or self._fault is not None)
            if self._fault is not None:
                raise self._fault

    def discard(self) -> None:
        """Forgets all edits that are not saved, also on the disk, and closes."""
        with self._changed:
            self._edits.clear()
        self.close()

    def close(self) -> None:
        """Writes what is left and ends; edits that are not saved stay on the disk as a draft."""
        with self._changed:
            self._closing = True
            self._fault = None
            self._changed.notify_all()
        self._thread.join()
        _live.discard(self.path)

    def _is_waiting(self) -> bool:
        """Whether the disk is behind. (With the lock held.)"""
        if not self._edits:
            return self._file is not None
        file = self._file
        return file is None or file.base is not self._base[1] or file.last < self._edits[-1][0]

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or (self._is_waiting() and not self._fault))
                if not self._is_waiting():
                    return
                base, edits, closing = self._base, list(self._edits), self._closing
            try:
                file = self._written(base, edits)
            except OSError as error:
                self._failed(error)
                if closing:
                    return
                continue
            with self._changed:
                self._file = file
                self._changed.notify_all()

    def _written(self, base: tuple[int, Labels], edits: list[tuple[int, bytes]]) -> "_File | None":
        """Brings the file in step with these edits, forced to the disk; what is there then."""
        file = self._file
        if not edits:
            self.path.unlink(missing_ok=True)
            return None
        if file is None or file.base is not base[1] or not self.path.exists():
            head = {**self._head, "base": base[0], "shape": list(base[1].shape)}
            parts = [json.dumps(head).encode(), zlib.compress(base[1].tobytes(), 1)]
            content = b"".join([_MAGIC, *map(_framed, parts), *(record for _, record in edits)])
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            try:
                _force(new, content, 0)
                new.replace(self.path)
            except OSError:
                with suppress(OSError):
                    new.unlink(missing_ok=True)
                raise
            _force_folder(self.path.parent)
            return _File(base[1], edits[-1][0], len(content))
        content = b"".join(record for number, record in edits if number > file.last)
        _force(self.path, content, file.size)
        return _File(file.base, edits[-1][0], file.size + len(content))

    def _failed(self, error: OSError) -> None:
        fault = DraftError(
            f"What you draw cannot be kept safe in {self.path.parent} ({error.strerror}). Free some space; "
            "it is kept in the window meanwhile, and saved with the mask."
        )
        with self._changed:
            self._fault = fault
            self._changed.notify_all()
        if self._on_fault is not None:
            self._on_fault(fault)


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    """What a journal's file holds: edits up to ``last`` after the labels ``base``, ``size`` bytes."""

    base: Labels
    last: int
    size: int


def open_draft(library: Library, crop_id: int) -> Draft | None:
    """The crop's latest work that was never saved, None without any.

    What a living program has in hand is not offered, and what was saved after all is removed. The labels
    may be of another size than the crop is now, where its picture was replaced.
    """
    return next((draft for draft in _drafts(library, crop_id)), None)


def all_drafts(library: Library) -> list[Draft]:
    """The latest unsaved work of every crop, the latest first; for the start of the program."""
    first: dict[int, Draft] = {}
    for draft in _drafts(library):
        first.setdefault(draft.crop_id, draft)
    return list(first.values())


def discard_draft(draft: Draft) -> None:
    """Removes a draft: it was saved, or nobody wants it."""
    draft.path.unlink(missing_ok=True)


def _drafts(library: Library, crop_id: int | None = None) -> Iterator[Draft]:
    files = draft_files(library)
    living = crop_rows(library, set(files.values()))
    for path, of_crop in files.items():
        if crop_id not in (None, of_crop) or of_crop not in living or path in _live:
            continue
        draft = _read(library, path, of_crop)
        if draft is None:
            continue
        if _was_saved(library, draft):
            discard_draft(draft)
        else:
            yield draft


def _was_saved(library: Library, draft: Draft) -> bool:
    """Whether the crop's latest revision is this very mask: its program ended between saving and tidying."""
    latest = next(iter(revisions(library, draft.crop_id)), None)
    return (
        latest is not None
        and latest.revision > draft.base_revision
        and np.array_equal(labels_of(library, latest), draft.labels)
    )


def _read(library: Library, path: Path, crop_id: int) -> Draft | None:
    """The draft in a file; None for one in hand elsewhere, of another library, or without a whole edit."""
    try:
        content, changed = path.read_bytes(), path.stat().st_mtime
    except OSError:
        return None
    records = _records(content)
    try:
        head = json.loads(next(records))
        labels = np.frombuffer(zlib.decompress(next(records)), np.uint8).reshape(head["shape"]).copy()
        in_hand = head["process"] != process_name() and runs(head["process"])
        own = (head["library"], head["crop"]) == (library.id, crop_id)
        base, schema = int(head["base"]), str(head["schema"])
    except (StopIteration, ValueError, KeyError, TypeError, zlib.error):
        return None
    edits = 0
    for record in records:
        try:
            delta = Delta.from_bytes(record[1:])
            (delta.revert if record[:1] == _UNDONE else delta.apply)(labels)
        except ValueError:
            break
        edits += 1
    if in_hand or not own or not edits:
        return None
    return Draft(path, crop_id, base, schema, labels, edits, datetime.fromtimestamp(changed, UTC))


def _framed(payload: bytes) -> bytes:
    return _RECORD.pack(len(payload), zlib.crc32(payload)) + payload


def _records(content: bytes) -> Iterator[bytes]:
    """The whole records of a file, up to the first that is torn."""
    if not content.startswith(_MAGIC):
        return
    at = len(_MAGIC)
    while at + _RECORD.size <= len(content):
        length, checksum = _RECORD.unpack_from(content, at)
        at += _RECORD.size
        payload = content[at : at + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield payload
        at += length


def _force(path: Path, content: bytes, offset: int) -> None:
    """Writes ``content`` behind the first ``offset`` bytes of a file, and waits for the disk."""
    with path.open("r+b" if offset else "wb") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _force_folder(folder: Path) -> None:
    """Makes sure that a new name in a folder outlives a power cut; Windows does so by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
