"""dropgui: find the same person again in folders of pictures, by body part, on your own machine.

For notebooks and scripts: ``from dropgui import Library, Query`` (:mod:`dropgui.api`).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropgui.api import Apart, CropFilter, Library, Query, UserError

__all__ = ["Apart", "CropFilter", "Library", "Query", "UserError"]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # Importing the package must cost nothing: the window shows first (docs/decisions/0001).
        if name in __all__:
            from dropgui import api

            return getattr(api, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
