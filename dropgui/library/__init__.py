"""Everything known about some folders of pictures, in one SQLite file (docs/design.md, The library file).

Open a :class:`Library`, read it with :mod:`dropgui.library.queries`, change it through the functions of
this room: every change ends in one :class:`Change` that tells all views what to read again.
"""

from dropgui.library.changes import Change
from dropgui.library.faults import LibraryError
from dropgui.library.library import FILE_SUFFIX, Library

__all__ = ["FILE_SUFFIX", "Change", "Library", "LibraryError"]
