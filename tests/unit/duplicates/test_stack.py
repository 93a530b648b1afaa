"""The groups of duplicates: whatever is done to them, each keeps one crop, and none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from dropgui.duplicates.stack import Group, Kind, Stack, group_of
from dropgui.library.ignored import IgnoredUndo
from dropgui.search.duplicates import Duplicate, DuplicateGroup

STEP = st.tuples(
    st.sampled_from(["go", "keep", "ignore", "undo", "kind", "show", "forget"]), st.integers(0, 2**12 - 1)
)


def found(*exact_and_near: tuple[int, int]) -> list[Group]:
    """Groups with so many exact copies and so many near-duplicates of their first crop each."""
    groups, crop_id = [], 0
    for exact, near in exact_and_near:
        copies = [Duplicate(crop_id + 1 + i, 1.0, exact=True) for i in range(exact)]
        copies += [Duplicate(crop_id + 1 + exact + i, 0.99 - i / 100, exact=False) for i in range(near)]
        groups.append(group_of(DuplicateGroup(crop_id, tuple(copies))))
        crop_id += 1 + exact + near
    return groups


class Marks:
    """What a library would say of ignored groups, with steps to and fro."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.groups: dict[int, frozenset[int]] = {}
        self._made = 0

    def toggle(self) -> None:
        """What the key does to the group in front."""
        current, marks = self.stack.current, self.stack.marks_in_front()
        if marks:
            step = IgnoredUndo({mark: self.groups[mark] for mark in marks}, {})
        elif current is not None:
            self._made += 1
            step = IgnoredUndo({}, {self._made: frozenset(current.crop_ids)})
        else:
            return
        self._apply(step)
        self.stack.decided(step)

    def undo(self) -> None:
        if (step := self.stack.last_step) is not None:
            back = IgnoredUndo(step.after, step.before)
            self._apply(back)
            self.stack.undone(back)

    def cover(self, group: Group) -> bool:
        return any(crops.issuperset(group.crop_ids) for crops in self.groups.values())

    def _apply(self, step: IgnoredUndo) -> None:
        for mark in step.before:
            del self.groups[mark]
        self.groups |= step.after


@given(st.lists(STEP, max_size=25))
def test_each_group_keeps_one_and_undo_brings_the_ignored_back(steps: list[tuple[str, int]]) -> None:
    stack = Stack(found((1, 1), (2, 0), (0, 2), (1, 2)))
    marks, gone, showing = Marks(stack), set[int](), False
    for what, number in steps:
        current = stack.current
        match what:
            case "go":
                stack.go_to(number % 6 - 1)
            case "keep" if current is not None:
                crop_id = current.crop_ids[number % len(current.crop_ids)]
                stack.keep(crop_id)
                assert stack.current is not None
                assert stack.current.kept == crop_id
                assert sorted(stack.current.crop_ids) == sorted(current.crop_ids)
            case "ignore":
                before = list(stack.groups)
                marks.toggle()
                left = before if showing else [group for group in before if group != current]
                assert stack.groups == left
            case "undo":
                marks.undo()
            case "kind":
                stack.set_kind(list(Kind)[number % 3])
            case "show":
                showing = number % 2 == 0
                stack.set_showing_ignored(showing)
            case "forget" if number % 7 == 0:
                gone.add(number % 13)
                stack.forget([number % 13])
        groups = stack.groups
        ignored = [marks.cover(group) for group in groups]
        assert [stack.is_ignored(place) for place in range(len(groups))] == ignored
        assert showing or not any(ignored)
        assert not showing or stack.ignored == sum(ignored)
        assert all(len(group.crop_ids) > 1 for group in groups)
        shown = [crop_id for group in groups for crop_id in group.crop_ids]
        assert len(set(shown)) == len(shown)
        assert not gone.intersection(shown)
        heeded = [group for group, is_ignored in zip(groups, ignored, strict=True) if not is_ignored]
        assert stack.copies == [crop_id for group in heeded for crop_id in group.copies]
        assert stack.current == (groups[stack.position] if groups else None)
    stack.set_kind(Kind.ALL)
    while stack.last_step is not None:
        marks.undo()
    assert stack.ignored == 0
    left_ids = [set(group.crop_ids) - gone for group in found((1, 1), (2, 0), (0, 2), (1, 2))]
    assert [set(group.crop_ids) for group in stack.groups] == [ids for ids in left_ids if len(ids) > 1]


def test_kinds_list_copies_apart() -> None:
    stack = Stack(found((1, 1), (0, 1)))
    assert [group.crop_ids for group in stack.groups] == [(0, 1, 2), (3, 4)]
    stack.go_to(1)
    stack.set_kind(Kind.EXACT)
    assert [group.crop_ids for group in stack.groups] == [(0, 1)]
    assert stack.position == 0
    stack.set_kind(Kind.NEAR)
    assert [group.crop_ids for group in stack.groups] == [(0, 2), (3, 4)]


def test_what_is_kept_stays_kept_when_others_are_listed() -> None:
    stack = Stack(found((1, 1)))
    stack.keep(2)
    assert stack.copies == [0, 1]
    stack.set_kind(Kind.NEAR)
    assert stack.copies == [0]
    stack.set_kind(Kind.ALL)
    assert stack.copies == [0, 1]
