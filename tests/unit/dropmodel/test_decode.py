"""read_image: orientations, colour modes, sizes, and a reason for every file it refuses."""

import io
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dropmodel.decode import MAX_PIXELS, read_image, upright_size
from dropmodel.errors import ImageError
from dropmodel.inference import Extractor

# Red, green over blue, white: every turn of it looks different.
QUARTERS = np.kron(
    np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8),
    np.ones((16, 12, 1), np.uint8),
)


def corners(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[str]:
    """Names of the four corners' colours, row by row."""
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    height, width = image.shape[0] - 3, image.shape[1] - 3
    places = [(2, 2), (2, width), (height, 2), (height, width)]
    return [names[tuple(int(v > 127) for v in image[row, column])] for row, column in places]  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
def test_the_exif_orientation_is_undone_once(tmp_path: Path, orientation: int, kind: str) -> None:
    # How the stored picture must be turned is the inverse of how it was written.
    inverse = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90",
               7: "TRANSVERSE", 8: "ROTATE_270"}  # fmt: skip
    image = Image.fromarray(QUARTERS)
    if orientation in inverse:
        image = image.transpose(Image.Transpose[inverse[orientation]])
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{kind}"
    image.save(path, exif=exif, quality=95, subsampling=0)
    found = read_image(path)
    assert found.shape == QUARTERS.shape
    with Image.open(path) as opened:
        assert upright_size(opened) == (QUARTERS.shape[1], QUARTERS.shape[0])
    assert corners(found) == ["red", "green", "blue", "white"]


def test_a_draft_is_smaller_but_large_enough_and_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.fromarray(np.kron(QUARTERS, np.ones((20, 20, 1), np.uint8)))
    path = tmp_path / "large.jpg"
    large.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    found = read_image(path, at_least=(100, 90))
    assert found.shape == (160, 120, 3)
    assert corners(found) == ["red", "green", "blue", "white"]
    assert read_image(path, at_least=(600, 90)).shape == (640, 480, 3)
    assert read_image(path).shape == (640, 480, 3)


def test_a_large_picture_is_shrunk_before_it_is_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.fromarray(np.kron(QUARTERS, np.ones((40, 40, 1), np.uint8)))
    path = tmp_path / "large.png"
    large.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    assert read_image(path).shape == (1280, 960, 3)
    found = read_image(path, at_least=(64, 32))
    assert found.shape == (128, 96, 3)
    assert corners(found) == ["red", "green", "blue", "white"]
    assert read_image(path, at_least=(320, 32)).shape == (640, 480, 3)
    assert read_image(path, at_least=(321, 32)).shape == (1280, 960, 3)
    # A panorama is asked to be as high as it is, so its width stays.
    wide = tmp_path / "wide.png"
    large.resize((4000, 100)).save(wide)
    assert read_image(wide, at_least=(64, 32)).shape == (100, 4000, 3)


def test_shrinking_hardly_changes_the_vectors(
    tmp_path: Path, extractor: Extractor, picture: Callable[..., npt.NDArray[np.uint8]]
) -> None:
    """Sharp edges and noise, which averaging hits most; and the extractor itself reads files this way."""
    height, width = extractor.input_size
    rng = np.random.default_rng(0)
    whole, small, files = [], [], []
    for seed in range(4):
        pixels = picture(seed, height * 8 + 5 * seed, width * 9 + 7 * seed).astype(np.int16)
        noisy = np.clip(pixels + rng.integers(-40, 40, pixels.shape), 0, 255).astype(np.uint8)
        files.append(tmp_path / f"{seed}.png")
        Image.fromarray(noisy).save(files[-1])
        whole.append(read_image(files[-1]))
        small.append(read_image(files[-1], at_least=extractor.input_size))
        assert small[-1].size * 9 < whole[-1].size
    vectors = [extractor.extract(images).features.vectors for images in (whole, small, files)]
    assert (vectors[0] * vectors[1]).sum(axis=-1).min() > 0.99
    np.testing.assert_array_equal(vectors[1], vectors[2])


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "YCbCr", "1", "RGBA", "LA", "HSV"])
def test_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    kind = {"CMYK": "tif", "YCbCr": "jpg", "HSV": "tif"}.get(mode, "png")
    grey = np.full((16, 16, 3), 255, np.uint8)
    grey[:8] = 0
    path = tmp_path / f"picture.{kind}"
    image = Image.fromarray(grey)
    (image.convert("YCbCr") if mode == "HSV" else image.convert(mode)).save(path)
    found = read_image(path)
    assert found.dtype == np.uint8
    assert found.shape == (16, 16, 3)
    assert found.flags.writeable
    assert found[:6].max() <= 8
    assert found[10:].min() >= 247


def test_cmyk_jpeg_keeps_its_colour(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), (250, 30, 20)).convert("CMYK").save(tmp_path / "c.jpg", quality=95)
    red, green, blue = read_image(tmp_path / "c.jpg")[8, 8]
    assert red > 230
    assert green < 60
    assert blue < 60


@pytest.mark.parametrize(("kind", "dtype"), [("png", np.uint16), ("tif", np.uint16), ("tif", np.int32)])
def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path, kind: str, dtype: type) -> None:
    ramp: Any = np.linspace(0, 65535, 256).astype(dtype)[None].repeat(16, 0)
    Image.fromarray(ramp).save(tmp_path / f"deep.{kind}")
    found = read_image(tmp_path / f"deep.{kind}")
    np.testing.assert_array_equal(found[0, :, 0], np.arange(256))
    np.testing.assert_array_equal(found[..., 0], found[..., 2])


def test_float_greys_up_to_one_fill_the_range(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 1, 256, dtype=np.float32)[None].repeat(16, 0)).save(tmp_path / "f.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "f.tif")[0, :, 1], np.arange(256))


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    see_through = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    see_through.paste((255, 0, 0, 128), (8, 0, 16, 16))
    see_through.save(tmp_path / "alpha.png")
    found = read_image(tmp_path / "alpha.png")
    assert found[0, 0].tolist() == [255, 255, 255]
    assert found[0, 12].tolist() == [255, 127, 127]
    indexed = Image.new("P", (16, 16), 1)
    indexed.putpalette([0, 0, 0, 200, 10, 10])
    indexed.save(tmp_path / "palette.png", transparency=1)
    assert read_image(tmp_path / "palette.png")[0, 0].tolist() == [255, 255, 255]


def test_names_in_any_script(tmp_path: Path) -> None:
    path = tmp_path / "Überwachung 監視 фото.png"
    Image.fromarray(QUARTERS).save(path)
    np.testing.assert_array_equal(read_image(str(path)), QUARTERS)


def picture_bytes(kind: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.jpg", picture_bytes("JPEG")[:900], "damaged or cut short"),
        ("cut.png", picture_bytes("PNG")[:900], "damaged or cut short"),
        ("cut.webp", picture_bytes("WEBP")[:300], "not a picture|damaged or cut short"),
        ("head.jpg", picture_bytes("JPEG")[:20], "not a picture|damaged or cut short"),
        ("empty.jpg", b"", "the file is empty"),
        ("text.jpg", b"not a picture at all", "not a picture of a known kind"),
        ("dot.png", png_header(1, 1), "only 1 x 1 pixels; 8 a side"),
        ("thin.png", png_header(7, 500), "only 7 x 500"),
        ("bomb.png", png_header(20_000, 20_000), "more than 89 million pixels"),
        ("warned.png", png_header(10_000, MAX_PIXELS // 10_000 + 1), "more than 89 million pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_cannot_be_read_gives_a_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImageError, match=reason) as caught:
        read_image(path)
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    assert caught.value.reason in str(caught.value)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="there is no such file"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match="it is a folder"):
        read_image(tmp_path)


def test_a_bomb_is_refused_where_the_warning_is_only_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Outside of tests Pillow's warning does not raise: then the size itself must.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    path = tmp_path / "warned.png"
    path.write_bytes(png_header(10_000, MAX_PIXELS // 10_000 + 1))
    with pytest.raises(ImageError, match="more than 89 million"):
        read_image(path)


def test_threads_read_alike_and_pillow_is_left_alone(tmp_path: Path) -> None:
    before = Image.MAX_IMAGE_PIXELS
    path = tmp_path / "picture.png"
    Image.fromarray(QUARTERS).save(path)
    found: list[bool] = []

    def read() -> None:
        found.extend(np.array_equal(read_image(path), QUARTERS) for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 80
    assert before == Image.MAX_IMAGE_PIXELS
