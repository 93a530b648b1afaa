"""Loading the weights of a library's model version from wherever they are."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.embeddings import has_embeddings
from dropgui.library.model_files import kept_file
from dropgui.library.rows import ModelVersionRow
from dropmodel.errors import ModelError

if TYPE_CHECKING:
    import torch

    from dropmodel.inference import LoadedModel


class OtherModelError(UserError):
    """The model at hand is not the one that the library was indexed with."""


class ModelFileError(UserError):
    """The model file cannot be used."""


class DeviceError(UserError):
    """This machine has no such device."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A model and the file it is from; None for the untrained model, which is made."""

    model: "LoadedModel"
    file: Path | None


def device_called(name: str) -> "torch.device":
    """``auto``, ``cpu`` or a CUDA device; :class:`DeviceError` where this machine has none such."""
    from dropmodel.inference.devices import choose_device

    try:
        return choose_device(name)
    except ValueError as error:
        raise DeviceError(f"The device cannot be used: {error}.") from error


def load_file(path: Path, device: "torch.device") -> Found:
    """The model in a file; :class:`ModelFileError` says what is wrong with it."""
    from dropmodel.inference import load_model

    try:
        return Found(load_model(path, device), path)
    except ModelError as error:
        raise ModelFileError(str(error)) from error


def load_default(device: "torch.device") -> Found:
    """The model of new libraries: the starter model, or the untrained one where that is missing."""
    from dropmodel.inference import default_model, starter_path

    try:
        return Found(default_model(device), starter_path())
    except ModelError as error:
        raise ModelFileError(str(error)) from error


def load_version(library: Library, version: ModelVersionRow, device: "torch.device") -> Found:
    """The weights of ``version``: the file they came from, the program's model, or the library's own copy.

    :class:`OtherModelError` where only other weights are left, :class:`ModelFileError` where none are.
    """
    fault: UserError | None = None
    for path in files_of(library, version):
        try:
            found = load_file(path, device)
        except ModelFileError as error:
            fault = fault or error
            continue
        if found.model.weights_hash == version.weights_hash:
            return found
        fault = fault or _other(library, version, found.model.card.name)
    if is_recipe(version):
        found = _made(device)
        if found.model.weights_hash == version.weights_hash:
            return found
        fault = _other(library, version, found.model.card.name)
    raise fault or ModelFileError(
        f"The weights of the model version {version.name!r} of {library.path} are nowhere to be found: the "
        "starter model is not here, and no copy was kept. Install dropgui again, or add its file as a model "
        "version (dropgui models import)."
    )


def files_of(library: Library, version: ModelVersionRow) -> list[Path]:
    """Where the weights of a version may be, of the files that are there; the library's own copy last.

    Where they came from, the card may have been written anew since: a model can be calibrated again.
    """
    from dropmodel.inference import starter_path

    places = []
    if version.weights_path is not None:
        places.append(version.weights_path)
    elif version.trained and (starter := starter_path()) is not None:
        # What comes with the program is not kept by its path, which moves with the installation.
        places.append(starter)
    places.append(kept_file(library, version.weights_hash))
    return [path for path in places if path.is_file()] or places[:-1]


def is_recipe(version: ModelVersionRow) -> bool:
    """Whether a version is the untrained model that the program makes itself."""
    return version.weights_path is None and not version.trained


def is_unused(library: Library, version: ModelVersionRow) -> bool:
    """Whether a version is only there because somebody once opened the library and indexed nothing."""
    return is_recipe(version) and not has_embeddings(library, version.id)


def _made(device: "torch.device") -> Found:
    from dropmodel.inference import untrained_model

    return Found(untrained_model(device=device), None)


def _other(library: Library, version: ModelVersionRow, name: str) -> OtherModelError:
    return OtherModelError(
        f"{library.path} was indexed with the model {version.name!r}, whose weights are not here any more; "
        f"{name!r} has other weights, and vectors of two models cannot be compared. Searching with crops of "
        "the library goes on. To go on with another model, add it as a version and use it (dropgui models)."
    )


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Importing torch makes half a million objects that stay until the end.

    The cyclic collector would walk through all of them every second or so, each time a fifth of a second with
    the interpreter's lock held, and the window would stand still. So it rests meanwhile, and what was made is
    set aside for good.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
