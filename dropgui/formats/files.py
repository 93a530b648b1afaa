"""Results that are there whole or not at all, and take the place of nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dropgui.formats.masks import FormatError


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A name beside ``target`` to write to, which becomes it at the end; ``target`` must not exist."""
    if target.exists():
        raise FormatError(f"{target} exists already. Choose another name.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(target)
    except OSError as error:
        raise _told(target, error) from error
    finally:
        if partial.is_file():
            partial.unlink()


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to fill, which becomes it at the end; ``target`` must not hold anything."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FormatError(f"{target} exists already and is not empty. Choose another name.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        if target.is_dir():
            target.rmdir()
        partial.rename(target)
    except OSError as error:
        raise _told(target, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _told(target: Path, error: OSError) -> FormatError:
    return FormatError(
        f"{target} cannot be written: {error.strerror}. Free some space or choose another place."
    )
