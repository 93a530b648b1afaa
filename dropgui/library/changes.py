"""What a write changed, as ids: the one message that tells views what to read again."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change of a library.

    The three tuples hold crop ids: new in the gallery, shown before but different now (embedded, decided on,
    another person, another mask, moved), and gone from it. A flag says that the table of that name is to be
    read again; ``searches`` are the saved ones and the past queries. ``elsewhere`` means that another process
    wrote to the file: anything may be different.
    """

    crops_added: tuple[int, ...] = ()
    crops_changed: tuple[int, ...] = ()
    crops_removed: tuple[int, ...] = ()
    folders: bool = False
    cameras: bool = False
    persons: bool = False
    searches: bool = False
    faults: bool = False
    tags: bool = False
    models: bool = False
    jobs: bool = False
    elsewhere: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @classmethod
    def union(cls, changes: Iterable["Change"]) -> Self:
        """All of ``changes`` as one; ids keep their order."""
        every = [cls(), *changes]
        joined = {
            field.name: _join([getattr(change, field.name) for change in every]) for field in fields(cls)
        }
        return cls(**joined)


def _join(values: list[Any]) -> Any:
    """Ids one after the other, flags by "or"."""
    return tuple(chain.from_iterable(values)) if isinstance(values[0], tuple) else any(values)


NOTHING = Change()
