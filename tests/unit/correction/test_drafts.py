"""What is drawn and not saved: on the disk stroke by stroke, whole after every accident."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropgui.correction import drafts
from dropgui.correction.delta import Delta
from dropgui.correction.drafts import (
    DraftError,
    Journal,
    all_drafts,
    discard_draft,
    open_draft,
)
from dropgui.correction.region import Box, Labels
from dropgui.library import Library
from dropgui.library.corrections import add_correction, labels_of, revisions
from dropgui.library.drafts import drafts_dir
from dropgui.library.forget import finish_forgetting, forget_crops
from tests.unit.correction.slow_hand import labels_after
from tests.unit.library.made import SCHEMA, add_crops

ROOT = Path(__file__).parents[3]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "some.droplib") as opened:
        yield opened


@pytest.fixture
def crop(library: Library) -> int:
    return add_crops(library, 2)[0]


def blank() -> Labels:
    return np.zeros((32, 16), np.uint8)


def stroke(labels: Labels, number: int) -> Delta:
    """Draws one stroke as ``slow_hand`` does; its edit."""
    row = number % 32
    before = labels[row : row + 1].copy()
    labels[row] = number % 3 + 1
    return Delta.between(Box(row, 0, row + 1, 16), before, labels[row : row + 1])


def files(library: Library) -> list[Path]:
    return sorted(drafts_dir(library).glob("*"))


def killed(journal: Journal) -> None:
    """As if the journal's process had died with what is on the disk."""
    journal.close()


def test_unsaved_strokes_are_offered(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    assert files(library) == [], "nothing is written before the first stroke"
    for number in range(1, 6):
        assert journal.note(stroke(labels, number)) == number == journal.noted
    journal.flush()
    assert open_draft(library, crop) is None, "what is in hand is not offered"
    killed(journal)
    draft = open_draft(library, crop)
    assert draft is not None
    assert (draft.crop_id, draft.base_revision, draft.schema_name, draft.edits) == (crop, 0, SCHEMA.name, 5)
    np.testing.assert_array_equal(draft.labels, labels_after(5))
    assert [found.path for found in all_drafts(library)] == [draft.path]
    discard_draft(draft)
    assert open_draft(library, crop) is None
    assert files(library) == []


def test_undone_strokes_are_undone_in_the_draft(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    edits = [stroke(labels, number) for number in (1, 2, 3)]
    for delta in edits:
        journal.note(delta)
    journal.note(edits[2], undone=True)
    journal.note(edits[1], undone=True)
    journal.note(edits[1])
    killed(journal)
    draft = open_draft(library, crop)
    assert draft is not None
    np.testing.assert_array_equal(draft.labels, labels_after(2))


def test_saving_removes_the_file_but_not_later_strokes(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    number = journal.note(stroke(labels, 1))
    saved = labels.copy()
    journal.note(stroke(labels, 2))
    journal.saved(number, saved, 7)
    journal.flush()
    assert len(files(library)) == 1
    journal.note(stroke(labels, 3))
    killed(journal)
    draft = open_draft(library, crop)
    assert draft is not None
    assert (draft.base_revision, draft.edits) == (7, 2)
    np.testing.assert_array_equal(draft.labels, labels_after(3))
    discard_draft(draft)
    journal = Journal(library, crop, labels, SCHEMA, 7)
    journal.saved(journal.note(stroke(labels, 4)), labels, 8)
    journal.flush()
    assert files(library) == []
    journal.note(stroke(labels, 5))
    journal.flush()
    journal.discard()
    assert files(library) == []


def test_what_was_saved_after_all_is_not_offered(library: Library, crop: int) -> None:
    """The program ended between the commit and the removal of the file."""
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    journal.note(stroke(labels, 1))
    killed(journal)
    add_correction(library, crop, labels, SCHEMA, base_revision=0)
    assert open_draft(library, crop) is None
    assert files(library) == []


def test_a_draft_of_an_older_mask_is_still_offered(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    journal.note(stroke(labels, 1))
    killed(journal)
    add_correction(library, crop, labels_after(9), SCHEMA, base_revision=0)
    draft = open_draft(library, crop)
    assert draft is not None
    assert draft.base_revision == 0


def test_a_torn_file_gives_the_strokes_that_are_whole(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    ends = []
    for number in range(1, 5):
        journal.note(stroke(labels, number))
        journal.flush()
        ends.append(journal.path.stat().st_size)
    killed(journal)
    content = journal.path.read_bytes()

    @settings(max_examples=100)
    @given(st.integers(0, len(content)), st.binary(max_size=40))
    def torn(cut: int, noise: bytes) -> None:
        journal.path.write_bytes(content[:cut] + noise)
        whole = sum(end <= cut for end in ends)
        draft = open_draft(library, crop)
        if content.startswith(content[:cut] + noise):
            whole = sum(end <= cut + len(noise) for end in ends)
        assert (0 if draft is None else draft.edits) == whole
        if draft is not None:
            np.testing.assert_array_equal(draft.labels, labels_after(whole))

    torn()


def test_files_that_are_no_drafts_are_left_alone(library: Library, crop: int) -> None:
    folder = drafts_dir(library)
    folder.mkdir()
    for name in (f"{crop}-x.draft", "notes.txt", "x-1.draft"):
        (folder / name).write_bytes(b"DROP draft 1\nsomething else")
    assert open_draft(library, crop) is None
    assert all_drafts(library) == []
    assert len(files(library)) == 3


def test_a_draft_of_another_library_is_not_ours(library: Library, crop: int, tmp_path: Path) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    journal.note(stroke(labels, 1))
    killed(journal)
    with Library.create(tmp_path / "other.droplib") as other:
        add_crops(other, 2)
        drafts_dir(other).mkdir()
        journal.path.rename(drafts_dir(other) / journal.path.name)
        assert open_draft(other, crop) is None


class FullDisk:
    """Writing fails while ``full``; half of what was to be written is there then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self._write = drafts._force
        monkeypatch.setattr(drafts, "_force", self)

    def __call__(self, path: Path, content: bytes, offset: int) -> None:
        if self.full:
            self._write(path, content[: len(content) // 2], offset)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._write(path, content, offset)


def test_a_full_disk_is_told_and_nothing_is_lost(
    library: Library, crop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    heard: list[DraftError] = []
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0, heard.append)
    disk.full = True
    journal.note(stroke(labels, 1))
    with pytest.raises(DraftError, match="No space left"):
        journal.flush()
    assert [path.suffix for path in files(library)] == [], "no half file is left"
    disk.full = False
    journal.note(stroke(labels, 2))
    journal.flush()
    disk.full = True
    journal.note(stroke(labels, 3))
    with pytest.raises(DraftError):
        journal.flush()
    assert "Free some space" in str(heard[0])
    disk.full = False
    journal.note(stroke(labels, 4))
    killed(journal)
    draft = open_draft(library, crop)
    assert draft is not None
    assert draft.edits == 4
    np.testing.assert_array_equal(draft.labels, labels_after(4))


def test_closing_on_a_full_disk_keeps_what_is_there(
    library: Library, crop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    journal.note(stroke(labels, 1))
    journal.flush()
    disk.full = True
    journal.note(stroke(labels, 2))
    journal.close()
    draft = open_draft(library, crop)
    assert draft is not None
    assert draft.edits == 1


def test_a_folder_that_somebody_removed_is_made_anew(library: Library, crop: int) -> None:
    labels = blank()
    journal = Journal(library, crop, labels, SCHEMA, 0)
    journal.note(stroke(labels, 1))
    journal.flush()
    journal.path.unlink()
    drafts_dir(library).rmdir()
    journal.note(stroke(labels, 2))
    killed(journal)
    draft = open_draft(library, crop)
    assert draft is not None
    np.testing.assert_array_equal(draft.labels, labels_after(2))


def test_forgetting_a_crop_forgets_its_drafts(library: Library) -> None:
    gone, kept = add_crops(library, 2)
    for crop in (gone, kept):
        labels = blank()
        journal = Journal(library, crop, labels, SCHEMA, 0)
        journal.note(stroke(labels, 1))
        killed(journal)
    forget_crops(library, [gone])
    assert [path.name.partition("-")[0] for path in files(library)] == [str(kept)]
    finish_forgetting(library)
    assert open_draft(library, kept) is not None


@pytest.mark.parametrize("save_every", [0, 5], ids=["strokes", "strokes and savings"])
def test_killed_with_a_mask_in_hand(tmp_path: Path, save_every: int) -> None:
    """kill -9 in the middle of strokes and savings loses the stroke in hand at most."""
    for strokes in (3, 15):
        path = tmp_path / f"{strokes}.droplib"
        with Library.create(path) as library:
            crop = add_crops(library, 1)[0]
        command = [
            sys.executable,
            "-m",
            "tests.unit.correction.slow_hand",
            str(path),
            str(crop),
            str(save_every),
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        while process.stdout.readline().strip() != str(strokes):
            pass
        process.kill()
        told = [line for line in process.stdout.read().split("\n")[:-1] if line]
        process.stdout.close()
        process.wait()
        done = max([strokes, *(int(line.split()[-1]) for line in told)])
        with Library.open(path) as library:
            with library.read() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            draft = open_draft(library, crop)
            kept = [labels_of(library, row) for row in revisions(library, crop)]
        assert len(kept) == (done >= save_every > 0)
        found = draft.labels if draft is not None else kept[0]
        assert any(np.array_equal(found, labels_after(count)) for count in (done, done + 1))
