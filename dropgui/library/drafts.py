"""Where masks in hand lie until they are saved, and that they go with their crops.

What is in the files is :mod:`dropgui.correction.drafts`' business; their names begin with the crop's id.
"""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, select

from dropgui.library.chunks import chunks
from dropgui.library.library import Library
from dropgui.library.schema import Crop

SUFFIX = ".draft"


def drafts_dir(library: Library) -> Path:
    """The folder of drafts beside the library file; may not exist yet. It is not disposable."""
    return library.path.with_name(library.path.name + ".drafts")


def draft_files(library: Library) -> dict[Path, int]:
    """All drafts beside the library with the ids of their crops, the latest written first."""
    found: list[tuple[float, Path, int]] = []
    for path in drafts_dir(library).glob(f"*-*{SUFFIX}"):
        crop_id = path.name.partition("-")[0]
        with suppress(OSError):  # saved, and so removed, meanwhile
            if crop_id.isdecimal():
                found.append((path.stat().st_mtime, path, int(crop_id)))
    return {path: crop_id for _, path, crop_id in sorted(found, reverse=True)}


def remove_lost_drafts(library: Library, connection: Connection) -> None:
    """Removes the drafts of crops that are gone."""
    files = draft_files(library)
    living = {
        crop_id
        for piece in chunks(set(files.values()))
        for crop_id in connection.execute(select(Crop.id).where(Crop.id.in_(piece))).scalars()
    }
    for path, crop_id in files.items():
        if crop_id not in living:
            path.unlink(missing_ok=True)
