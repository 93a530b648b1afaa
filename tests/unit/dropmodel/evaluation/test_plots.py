"""Pictures of a report: that they are there, and show what they should where it can be told from pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from dropmodel.data.datasets import Dataset
from dropmodel.evaluation.chart import BLUE, GREEN, ORANGE, Axis, Chart
from dropmodel.evaluation.evaluate import evaluate
from dropmodel.evaluation.plots import cmc_chart, roc_chart, write_plots
from dropmodel.evaluation.ranked_lists import draw_queries
from dropmodel.evaluation.ranking import Ranking
from dropmodel.evaluation.tiles import RED
from dropmodel.evaluation.verification import Pairs, roc
from tests.unit.dropmodel.evaluation.made import ColourReader


def has(image: Image.Image, color: str, where: tuple[int, int, int, int] | None = None) -> bool:
    pixels = np.asarray(image if where is None else image.crop(where)).reshape(-1, 3)
    return bool((pixels == ImageColor.getrgb(color)).all(1).any())


def ranking(ranks: list[int], gallery: int = 100) -> Ranking:
    first = np.array(ranks, np.int64)
    return Ranking(1 / first, 1 / first, first, gallery, np.zeros((len(first), 0), np.int64))


def test_a_report_becomes_pictures(dataset: Dataset, tmp_path: Path) -> None:
    report = evaluate(ColourReader(), dataset)
    paths = write_plots(report, dataset, tmp_path / "new" / "plots")
    names = {"cmc", "roc", "reliability", "confusion", "ranked", "ranked_worst"}
    assert {path.stem for path in paths} == names
    for path in paths:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) > 500
    with Image.open(tmp_path / "new" / "plots" / "ranked.png") as picture:
        assert has(picture, GREEN)
        assert has(picture, RED)


def test_values_are_drawn_where_they_belong() -> None:
    chart = Chart("", Axis.linear("", 0, 10, 5), Axis.linear("", 0, 1, 0.5), (600, 400))
    chart.points([5], [0.5], BLUE, 4)
    left, top, right, bottom = chart._frame
    x, y = (left + right) // 2, (top + bottom) // 2
    picture = chart.picture()
    assert has(picture, BLUE, (x - 1, y - 1, x + 1, y + 1))
    assert not has(picture, BLUE, (0, 0, x - 8, 400))


def test_logarithmic_axes_and_values_beyond_the_edge() -> None:
    axis = Axis.powers("", -4, 0)
    np.testing.assert_allclose(axis.share([1e-4, 1e-2, 1.0, 0.0, 5.0]), [0, 0.5, 1, 0, 1])
    assert [text for _, text in axis.ticks] == ["0.0001", "0.001", "0.01", "0.1", "1"]


@pytest.mark.parametrize("gallery", [2, 7, 100])
def test_two_models_in_one_picture_whatever_the_gallery(gallery: int) -> None:
    picture = cmc_chart({"old": ranking([1, 2], gallery), "new": ranking([1, 1], gallery)})
    assert has(picture, BLUE)
    assert has(picture, ORANGE)


def test_few_pairs_give_a_curve_too() -> None:
    found = roc(Pairs(np.array([0.1, 0.2], np.float32), np.array([True, False]), np.ones(2)))
    assert found is not None
    assert has(roc_chart({"one": found}), BLUE)


def test_drawn_queries_are_counted_ones_and_always_the_same() -> None:
    made = ranking([3, 1, 9, 2])
    made.first_hit[1] = 0
    random, worst = draw_queries(made, 2)
    assert worst.tolist() == [2, 0]
    assert 1 not in random
    assert random.tolist() == draw_queries(made, 2)[0].tolist()
