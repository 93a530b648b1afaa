"""Cameras as names tell them."""

import pytest

from dropgui.indexing.names import camera_of


@pytest.mark.parametrize(
    ("path", "camera"),
    [
        ("0001_c1s1_001051_00.jpg", "c1"),
        ("-1_c6s4_001051_00.jpg", "c6"),
        ("bounding_box_test/0002_c2_f0046182.jpg", "c2"),
        ("0005_c01_x.jpg", "c1"),
        ("cam1/a.jpg", "cam1"),
        ("day 2/CAM-02/a.jpg", "CAM-02"),
        ("camera_entrance/2024/a.jpg", "camera_entrance"),
        ("cam1/cam2/a.jpg", "cam2"),
        ("camera 3/0001_c7s1_1.jpg", "c7"),
        ("cam1_000123.jpg", "cam1"),
        ("2024-01-01_camera-12_0001.jpg", "camera-12"),
        ("night_camera_yard.jpg", "camera_yard"),
        ("campus/a.jpg", None),
        ("camping2/a.jpg", None),
        ("a.jpg", None),
        ("ecam1x.jpg", None),
        ("abc1s1_0.jpg", None),
        ("persons/0001/scamp3.jpg", None),
    ],
)
def test_camera_of(path: str, camera: str | None) -> None:
    assert camera_of(path) == camera
