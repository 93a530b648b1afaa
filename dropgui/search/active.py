"""The index that answers searches: that of the library's active model version, whoever made it that."""

import threading
from collections.abc import Callable, Collection

from dropgui.library import Library
from dropgui.library.models import activate_model, active_model
from dropgui.search.index import PartIndex
from dropgui.search.quickening import Quickener, Quickness


class ActiveIndex:
    """Safe to use from any thread. ``device`` tells where searches run (:meth:`PartIndex.open`)."""

    def __init__(self, library: Library, device: Callable[[], str | None]) -> None:
        self._library = library
        self._device = device
        self._lock = threading.RLock()
        self._index: PartIndex | None = None
        self._state = -1
        self._prepared: PartIndex | None = None
        self._quickener: Quickener | None = None
        self._retired: list[Quickener] = []

    def get(self) -> PartIndex | None:
        """The index; None in a library without a model version. It costs microseconds while nothing changes.

        One that was handed out stays whole when another version becomes the active one.
        """
        with self._lock:
            state = self._library.state()
            if self._index is None or state != self._state:
                self._index = self._follow(self._index)
                self._state = state
            return self._index

    @property
    def quickness(self) -> Quickness:
        """How searches go now."""
        quickener = self._quickener
        return Quickness() if quickener is None else quickener.quickness

    def quicken(self) -> None:
        """Makes searches quick where they are slow, beside them; at once back."""
        if (quickener := self._quickener) is not None:
            quickener.look()

    def switch(self, model_version_id: int, without: Collection[int] | None) -> None:
        """Makes a version the active one; see :func:`dropgui.library.models.activate_model`."""
        # The search cache of the new version may have to be built: meanwhile the old one answers.
        prepared = PartIndex.open(self._library, model_version_id, self._device())
        with self._lock:
            before, self._prepared = self._prepared, prepared
        try:
            activate_model(self._library, model_version_id, without=without)
            self.get()
        finally:
            with self._lock:
                left, self._prepared = self._prepared, None
            for unused in (before, left):
                if unused is not None:
                    unused.close()
        self._close_retired()

    def close(self) -> None:
        """Closes the index; may be called twice."""
        with self._lock:
            if self._quickener is not None:
                self._retired.append(self._quickener)
                self._quickener = None
        self._close_retired()
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None

    def _follow(self, index: PartIndex | None) -> PartIndex | None:
        """``index`` if it is the active version's, else one in its place."""
        active = active_model(self._library)
        if active is None:
            return None
        if index is not None and index.model.id == active.id:
            index.model = active  # which may have another name now
            return index
        if self._prepared is not None and self._prepared.model.id == active.id:
            new, self._prepared = self._prepared, None
        else:
            new = PartIndex.open(self._library, active.id, self._device())
        if index is not None:
            index.seal()  # and not closed: a search may be at work on it
        if self._quickener is not None:
            self._retired.append(self._quickener)
        self._quickener = Quickener(new)
        return new

    def _close_retired(self) -> None:
        """Ends what made searches of an index quick that answers no more; takes seconds at worst."""
        with self._lock:
            retired, self._retired = self._retired, []
        for quickener in retired:
            quickener.close()
