"""What a write changed, as ids: the one message that tells views what to read again."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change of a library.

    The three tuples hold crop ids: new in the gallery, shown before but different now (embedded, another
    person, another mask, moved), and gone from it. A flag says that the table of that name is to be read
    again. ``elsewhere`` means that another process wrote to the file: anything may be different.
    """

    crops_added: tuple[int, ...] = ()
    crops_changed: tuple[int, ...] = ()
    crops_removed: tuple[int, ...] = ()
    folders: bool = False
    cameras: bool = False
    persons: bool = False
    faults: bool = False
    models: bool = False
    jobs: bool = False
    elsewhere: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @classmethod
    def union(cls, changes: Iterable["Change"]) -> Self:
        """All of ``changes`` as one; ids keep their order."""
        total = cls()
        for change in changes:
            total = cls(*(_joined(getattr(total, f.name), getattr(change, f.name)) for f in fields(cls)))
        return total


def _joined(first: bool | tuple[int, ...], second: bool | tuple[int, ...]) -> bool | tuple[int, ...]:
    if isinstance(first, tuple) and isinstance(second, tuple):
        return first + second
    return bool(first or second)


NOTHING = Change()
