"""The groups of duplicates: whatever is done to them, each keeps one crop, and none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from dropgui.duplicates.stack import Group, Kind, Stack, group_of
from dropgui.search.duplicates import Duplicate, DuplicateGroup

STEP = st.tuples(
    st.sampled_from(["go", "keep", "ignore", "undo", "kind", "forget"]), st.integers(0, 2**12 - 1)
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


@given(st.lists(STEP, max_size=25))
def test_each_group_keeps_one_and_undo_brings_the_ignored_back(steps: list[tuple[str, int]]) -> None:
    stack = Stack(found((1, 1), (2, 0), (0, 2), (1, 2)))
    gone: set[int] = set()
    kind = Kind.ALL
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
                before = stack.groups
                stack.ignore()
                assert stack.groups == [group for group in before if group != current]
            case "undo":
                stack.undo()
            case "kind":
                kind = list(Kind)[number % 3]
                stack.set_kind(kind)
            case "forget" if number % 7 == 0:
                gone.add(number % 13)
                stack.forget([number % 13])
        groups = stack.groups
        assert all(len(group.crop_ids) > 1 for group in groups)
        shown = [crop_id for group in groups for crop_id in group.crop_ids]
        assert len(set(shown)) == len(shown)
        assert not gone.intersection(shown)
        assert len(stack.copies) == len(shown) - len(groups)
        assert stack.current == (groups[stack.position] if groups else None)
    stack.set_kind(Kind.ALL)
    while stack.ignored:
        stack.undo()
    left = [set(group.crop_ids) - gone for group in found((1, 1), (2, 0), (0, 2), (1, 2))]
    assert [set(group.crop_ids) for group in stack.groups] == [ids for ids in left if len(ids) > 1]


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
