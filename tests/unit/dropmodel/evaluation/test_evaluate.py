"""The whole evaluation of a data set on disk, against the plain loop, and what stops it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dropmodel.data.datasets import Dataset
from dropmodel.decode import RgbImage
from dropmodel.errors import DataError, ImageError
from dropmodel.evaluation.calibration import Calibration
from dropmodel.evaluation.evaluate import Options, evaluate, extract_test, measure
from dropmodel.evaluation.ranking import Labels
from dropmodel.evaluation.report import Report
from dropmodel.evaluation.rerank import Neighbourhood, reranked_blocks
from dropmodel.features import distance
from dropmodel.inference import Extraction, Extractor
from tests.unit.dropmodel.evaluation.made import ColourReader, plain_ranking


@pytest.fixture(scope="module")
def report(dataset: Dataset) -> Report:
    return evaluate(ColourReader(), dataset, model="colours", weights_hash="abc")


def test_the_report_is_what_the_plain_loop_finds(dataset: Dataset, report: Report) -> None:
    found = extract_test(ColourReader(), dataset)
    query, gallery = Labels.of(dataset.query), Labels.of(dataset.gallery)
    rows = plain_ranking(distance(found.query, found.gallery), query, gallery)
    counted = [row for row in rows if row[2]]
    told = report.to_dict()
    assert told["map"] == pytest.approx(100 * np.mean([row[0] for row in counted]), abs=0.01)
    assert told["minp"] == pytest.approx(100 * np.mean([row[1] for row in counted]), abs=0.01)
    for depth in (1, 5, 10):
        hits = np.mean([row[2] <= depth for row in counted])
        assert told[f"rank{depth}"] == pytest.approx(100 * hits, abs=0.01)
    assert (told["queries"], told["left_out"], told["gallery"]) == (19, 1, 37)
    assert told["map"] > 50


def test_json_has_everything_and_no_nan(report: Report) -> None:
    told = json.loads(json.dumps(report.to_dict(per_query=True), allow_nan=False))
    assert list(told)[:8] == ["rank1", "rank5", "rank10", "map", "minp", "queries", "gallery", "miou"]
    assert told["parts"][0] == "foreground"
    assert len(told["parts"]) == 9
    assert set(told["tables"]) == {"parts", "occlusion", "cameras"}
    assert [row["name"] for row in told["tables"]["occlusion"]] == ["level 0", "level 1"]
    assert [row["queries"] for row in told["tables"]["occlusion"]] == [9, 9]
    assert len(told["tables"]["cameras"]) == 6
    assert told["verification"]["tpr_at_fpr"].keys() == {"0.01", "0.001", "0.0001"}
    assert Calibration.from_dict(told["calibration"]) == report.calibration
    assert told["calibration"]["source"] in {"rendered people", f"pictures of {report.dataset}"}
    assert told["per_query"][0]["path"] == "query/0001_c1s1_000000_00.jpg"
    assert "per_query" not in report.to_dict()
    text = "\n".join(report.lines())
    assert "(1 more have no right answer)" in text
    assert "only arms" in text


def test_parsing_is_measured_where_there_are_masks(report: Report) -> None:
    assert report.parsing is not None
    assert report.parsing.images == 18
    told = report.to_dict()["parsing"]
    assert told["left_right_swapped"] == 100
    assert told["iou"]["head"] == told["iou"]["torso"] == 100
    assert told["iou"]["left_leg"] == 0
    assert told["iou"]["left_arm"] is None
    assert report.to_dict()["miou"] == pytest.approx(60.0)


def test_chosen_parts_and_no_tables(dataset: Dataset) -> None:
    quick = Options(parts=("head", "torso"), tables=False, calibration=None)
    reader = ColourReader()
    done: list[int] = []
    report = evaluate(reader, dataset, quick, progress=done.append)
    assert report.vectors == ("head", "torso")
    assert report.tables == {}
    assert report.calibration is None
    assert sum(done) == reader.pictures == 19 + 37
    with pytest.raises(ValueError, match="unknown part hat"):
        evaluate(reader, dataset, Options(parts=("hat",)))
    assert reader.pictures == 19 + 37


def test_reranking_ranks_by_the_reranked_distances(dataset: Dataset) -> None:
    found = extract_test(ColourReader(), dataset)
    options = Neighbourhood(5, 2)
    report = measure(found, dataset, Options(rerank=options, tables=False, calibration=None))
    blocks = list(reranked_blocks(found.query, found.gallery, options=options))
    rows = plain_ranking(
        np.concatenate([block for _, block in blocks]), Labels.of(dataset.query), Labels.of(dataset.gallery)
    )
    assert report.reranked
    assert report.whole.mean_ap == pytest.approx(np.mean([row[0] for row in rows if row[2]]))


def test_a_real_model_without_masks(dataset: Dataset, extractor: Extractor) -> None:
    plain = replace(
        dataset,
        query=tuple(replace(sample, mask=None, level=None) for sample in dataset.query),
        labels=None,
    )
    told = evaluate(extractor, plain, Options(calibration="logistic")).to_dict()
    assert told["miou"] is None
    assert told["parsing"] is None
    assert "occlusion" not in told["tables"]
    assert told["calibration"]["curves"]["9"]["kind"] == "logistic"
    assert told["rank1"] > 0


def test_a_picture_that_cannot_be_read_stops_by_name(dataset: Dataset, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    broken = replace(dataset, gallery=(*dataset.gallery, replace(dataset.gallery[0], path=bad)))
    with pytest.raises(ImageError, match=r"bad\.jpg"):
        evaluate(ColourReader(), broken)


def test_a_mask_that_is_gone_stops_by_name(dataset: Dataset, tmp_path: Path) -> None:
    gone = replace(dataset.query[0], mask=tmp_path / "gone.png")
    with pytest.raises(DataError, match=r"gone\.png"):
        evaluate(ColourReader(), replace(dataset, query=(gone, *dataset.query[1:])))


def test_vectors_that_are_no_numbers_stop_by_name(dataset: Dataset) -> None:
    class Broken(ColourReader):
        def extract(self, images: Sequence[RgbImage]) -> Extraction:
            found = super().extract(images)
            found.features.vectors[1, 3] = np.nan
            return found

    with pytest.raises(DataError, match=r"0001_c2s1_000000_00\.jpg: .* not numbers"):
        evaluate(Broken(), dataset)


def test_data_that_tests_nothing_is_refused(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="no query pictures"):
        evaluate(ColourReader(), replace(dataset, query=()))
    with pytest.raises(DataError, match="no query of figures has a right answer"):
        evaluate(ColourReader(), replace(dataset, query=dataset.query[-1:]))
