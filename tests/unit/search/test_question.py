"""Questions: what can be asked, what is kept of them, what they resolve to, and why matches match."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import Connection, update

from dropgui.library import Library
from dropgui.library.decisions import confirm, reject
from dropgui.library.embeddings import NotIndexedError
from dropgui.library.models import active_model
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropFilter
from dropgui.library.schema import Crop
from dropgui.library.schema import Image as ImageTable
from dropgui.search.query import VectorQuery
from dropgui.search.question import Apart, Picture, Query, fusion_rule
from dropgui.search.reasons import reasons
from dropgui.search.resolve import QuestionError, _weights, resolve
from dropgui.search.visible import SHOWN_FROM, parts_shown
from dropmodel.features import Features
from dropmodel.parts import EIGHT, PartSchema
from tests.unit.library.made import add_crops, add_model, embed, made_features
from tests.unit.reports.made import made_match

NOON = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - a camera's own clock


def stored(library: Library, count: int = 8) -> tuple[list[int], Features]:
    """Crops of two cameras, a minute apart, with vectors."""
    model = add_model(library)
    crops = add_crops(library, count)
    features = made_features(count)
    embed(library, model, crops, features)

    def work(connection: Connection) -> None:
        for place, row in enumerate(rows.values()):
            of_crop = update(ImageTable).where(ImageTable.id == row.image_id)
            connection.execute(of_crop.values(captured_at=NOON.replace(minute=place)))

    rows = crop_rows(library, crops)
    library.write(work)
    return crops, features


def no_pictures(pictures: Sequence[Picture]) -> Features:
    raise AssertionError(f"{pictures} should not have been read")


def asked(library: Library, query: Query, read: Any = no_pictures) -> VectorQuery:
    model = active_model(library)
    assert model is not None
    return resolve(query, library, model, read)


IDS = st.lists(st.integers(1, 10**6), max_size=3).map(tuple)
FILES = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), max_size=2)
QUERIES = st.builds(
    Query,
    crops=IDS,
    images=FILES.map(lambda names: ("/pictures/one.png", *(f"/pictures/{name}.png" for name in names))),
    persons=IDS,
    parts=st.none() | st.dictionaries(st.sampled_from(EIGHT.names), st.floats(0.01, 9), min_size=1),
    negatives=IDS,
    push=st.floats(0, 2),
    crop_filter=st.builds(
        CropFilter,
        cameras=st.frozensets(st.integers(1, 9)),
        unassigned=st.booleans(),
        since=st.none() | st.just(NOON),
        text=st.text(max_size=5),
    ),
    apart=st.builds(Apart, st.booleans(), st.none() | st.floats(0, 100), st.booleans()),
    top=st.integers(1, 1000),
    least_score=st.none() | st.floats(-1, 1),
    least_probability=st.none() | st.floats(0, 1),
    rerank=st.booleans(),
)


@given(query=QUERIES)
def test_a_question_survives_its_dictionary(query: Query) -> None:
    data = query.to_dict()
    again = Query.from_dict(json.loads(json.dumps(data)))
    assert again.to_dict() == data
    for name in Query.__dataclass_fields__:
        assert getattr(again, name) == getattr(query, name), name


def test_only_what_was_said_is_kept() -> None:
    assert Query(crops=(3,)).to_dict() == {"crops": [3]}
    kept = Query(images=[Path("a.png")], negatives=[2, "b.png"], push=0.0).to_dict()
    one, two = (str(Path(name).absolute()) for name in ("a.png", "b.png"))
    assert kept == {"images": [one], "negatives": [2, two], "push": 0.0}
    with pytest.raises(ValueError, match="save the picture first"):
        Query(images=(Image.new("RGB", (8, 8)),)).to_dict()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "at least one crop, image or person"),
        ({"crops": (1,), "parts": {}}, "at least one part"),
        ({"crops": (1,), "parts": {"head": 0.0}}, "above 0"),
        ({"crops": 1}, "crops must be a list"),
        ({"images": "a.png"}, "images must be a list"),
        ({"crops": [1], "parts": ["head"]}, "parts are given with their weights"),
        ({"crops": ("a",)}, "by their ids"),
        ({"crops": (1,), "least_probability": 1.5}, "between 0 and 1"),
        ({"crops": (1,), "colour": "red"}, "has no colour"),
        ({"crops": (1,), "apart": {"minutes": -1}}, "at least 0"),
        ({"crops": (1,), "apart": {"hours": 1}}, "not a query"),
        ({"crops": (1,), "crop_filter": {"cameras": "all"}}, "cannot be a filter"),
    ],
)
def test_what_is_no_question_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Query.from_dict(values)


def test_crops_resolve_to_their_vectors(library: Library) -> None:
    crops, features = stored(library)
    query = Query(crops=(crops[2], crops[0]), parts={"stripe_1": 2.0}, top=7, push=0.25, least_score=0.1,
                  crop_filter=CropFilter(cameras=frozenset({1})))  # fmt: skip
    found = asked(library, query)
    np.testing.assert_array_equal(found.features.vectors, features.vectors[[2, 0]])
    assert (found.weights, found.top, found.push, found.least_score) == ({"stripe_1": 2.0}, 7, 0.25, 0.1)
    assert found.crop_filter == query.crop_filter
    assert found.exclude == {crops[0], crops[2]}
    assert found.negatives is None


def test_pictures_join_crops_and_known_files_are_crops(library: Library) -> None:
    crops, features = stored(library)
    outside = made_features(2, seed=9)
    picture, array = Image.new("RGB", (8, 8)), np.zeros((8, 8, 3), np.uint8)
    read: list[Sequence[Picture]] = []

    def look(pictures: Sequence[Picture]) -> Features:
        read.append(pictures)
        return outside

    found = asked(library, Query(crops=(crops[1],), images=(picture, "/pictures/000003.png", array)), look)
    np.testing.assert_array_equal(found.features.vectors[:2], features.vectors[[1, 3]])
    np.testing.assert_array_equal(found.features.vectors[2:], outside.vectors)
    assert [[id(item) for item in batch] for batch in read] == [[id(picture), id(array)]]
    assert found.exclude == {crops[1], crops[3]}


def test_an_image_with_several_crops_is_read_as_it_is(library: Library) -> None:
    crops, _ = stored(library)
    boxed = update(Crop).where(Crop.id == crops[3]).values(left=0, top=0, right=4, bottom=4)
    library.write(lambda connection: connection.execute(boxed))
    outside = made_features(1, seed=9)
    found = asked(library, Query(images=("/pictures/000003.png",)), lambda _: outside)
    np.testing.assert_array_equal(found.features.vectors, outside.vectors)
    assert found.exclude == {crops[3]}


def test_a_person_is_its_crops_and_what_was_rejected_pushes(library: Library) -> None:
    crops, features = stored(library)
    token = confirm(library, crops[:2])
    reject(library, [crops[5]], token.person_id)
    found = asked(library, Query(persons=(token.person_id,), negatives=(crops[6],)))
    np.testing.assert_array_equal(found.features.vectors, features.vectors[:2])
    assert found.negatives is not None
    np.testing.assert_array_equal(found.negatives.vectors, features.vectors[[6, 5]])
    assert found.exclude == {crops[0], crops[1]}
    assert asked(library, Query(persons=(token.person_id,), push=0)).negatives is None
    decided = Query(persons=(token.person_id,), apart=Apart(decided=True))
    assert asked(library, decided).exclude == {crops[0], crops[1], crops[5]}


def test_crops_of_the_same_minutes_are_left_out(library: Library) -> None:
    crops, _ = stored(library)
    found = asked(library, Query(crops=(crops[4],), apart=Apart(minutes=2)))
    assert found.exclude == {crops[2], crops[4], crops[6]}  # every other crop is another camera's


@given(shown=st.lists(st.sampled_from([0.0, 0.01, 0.29, 0.31, 1.0]), min_size=8, max_size=8))
def test_as_visible_is_what_some_view_shows(shown: list[float]) -> None:
    visibility = np.array([1.0, *shown[:4], 1.0, *shown[4:]], np.float32).reshape(2, 5)
    features = made_features(2)
    schema = PartSchema("four", EIGHT.parts[:3])
    vectors = np.repeat(features.vectors[:, :1], 5, axis=1)
    view = Features(vectors, visibility, schema)
    weights = _weights(Query(crops=(1,)), view)
    parts = [
        name
        for place, name in enumerate(schema.vector_names)
        if place > 1 and max(visibility[0, place], visibility[1, place]) >= SHOWN_FROM
    ]
    assert parts_shown(view) == set(parts)
    assert weights == (dict.fromkeys(["foreground", *parts], 1.0) if parts else {"global": 1.0})


def test_questions_that_cannot_be_answered_say_why(library: Library) -> None:
    crops, _ = stored(library)
    with pytest.raises(QuestionError, match=r"no part 'nose'.*global, foreground, stripe_1"):
        asked(library, Query(crops=(crops[0],), parts={"nose": 1.0}))
    with pytest.raises(NotIndexedError):
        asked(library, Query(crops=(10**6,)))
    with pytest.raises(QuestionError, match="no indexed crops"):
        asked(library, Query(persons=(77,)))
    hidden = made_features(1)
    hidden.visibility[:, 2] = 0
    with pytest.raises(QuestionError, match="shows nothing of what is to be compared: stripe 1"):
        asked(library, Query(images=("x.png",), parts={"stripe_1": 1.0}), lambda _: hidden)


def test_the_rule_of_fusion_is_told() -> None:
    assert "both pictures" in fusion_rule(Query(crops=(1,)))
    assert "average of the views" in fusion_rule(Query(crops=(1, 2)))
    assert "average of the views" in fusion_rule(Query(persons=(1,)))
    assert "0.5 times" in fusion_rule(Query(crops=(1,), negatives=(2,)))
    assert "times" not in fusion_rule(Query(crops=(1,), negatives=(2,), push=0))


def test_reasons_tell_what_was_compared_and_what_speaks_for_whom() -> None:
    match = made_match(
        1, 0.7, 0.84,
        parts={"foreground": 0.71, "head": 0.9, "torso": 0.4, "left_leg": None, "right_leg": None},
        hidden_in_query=("left_leg", "right_leg"), hidden_in_crop=("right_leg",), pushed=-0.02,
    )  # fmt: skip
    assert reasons(match, EIGHT) == (
        "Compared: whole person, head, torso.",
        "Hidden in the query: left leg.",
        "Hidden in both: right leg.",
        "Most alike: head (0.90).",
        "Least alike: torso (0.40).",
        "Looks like somebody who is not meant: -0.02.",
        "Same person: 84%.",
    )
    assert "Place before re-ranking: 9." in reasons(made_match(1, 0.7, former_rank=9), EIGHT)
    bare = made_match(1, 0.7, None, parts={"head": None}, hidden_in_crop=("head",), uncalibrated="")
    assert reasons(bare, EIGHT) == (
        "No chosen part is seen well enough to be told apart.",
        "Hidden in this crop: head.",
    )
    assert "Not calibrated" in reasons(made_match(1, 0.7), EIGHT)[-1]
    assert any("Unlike" in sentence for sentence in reasons(made_match(1, 0.7, pushed=0.1), EIGHT))
