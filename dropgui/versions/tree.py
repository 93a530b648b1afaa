"""The versions of a library as a tree: what was taught from what, and what can be done with each."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dropgui.library import Library
from dropgui.library.model_files import kept_file
from dropgui.library.models import crops_behind, model_versions, previous_version
from dropgui.library.rows import ModelVersionRow
from dropgui.library.schema import Embedding
from dropgui.versions.drop import why_vectors_stay, why_version_stays


@dataclass(frozen=True, slots=True)
class Version:
    """A version among the others.

    ``depth`` is 0 for one that was taught from none; ``children`` are ids. ``crops`` have vectors of it, and
    ``behind`` of those that the active version finds have none, or outdated ones. ``is_previous``: going back
    leads here. ``file_bytes`` is the size of the library's copy of its weights, None without one.
    ``why_stays`` and ``why_vectors_stay`` say why it, or its vectors, cannot be dropped, None where they can.
    """

    row: ModelVersionRow
    depth: int
    children: tuple[int, ...]
    crops: int
    behind: int
    is_previous: bool
    file_bytes: int | None
    why_stays: str | None
    why_vectors_stay: str | None

    @property
    def is_ready(self) -> bool:
        """Whether it can be used at once: it has vectors of all that can be found."""
        return self.crops > 0 and self.behind == 0


def version_tree(library: Library) -> list[Version]:
    """All versions, each before what was taught from it, brothers in the order they came.

    Counts what every version lacks: of 100,000 crops that takes tenths of a second a version.
    """
    rows = model_versions(library)
    known = {row.id for row in rows}
    below: defaultdict[int | None, list[ModelVersionRow]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in known else None].append(row)
    before = previous_version(library)
    ordered: list[Version] = []
    with library.read() as connection:

        def add(parent: int | None, depth: int) -> None:
            for row in below[parent]:
                children = tuple(child.id for child in below[row.id])
                is_previous = before is not None and before.id == row.id
                ordered.append(_version(library, connection, row, depth, children, is_previous))
                add(row.id, depth + 1)

        add(None, 0)
    return ordered


def _version(
    library: Library,
    connection: Connection,
    row: ModelVersionRow,
    depth: int,
    children: tuple[int, ...],
    is_previous: bool,
) -> Version:
    own = select(func.count()).select_from(Embedding).where(Embedding.model_version_id == row.id)
    kept = kept_file(library, row.weights_hash)
    return Version(
        row=row,
        depth=depth,
        children=children,
        crops=connection.execute(own).scalar_one(),
        behind=len(crops_behind(connection, row.id)),
        is_previous=is_previous,
        file_bytes=kept.stat().st_size if kept.is_file() else None,
        why_stays=why_version_stays(connection, row),
        why_vectors_stay=why_vectors_stay(connection, row),
    )
