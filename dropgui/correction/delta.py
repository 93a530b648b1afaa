"""What one edit changed: the pixels of one box before and after, compressed, for undo and for the journal."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np

from dropgui.correction.region import Box, Labels

_HEAD = struct.Struct("<4iI")
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Delta:
    """The labels of ``box`` before and after an edit, each deflated (uint8, row by row).

    Exact whatever else happened outside of the box. Two deltas of the same edit are equal.
    """

    box: Box
    before: bytes
    after: bytes

    @classmethod
    def between(cls, box: Box, before: Labels, after: Labels) -> "Delta":
        """``before`` and ``after`` uint8 [box.height, box.width]; ``ValueError`` where they do not fit."""
        if before.shape != (box.height, box.width) or after.shape != before.shape:
            raise ValueError(f"labels of {before.shape} and {after.shape} do not fill {tuple(box)}")
        return cls(box, zlib.compress(before.tobytes(), _LEVEL), zlib.compress(after.tobytes(), _LEVEL))

    @property
    def nbytes(self) -> int:
        """What it costs to keep, about."""
        return len(self.before) + len(self.after) + 200

    def apply(self, labels: Labels) -> None:
        """Does the edit to ``labels`` uint8 [H, W], in place."""
        self._write(labels, self.after)

    def revert(self, labels: Labels) -> None:
        """Takes it back, in place."""
        self._write(labels, self.before)

    def to_bytes(self) -> bytes:
        """For a file; :meth:`from_bytes` reads it."""
        return _HEAD.pack(*self.box, len(self.before)) + self.before + self.after

    @classmethod
    def from_bytes(cls, data: bytes) -> "Delta":
        """Inverse of :meth:`to_bytes`; ``ValueError`` for other bytes, torn ones included."""
        try:
            *edges, length = _HEAD.unpack_from(data)
            delta = cls(Box(*edges), data[_HEAD.size : _HEAD.size + length], data[_HEAD.size + length :])
            pixels = delta.box.height * delta.box.width
            whole = all(len(zlib.decompress(side)) == pixels for side in (delta.before, delta.after))
        except (struct.error, zlib.error) as error:
            raise ValueError(f"no edit of a mask: {error}") from error
        if not whole or pixels == 0:
            raise ValueError("no edit of a mask: its pixels do not fill its box")
        return delta

    def _write(self, labels: Labels, packed: bytes) -> None:
        box = self.box
        if box != box.clipped(labels.shape):
            raise ValueError(f"the edit of {tuple(box)} does not fit labels of {labels.shape}")
        values = np.frombuffer(zlib.decompress(packed), np.uint8)
        labels[box.slices] = values.reshape(box.height, box.width)
