"""A library's models in memory: the active version's, and of the others the one that was wanted last."""

import filecmp
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dropgui.library import Library
from dropgui.library.embeddings import has_embeddings
from dropgui.library.model_files import ModelCopyError, keep_file, kept_file
from dropgui.library.models import active_model, model_version, model_versions, register_model
from dropgui.library.rows import ModelVersionRow
from dropgui.weights.loading import (
    Found,
    OtherModelError,
    collector_at_rest,
    device_called,
    is_unused,
    load_default,
    load_file,
    load_version,
)

if TYPE_CHECKING:
    from dropmodel.inference import Extractor

_IN_MEMORY = 2  # the active one and one that it is to be compared with, or replaced by

logger = logging.getLogger(__name__)


class HeldModels:
    """Safe to use from any thread. Which version is active is the library's to say.

    ``named`` is a model file that has to be the library's active version. ``switch`` is called to make a
    version the active one in place of one that was never used.
    """

    def __init__(
        self, library: Library, named: Path | None, device: str, switch: Callable[[int], None]
    ) -> None:
        self._library = library
        self._named = named  # until it was seen to be the library's
        self._device = device
        self._switch = switch
        self._lock = threading.RLock()
        self._extractors: dict[int, Extractor] = {}
        self._files: dict[int, Path | None] = {}
        self._starter_waits: tuple[frozenset[str], bool] | None = None

    @property
    def active(self) -> "tuple[ModelVersionRow, Extractor]":
        """The active version and its model, loaded at the first use; a new library gets the default one.

        Errors of :mod:`dropgui.weights.loading`.
        """
        with self._lock:
            active = active_model(self._library)
            if active is None or self._named is not None or self._is_to_be_replaced(active):
                active = self._meet(active)
                self._named = None
            return active, self.of(active.id)

    def of(self, model_version_id: int) -> "Extractor":
        """The model of a version; ``KeyError`` for an unknown one, and errors as :attr:`active`."""
        with self._lock:
            if model_version_id not in self._extractors:
                with self._library.read() as connection:
                    version = model_version(connection, model_version_id)
                with collector_at_rest():
                    found = load_version(self._library, version, device_called(self._device))
                    self._register(found, version.weights_path)  # which takes a new calibration over
                    self._hold(version, found)
            self._extractors[model_version_id] = self._extractors.pop(model_version_id)
            return self._extractors[model_version_id]

    @property
    def starter_waits(self) -> bool:
        """Whether the starter model is no version of a library that began with what the program brings."""
        from dropmodel.inference import starter_path

        starter, versions = starter_path(), model_versions(self._library)
        if starter is None or not any(_came_with_program(version) for version in versions):
            return False
        if starter in self._files.values():
            return False
        if any(_same_file(kept_file(self._library, version.weights_hash), starter) for version in versions):
            return False
        known = frozenset(version.weights_hash for version in versions)
        with self._lock:
            if self._starter_waits is None or self._starter_waits[0] != known:
                with collector_at_rest():
                    found = load_file(starter, device_called("cpu"))
                self._starter_waits = known, found.model.weights_hash not in known
            return self._starter_waits[1]

    def keep(self, version: ModelVersionRow) -> None:
        """Makes sure that the library has a copy of the weights that its vectors are of.

        The program may bring another starter model one day, and files of people's own are moved.
        """
        file, kept = self._files.get(version.id), kept_file(self._library, version.weights_hash)
        if file is None or not has_embeddings(self._library, version.id) or _same_file(file, kept):
            return
        try:
            keep_file(self._library, version.weights_hash, file)
        except ModelCopyError as error:  # tried again at the next start; meanwhile the file is where it was
            logger.info("%s", error)

    def release(self) -> None:
        """Lets go of all models; they are loaded again when they are wanted."""
        with self._lock:
            self._extractors.clear()

    def _is_to_be_replaced(self, active: ModelVersionRow) -> bool:
        return active.id not in self._extractors and is_unused(self._library, active)

    def _meet(self, active: ModelVersionRow | None) -> ModelVersionRow:
        """Loads the model that was named, or the default one, and makes it the library's."""
        named = self._named
        with collector_at_rest():
            device = device_called(self._device)
            found = load_default(device) if named is None else load_file(named, device)
            if active is not None and named is not None and active.weights_hash != found.model.weights_hash:
                raise self._refusal(active, found)
            version = self._register(found, named)
            self._hold(version, found)
        if not version.active:
            self._switch(version.id)
        with self._library.read() as connection:
            return model_version(connection, version.id)

    def _refusal(self, active: ModelVersionRow, found: Found) -> OtherModelError:
        name = found.model.card.name
        known = {version.weights_hash: version.name for version in model_versions(self._library)}
        own = known.get(found.model.weights_hash)
        if own is None:
            way = (
                "Use the same model again, or add this one as a version of the library and use it: dropgui "
                f"models import {found.file}, then dropgui models use."
            )
        else:
            way = f"It is the library's version {own!r}. To go on with that one: dropgui models use {own!r}."
        return OtherModelError(
            f"{self._library.path} was indexed with the model {active.name!r}, not with {name!r} (other "
            f"weights), and their vectors cannot be compared. {way}"
        )

    def _register(self, found: Found, path: Path | None) -> ModelVersionRow:
        model = found.model
        return register_model(
            self._library,
            name=model.card.name,
            schema=model.schema,
            dim=model.config.dim,
            weights_hash=model.weights_hash,
            trained=model.card.trained,
            weights_path=None if path is None else path.absolute(),
            metrics=model.card.metrics,
            calibration=model.card.calibration,
            data=model.card.data,
        )

    def _hold(self, version: ModelVersionRow, found: Found) -> None:
        """Keeps a loaded model in memory, in place of the one that was not used for longest."""
        from dropmodel.inference import Extractor

        self._extractors[version.id] = Extractor(found.model)
        self._files[version.id] = found.file
        for oldest in list(self._extractors)[:-_IN_MEMORY]:
            del self._extractors[oldest]
        self.keep(version)


def _came_with_program(version: ModelVersionRow) -> bool:
    return version.weights_path is None and version.parent_id is None


def _same_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return filecmp.cmp(one, other, shallow=False)
    return False
