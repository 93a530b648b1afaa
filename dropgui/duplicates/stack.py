"""The groups of duplicates somebody looks through: which are listed, which crop of each is kept.

Nothing here knows the window, and nothing is written: a group is ignored until the next look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from dropgui.search.duplicates import DuplicateGroup


class Kind(Enum):
    """Which duplicates are listed."""

    ALL = "All duplicates"
    EXACT = "Exact copies"
    NEAR = "Near-duplicates"


@dataclass(frozen=True, slots=True)
class Group:
    """Crops that show the same: ``crop_ids``, the one that is ``kept`` first, the others as they were found.

    ``scores`` in [0, 1] says of each how like it is to the ``first`` crop as it was found; the files of those
    that are ``exact`` are the same as that one's.
    """

    crop_ids: tuple[int, ...]
    scores: dict[int, float]
    exact: frozenset[int]
    first: int

    @property
    def kept(self) -> int:
        """The crop that stays; the others are its copies."""
        return self.crop_ids[0]

    @property
    def copies(self) -> tuple[int, ...]:
        """All but the one that is kept."""
        return self.crop_ids[1:]

    def keeping(self, crop_id: int) -> "Group":
        """The same group with another crop kept."""
        others = tuple(each for each in self.crop_ids if each != crop_id)
        return replace(self, crop_ids=(crop_id, *others))

    def without(self, gone: frozenset[int]) -> "Group | None":
        """What is left of it; None where that is no group any more."""
        left = tuple(each for each in self.crop_ids if each not in gone)
        return replace(self, crop_ids=left) if len(left) > 1 else None

    def only(self, kind: Kind) -> "Group | None":
        """The first crop as it was found with its copies of a kind; None where there are none."""
        if kind is Kind.ALL:
            return self
        left = tuple(
            each
            for each in self.crop_ids
            if each == self.first or (each in self.exact) == (kind is Kind.EXACT)
        )
        return replace(self, crop_ids=left) if len(left) > 1 else None


def group_of(found: DuplicateGroup) -> Group:
    """What was found, its first crop kept."""
    return Group(
        found.crop_ids,
        {found.crop_id: 1.0, **{copy.crop_id: copy.score for copy in found.copies}},
        frozenset(copy.crop_id for copy in found.copies if copy.exact),
        found.crop_id,
    )


class Stack:
    """Groups in order, one of them in front; what was ignored can be brought back."""

    def __init__(self, found: Iterable[Group] = (), kind: Kind = Kind.ALL) -> None:
        self._found = list(found)
        self._ignored: list[int] = []
        self._front = 0
        self._kind = kind
        self._listed: list[int] = []
        self._groups: list[Group] = []
        self._list()

    @property
    def groups(self) -> Sequence[Group]:
        """What is listed: groups of the chosen kind that were not ignored."""
        return self._groups

    @property
    def position(self) -> int:
        """Place of the group in front in the list, from 0."""
        return self._front

    @property
    def current(self) -> Group | None:
        """The group in front; None where none is listed."""
        return self._groups[self._front] if self._groups else None

    @property
    def ignored(self) -> int:
        """How many were ignored."""
        return len(self._ignored)

    @property
    def copies(self) -> list[int]:
        """All crops of the listed groups but those that are kept."""
        return [crop_id for group in self._groups for crop_id in group.copies]

    def set_kind(self, kind: Kind) -> None:
        """List duplicates of this kind only; the group in front stays there if it is listed."""
        self._kind = kind
        self._list()

    def go_to(self, place: int) -> None:
        """Bring the group at a place of the list to the front; beyond its ends: the last, or the first."""
        self._front = max(0, min(place, len(self._listed) - 1))

    def keep(self, crop_id: int) -> None:
        """Keep this crop of the group in front."""
        group = self.current
        if group is not None and crop_id in group.crop_ids:
            at = self._listed[self._front]
            self._found[at] = self._found[at].keeping(crop_id)
            self._groups[self._front] = group.keeping(crop_id)

    def ignore(self) -> None:
        """These are no duplicates, or need nothing: the next group comes to the front."""
        if self._listed:
            self._ignored.append(self._listed[self._front])
            self._list()

    def undo(self) -> None:
        """Bring back what was ignored last, to the front."""
        if self._ignored:
            back = self._ignored.pop()
            self._list()
            if back in self._listed:
                self._front = self._listed.index(back)

    def forget(self, crop_ids: Iterable[int]) -> bool:
        """These crops left the library; whether any group had one of them."""
        gone = frozenset(crop_ids)
        if not gone or not any(gone.intersection(group.crop_ids) for group in self._found):
            return False
        kept = [
            (at, left) for at, group in enumerate(self._found) if (left := group.without(gone)) is not None
        ]
        place_of = {at: place for place, (at, _) in enumerate(kept)}
        self._found = [group for _, group in kept]
        self._ignored = [place_of[at] for at in self._ignored if at in place_of]
        before = self._listed[: self._front]
        self._listed = [place_of[at] for at in self._listed if at in place_of]
        self.go_to(sum(at in place_of for at in before))
        self._list()
        return True

    def _list(self) -> None:
        before = self._listed[self._front] if self._listed else -1
        ignored = set(self._ignored)
        shown = ((at, group.only(self._kind)) for at, group in enumerate(self._found) if at not in ignored)
        listed = {at: group for at, group in shown if group is not None}
        self._listed, self._groups = list(listed), list(listed.values())
        self.go_to(self._listed.index(before) if before in listed else self._front)
