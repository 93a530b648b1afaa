"""Filters: every field against its plain meaning, alone and together, and the way to JSON and back."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update

from dropgui.library import Library
from dropgui.library.queries import CropFilter, CropRow, camera_rows, crop_ids, crop_rows
from dropgui.library.rows import REVIEW_STATES
from dropgui.library.schema import Crop, CropTag, Image, Person, Tag
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed, made_features

START = datetime(2024, 2, 29, 12)  # noqa: DTZ001 - a camera's own clock
NAMES = ["door/Anna.png", "door/100%_a.png", "STRASSE/ß.jpg", "Größe.png", "Gro\u0308ße 2.png", "人/ΟΔΟΣ.png"]
COUNT = 48


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Crops that differ in everything a filter looks at, in steps that do not fall together."""
    with Library.create(tmp_path_factory.mktemp("filters") / "varied.droplib") as library:
        crops = [*add_crops(library, COUNT // 2, "/one", cameras=3), *add_crops(library, COUNT // 2, "/two")]

        def vary(connection: Connection) -> None:
            connection.execute(insert(Person), [{"name": name} for name in ("Ada", "Bo", "Cy")])
            connection.execute(insert(Tag), [{"name": name} for name in ("red", "bag", "hat")])
            for i, crop in enumerate(crops):
                values = {"person_id": i % 4 or None, "review_state": REVIEW_STATES[i % 7 % 4]}
                connection.execute(update(Crop).where(Crop.id == crop).values(values))
                time = START + timedelta(minutes=i * 17 % 60) if i % 5 else None
                place = {"captured_at": time, "relative_path": f"{i}/{NAMES[i % len(NAMES)]}"}
                connection.execute(update(Image).where(Image.id == crop).values(place))
                tags = [{"crop_id": crop, "tag_id": tag} for tag in (1, 2, 3) if i % (tag + 4) == 0]
                if tags:
                    connection.execute(insert(CropTag), tags)

        library.write(vary)
        yield library


def plain(row: CropRow, chosen: CropFilter) -> bool:
    """What the fields of a filter mean, one after the other."""
    tags = {"red": 1, "bag": 2, "hat": 3}
    of_person = row.person_id in chosen.persons or (chosen.unassigned and row.person_id is None)
    time = row.captured_at
    return (
        (not chosen.folders or row.folder_id in chosen.folders)
        and (not chosen.cameras or row.camera_id in chosen.cameras)
        and (not (chosen.persons or chosen.unassigned) or of_person)
        and (not chosen.tags or any(tags[name] in chosen.tags for name in row.tags))
        and (not chosen.review_states or row.review_state in chosen.review_states)
        and (chosen.since is None or (time is not None and time >= chosen.since))
        and (chosen.until is None or (time is not None and time < chosen.until))
        and same_case(chosen.text) in same_case(row.relative_path)
    )


def same_case(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def ids(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(1, most), max_size=2)


TIMES = st.none() | st.integers(-1, 61).map(lambda minutes: START + timedelta(minutes=minutes))
TEXTS = st.sampled_from(
    ["", "a", "ANNA", "%", "_", "0%_", "größe", "GRÖSSE", "οδοσ", "人/", "/", "1/d", "\\", "'"]
)
FILTERS = st.builds(
    CropFilter,
    folders=ids(3),
    cameras=ids(4),
    persons=ids(4),
    tags=ids(4),
    unassigned=st.booleans(),
    review_states=st.frozensets(st.sampled_from(REVIEW_STATES), max_size=2),
    since=TIMES,
    until=TIMES,
    text=TEXTS,
)
VISIBLE = st.frozensets(st.tuples(st.sampled_from(SCHEMA.names), st.floats(0, 1)), max_size=2)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(CropFilter(text="GRÖSSE"))
@example(CropFilter(text="größe"))
@example(CropFilter(text="ΟΔΟΣ"))
@example(CropFilter(text="%_"))
@example(CropFilter(persons=frozenset({1}), unassigned=True))
@example(CropFilter(since=START, until=START))
@given(FILTERS)
def test_a_filter_lets_through_what_meets_all_its_fields(varied: Library, chosen: CropFilter) -> None:
    rows = crop_rows(varied, range(1, COUNT + 1))
    assert len(rows) == COUNT
    expected = {row.id for row in rows.values() if plain(row, chosen)}
    assert set(crop_ids(varied, chosen).tolist()) == expected


def test_every_field_of_these_crops_can_tell_them_apart(varied: Library) -> None:
    """Or the test above would pass with filters that do nothing."""
    (camera, *_) = camera_rows(varied)
    for chosen in (
        CropFilter(folders=frozenset({1})),
        CropFilter(cameras=frozenset({camera.id})),
        CropFilter(persons=frozenset({1})),
        CropFilter(tags=frozenset({2})),
        CropFilter(unassigned=True),
        CropFilter(review_states=frozenset({"skipped"})),
        CropFilter(since=START + timedelta(minutes=20)),
        CropFilter(until=START + timedelta(minutes=20)),
        CropFilter(text="größe"),
        CropFilter(text="anna"),
    ):
        assert 0 < len(crop_ids(varied, chosen)) < COUNT, chosen


def test_a_row_knows_its_person_its_state_and_its_tags(varied: Library) -> None:
    row = crop_rows(varied, [31])[31]
    assert (row.person_id, row.person, row.review_state) == (2, "Bo", REVIEW_STATES[30 % 7 % 4])
    assert row.tags == ("bag", "red")
    assert crop_rows(varied, [2])[2].tags == ()


@settings(max_examples=200)
@given(FILTERS, VISIBLE)
def test_a_filter_comes_back_from_json(chosen: CropFilter, visible: frozenset[tuple[str, float]]) -> None:
    chosen = replace(chosen, visible=visible)
    values = chosen.to_dict()
    assert CropFilter.from_dict(json.loads(json.dumps(values))) == chosen
    assert bool(values) == bool(chosen)
    assert hash(CropFilter.from_dict(values)) == hash(chosen)


def test_an_empty_filter_is_an_empty_dictionary() -> None:
    assert CropFilter().to_dict() == {}
    assert not CropFilter()
    assert CropFilter(unassigned=True)


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"folders": "12"},
        {"cameras": [1.5]},
        {"persons": [True]},
        {"tags": {"1": 2}},
        {"unassigned": 1},
        {"review_states": ["lost"]},
        {"review_states": "skipped"},
        {"since": "yesterday"},
        {"since": 5},
        {"until": "2024-01-01T00:00:00+01:00"},
        {"text": None},
        {"visible": ["head"]},
        {"visible": [["head", 1.5]]},
    ],
)
def test_what_is_no_filter_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CropFilter.from_dict(values)


def test_times_are_the_cameras_own() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        CropFilter(since=datetime(2024, 1, 1, tzinfo=UTC))


def test_parts_have_to_be_as_visible_as_is_asked(tmp_path: Path) -> None:
    with Library.create(tmp_path / "seen.droplib") as library:
        crops = add_crops(library, 60)
        (name, other) = SCHEMA.names[:2]
        asked = CropFilter(visible=frozenset({(name, 0.4), (other, 0.25)}))
        assert crop_ids(library, asked).tolist() == [], "nothing is indexed"
        features = made_features(59)
        embed(library, add_model(library), crops[:59], features)
        seen = {n: features.visibility[:, SCHEMA.vector_indices([n])[0]] for n in (name, other)}
        both = (seen[name] >= np.float16(0.4)) & (seen[other] >= 0.25)
        assert crop_ids(library, asked).tolist() == [c for c, good in zip(crops, both, strict=False) if good]
        assert 0 < both.sum() < 59
        assert len(crop_ids(library, CropFilter(visible=frozenset({(name, 0.0)})))) == 59
        assert not len(crop_ids(library, CropFilter(visible=frozenset({("tail", 0.1)}))))


def test_a_text_that_is_no_text_is_in_no_path(varied: Library) -> None:
    assert crop_ids(varied, CropFilter(text="\udce9")).tolist() == []
