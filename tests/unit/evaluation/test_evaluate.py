"""Values are those of dropmodel's evaluation, whatever is read at a time; and what is said of them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from dropgui.errors import UserError
from dropgui.evaluation import evaluate, ranking
from dropgui.evaluation.evaluate import NothingToEvaluateError, evaluate_version
from dropgui.evaluation.labels import labelled_crops, state_of
from dropgui.evaluation.protocol import Protocol
from dropgui.evaluation.result import Evaluation, Options
from dropgui.evaluation.words import USUAL
from dropgui.indexing import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.corrections import add_correction
from dropgui.library.decisions import confirm, retract
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.models import IncompleteVersionError, register_model
from dropgui.library.schema import Image, Side
from dropgui.session import Session
from dropmodel.data.datasets import Dataset, Sample
from dropmodel.evaluation.evaluate import Options as ModelOptions
from dropmodel.evaluation.evaluate import SplitFeatures, measure
from dropmodel.evaluation.parsing import ParsingMeter
from dropmodel.evaluation.report import Report
from tests.unit.evaluation.made import Case, call, make
from tests.unit.library.made import DIM, SCHEMA, add_crops, add_model, embed


def measured(case: Case, **options: object) -> Evaluation:
    found = evaluate_version(case.session, None, Options(**options))  # type: ignore[arg-type]
    assert found is not None
    return found


def expected(case: Case, *, cameras: int, parts: tuple[str, ...] | None = None) -> Report:
    """The same by dropmodel's evaluation, which has all in memory."""
    known = case.who < case.who[-1] - 3
    samples = tuple(
        Sample(Path(f"{i}.png"), int(who) + 1, i % cameras if cameras > 1 else 1000 + i)
        for i, who in enumerate(case.who)
        if known[i]
    )
    features = case.features[np.flatnonzero(known)]
    return measure(
        SplitFeatures(features, features),
        Dataset("made", Path(), (), samples, samples),
        ModelOptions(parts=parts, calibration=None, device="cpu"),
    )


@settings(max_examples=5)
@given(noise=st.floats(0.5, 4), cameras=st.integers(1, 3), seed=st.integers(0, 99))
def test_values_are_those_of_the_evaluation(
    tmp_path_factory: pytest.TempPathFactory, noise: float, cameras: int, seed: int
) -> None:
    with Library.create(tmp_path_factory.mktemp("made") / "some.droplib") as library:
        case = make(library, noise=noise, cameras=cameras, seed=seed, exact=True)
        with case.session:
            found = measured(case)
    report, other = found.report, expected(case, cameras=cameras)
    assert report is not None
    assert found.across_cameras is (cameras > 1)
    told, want = report.to_dict(), other.to_dict()
    for name in ("rank1", "rank5", "rank10", "map", "minp", "queries", "gallery", "left_out", "intervals"):
        assert told[name] == want[name], name
    assert report.roc is not None
    assert other.roc is not None
    assert report.roc.auc == pytest.approx(other.roc.auc)
    assert report.ranking.cmc(20) == pytest.approx(other.ranking.cmc(20))
    rows = {row.name: row.to_dict() for row in other.tables["parts"]}
    mine = {row.name: row.to_dict() for row in found.parts}
    assert list(mine) == [USUAL, "Whole person", "Whole picture", "Stripe 1", "Stripe 2", "Stripe 3"]
    for name, theirs in ((USUAL, "foreground and parts"), ("Whole picture", "only global")):
        assert {**mine[name], "name": ""} == {**rows[theirs], "name": ""}
    if cameras > 1:
        assert found.cameras is not None
        pairs = {row.name: row.to_dict() for row in other.tables["cameras"]}
        for (own, among), row in found.cameras.rows.items():
            assert {**row.to_dict(), "name": ""} == {**pairs[f"{own[1:]} to {among[1:]}"], "name": ""}


def test_what_is_read_at_a_time_changes_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make(library, exact=True)
    with case.session:
        whole = measured(case).to_dict()
        monkeypatch.setattr(ranking, "BYTES", 0)
        monkeypatch.setattr(ranking, "CHUNK", 7)
        monkeypatch.setattr(ranking, "_ROWS", 9)
        assert measured(case).to_dict() == whole


def test_other_parts(library: Library) -> None:
    case = make(library)
    with case.session:
        found = measured(case, parts=("stripe_1", "stripe_3"))
        assert [row.name for row in found.parts][:2] == ["Stripe 1 + Stripe 3", USUAL]
        want = expected(case, cameras=2, parts=("stripe_1", "stripe_3")).to_dict()
        assert found.report is not None
        assert found.report.to_dict()["map"] == want["map"]
        assert [row.name for row in measured(case, parts=("global",)).parts][:2] == ["Whole picture", USUAL]
        with pytest.raises(UserError, match="unknown part hat"):
            measured(case, parts=("hat",))


def test_too_many_queries_are_drawn(library: Library) -> None:
    case = make(library)
    labelled = labelled_crops(library, "persons")
    few = Protocol.of(labelled, most=20)
    assert (len(few.asked), few.askable, len(few.rules.gallery)) == (20, 60, 60)
    assert len(set(few.asked.tolist())) == 20
    right, searched = few.odds
    assert (right, searched) == (3, 57)
    case.session.close()


def test_the_worst_come_first_with_what_was_found(library: Library) -> None:
    case = make(library, noise=4)
    with case.session:
        found = measured(case)
    assert found.report is not None
    precisions = [query.average_precision for query in found.worst]
    assert precisions == sorted(precisions)
    assert precisions[0] == np.nanmin(found.report.ranking.average_precision)
    who = dict(zip(case.crops, case.who.tolist(), strict=True))
    for query in found.worst:
        rights = [right for _, right in query.found]
        assert rights == [who[crop] == who[query.crop_id] for crop, _ in query.found]
        assert query.first_hit == (rights.index(True) + 1 if True in rights else query.first_hit)
        assert query.crop_id not in [crop for crop, _ in query.found]
    json.dumps(found.to_dict(), allow_nan=False)


def test_held_out_persons_where_the_version_was_taught_here(library: Library) -> None:
    case = make(library)
    child = register_model(
        library, name="child", schema=SCHEMA, dim=DIM, weights_hash="c", trained=True, parent_id=case.version
    )
    kept = [1, 2, 3]
    sides = [{"kind": "person", "row_id": i, "held_out": i in kept} for i in range(1, 11)]
    library.write(lambda connection: connection.execute(insert(Side), sides))
    with case.session:
        assert not measured(case).is_held_out
        only = measured(case, held_out=True)
        assert (only.persons, only.labelled, only.is_held_out) == (3, 60, True)
        with pytest.raises(IncompleteVersionError):
            evaluate_version(case.session, child.id)
        embed(library, child.id, case.crops, case.features)
        taught = evaluate_version(case.session, child.id)
        assert taught is not None
        assert (taught.is_held_out, taught.persons) == (True, 3)
        assert "Only persons were looked for whom no version was taught with." in taught.notes
        flattering = evaluate_version(case.session, child.id, Options(held_out=False))
        assert flattering is not None
        assert flattering.persons == 10
        assert any("flattering" in note for note in flattering.notes)
        named = [f"{who + 1:04}_c{1 + i % 2}s1_{i:06}_00.jpg" for i, who in enumerate(case.who.tolist())]
        call(library, case.crops, named)
        by_name = measured(case, source="names", held_out=True)
        assert by_name.persons == 3, "strangers have one crop each"


def test_persons_by_names_write_nothing(library: Library) -> None:
    case = make(library, named=False)
    with case.session, pytest.raises(NothingToEvaluateError, match="Confirm at least two crops for two"):
        measured(case)
    call(library, case.crops, [f"{'abcdefghijklmn'[w]}/{i}.png" for i, w in enumerate(case.who.tolist())])
    state = library.state()
    session = Session(library, device="cpu")
    with session:
        found = evaluate_version(session, None, Options("names"))
    assert found is not None
    assert (found.persons, found.labelled) == (10, 64)
    assert labelled_crops(library, "persons").searchable == 0
    assert library.state() == state


def test_nothing_to_measure_says_what_to_do(library: Library) -> None:
    session = Session(library, device="cpu")
    with session, pytest.raises(Exception, match="Add a folder of pictures first"):
        evaluate_version(session)
    case = make(library, persons=3, each=1)
    with case.session, pytest.raises(NothingToEvaluateError, match="two crops for two persons"):
        measured(case)
    confirm(library, case.crops[:2])
    with case.session, pytest.raises(NothingToEvaluateError, match="names of files and folders tell"):
        measured(case, source="names")


def test_cancelled_in_the_middle(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make(library)
    monkeypatch.setattr(ranking, "BYTES", 0)
    cancel, seen = CancelToken(), []

    def tell(progress: Progress) -> None:
        seen.append((progress.done, progress.total))
        cancel.cancel()

    with case.session:
        found = evaluate_version(case.session, on_progress=tell, cancel=cancel)
    assert found is None
    assert seen == [(16, 60)]


def test_cancelled_at_the_end(library: Library) -> None:
    case = make(library)
    cancel = CancelToken()

    def tell(progress: Progress) -> None:
        if progress.phase == "finishing":
            cancel.cancel()

    with case.session:
        assert evaluate_version(case.session, on_progress=tell, cancel=cancel) is None


def test_masks_against_those_that_were_corrected(library: Library) -> None:
    case = make(library, named=False)
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, 4, (8, 4), dtype=np.uint8) for _ in range(6)]
    true = [rng.integers(0, 4, (16, 8), dtype=np.uint8) for _ in range(6)]
    pngs, crops, sure = [encode_mask(mask, SCHEMA) for mask in drawn], case.crops[:6], [0.5] * 6
    library.write(lambda c: add_model_masks(c, case.version, SCHEMA, crops, pngs, sure, sure))
    meter = ParsingMeter(SCHEMA)
    for crop, mask, target in zip(crops, drawn, true, strict=True):
        add_correction(library, crop, target, SCHEMA, base_revision=0)
        meter.add(mask, target)
    with case.session:
        found = measured(case)
    assert found.report is None
    assert found.parsing is not None
    np.testing.assert_array_equal(found.parsing.confusion, meter.result().confusion)
    assert found.to_dict()["parsing"]["images"] == 6
    assert found.notes == ("Masks were measured on 6 corrected masks.",)


def test_its_state_changes_with_what_people_say(library: Library) -> None:
    case = make(library)
    case.session.close()

    def state() -> str:
        return state_of(library, labelled_crops(library, "persons"))

    before = state()
    assert state() == before
    retract(library, case.crops[:1], 1)
    after = state()
    assert after != before
    confirm(library, case.crops[:1], 1)
    assert state() == before
    add_correction(library, case.crops[0], np.ones((4, 4), np.uint8), SCHEMA, base_revision=0)
    assert state() != before


def test_crops_without_vectors_are_told(library: Library) -> None:
    case = make(library)
    confirm(library, add_crops(library, 3, "/more"), 1)
    with case.session:
        found = measured(case)
    assert found.labelled == 60
    assert "3 labelled crops without vectors took no part." in found.notes


def test_cameras_that_are_not_known(library: Library) -> None:
    case = make(library)
    library.write(lambda c: c.execute(update(Image).values(camera_id=None)))
    with case.session:
        found = measured(case)
    assert not found.across_cameras
    assert found.cameras is None
    assert any("every other crop of its person is a right" in note for note in found.notes)


def test_an_unknown_version(library: Library) -> None:
    add_model(library)
    with Session(library, device="cpu") as session, pytest.raises(KeyError):
        evaluate_version(session, 99)
    assert evaluate.MOST_CAMERAS > 2
