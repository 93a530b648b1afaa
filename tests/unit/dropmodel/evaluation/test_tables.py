"""Tables: which parts they choose, groups of queries, and intervals that hold."""

import numpy as np
import pytest

from dropmodel.evaluation.ranking import Ranking
from dropmodel.evaluation.tables import bootstrap, by_camera, by_level, part_choices, percent, row
from dropmodel.parts import EIGHT, FIVE_V, stripes


def ranking(first_hits: list[int]) -> Ranking:
    """One right answer a query, found at these ranks; 0 for a query without."""
    first = np.array(first_hits, np.int64)
    with np.errstate(divide="ignore"):
        precision = np.where(first > 0, 1 / first, np.nan)
    return Ranking(precision, precision, first, 50, np.zeros((len(first), 0), np.int64))


def test_choices_name_what_people_ask() -> None:
    choices = part_choices(EIGHT)
    assert choices["only head"] == ("head",)
    assert choices["only arms"] == ("left_arm", "right_arm")
    assert choices["only feet"] == ("left_foot", "right_foot")
    assert choices["without legs"] == tuple(name for name in EIGHT.names if "leg" not in name)
    assert "global" not in choices["foreground and parts"]
    assert "only upper torso and arms" in part_choices(FIVE_V)
    assert list(part_choices(stripes(1))) == [
        "foreground and parts", "only global", "only foreground", "only parts",
    ]  # fmt: skip
    for schema in (EIGHT, FIVE_V, stripes(4)):
        for names in part_choices(schema).values():
            assert schema.vector_indices(names)


def test_a_row_in_percent() -> None:
    made = row("all", ranking([1, 2, 0, 4]), np.array([1, 1, 2, 3]))
    told = made.to_dict()
    assert told["rank1"] == pytest.approx(33.33)
    assert told["map"] == pytest.approx(58.33)
    assert (told["queries"], told["gallery"]) == (3, 50)
    low, high = told["map_interval"]
    assert 25 <= low < told["map"] < high <= 75
    empty = row("none", ranking([0]), np.array([1])).to_dict()
    assert (empty["rank1"], empty["map_interval"], empty["queries"]) == (None, [None, None], 0)
    assert percent(0.12345) == pytest.approx(12.35)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(40), 5)
    held = 0
    for trial in range(100):
        values = np.repeat(rng.normal(0.5, 0.2, 40), 5) + rng.normal(0, 0.05, 200)
        low, high = bootstrap(values[:, None], persons, resamples=300, seed=trial)
        held += bool(low[0] <= 0.5 <= high[0])
    assert 85 <= held <= 100


def test_queries_of_one_person_widen_the_interval() -> None:
    values = np.repeat([0.0, 1.0], 50)[:, None]
    low, high = bootstrap(values, np.arange(100))
    wide_low, wide_high = bootstrap(values, np.repeat(np.arange(10), 10))
    assert wide_high[0] - wide_low[0] > 2 * (high[0] - low[0])


def test_levels_and_cameras() -> None:
    made = ranking([1, 2, 1, 4])
    persons = np.arange(4)
    levels = by_level(made, persons, [0, 0, 2, None])
    assert [(line.name, line.queries) for line in levels] == [("level 0", 2), ("level 2", 1)]
    assert levels[0].rank1 == pytest.approx(0.5)
    assert by_level(made, persons, [None] * 4) == []
    lines = by_camera({1: made, 2: made}, persons, np.array([1, 1, 1, 2]))
    assert [(line.name, line.queries) for line in lines] == [("1 to 2", 3), ("2 to 1", 1)]
