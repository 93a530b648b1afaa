"""What is said of a comparison, and its files."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.versions.compare import Measure, compare_versions
from dropgui.versions.compared import Compared, verdict
from dropgui.versions.compared_files import save_compared
from tests.unit.versions.test_compare import make, store, vectors

SHARE = st.floats(0, 1)


@given(SHARE, SHARE, st.tuples(st.floats(-1, 1), st.floats(-1, 1)))
def test_a_verdict_is_the_side_of_zero_that_the_paired_interval_lies_on(
    before: float, after: float, bounds: tuple[float, float]
) -> None:
    low, high = sorted(bounds)
    change = after - before
    measure = Measure(before, after, (0.0, 1.0), (0.0, 1.0), (min(low, change), max(high, change)))
    low, high = measure.change_interval
    assert verdict(measure) == ("better" if low > 0 else "worse" if high < 0 else "no difference")


@pytest.fixture
def found(library: Library) -> Compared:
    """A version that lost what the one before it knew."""
    case = make(library, persons=8)
    store(case, case.old, vectors(case, 0.2))
    store(case, case.new, vectors(case, 4.0, seed=1))
    comparison = compare_versions(case.session, case.old, case.new, case.held_out())
    assert comparison is not None
    return Compared(comparison, {who: frozenset(own) for who, own in case.persons.items()}, is_fair=True)


def test_what_is_said(found: Compared) -> None:
    assert found.title == "old → new"
    assert found.headline == "'new' finds persons worse than 'old', measured on 8 persons."
    assert found.words.startswith("Measured on 32 searches for 8 persons among 32 crops")
    rows = {row[0]: row for row in found.rows()}
    assert list(rows) == ["Rank-1", "mAP", "mINP"]
    assert rows["mAP"][1] == "worse"
    assert rows["mAP"][4].startswith("\N{MINUS SIGN}")
    drift = found.drift()
    assert drift is not None
    assert drift[0][0] == "Whole picture"


def test_files(found: Compared, library: Library, tmp_path: Path) -> None:
    page, table, picture = (tmp_path / name for name in ("told.html", "told.csv", "told.png"))
    for path in (page, table, picture):
        save_compared(found, library, path)
    text = page.read_text(encoding="utf-8")
    assert "▼ worse" in text
    assert "Searches that got worse" in text
    assert "The picture cannot be read." in text, "they are files that never were"
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["version"] for row in rows[:3]] == ["old", "new", "change"]
    assert float(rows[2]["value"]) == pytest.approx(
        float(rows[1]["value"]) - float(rows[0]["value"]), abs=1e-3
    )
    with Image.open(picture) as drawn:
        assert drawn.size == (1080, 810)
    with pytest.raises(UserError, match=r"none of these"):
        save_compared(found, library, tmp_path / "told.doc")
    with pytest.raises(UserError, match="could not be written"):
        save_compared(found, library, tmp_path / "nowhere" / "told.csv")
