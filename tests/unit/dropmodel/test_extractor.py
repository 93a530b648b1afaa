"""The Extractor: what it gives, that batches do not matter, and what a corrected mask changes."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from dropmodel.errors import ImageError
from dropmodel.inference import Extractor, LoadedModel, untrained_model
from dropmodel.inference.devices import choose_device, choose_dtype
from dropmodel.inference.preprocess import Preprocessor
from dropmodel.inference.render import overlay, palette
from dropmodel.network.config import NetworkConfig
from dropmodel.parts import EIGHT, IGNORE
from tests.unit.dropmodel.conftest import SMALL

J = {name: EIGHT.vector_names.index(name) for name in EIGHT.vector_names}


def cosines(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    products: npt.NDArray[np.float32] = (a * b).sum(-1)
    return products


def test_what_it_gives(extractor: Extractor, picture: Any) -> None:
    extraction = extractor.extract([picture(seed) for seed in range(6)])
    features = extraction.features
    assert (len(extraction), extractor.dim, extractor.input_size, extractor.mask_size) == (
        6,
        16,
        (64, 32),
        (16, 8),
    )
    assert extractor.schema == features.schema == EIGHT
    assert features.vectors.shape == (6, 10, 16)
    assert features.vectors.dtype == features.visibility.dtype == extraction.confidence.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(features.vectors, axis=-1), 1, atol=1e-5)
    assert (features.visibility[:, J["global"]] == 1).all()
    np.testing.assert_array_equal(features.visibility[:, 1], features.visibility[:, 2:].max(1))
    assert extraction.labels.shape == extraction.confidence.shape == (6, 16, 8)
    assert extraction.labels.dtype == np.uint8
    assert extraction.labels.max() <= 8
    assert extraction.confidence.min() >= 1 / 9 - 1e-6
    assert extraction.confidence.max() <= 1


def test_all_kinds_of_input_agree(extractor: Extractor, picture: Any, tmp_path: Path) -> None:
    array = picture()
    path = tmp_path / "picture.png"
    Image.fromarray(array).save(path)
    frozen = array.copy()
    frozen.flags.writeable = False
    given = [array, frozen, Image.fromarray(array), path, str(path)]
    vectors = extractor.extract(given).features.vectors
    for other in vectors[1:]:
        np.testing.assert_allclose(other, vectors[0], atol=1e-5)


def test_preprocessing_normalises_and_does_not_alias() -> None:
    prepare = Preprocessor((64, 32), torch.device("cpu"))
    same = np.zeros((64, 32, 3), np.uint8)
    same[..., 0] = 255
    batch = prepare([same, same[::2, ::2]])
    expected = torch.tensor([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225])[:, None, None]
    torch.testing.assert_close(batch, expected.expand(2, 3, 64, 32), atol=1e-5, rtol=1e-5)
    # Of stripes one pixel high, only their mean may be left after shrinking five times.
    stripes = np.zeros((320, 160, 3), np.uint8)
    stripes[::2] = 255
    grey = prepare([stripes])[0, 1] * 0.224 + 0.456
    assert 0.4 < float(grey.min()) <= float(grey.max()) < 0.6


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_neighbours_in_the_batch_do_not_matter(model: LoadedModel, picture: Any, precision: Any) -> None:
    sizes = [(64, 32), (128, 64), (64, 32), (90, 41)]
    images = [picture(seed, *sizes[seed % 4]) for seed in range(32)]
    alone = Extractor(model, batch_size=1, precision=precision, runtime="torch").extract(images)
    together = Extractor(model, batch_size=32, precision=precision, runtime="torch").extract(images)
    assert cosines(alone.features.vectors, together.features.vectors).min() >= 0.9999
    np.testing.assert_allclose(alone.features.visibility, together.features.visibility, atol=0.02)
    assert (alone.labels == together.labels).mean() > 0.99


def test_precisions_agree(model: LoadedModel, picture: Any) -> None:
    images = [picture(seed) for seed in range(8)]
    exact = Extractor(model, precision="fp32", runtime="torch").extract(images).features.vectors
    half = Extractor(model, precision="bf16").extract(images).features.vectors
    assert cosines(exact, half).min() > 0.99
    assert not np.array_equal(exact, half)


def test_a_stream_is_lazy_and_the_same(extractor: Extractor, picture: Any) -> None:
    images = [picture(seed) for seed in range(9)]
    taken = 0

    def feed() -> Any:
        nonlocal taken
        for image in images:
            taken += 1
            yield image

    stream = extractor.stream(feed())
    first = next(stream)
    assert (len(first), taken) == (4, 4)
    rest = [len(part) for part in stream]
    assert rest == [4, 1]
    whole = extractor.extract(images)
    np.testing.assert_allclose(first.features.vectors, whole.features.vectors[:4], atol=1e-5)


def test_nothing_gives_no_rows(extractor: Extractor) -> None:
    for extraction in (extractor.extract([]), extractor.pool([], [])):
        assert extraction.features.vectors.shape == (0, 10, 16)
        assert extraction.labels.shape == extraction.confidence.shape == (0, 16, 8)


def test_its_own_label_map_pools_alike(extractor: Extractor, picture: Any) -> None:
    images = [picture(seed) for seed in range(4)]
    own = extractor.extract(images)
    pooled = extractor.pool(images, list(own.labels))
    np.testing.assert_array_equal(pooled.labels, own.labels)
    np.testing.assert_allclose(pooled.features.vectors[:, 0], own.features.vectors[:, 0], atol=1e-5)
    seen = pooled.features.visibility > 0
    assert cosines(pooled.features.vectors, own.features.vectors)[seen].mean() > 0.8


def body() -> npt.NDArray[np.uint8]:
    """A 64 x 32 map in four-pixel cells: head over torso with a left arm, legs below."""
    labels = np.zeros((64, 32), np.uint8)
    labels[:16, 8:24] = EIGHT.label("head")
    labels[16:48, 8:24] = EIGHT.label("torso")
    labels[16:48, 24:32] = EIGHT.label("left_arm")
    labels[48:, 8:24] = EIGHT.label("left_leg")
    return labels


def test_a_corrected_arm_changes_the_arm_and_the_foreground_only(extractor: Extractor, picture: Any) -> None:
    before = body()
    after = before.copy()
    after[32:48, 24:32] = 0  # the lower half of the arm was background after all
    a, b = (extractor.pool([picture()], [labels]).features for labels in (before, after))
    changed = {name for name, j in J.items() if not np.allclose(a.vectors[0, j], b.vectors[0, j], atol=1e-5)}
    assert changed == {"left_arm", "foreground"}
    np.testing.assert_array_equal(a.visibility, b.visibility)


def test_an_erased_part_is_not_visible(extractor: Extractor, picture: Any) -> None:
    labels = body()
    labels[labels == EIGHT.label("left_arm")] = 0
    features = extractor.pool([picture()], [labels]).features
    visible = {name for name, j in J.items() if features.visibility[0, j] > 0}
    assert visible == {"global", "foreground", "head", "torso", "left_leg"}
    assert np.isfinite(features.vectors).all()


def test_undecided_pixels_are_neither_part_nor_background(extractor: Extractor, picture: Any) -> None:
    unsure = body()
    unsure[unsure == EIGHT.label("left_arm")] = IGNORE
    gone = body()
    gone[gone == EIGHT.label("left_arm")] = 0
    a, b = (extractor.pool([picture()], [labels]) for labels in (unsure, gone))
    np.testing.assert_allclose(a.features.vectors, b.features.vectors, atol=1e-5)
    assert (a.labels[0, 4:12, 6:] == IGNORE).all()
    assert (a.confidence[0, 4:12, 6:] == 0).all()
    assert (b.labels[0, 4:12, 6:] == 0).all()


def test_label_maps_of_any_size_mean_the_same(extractor: Extractor, picture: Any) -> None:
    labels = body()
    sizes = [labels, labels[::4, ::4], np.kron(labels, np.ones((3, 3), np.uint8))]
    vectors = extractor.pool([picture()] * 3, sizes).features.vectors
    np.testing.assert_allclose(vectors[1:], np.stack([vectors[0]] * 2), atol=1e-5)


def test_mirrored_pictures_and_maps_swap_left_and_right(extractor: Extractor, picture: Any) -> None:
    # Max pooling, average pooling and resizing do not know left from right; the backbone nearly.
    image, labels = picture(), body()
    pair = extractor.pool([image, image[:, ::-1].copy()], [labels, EIGHT.flip_labels(labels)])
    left, right = J["left_arm"], J["right_arm"]
    assert pair.features.visibility[1, right] == pair.features.visibility[0, left] == 1
    assert pair.features.visibility[1, left] == pair.features.visibility[0, right] == 0
    np.testing.assert_array_equal(pair.labels[1], EIGHT.flip_labels(pair.labels[0]))
    swapped = pair.features.vectors[1, right] @ pair.features.vectors[0, left]
    others = [extractor.pool([picture(seed)], [labels]).features.vectors[0, left] for seed in range(1, 6)]
    assert swapped > max(float(other @ pair.features.vectors[0, left]) for other in others)


def test_binary_visibility_is_a_switch(picture: Any) -> None:
    model = untrained_model(NetworkConfig(**{**vars_of(SMALL), "visibility": "binary"}), device="cpu")
    extraction = Extractor(model, runtime="torch").extract([picture(seed) for seed in range(3)])
    for row, labels in zip(extraction.features.visibility, extraction.labels, strict=True):
        present = [float(label in labels) for label in range(1, 9)]
        assert row.tolist() == [1.0, max(present), *present]


def vars_of(config: NetworkConfig) -> dict[str, Any]:
    return {**config.to_dict(), "schema": config.schema}


@pytest.mark.parametrize(
    "wrong", [np.zeros((64, 32), np.uint8), np.zeros((64, 32, 3), np.float32), np.zeros((0, 5, 3), np.uint8)]
)
def test_arrays_that_are_no_pictures(extractor: Extractor, wrong: Any) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        extractor.extract([wrong])


def test_label_maps_that_do_not_fit(extractor: Extractor, picture: Any) -> None:
    for wrong, says in [
        (np.full((4, 4), 9, np.uint8), "the map holds 9"),
        (np.zeros((4, 4), np.int64), "a label map is uint8"),
        (np.zeros((1, 4, 4), np.uint8), "a label map is uint8"),
    ]:
        with pytest.raises(ValueError, match=says):
            extractor.pool([picture()], [wrong])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="1 images need as many"):
        extractor.pool([picture()], [])


def test_unreadable_files_and_wrong_settings(
    model: LoadedModel, extractor: Extractor, tmp_path: Path
) -> None:
    with pytest.raises(ImageError, match="no such file"):
        extractor.extract([tmp_path / "gone.jpg"])
    with pytest.raises(ValueError, match="batch_size"):
        Extractor(model, batch_size=0)
    with pytest.raises(ValueError, match="threads"):
        Extractor(model, threads=0)
    with pytest.raises(ValueError, match="unknown precision"):
        Extractor(model, precision="int4")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="toaster"):
        choose_device("toaster")


def test_threads_share_one_extractor(model: LoadedModel, picture: Any) -> None:
    extractor = Extractor(model, batch_size=2, precision="fp32", threads=1, runtime="torch")
    before = torch.get_num_threads()
    images = [picture(seed) for seed in range(4)]
    expected = extractor.extract(images).features.vectors
    assert torch.get_num_threads() == before
    found: list[npt.NDArray[np.float32]] = []
    threads = [
        threading.Thread(target=lambda: found.append(extractor.extract(images).features.vectors))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for vectors in found:
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("bf16", "amx", "expected"), [(0, 0, "float32"), (1, 0, "bfloat16"), (0, 1, "bfloat16")]
)
def test_auto_is_bf16_only_on_processors_that_have_it(
    monkeypatch: pytest.MonkeyPatch, bf16: int, amx: int, expected: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bool(bf16), raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: bool(amx), raising=False)
    assert choose_dtype("auto", torch.device("cpu")) is getattr(torch, expected)
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert choose_dtype("auto", torch.device("cpu")) is torch.float32
    assert choose_dtype("fp16", torch.device("cpu")) is torch.float16


def test_overlays_use_the_schemas_colours(picture: Any) -> None:
    colors = palette(EIGHT)
    assert colors[1].tolist() == [0xCC, 0x79, 0xA7]
    assert colors[0].tolist() == [0, 0, 0]
    assert colors[IGNORE].tolist() == [128, 128, 128]
    image = picture()
    labels = np.zeros((16, 8), np.uint8)
    labels[:8] = 2
    drawn = np.asarray(overlay(image, labels, EIGHT))
    np.testing.assert_array_equal(drawn[32:], image[32:])
    np.testing.assert_allclose(drawn[:32], image[:32] * 0.45 + colors[2] * 0.55, atol=1)
