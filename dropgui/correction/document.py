"""The mask in hand: a label map that tools change and that a canvas draws from the same memory.

Every change is one :class:`~dropgui.correction.delta.Delta`: a tool's result at once
(:meth:`MaskDocument.paint`, :meth:`MaskDocument.put`), or a stroke of many stamps through a
:class:`StrokeRecorder`.
"""

from collections.abc import Callable

import numpy as np

from dropgui.correction.delta import Delta
from dropgui.correction.region import NOWHERE, Box, Labels, Patch, Photo, Pixels, Point, Region, tight_box
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema


class MaskDocument:
    """A crop's label map under correction.

    ``labels``: uint8 [H, W], C-contiguous and writable, 0 background, 1..K parts of ``schema``, 255
    undecided. It is kept, not copied, and only ever changed in place: a canvas may share its memory.
    ``photo``: uint8 [H, W, 3] RGB, the crop at the same size.

    ``ValueError`` where they do not fit each other.
    """

    def __init__(self, labels: Labels, schema: PartSchema, photo: Photo) -> None:
        if labels.dtype != np.uint8 or labels.ndim != 2 or not labels.size:
            raise ValueError(f"labels must be uint8 [H, W], got {labels.dtype} {labels.shape}")
        if not labels.flags.c_contiguous or not labels.flags.writeable:
            raise ValueError("labels must be C-contiguous and writable")
        if photo.dtype != np.uint8 or photo.shape != (*labels.shape, 3):
            raise ValueError(f"photo must be uint8 {(*labels.shape, 3)}, got {photo.dtype} {photo.shape}")
        if np.any((labels > len(schema)) & (labels != IGNORE)):
            raise ValueError(f"labels hold classes that schema {schema.name!r} does not know")
        self.labels = labels
        self.schema = schema
        self.photo = photo
        self._locked = np.zeros(256, np.bool_)
        self._knows = np.isin(np.arange(256), [*range(len(schema) + 1), IGNORE])
        self._stroke: StrokeRecorder | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.labels.shape

    @property
    def protected(self) -> frozenset[int]:
        """The labels whose pixels no tool changes. Undo and redo are not held up by it."""
        return frozenset(map(int, np.flatnonzero(self._locked)))

    @protected.setter
    def protected(self, labels: frozenset[int]) -> None:
        for label in labels:
            self._known(label)
        self._locked[:] = False
        self._locked[list(labels)] = True

    def protect_others(self, *labels: int) -> None:
        """Protects all parts but those in ``labels``; the background stays free."""
        self.protected = frozenset(range(1, len(self.schema) + 1)) - set(labels)

    def label_at(self, point: Point) -> int | None:
        """What the picker picks there; ``None`` outside of the picture."""
        return int(self.labels[point.pixel]) if point.lies_in(self.shape) else None

    def paint(self, region: Region, label: int) -> Delta | None:
        """Gives the pixels of ``region`` that are not protected ``label``; ``None`` where nothing changed."""
        stroke = self.stroke(label)
        stroke.paint(region)
        return stroke.finish()

    def put(self, patch: Patch) -> Delta | None:
        """Makes a box what a tool wants it to be, but for protected pixels; ``None`` where nothing changed.

        ``ValueError`` for a patch outside of the picture or with classes that the schema does not know.
        """
        self._idle()
        if not self._knows[patch.values].all():
            for label in np.unique(patch.values):
                self._known(int(label))
        if patch.box != patch.box.clipped(self.shape):
            raise ValueError(f"the box {tuple(patch.box)} reaches out of a mask of {self.shape}")
        view = self.labels[patch.box.slices]
        changed = view != patch.values
        if self._locked.any():
            changed &= ~self._locked[view]
        inner = tight_box(changed)
        if inner.is_empty:
            return None
        view, changed, values = view[inner.slices], changed[inner.slices], patch.values[inner.slices]
        before = view.copy()
        np.copyto(view, values, where=changed)
        return Delta.between(patch.box.inner(inner), before, view)

    def stroke(self, label: int) -> "StrokeRecorder":
        """Starts a stroke that paints ``label``; until it is finished or cancelled nothing else may edit."""
        self._idle()
        self._known(label)
        self._stroke = StrokeRecorder(self.labels, self._locked, label, self._ended)
        return self._stroke

    def apply(self, delta: Delta) -> Box:
        """Does an edit again; the box to draw anew."""
        self._idle()
        delta.apply(self.labels)
        return delta.box

    def revert(self, delta: Delta) -> Box:
        """Takes an edit back; the box to draw anew."""
        self._idle()
        delta.revert(self.labels)
        return delta.box

    def _known(self, label: int) -> None:
        if not BACKGROUND <= label <= len(self.schema) and label != IGNORE:
            raise ValueError(f"schema {self.schema.name!r} has no label {label}")

    def _idle(self) -> None:
        if self._stroke is not None:
            raise RuntimeError("a stroke is in hand: finish or cancel it first")

    def _ended(self) -> None:
        self._stroke = None


class StrokeRecorder:
    """One stroke in hand: many stamps of one label that become one edit.

    It keeps the old labels of the box touched so far, which grows with the stroke (by half again at least,
    so that a long stroke copies each pixel a few times, not once a stamp).
    """

    def __init__(self, labels: Labels, locked: Pixels, label: int, ended: Callable[[], None]) -> None:
        self._labels = labels
        self._locked = locked
        self._label = label
        self._ended = ended
        self._touched = NOWHERE
        self._kept = NOWHERE
        self._before: Labels = np.zeros((0, 0), np.uint8)

    def paint(self, region: Region) -> Box:
        """Paints one stamp; the box to draw anew, empty where nothing changed."""
        box = region.box
        if box.is_empty:
            return NOWHERE
        if box != box.clipped(self._labels.shape):
            raise ValueError(f"the box {tuple(box)} reaches out of a mask of {self._labels.shape}")
        view = self._labels[box.slices]
        changed = region.mask & (view != self._label)
        changed &= ~self._locked[view]
        if not changed.any():
            return NOWHERE
        self._keep(box)
        view[changed] = self._label
        self._touched = self._touched.joined(box)
        return box

    def finish(self) -> Delta | None:
        """Ends the stroke; its edit in its tight box, ``None`` where it changed nothing."""
        self._ended()
        after = self._labels[self._touched.slices]
        before = self._before[self._touched.within(self._kept).slices]
        inner = tight_box(before != after)
        if inner.is_empty:
            return None
        return Delta.between(self._touched.inner(inner), before[inner.slices], after[inner.slices])

    def cancel(self) -> Box:
        """Ends the stroke as if it had not been; the box to draw anew."""
        self._ended()
        old = self._before[self._touched.within(self._kept).slices]
        self._labels[self._touched.slices] = old
        return self._touched

    def _keep(self, box: Box) -> None:
        wanted = self._kept.joined(box)
        if wanted == self._kept:
            return
        slack = max(wanted.height, wanted.width) // 4
        grown = wanted.grown(slack).clipped(self._labels.shape)
        before = self._labels[grown.slices].copy()
        before[self._kept.within(grown).slices] = self._before
        self._kept, self._before = grown, before
