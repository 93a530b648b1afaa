"""Taking what was forgotten out of the search caches, without building them anew."""

from contextlib import suppress

from sqlalchemy import Connection, select

from dropgui.library import Library, LibraryError
from dropgui.library.models import model_version
from dropgui.library.schema import ModelVersion
from dropgui.search.cache import PartCache, remove_others


def wipe_caches(library: Library, connection: Connection) -> bool:
    """Overwrites the rows of crops that lost their embeddings, and removes whatever else lies beside them.

    What else was made of the library's vectors (:mod:`dropgui.search.approximate`, maps, pictures) is made
    again when it is asked for. A ``WipeCache`` of :mod:`dropgui.library.forget`: False if files stay.
    """
    if not library.cache_dir.exists():
        return True
    whole: dict[str, bool] = {}
    for version in connection.execute(select(ModelVersion.id)).scalars().all():
        with suppress(FileNotFoundError, LibraryError):
            whole[str(version)] = PartCache(library, model_version(connection, version)).wipe(connection)
    return remove_others(library.cache_dir, whole) and all(whole.values())
