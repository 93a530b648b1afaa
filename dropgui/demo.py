"""The demo: a throw-away library of the bundled gallery, indexed, with a first query answered."""

import shutil
import tempfile
from pathlib import Path

from dropgui.assets import asset
from dropgui.library.library import Library
from dropgui.library.queries import crop_ids, crop_rows

_QUERY = "0016_c2"  # seen whole: a light coat and red boots


def demo_folder() -> Path:
    """The bundled pictures: rendered persons who never lived, six cameras each."""
    return asset("demo", "gallery")


class DemoLibrary:
    """A library in a temporary folder; :meth:`remove` deletes it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dropgui-demo-"))
        self.library = Library.create(self._folder / "demo.droplib")

    def first_query(self) -> int | None:
        """The crop to search for first, or None before the gallery was read."""
        ids = crop_ids(self.library).tolist()
        rows = crop_rows(self.library, ids)
        names = {rows[i].path.name: i for i in ids}
        return next((i for name, i in names.items() if name.startswith(_QUERY)), ids[0] if ids else None)

    def remove(self) -> None:
        """Delete the library; it must be closed."""
        shutil.rmtree(self._folder, ignore_errors=True)
