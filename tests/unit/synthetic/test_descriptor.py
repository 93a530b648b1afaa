"""The colour-stripe descriptor and Market-1501's rules."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dropmodel.synthetic.output.descriptor import main, score, stripe_histograms
from tests.support.people import person


def test_descriptors_are_unit_vectors_that_know_colours_by_height() -> None:
    red = Image.new("RGB", (64, 128), "red")
    half = red.copy()
    half.paste("blue", (0, 64, 64, 128))
    a, b = stripe_histograms(red), stripe_histograms(half)
    assert a @ a == pytest.approx(1, abs=1e-5)
    assert a @ b == pytest.approx(0.5, abs=1e-5)
    assert stripe_histograms(half.transpose(Image.Transpose.FLIP_TOP_BOTTOM)) @ b == pytest.approx(
        0, abs=1e-5
    )


def test_the_own_camera_does_not_count() -> None:
    gallery = np.eye(4, dtype=np.float32)
    labels = np.array([(1, 1), (2, 1), (1, 2), (3, 2)])
    query = np.array([[1, 0.5, 0.25, 0]], np.float32)
    found = score(query, gallery, np.array([(1, 1)]), labels)
    assert (found.rank_1, found.mean_average_precision) == (0.0, 0.5)
    other = score(query, gallery, np.array([(1, 9)]), labels)
    assert other.rank_1 == 1.0
    assert other.mean_average_precision == pytest.approx((1 + 2 / 3) / 2)
    with pytest.raises(ValueError, match="no query has a right answer"):
        score(query, gallery, np.array([(7, 1)]), labels)


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, camera in (("query", 1), ("bounding_box_test", 12)):
        (tmp_path / folder).mkdir()
        for number in range(1, 6):
            name = f"{number:04d}_c{camera}s1_000000_01.jpg"
            person(number, 3).save(tmp_path / folder / name, quality=95)
    assert main([str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"rank_1": 1.0, "mean_average_precision": 1.0, "queries": 5, "gallery": 5}
    assert main([str(tmp_path / "query")]) == 2
    assert "no crops" in capsys.readouterr().err
