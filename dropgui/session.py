"""One open library with its model and its index: what the window and the command line work with.

The model is loaded at the first use. Its weights name a model version; the first model that a library meets
becomes its active one. A session never mixes models: asked to work with other weights than the library's
active version it refuses, because their vectors cannot be compared. Switching models is a decision of its
own (every crop has to be embedded again), not a side effect of a command-line option, nor of a program that
brings a better model (docs/decisions/0015-the-starter-model.md).
"""

import gc
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, IndexReport, Progress, index_folder
from dropgui.library import Library
from dropgui.library.embeddings import has_embeddings
from dropgui.library.forget import finish_forgetting, forget_folder
from dropgui.library.models import activate_model, active_model, register_model
from dropgui.library.queries import features_of
from dropgui.library.rows import ModelVersionRow
from dropgui.search import Answer, PartIndex, Query, VectorQuery, search
from dropgui.search.ask import ask
from dropgui.search.question import Picture
from dropgui.search.resolve import resolve
from dropgui.search.wiping import wipe_caches
from dropmodel.errors import ImageError, ModelError
from dropmodel.features import Features

if TYPE_CHECKING:
    import torch

    from dropmodel.inference import Extractor, LoadedModel


class OtherModelError(UserError):
    """The model at hand is not the one that the library was indexed with."""


class NotIndexedYetError(UserError):
    """The library was never indexed, so there is nothing to search."""


class PictureError(UserError):
    """A picture from outside the library cannot be read."""


class ModelFileError(UserError):
    """The model file cannot be used."""


class DeviceError(UserError):
    """This machine has no such device."""


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """What the model says of one picture: ``features`` of one row, ``labels`` uint8 [h, w]."""

    features: Features
    labels: npt.NDArray[np.uint8]


class Session:
    """Safe to use from any thread; :meth:`close` waits for nothing but what it holds itself.

    ``model`` is a model file; without one the library's active version is loaded from where it came from, or
    in a new library the starter model (the untrained one where that is missing). ``device`` is ``"auto"``,
    ``"cpu"`` or a CUDA device.
    """

    def __init__(self, library: Library, *, model: Path | None = None, device: str = "auto") -> None:
        self.library = library
        self._model_path = model
        self._device = device
        self._model_lock = threading.RLock()
        self._index_lock = threading.RLock()
        self._extractor: Extractor | None = None
        self._version: ModelVersionRow | None = None
        self._index: PartIndex | None = None
        # Torch's threads wait for each other by spinning. Beside other busy programs (or our own window) that
        # costs more than half the speed; a short spin costs nothing on a quiet machine. It has to be said
        # before torch is imported, and a user's own setting wins (docs/decisions/0004-short-spin.md).
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        finish_forgetting(library)

    @property
    def extractor(self) -> "Extractor":
        """The loaded model; loads it at the first use (seconds).

        Raises :class:`ModelFileError` for a file that is no model, :class:`OtherModelError` for a model
        that is not the library's.
        """
        with self._model_lock:
            if self._extractor is None:
                with _collector_at_rest():
                    extractor = self._load()
                self._version = self._register(extractor)
                self._extractor = extractor
            return self._extractor

    @property
    def model_version(self) -> ModelVersionRow:
        """The library's row of the loaded model; loads the model at the first use."""
        with self._model_lock:
            _ = self.extractor
            assert self._version is not None
            return self._version

    @property
    def starter_waits(self) -> bool:
        """Whether the library goes on with the untrained model although there is a starter model here."""
        from dropmodel.inference import starter_path

        active = active_model(self.library)
        return active is not None and self._is_untrained(active) and starter_path() is not None

    @property
    def index(self) -> PartIndex:
        """The index that answers searches, of the library's active model version; does not load the model.

        Raises :class:`NotIndexedYetError` in a library without a model version.
        """
        with self._index_lock:
            if self._index is None:
                active = active_model(self.library)
                if active is None:
                    raise NotIndexedYetError(
                        f"Nothing is indexed in {self.library.path} yet. Index a folder of pictures first."
                    )
                self._index = PartIndex.open(self.library, active.id)
            return self._index

    def index_folder(
        self,
        path: Path,
        on_progress: Callable[[Progress], None] | None = None,
        cancel: CancelToken | None = None,
        *,
        retry_faults: bool = False,
    ) -> IndexReport:
        """Brings the library in step with a folder; see :func:`dropgui.indexing.index_folder`."""
        report = index_folder(
            self.library,
            path,
            lambda: self.extractor,
            lambda: self.model_version.id,
            on_progress=on_progress,
            cancel=cancel,
            retry_faults=retry_faults,
        )
        self.index.refresh()
        return report

    def features_of_crop(self, crop_id: int) -> Features:
        """The crop's embeddings under the active model version, one row; a UserError if it has none."""
        return features_of(self.library, [crop_id], self.index.model.id)

    def read_picture(self, picture: Picture) -> PictureFeatures:
        """What the model says of a picture that need not be in the library."""
        try:
            extraction = self.extractor.extract([picture])
        except ImageError as error:
            raise PictureError(f"{error.path} cannot be used: {error.reason}.") from error
        return PictureFeatures(extraction.features, extraction.labels[0])

    def resolve(self, query: Query) -> VectorQuery:
        """The vectors that a question stands for; see :func:`dropgui.search.resolve.resolve`.

        Loads the model only where the question has a picture that is no crop of the library.
        """

        def read(pictures: Sequence[Picture]) -> Features:
            return Features.concatenate([self.read_picture(picture).features for picture in pictures])

        return resolve(query, self.library, self.index.model, read)

    def search(self, query: Query | VectorQuery) -> Answer:
        """Ranks the library's crops, those that were indexed this very moment included."""
        if isinstance(query, Query):
            return self.ask(query, self.resolve(query))
        index = self.index
        index.refresh()
        return search(index, query)

    def ask(self, query: Query, asked: VectorQuery) -> Answer:
        """Like :meth:`search`, for a question that was resolved already."""
        index = self.index
        index.refresh()
        return ask(index, query, asked)

    def forget_folder(self, folder_id: int) -> None:
        """Forgets a folder; see :func:`dropgui.library.forget.forget_folder`."""
        forget_folder(self.library, folder_id, wipe_cache=wipe_caches)

    def warm(self) -> None:
        """Makes the first search as fast as the next ones; for a thread that has nothing else to do."""
        self.index.warm()

    def close(self) -> None:
        """Closes the index and lets go of the model. The library stays open. May be called twice."""
        with self._index_lock:
            if self._index is not None:
                self._index.close()
            self._index = None
        with self._model_lock:
            self._extractor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self) -> "Extractor":
        from dropmodel.inference import Extractor, load_model
        from dropmodel.inference.devices import choose_device

        try:
            device = choose_device(self._device)
        except ValueError as error:
            raise DeviceError(f"The device cannot be used: {error}.") from error
        try:
            named = self._model_path
            return Extractor(self._own_model(device) if named is None else load_model(named, device))
        except ModelError as error:
            raise ModelFileError(str(error)) from error

    def _own_model(self, device: "torch.device") -> "LoadedModel":
        """The model that the library's vectors are of; the default one where it has none that bind it."""
        from dropmodel.inference import default_model, load_model, starter_model, untrained_model

        active = active_model(self.library)
        if active is None or self._is_unused(active):
            return default_model(device)
        if active.weights_path is not None:
            return load_model(active.weights_path, device)
        # What comes with the program is not kept by its path, which moves with the installation.
        return starter_model(device) if active.trained else untrained_model(device=device)

    @staticmethod
    def _is_untrained(version: ModelVersionRow) -> bool:
        """Whether a version is the untrained model that the program makes itself."""
        return version.weights_path is None and not version.trained

    def _is_unused(self, version: ModelVersionRow) -> bool:
        """Whether a version is only there because somebody once opened the library and indexed nothing."""
        return self._is_untrained(version) and not has_embeddings(self.library, version.id)

    def _register(self, extractor: "Extractor") -> ModelVersionRow:
        model = extractor.model
        active = active_model(self.library)
        other = active is not None and active.weights_hash != model.weights_hash
        if active is not None and other and (self._model_path is not None or not self._is_unused(active)):
            raise OtherModelError(
                f"{self.library.path} was indexed with the model {active.name!r}, not with "
                f"{model.card.name!r} (other weights), and their vectors cannot be compared. Use the same "
                "model again, or index your folders into a new library."
            )
        version = register_model(
            self.library,
            name=model.card.name,
            schema=extractor.schema,
            dim=extractor.dim,
            weights_hash=model.weights_hash,
            trained=model.card.trained,
            weights_path=None if self._model_path is None else self._model_path.absolute(),
            metrics=model.card.metrics,
            calibration=model.card.calibration,
        )
        return self._switch(version) if other else version

    def _switch(self, version: ModelVersionRow) -> ModelVersionRow:
        """Makes a version the active one; an index of the one before answers no more."""
        with self._index_lock:
            if self._index is not None:
                self._index.close()
                self._index = None
            activate_model(self.library, version.id)
        return replace(version, active=True)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
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
