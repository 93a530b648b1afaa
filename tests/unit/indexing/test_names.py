"""Cameras and times as names tell them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.indexing.names import camera_of, time_of


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


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("cam1_20240131_120301.jpg", "2024-01-31 12:03:01"),
        ("20240131120301.jpg", "2024-01-31 12:03:01"),
        ("2024-01-31 12.03.01.250.png", "2024-01-31 12:03:01.250"),
        ("2024_01_31_12_03_01_007.jpg", "2024-01-31 12:03:01"),
        ("yard-2024-01-31T12:03:01-0003.jpg", "2024-01-31 12:03:01"),
        ("20240131120301250.jpg", "2024-01-31 12:03:01.250"),
        ("99999999999999_20240131_120301.jpg", "2024-01-31 12:03:01"),
        ("IMG_20240230_120301.jpg", None),
        ("20240131_250301.jpg", None),
        ("2024-01-31.jpg", None),
        ("20240131_1203.jpg", None),
        ("1202401311203015.jpg", None),
        ("0001_c1s1_001051_00.jpg", None),
        ("0001_c2_f0046182.jpg", None),
    ],
)
def test_time_of(name: str, time: str | None) -> None:
    assert time_of(name) == (None if time is None else datetime.fromisoformat(time))


@given(
    time=st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001
    form=st.sampled_from(["%Y%m%d%H%M%S", "%Y%m%d_%H%M%S", "%Y-%m-%d_%H-%M-%S", "%Y-%m-%dT%H:%M:%S"]),
    before=st.text("abc_- .", max_size=5),
    after=st.text("abc_- .", max_size=5),
)
def test_any_time_is_found(time: datetime, form: str, before: str, after: str) -> None:
    assert time_of(f"{before}{time.strftime(form)}{after}.jpg") == time.replace(microsecond=0)
