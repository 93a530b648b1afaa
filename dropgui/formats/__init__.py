"""Masks in other tools' files, both ways, at full resolution and without loss.

Every format has ``write(target, masks, schema)`` and ``read(source, parts)`` (:mod:`dropgui.formats.choose`).
This room knows nothing of libraries: it reads and writes :class:`CropMask` and :class:`ReadMask`.
"""

from dropgui.formats.choose import FORMATS, format_of
from dropgui.formats.masks import CropMask, FormatError, Parts, ReadMask

__all__ = ["FORMATS", "CropMask", "FormatError", "Parts", "ReadMask", "format_of"]
