"""Typed filters: every key, the way there and back, what is refused and how, and how words are completed."""

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.library.rows import REVIEW_STATES, CropFilter
from dropgui.query.filter_words import (
    HELP,
    FilterError,
    Vocabulary,
    begins_key,
    completions,
    joined,
    parse,
    write,
)
from dropmodel.parts import EIGHT


def ids(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


WORDS = Vocabulary(
    folders={"entrance": ids(1), "Halle, Süd": ids(2, 3), 'the "old" wing': ids(4)},
    cameras={"c1": ids(1), "c2": ids(2), "c12": ids(3)},
    persons={"Person 1": ids(1), "Ada": ids(2)},
    tags={"red bag": ids(1)},
    parts=EIGHT.names,
)
NOON = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - a camera's own clock


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", CropFilter()),
        ("camera:c2", CropFilter(cameras=ids(2))),
        ("camera:2,12", CropFilter(cameras=ids(2, 3))),
        ("camera:C1 camera:c2", CropFilter(cameras=ids(1, 2))),
        ('folder:"halle, süd",entrance', CropFilter(folders=ids(1, 2, 3))),
        ('folder:"the ""old"" wing"', CropFilter(folders=ids(4))),
        ("person:none", CropFilter(unassigned=True)),
        ("person:none,1", CropFilter(unassigned=True, persons=ids(1))),
        ("person:#7", CropFilter(persons=ids(7))),
        ('tag:"red bag"', CropFilter(tags=ids(1))),
        ("state:Skipped", CropFilter(review_states=frozenset({"skipped"}))),
        ("part:head", CropFilter(visible=frozenset({("head", 0.5)}))),
        ("part:left-arm>0.25,torso>=1", CropFilter(visible=frozenset({("left_arm", 0.25), ("torso", 1.0)}))),
        ("since:2026-11-21T12", CropFilter(since=NOON)),
        ("until:2026-11-21", CropFilter(until=datetime(2026, 11, 22))),  # noqa: DTZ001
        ("door 12 .png", CropFilter(text="door 12 .png")),
        ('"camera:c1"', CropFilter(text="camera:c1")),
    ],
)
def test_what_words_mean(text: str, expected: CropFilter) -> None:
    assert parse(text, WORDS) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("camera:9", "There is no camera “9”. There are c1, c2, c12."),
        ("person:zoe", "There is no person “zoe”. There are Ada, "),
        ("colour:red", "Filters know no “colour:”"),
        ("camera:", "of these cameras"),
        ("part:tail", "There is no part “tail”"),
        ("part:head>2", "from 0 to 1"),
        ("part:head>nan", "from 0 to 1"),
        ("since:yesterday", "not a time like"),
        ("since:2026-11-21T12:00:00+01:00", "not a time like"),
        ("state:lost", "There is no state “lost”"),
    ],
)
def test_what_is_no_filter_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(FilterError) as error:
        parse(text, WORDS)
    assert reason in str(error.value)


def some(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(1, most), max_size=3)


TIMES = st.none() | st.datetimes()
FILTERS = st.builds(
    CropFilter,
    folders=some(9).map(lambda chosen: chosen | ({2, 3} if chosen & {2, 3} else set())),
    cameras=some(9),
    persons=some(9),
    tags=some(9),
    unassigned=st.booleans(),
    review_states=st.frozensets(st.sampled_from(REVIEW_STATES)),
    since=TIMES,
    until=TIMES,
    text=st.text(st.characters(codec="utf-8"), max_size=12),
    visible=st.frozensets(st.tuples(st.sampled_from(EIGHT.names), st.floats(0, 1)), max_size=2),
)


@given(FILTERS)
def test_what_is_written_is_read_back(chosen: CropFilter) -> None:
    assert parse(write(chosen, WORDS), WORDS) == chosen


@given(st.text(max_size=30) | st.lists(st.sampled_from([*HELP, ":", '"', ",", " ", "c1", ">"])).map("".join))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(FilterError):
        found = parse(text, WORDS)
        assert parse(write(found, WORDS), WORDS) == found
    start, words = completions(text, len(text), WORDS)
    assert begins_key(text, len(text)) == (start < len(text) and any(word.endswith(":") for word in words))


@pytest.mark.parametrize(
    ("text", "cursor", "expected"),
    [("ca", 2, True), ("door P", 6, True), ("camera", 3, True), ("ca ", 3, False), ("", 0, False)]
    + [(text, len(text), False) for text in ("camera:", "person:a", "door", '"ca"')],
)
def test_half_a_key_is_known(text: str, cursor: int, expected: bool) -> None:
    assert begins_key(text, cursor) is expected


def test_what_was_typed_counts_before_what_is_ticked() -> None:
    ticked = CropFilter(cameras=ids(1), folders=ids(2), persons=ids(3))
    typed = CropFilter(cameras=ids(2), unassigned=True)
    assert joined(ticked, typed) == CropFilter(cameras=ids(2), folders=ids(2), unassigned=True)


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("ca", 0, ["camera:"]),
        ("door camera:", 5, ["camera:c1", "camera:c2", "camera:c12"]),
        ("camera:c1,c1", 0, ["camera:c1,c12"]),
        ("person:a", 0, ["person:Ada"]),
        ("folder:hal", 0, ['folder:"Halle, Süd"']),
        ("part:hea", 0, ["part:head>0.5"]),
        ("since:", 0, []),
        ("colour:", 0, []),
    ],
)
def test_words_are_completed(text: str, start: int, expected: list[str]) -> None:
    found, words = completions(text, len(text), WORDS)
    assert found == start
    assert [word for word in words if word in expected] == expected
    assert set(words) - set(expected) <= {"camera:c1,c1"}
