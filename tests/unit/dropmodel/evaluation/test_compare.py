"""Two reports on the same queries."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dropmodel.errors import DataError
from dropmodel.evaluation.compare import compare, read_queries
from dropmodel.evaluation.report import QueryResult


def queries(ranks: list[int], seed: int = 0) -> list[QueryResult]:
    return [QueryResult(f"{i:03}.jpg", i // 4, 1 / rank, 1 / rank, rank) for i, rank in enumerate(ranks)]


def test_differences_and_the_queries_behind_them() -> None:
    before, after = queries([1, 2, 4, 1]), queries([1, 1, 5, 1])
    found = compare(before, after[::-1])
    assert found.measures["rank1"].change == pytest.approx(0.25)
    assert found.measures["map"].before == pytest.approx((1 + 0.5 + 0.25 + 1) / 4)
    assert [row.after.path for row in found.better] == ["001.jpg"]
    assert [row.after.path for row in found.worse] == ["002.jpg"]
    told = found.to_dict()
    assert told["better"] == [{"path": "001.jpg", "ap": [50.0, 100.0], "first_hit": [2, 1]}]
    assert (told["better_queries"], told["worse_queries"]) == (1, 1)
    assert "1 of 4 queries got better:" in found.lines()


def test_a_clear_gain_is_certain_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(2, 8, 400)
    better = compare(queries(base.tolist()), queries((base - 1).tolist()))
    assert better.measures["map"].certain
    assert better.measures["map"].interval[0] > 0
    shuffled = np.where(rng.random(400) < 0.5, base + 1, base - 1)
    mixed = compare(queries((base + rng.choice([-1, 1], 400)).tolist()), queries(shuffled.tolist()))
    assert not mixed.measures["rank1"].certain
    same = compare(queries(base.tolist()), queries(base.tolist()))
    assert same.better == same.worse == ()
    assert not same.measures["map"].certain


def test_pairing_makes_the_interval_narrow() -> None:
    ranks = [1, 10] * 100
    found = compare(queries(ranks), queries([rank + 1 for rank in ranks])).measures["map"]
    assert found.interval[1] - found.interval[0] < 0.01


def test_other_queries_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="only one has"):
        compare(queries([1, 2]), queries([1]))
    with pytest.raises(ValueError, match="different queries"):
        compare([], [])


def test_reports_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    rows = queries([1, 3])
    data = [
        {"path": q.path, "person": q.person, "ap": round(q.average_precision, 6), "inp": 1, "first_hit": 1}
        for q in rows
    ]
    path.write_text(json.dumps({"per_query": data}))
    found = read_queries(path)
    assert found[0] == replace(rows[0], inverse_penalty=1.0)
    assert compare(rows, found).worse == ()
    for text in ("{}", "no json", '{"per_query": [1]}'):
        path.write_text(text)
        with pytest.raises(DataError, match=r"report\.json: this is no report"):
            read_queries(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_queries(tmp_path / "gone.json")
