"""The weights of a library's model versions, one ``.safetensors`` file each in the folder beside the library.

A file is named by its weights, not by its version's name: renaming a version moves nothing, and the folder
moves with the library. The program's untrained model is not kept: it is made from its recipe
(docs/decisions/0011).
"""

import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

from dropgui.errors import UserError
from dropgui.library.library import Library
from dropgui.library.models import model_versions
from dropgui.library.rows import ModelVersionRow

SUFFIX = ".safetensors"
_PART = ".part"
_ABANDONED_SECONDS = 3600


class ModelCopyError(UserError):
    """A model's file could not be copied."""


def models_dir(library: Library) -> Path:
    """Where the weights of this library's versions are kept; may not exist yet."""
    return library.path.with_name(library.path.name + ".models")


def kept_file(library: Library, weights_hash: str) -> Path:
    """Where the weights with this hash are kept, if they are."""
    return models_dir(library) / f"{weights_hash}{SUFFIX}"


def keep_file(library: Library, weights_hash: str, source: Path) -> Path:
    """Copies a model file to where the weights with this hash are kept, in place of what is there.

    Whole or not at all, and on the disk when this returns; :class:`ModelCopyError` says why not.
    """
    target = kept_file(library, weights_hash)
    try:
        target.parent.mkdir(exist_ok=True)
        part = target.with_name(f"{uuid4().hex}{_PART}")
        try:
            with part.open("xb") as copy, source.open("rb") as original:
                shutil.copyfileobj(original, copy)
                copy.flush()
                os.fsync(copy.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ModelCopyError(
            f"{source} could not be copied into {target.parent}: {error.strerror or error}. Free some space "
            "and make sure you may write there."
        ) from error
    return target


def remove_strays(library: Library) -> None:
    """Removes files of versions that are no more, and of copies that were cut short.

    Young ones stay: another program may be about to add their version. What cannot be removed stays too.
    """
    known = {kept_file(library, version.weights_hash) for version in model_versions(library)}
    for path in models_dir(library).glob("*"):
        if path.suffix in {SUFFIX, _PART} and path not in known and _age(path) > _ABANDONED_SECONDS:
            _remove(path)


def remove_file(library: Library, version: ModelVersionRow) -> None:
    """Removes the weights that are kept of a version; one that cannot be removed becomes a stray."""
    _remove(kept_file(library, version.weights_hash))


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # Windows, while a program reads it
        return


def _age(path: Path) -> float:
    """Seconds since a file was written; 0 where it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
