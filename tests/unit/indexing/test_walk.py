"""Which files a scan finds."""

import os
from pathlib import Path

import pytest

from dropgui.indexing.walk import Walk


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(root: Path, start: str = "") -> list[str]:
    walk = Walk(root, start)
    names = [file.relative_path for file in walk]
    assert not walk.failures
    return names


def test_pictures_by_suffix_in_order_folders_last(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.jpeg", "a.JPG", "b/1.Png", "z.webp", "c/d/x.bmp", "y.tif", "q.tiff")
    touch(tmp_path, "notes.txt", "clip.mp4", "jpg", "archive.jpg.zip", ".hidden.jpg", ".git/x.jpg")
    touch(tmp_path, "some.droplib.cache/thumb.jpg")
    assert found(tmp_path) == ["a.JPG", "q.tiff", "y.tif", "z.webp", "b/1.Png", "b/2.jpeg", "c/d/x.bmp"]
    assert found(tmp_path, "b") == ["b/1.Png", "b/2.jpeg"]


def test_size_and_time_are_the_files(tmp_path: Path) -> None:
    (tmp_path / "人 größe.jpg").write_bytes(b"12345")
    os.utime(tmp_path / "人 größe.jpg", ns=(1, 1_700_000_000_123_456_789))
    (file,) = Walk(tmp_path)
    assert (file.relative_path, file.size) == ("人 größe.jpg", 5)
    assert file.mtime_ns == (tmp_path / "人 größe.jpg").stat().st_mtime_ns


def test_links_are_followed_once_and_circles_end(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere", "real.jpg")
    touch(tmp_path / "root", "a/1.jpg")
    (tmp_path / "root" / "a" / "up").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "c").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "link.jpg").symlink_to(tmp_path / "elsewhere" / "real.jpg")
    assert found(tmp_path / "root") == ["link.jpg", "a/1.jpg", "b/real.jpg"]


def test_a_link_to_itself_is_told_and_the_rest_is_found(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "z.jpg")
    for name in ("selfloop", "selfloop.jpg", os.fsdecode(b"loop\xe9")):
        (tmp_path / name).symlink_to(tmp_path / name)
    walk = Walk(tmp_path)
    assert [file.relative_path for file in walk] == ["z.jpg", "a/1.jpg"]
    assert sorted(failure.path.name for failure in walk.failures) == ["loop\\xe9", "selfloop", "selfloop.jpg"]
    assert all(failure.reason.startswith("it could not be read: ") for failure in walk.failures)
    assert set(walk.unlisted) == {"selfloop", "selfloop.jpg", os.fsdecode(b"loop\xe9")}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_are_told_and_never_opened(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "endless.png").symlink_to("/dev/zero")
    walk = Walk(tmp_path)
    assert [file.relative_path for file in walk] == ["a.jpg"]
    assert {(failure.path.name, failure.reason) for failure in walk.failures} == {
        ("pipe.jpg", "it is a pipe or a device, not a file"),
        ("endless.png", "it is a pipe or a device, not a file"),
    }


def test_what_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "gone")
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    real = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    walk = Walk(tmp_path)
    assert [file.relative_path for file in walk] == ["b/2.jpg"]
    assert walk.unlisted == ["a"]
    reasons = {failure.path.name: failure.reason for failure in walk.failures}
    assert reasons == {
        "nowhere.jpg": "it is a link to a file that does not exist",
        "caf\\xe9.jpg": "its name is not valid text; rename the file",
        "a": "the folder could not be listed: Permission denied",
    }
