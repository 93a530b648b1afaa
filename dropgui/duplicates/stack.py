"""The groups of duplicates somebody looks through: which are listed, which crop of each is kept.

Nothing here knows the window, and nothing is written here: which groups are ignored the library says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from dropgui.library.ignored import IgnoredUndo
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
    """Groups in order, one of them in front. Those the library ignores are listed only where wanted.

    ``ignored`` has the crops of ignored groups by their ids in the library. A group is ignored where all of
    it, as it is listed, is in one of those.
    """

    def __init__(
        self,
        found: Iterable[Group] = (),
        kind: Kind = Kind.ALL,
        ignored: Mapping[int, frozenset[int]] | None = None,
        *,
        showing_ignored: bool = False,
    ) -> None:
        self._found = list(found)
        self._kind = kind
        self._of_kind = self._sort_out()
        self._marks = dict(ignored or {})
        self._showing_ignored = showing_ignored
        self._steps: list[IgnoredUndo] = []
        self._front = 0
        self._listed: list[int] = []
        self._groups: list[Group] = []
        self._ignored: set[int] = set()
        self._list()

    @property
    def groups(self) -> Sequence[Group]:
        """What is listed: groups of the chosen kind."""
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
        """How many groups of the chosen kind are ignored, listed or not."""
        return len(self._ignored)

    @property
    def copies(self) -> list[int]:
        """All crops of the listed groups but those that are kept; none of an ignored group."""
        heeded = (group for place, group in enumerate(self._groups) if not self.is_ignored(place))
        return [crop_id for group in heeded for crop_id in group.copies]

    @property
    def last_step(self) -> IgnoredUndo | None:
        """What was ignored last, or taken back: to be undone in the library before :meth:`undone`."""
        return self._steps[-1] if self._steps else None

    def is_ignored(self, place: int) -> bool:
        """Whether the group at a place of the list is ignored."""
        return self._listed[place] in self._ignored

    def marks_in_front(self) -> list[int]:
        """The library's ids of what makes it ignore the group in front."""
        return [] if self.current is None else self._marks_on(self.current, self._marks_by_crop())

    def set_kind(self, kind: Kind) -> None:
        """List duplicates of this kind only; the group in front stays there if it is listed."""
        self._kind = kind
        self._of_kind = self._sort_out()
        self._list()

    def set_showing_ignored(self, showing: bool) -> None:
        """List ignored groups too; the group in front stays there if it is listed."""
        self._showing_ignored = showing
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
            self._of_kind[at] = self._groups[self._front] = group.keeping(crop_id)

    def decided(self, step: IgnoredUndo) -> None:
        """A group is ignored in the library from now on, or no more."""
        self._steps.append(step)
        self._follow(step)

    def undone(self, step: IgnoredUndo) -> None:
        """The last step was taken back by this one: its group comes to the front if it is listed."""
        self._steps.pop()
        self._follow(step)
        crops = frozenset[int]().union(*step.before.values(), *step.after.values())
        places = (place for place, group in enumerate(self._groups) if crops.issuperset(group.crop_ids))
        self._front = next(places, self._front)

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
        self._of_kind = self._sort_out()
        before = self._listed[: self._front]
        self._listed = [place_of[at] for at in self._listed if at in place_of]
        self.go_to(sum(at in place_of for at in before))
        self._list()
        return True

    def _follow(self, step: IgnoredUndo) -> None:
        for mark in step.before:
            self._marks.pop(mark, None)
        self._marks.update(step.after)
        self._list()

    def _sort_out(self) -> dict[int, Group]:
        """The groups of the chosen kind by their places among all that were found."""
        of_kind = ((at, group.only(self._kind)) for at, group in enumerate(self._found))
        return {at: group for at, group in of_kind if group is not None}

    def _list(self) -> None:
        before = self._listed[self._front] if self._listed else -1
        every, by_crop = self._of_kind, self._marks_by_crop()
        self._ignored = {at for at, group in every.items() if self._marks_on(group, by_crop)}
        left_out = frozenset[int]() if self._showing_ignored else self._ignored
        listed = {at: group for at, group in every.items() if at not in left_out}
        self._listed, self._groups = list(listed), list(listed.values())
        self.go_to(self._listed.index(before) if before in listed else self._front)

    def _marks_by_crop(self) -> Mapping[int, list[int]]:
        by_crop: defaultdict[int, list[int]] = defaultdict(list)
        for mark, crops in self._marks.items():
            for crop_id in crops:
                by_crop[crop_id].append(mark)
        return by_crop

    def _marks_on(self, group: Group, by_crop: Mapping[int, list[int]]) -> list[int]:
        marks = by_crop.get(group.kept, [])
        return [mark for mark in marks if self._marks[mark].issuperset(group.crop_ids)]
