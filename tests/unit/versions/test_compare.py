"""Two versions compared, on vectors and masks that were made so that the answer is known."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from dropgui.indexing import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.corrections import add_correction
from dropgui.library.decisions import confirm, reject
from dropgui.library.embeddings import add_embeddings, embedded_crops
from dropgui.library.masks import MODEL, encode_mask
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.library.schema import Mask
from dropgui.versions.compare import NothingToCompareError, VersionComparison, compare_versions
from dropgui.versions.held_out import HeldOut, labels_of
from dropmodel.evaluation.compare import compare
from dropmodel.evaluation.distances import distance_blocks
from dropmodel.evaluation.ranking import rank
from dropmodel.evaluation.report import QueryResult
from dropmodel.features import Features
from dropmodel.parts import PartSchema
from tests.unit.indexing.fake import DIM, SCHEMA
from tests.unit.library.made import add_crops
from tests.unit.versions.made import MadeSession, add_version, index, two_versions


@dataclass(frozen=True, slots=True)
class Case:
    """A library of ``persons`` with ``each`` crops by two cameras; nothing is to be read from a disk."""

    session: MadeSession
    old: int
    new: int
    crops: list[int]
    persons: dict[int, tuple[int, ...]]

    def held_out(self, **more: tuple[int, ...]) -> HeldOut:
        return HeldOut.of(self.session.library, self.persons, **more)


def make(library: Library, persons: int = 5, each: int = 4, others: int = 6) -> Case:
    old, new = add_version(library, "old"), add_version(library, "new")
    crops = add_crops(library, persons * each + others)
    named = {}
    for i in range(persons):
        own = crops[each * i : each * (i + 1)]
        person = confirm(library, own).person_id
        named[person] = tuple(own)
    return Case(MadeSession(library), old, new, crops, named)


def vectors(case: Case, noise: float, seed: int = 0, schema: PartSchema = SCHEMA) -> Features:
    """Of all crops: those of a person are alike, less so the more ``noise`` there is."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((len(case.persons) + len(case.crops), len(schema.vector_names), DIM))
    who = {crop: i for i, own in enumerate(case.persons.values()) for crop in own}
    rows = [who.get(crop, len(case.persons) + place) for place, crop in enumerate(case.crops)]
    made = centres[rows] + noise * rng.standard_normal((len(rows), *centres.shape[1:]))
    made /= np.linalg.norm(made, axis=2, keepdims=True)
    return Features(made.astype(np.float32), np.ones(made.shape[:2], np.float32), schema)


def store(case: Case, version: int, features: Features) -> None:
    case.session.library.write(lambda c: add_embeddings(c, version, case.crops, features))


def compared(case: Case, held_out: HeldOut, **options: object) -> VersionComparison:
    found = compare_versions(case.session, case.old, case.new, held_out, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_version_against_its_own_like(library: Library) -> None:
    case = make(library)
    with case.session:
        for version in (case.old, case.new):
            store(case, version, vectors(case, 1.0))
        found = compared(case, case.held_out(others=tuple(case.crops)))
    assert (found.persons, found.queries, found.gallery, found.left_out) == (5, 20, 26, 0)
    assert found.measures.keys() == {"rank1", "map", "minp"}
    for measure in found.measures.values():
        assert measure.change == 0
        assert measure.change_interval == pytest.approx((0, 0), abs=0)
        assert not measure.certain
        low, high = measure.before_interval
        assert low <= measure.before <= high
    assert (found.better, found.worse) == ((), ())
    assert found.drift is not None
    assert found.drift.keys() == set(SCHEMA.vector_names)
    assert all(value == pytest.approx(1, abs=1e-3) for value in found.drift.values())


def test_a_better_version_is_told_with_its_queries(library: Library) -> None:
    case = make(library, persons=12)
    with case.session:
        store(case, case.old, vectors(case, 3.0))
        store(case, case.new, vectors(case, 0.05))
        found = compared(case, case.held_out(others=tuple(case.crops)))
    assert found.measures["map"].certain
    assert found.measures["map"].after == 1 == found.measures["rank1"].after
    assert found.measures["map"].change > 0.2
    assert found.worse == ()
    changes = [query.change for query in found.better]
    assert changes == sorted(changes, reverse=True)
    first = found.better[0]
    assert first.first_hit[0] > first.first_hit[1] == 1
    assert set(first.top[1][:2]) <= set(case.persons[first.person_id]) - {first.crop_id}
    assert not set(first.top[0]) & {crop for crop in case.persons[first.person_id] if crop == first.crop_id}
    assert found.drift is not None
    assert max(found.drift.values()) < 0.9
    data = json.loads(json.dumps(found.to_dict()))
    assert data["measures"]["map"]["certain"]
    assert len(data["better"]) == len(found.better)


@given(seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)), noise=st.floats(0.5, 4))
@settings(max_examples=15)
def test_measures_are_those_of_the_evaluation(case: Case, seeds: tuple[int, int], noise: float) -> None:
    held_out = case.held_out(others=tuple(case.crops))
    sides = [vectors(case, noise, seed) for seed in seeds]
    for version, features in zip((case.old, case.new), sides, strict=True):
        store(case, version, features)
    found = compared(case, held_out)
    crops = held_out.ranked
    labels = labels_of(crops, held_out, crop_rows(case.session.library, crops))
    asked = np.flatnonzero(labels.identities > 0)
    results = []
    for features in sides:
        vector = features.vectors.astype(np.float16).astype(np.float32)
        places = [case.crops.index(crop) for crop in crops]
        gallery = Features(vector, features.visibility, SCHEMA)[np.array(places)]
        ranking = rank(distance_blocks(gallery[asked], gallery), labels[asked], labels)
        results.append(
            [
                QueryResult(str(crops[at]), int(labels.identities[at]), float(ap), float(inp), int(hit))
                for at, ap, inp, hit in zip(
                    asked,
                    ranking.average_precision,
                    ranking.inverse_penalty,
                    ranking.first_hit,
                    strict=True,
                )
            ]
        )
    expected = compare(*results)
    for name, difference in expected.measures.items():
        assert found.measures[name].before == pytest.approx(difference.before)
        assert found.measures[name].after == pytest.approx(difference.after)
        assert found.measures[name].change_interval == pytest.approx(difference.interval)
        assert found.measures[name].certain is difference.certain
    assert {str(q.crop_id) for q in found.better} == {c.after.path for c in expected.better}
    assert {str(q.crop_id) for q in found.worse} == {c.after.path for c in expected.worse}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with Library.create(tmp_path_factory.mktemp("compare") / "some.droplib") as library:
        made = make(library)
        with made.session:
            yield made


def test_cameras_count_where_a_person_was_seen_by_two(library: Library) -> None:
    ids = add_crops(library, 8, cameras=2)
    lone = add_crops(library, 3, folder="/lone", cameras=1)
    both, one, alone = (confirm(library, own).person_id for own in (ids[:4], lone[:2], lone[2:]))
    reject(library, ids[4:5], both)
    held_out = HeldOut.of(library, [both, one, alone], masks=[ids[5]], others=[ids[5], ids[0]])
    assert held_out.persons == {both: tuple(ids[:4]), one: tuple(lone[:2])}, "one crop finds nothing"
    assert held_out.others == (ids[5],)
    labels = labels_of(held_out.ranked, held_out, crop_rows(library, held_out.ranked))
    assert labels.identities.tolist() == [both] * 4 + [one] * 2 + [0]
    cameras = labels.cameras.tolist()
    assert cameras[0] == cameras[2] != cameras[1] == cameras[3], "found by another camera only"
    assert cameras[4] != cameras[5], "found among all its other crops"


def test_what_a_version_was_not_shown_is_shown_to_it_and_not_kept(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 8)
    with session:
        crops = crop_ids(library).tolist()
        people = [confirm(library, crops[at : at + 2]).person_id for at in (0, 2, 4)]
        (folder / "0005.png").unlink()
        held_out = HeldOut.of(library, people)
        seen: list[Progress] = []
        session.networks.clear()
        found = compare_versions(session, old, new, held_out, on_progress=seen.append)
        assert found is not None
        assert (found.queries, found.left_out) == (4, 2), "a lost picture, and what then has no right answer"
        assert session.networks[new].pictures == 5
        assert old not in session.networks, "it has them"
        assert seen[-1].done == seen[-1].total == 6
        with library.read() as connection:
            assert len(embedded_crops(connection, new)) == 0
        cancel = CancelToken()
        cancel.cancel()
        assert compare_versions(session, old, new, held_out, cancel=cancel) is None


def test_vectors_of_corrected_masks_say_nothing_of_a_model(library: Library, folder: Path) -> None:
    session, old, new = two_versions(library, folder, 4)
    with session:
        crops = crop_ids(library).tolist()
        person = confirm(library, crops[:3]).person_id
        add_correction(library, crops[0], np.ones((8, 4), np.uint8), SCHEMA, base_revision=0)
        index(session, folder, new)
        session.networks.clear()
        assert compare_versions(session, old, new, HeldOut.of(library, [person])) is not None
        assert session.networks[new].pictures == 1, "only the corrected one is looked at again"
        assert old not in session.networks


def test_masks_against_what_people_corrected(library: Library) -> None:
    case = make(library, persons=0, others=6)
    truth = np.repeat(np.arange(4, dtype=np.uint8), 4)[:, None].repeat(6, axis=1)
    worse = np.where(truth == 3, 0, truth).astype(np.uint8)

    def draw(connection: Connection) -> None:
        for version, labels in ((case.old, worse), (case.new, truth)):
            for crop in case.crops:
                values = {
                    "crop_id": crop,
                    "origin": MODEL,
                    "model_version_id": version,
                    "schema_name": SCHEMA.name,
                    "png": encode_mask(labels, SCHEMA),
                }
                connection.execute(insert(Mask).values(values))

    library.write(draw)
    for crop in case.crops[:4]:
        add_correction(library, crop, truth, SCHEMA, base_revision=0)
    with case.session:
        found = compared(case, case.held_out(masks=tuple(case.crops)))
        assert (found.masks, found.queries, found.drift) == (4, 0, None)
        miou = found.measures["miou"]
        # One part is not drawn (0), the background is drawn twice as large (1/2), two are right.
        assert miou.before == pytest.approx((0.5 + 1 + 1 + 0) / 4)
        assert miou.after == 1
        assert miou.certain
        assert miou.change_interval == pytest.approx((0.375, 0.375)), "every crop says the same"
        with pytest.raises(NothingToCompareError, match="Confirm more persons, or correct masks"):
            compare_versions(case.session, case.old, case.new, case.held_out(masks=tuple(case.crops[4:])))
        with pytest.raises(KeyError):
            compare_versions(case.session, case.old, 99, case.held_out())


def test_no_drift_is_told_of_vectors_of_other_lengths(library: Library) -> None:
    from dropgui.library.models import register_model

    case = make(library)
    longer = register_model(
        library, name="longer", schema=SCHEMA, dim=2 * DIM, weights_hash="longer", trained=True
    )
    with case.session:
        plain = vectors(case, 1.0)
        store(case, case.old, plain)
        twice = Features(np.concatenate([plain.vectors] * 2, axis=2) / np.sqrt(2), plain.visibility, SCHEMA)
        store(case, longer.id, Features(twice.vectors.astype(np.float32), twice.visibility, SCHEMA))
        found = compare_versions(case.session, case.old, longer.id, case.held_out())
        assert found is not None
        assert found.drift is None
        assert found.measures["map"].change == pytest.approx(0, abs=1e-6)
