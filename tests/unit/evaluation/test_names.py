"""Persons by the names of files and folders."""

import pytest

from dropgui.evaluation.names import camera_named, persons_of
from dropmodel.data.datasets import DISTRACTOR, JUNK


@pytest.mark.parametrize(
    ("paths", "who"),
    [
        (
            [
                "query/0002_c1s1_000451_03.jpg",
                "x/-1_c3s2_000001_00.jpg",
                "0000_c1s1_000451_03.jpg",
                "2_c2.png",
            ],
            ["0002", JUNK, DISTRACTOR, "0002"],
        ),
        (["anna/1.png", "anna/cam-2/2.png", "train/ben/x.png"], ["anna", "anna", "ben"]),
        (["distractors/1.png", "train/1.png", "cam1/1.png", "1.png"], [DISTRACTOR, None, None, None]),
        (["people/anna/c3_01.png", "people/ben/street_cam3_17.png"], ["anna", "ben"]),
    ],
)
def test_who_is_on_it(paths: list[str], who: list[object]) -> None:
    assert persons_of([(1, path) for path in paths]) == who


def test_each_folder_has_its_own_way_and_equal_names_are_one() -> None:
    market = [(1, f"{i:04}_c1_f0046182.jpg") for i in range(1, 6)] + [(1, "readme.png")]
    assert persons_of([*market, (2, "anna/1.png"), (3, "anna/0001_c1.png")]) == [
        "0001", "0002", "0003", "0004", "0005", None, "anna", "0001",
    ]  # fmt: skip
    assert persons_of([]) == []


def test_cameras_in_few_letters() -> None:
    assert [camera_named(path) for path in ("anna/c3_0001.jpg", "a/street_cam12_1.png", "a/1.png")] == [
        "c3", "c12", None,
    ]  # fmt: skip
