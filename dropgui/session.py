"""One open library with its model and its index: what the window and the command line work with.

The model is loaded at the first use. Its weights name a model version; the first model that a library meets
becomes its active one. A session never mixes models: vectors of different weights cannot be compared, so
everything in one search is of one version, and asked to work with other weights than the library's
active version it refuses. Using another version is a decision of its own (:mod:`dropgui.versions`), not a
side effect of a command-line option, nor of a program that brings a better model (docs/decisions/0062).

Which version is active is the library's to say. A session notices when that changes, whoever changed it.
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dropgui.errors import UserError
from dropgui.indexing import CancelToken, IndexReport, Progress, index_folder
from dropgui.indexing.store import ExtractorLike
from dropgui.library import Library
from dropgui.library.forget import finish_forgetting, forget_folder
from dropgui.library.queries import features_of
from dropgui.library.rows import ModelVersionRow
from dropgui.search import Answer, PartIndex, Query, VectorQuery, search
from dropgui.search.active import ActiveIndex
from dropgui.search.ask import ask
from dropgui.search.question import Picture
from dropgui.search.quickening import Quickness
from dropgui.search.resolve import resolve
from dropgui.search.wiping import wipe_caches
from dropgui.weights.held import HeldModels
from dropgui.weights.loading import (
    DeviceError,
    ModelFileError,
    OtherModelError,
    collector_at_rest,
    device_called,
)
from dropmodel.errors import ImageError
from dropmodel.features import Features

if TYPE_CHECKING:
    from dropmodel.inference import Extractor

__all__ = [
    "DeviceError",
    "ModelFileError",
    "NotIndexedYetError",
    "OtherModelError",
    "PictureError",
    "PictureFeatures",
    "Session",
    "SwitchedError",
]


class NotIndexedYetError(UserError):
    """The library was never indexed, so there is nothing to search."""


class PictureError(UserError):
    """A picture from outside the library cannot be read."""


class SwitchedError(UserError):
    """Vectors of one model version were to be compared with those of another."""


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """What the model says of one picture: ``features`` of one row, ``labels`` uint8 [h, w].

    ``uncertainty`` in [0, 1]: how unsure it is of the labels, by its own probabilities.
    """

    features: Features
    labels: npt.NDArray[np.uint8]
    uncertainty: float


class Session:
    """Safe to use from any thread; :meth:`close` waits for nothing but what it holds itself.

    ``model`` is a model file, which has to be the library's active version; without one that is loaded from
    wherever it is, or in a new library the starter model (the untrained one where that is missing).
    ``device`` is ``"auto"``, ``"cpu"`` or a CUDA device.
    """

    def __init__(self, library: Library, *, model: Path | None = None, device: str = "auto") -> None:
        self.library = library
        self._device = device
        self._models = HeldModels(library, model, device, lambda version: self.switch(version, without=None))
        self._index = ActiveIndex(library, self._search_device)
        # Torch's threads wait for each other by spinning. Beside other busy programs (or our own window) that
        # costs more than half the speed; a short spin costs nothing on a quiet machine. It has to be said
        # before torch is imported, and a user's own setting wins (docs/decisions/0004-short-spin.md).
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        finish_forgetting(library)

    @property
    def extractor(self) -> "Extractor":
        """The active version's model; loads it at the first use (seconds).

        Raises :class:`ModelFileError` for a file that is no model, :class:`OtherModelError` for a model
        that is not the library's.
        """
        return self._models.active[1]

    @property
    def model_version(self) -> ModelVersionRow:
        """The library's active version; loads its model at the first use, so that a new library has one."""
        return self._models.active[0]

    def extractor_of(self, model_version_id: int) -> "Extractor":
        """The model of any of the library's versions; errors as :attr:`extractor`.

        ``KeyError`` for an unknown version. The two used last are kept in memory.
        """
        return self._models.of(model_version_id)

    @property
    def starter_waits(self) -> bool:
        """Whether this program's starter model is not among the versions of a library that began with one.

        Such a library has the untrained model or a former starter model and goes on with it; the present one
        may be added as a version.
        """
        return self._models.starter_waits

    @property
    def index(self) -> PartIndex:
        """The index that answers searches, of the library's active model version; does not load the model.

        Raises :class:`NotIndexedYetError` in a library without a model version.
        """
        index = self._index.get()
        if index is None:
            raise NotIndexedYetError(
                f"Nothing is indexed in {self.library.path} yet. Index a folder of pictures first."
            )
        return index

    @property
    def quickness(self) -> Quickness:
        """How searches go: exact, or by approximate codes; see :mod:`dropgui.search.quickening`."""
        return self._index.quickness

    def switch(self, model_version_id: int, *, without: Collection[int] | None = ()) -> None:
        """Makes another version the active one, in one transaction; searches after it are answered by it.

        ``without``: the crops that it need not have vectors of, None for all of them; with any other that it
        lacks it is :class:`~dropgui.library.models.IncompleteVersionError` and the old version goes on.
        ``KeyError`` for an unknown version. :func:`dropgui.versions.use.use_version` makes the vectors first.
        """
        self._index.switch(model_version_id, without)

    def index_folder(
        self,
        path: Path,
        on_progress: Callable[[Progress], None] | None = None,
        cancel: CancelToken | None = None,
        *,
        retry_faults: bool = False,
    ) -> IndexReport:
        """Brings the library in step with a folder; see :func:`dropgui.indexing.index_folder`.

        Where another version becomes the active one meanwhile, it is embedded with that too.
        """
        used: list[ModelVersionRow] = []

        def extractor() -> ExtractorLike:
            version, loaded = self._models.active
            used.append(version)
            return loaded

        def run() -> IndexReport:
            return index_folder(
                self.library,
                path,
                extractor,
                lambda: used[-1].id,
                on_progress=on_progress,
                cancel=cancel,
                retry_faults=retry_faults,
            )

        report = run()
        while not report.cancelled and used[-1].id != self.model_version.id:
            again = run()
            report = replace(report, seconds=report.seconds + again.seconds, cancelled=again.cancelled)
        self._models.keep(used[-1])
        self.index.refresh()
        return report

    def features_of_crop(self, crop_id: int) -> Features:
        """The crop's embeddings under the active model version, one row; a UserError if it has none."""
        return features_of(self.library, [crop_id], self.index.model.id)

    def read_picture(self, picture: Picture) -> PictureFeatures:
        """What the active version says of a picture that need not be in the library."""
        return _read(self.extractor, picture)

    def resolve(self, query: Query) -> VectorQuery:
        """The vectors that a question stands for; see :func:`dropgui.search.resolve.resolve`.

        Loads the model only where the question has a picture that is no crop of the library.
        """
        return self._resolve(query, self.index.model)

    def search(self, query: Query | VectorQuery) -> Answer:
        """Ranks the library's crops, those that were indexed this very moment included.

        :class:`SwitchedError` for vectors of another version than the active one.
        """
        if isinstance(query, Query):
            return self.ask(query, self.resolve(query))
        index = self._index_of_now()
        if not _fits(query, index):
            raise SwitchedError(
                f"This query was made with another model than {index.model.name!r}, which answers now. "
                "Search again."
            )
        return search(index, query)

    def ask(self, query: Query, asked: VectorQuery) -> Answer:
        """Like :meth:`search`, for a question that was resolved already.

        It is resolved again where another version has become the active one since.
        """
        index = self._index_of_now()
        if not _fits(asked, index):
            asked = self._resolve(query, index.model)
        return ask(index, query, asked)

    def forget_folder(self, folder_id: int) -> None:
        """Forgets a folder; see :func:`dropgui.library.forget.forget_folder`."""
        forget_folder(self.library, folder_id, wipe_cache=wipe_caches)

    def warm(self) -> None:
        """Makes the first search as fast as the next ones; for a thread that has nothing else to do."""
        self.index.warm()

    def close(self) -> None:
        """Closes the index and lets go of the models. The library stays open. May be called twice."""
        self._index.close()
        self._models.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _resolve(self, query: Query, model: ModelVersionRow) -> VectorQuery:
        def read(pictures: Sequence[Picture]) -> Features:
            version, extractor = self._models.active
            if version.id != model.id:  # switched a moment ago
                extractor = self.extractor_of(model.id)
            return Features.concatenate([_read(extractor, picture).features for picture in pictures])

        return resolve(query, self.library, model, read)

    def _index_of_now(self) -> PartIndex:
        """The index with what was indexed this very moment."""
        index = self.index
        index.refresh()
        self._index.quicken()
        return index

    def _search_device(self) -> str | None:
        """Where searches run: on the device that was asked for where it is CUDA; None leaves it to them."""
        if self._device == "auto":
            return None
        with collector_at_rest():
            device = device_called(self._device)
        return str(device) if device.type == "cuda" else "cpu"


def _read(extractor: "Extractor", picture: Picture) -> PictureFeatures:
    try:
        extraction = extractor.extract([picture])
    except ImageError as error:
        raise PictureError(f"{error.path} cannot be used: {error.reason}.") from error
    return PictureFeatures(extraction.features, extraction.labels[0], float(extraction.uncertainty[0]))


def _fits(query: VectorQuery, index: PartIndex) -> bool:
    """Whether a query's vectors are of the index's version, as far as they say of which they are."""
    return query.model_version_id in {None, index.model.id}
