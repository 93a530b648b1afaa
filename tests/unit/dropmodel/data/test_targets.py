"""Parsing targets from every kind of file, against maps written by hand."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from dropmodel.data.label_files.fields import CHANNELS, read_pifpaf, read_soft_map
from dropmodel.data.label_files.keypoints import COCO_17, OPENPOSE_18
from dropmodel.data.label_sets import LABEL_SETS, reduce_labels
from dropmodel.data.targets import FORMATS, TargetReader, to_grid, to_size
from dropmodel.errors import DataError
from dropmodel.inference.render import palette
from dropmodel.parts import EIGHT, FIVE_V, IGNORE
from tests.unit.dropmodel.data.conftest import Write, parts_map

SIZE = (64, 32)
NOTHING = Path("picture.jpg")


def read(labels: str, mask: Path, picture: Path = NOTHING, size: tuple[int, int] = SIZE) -> Any:
    return TargetReader(labels, EIGHT)(mask, picture, size)


def saved(path: Path, values: npt.NDArray[Any], colors: npt.NDArray[np.uint8] | None = None) -> Path:
    image = Image.fromarray(values)
    if colors is not None:
        image.putpalette(colors.tobytes())
    image.save(path)
    return path


def test_our_own_index_maps(tmp_path: Path) -> None:
    labels = parts_map(*SIZE)
    labels[:2] = IGNORE
    for mask in (
        saved(tmp_path / "grey.png", labels),
        saved(tmp_path / "palette.png", labels, palette(EIGHT)),
        saved(tmp_path / "colour.png", palette(EIGHT)[labels]),
    ):
        np.testing.assert_array_equal(read("eight", mask), labels)
    np.save(tmp_path / "a.npy", labels.astype(np.int64))
    np.testing.assert_array_equal(read("eight", tmp_path / "a.npy"), labels)
    assert read("eight", tmp_path / "grey.png", size=(32, 16)).shape == (32, 16)
    reduced = TargetReader("eight", FIVE_V)(tmp_path / "grey.png", NOTHING, SIZE)
    np.testing.assert_array_equal(reduced == FIVE_V.label("legs"), np.isin(labels, (5, 6)))


@pytest.mark.parametrize("source", ["lip", "atr", "pascal"])
def test_voc_colours_are_the_classes(tmp_path: Path, source: str) -> None:
    classes = np.arange(len(LABEL_SETS[source].rows), dtype=np.uint8)[None].repeat(4, axis=0)
    # PASCAL VOC's own first colours; the rest follow the same rule.
    known = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128), (0, 128, 128)]
    expected = reduce_labels(classes, source, EIGHT)
    index = saved(tmp_path / "index.png", classes)
    np.testing.assert_array_equal(read(source, index, size=classes.shape), expected)
    colour = saved(tmp_path / "colour.png", np.array(known, np.uint8)[classes[:, :7]])
    np.testing.assert_array_equal(read(source, colour, size=(4, 7)), expected[:, :7])


def test_densepose_surface_is_the_blue_channel(tmp_path: Path) -> None:
    iuv = np.zeros((8, 8, 3), np.uint8)
    iuv[..., :2] = 77
    iuv[2:4, :, 2] = 3
    labels = read("densepose", saved(tmp_path / "p_IUV.png", iuv), size=(8, 8))
    assert set(np.unique(labels)) == {0, EIGHT.label("right_arm")}


def test_faulty_index_maps_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.png: there is no such file"):
        read("lip", tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no picture")
    with pytest.raises(DataError, match=r"b.png: not a picture"):
        read("lip", tmp_path / "b.png")
    with pytest.raises(DataError, match=r"c.png: label set 'eight' has no class 9"):
        read("eight", saved(tmp_path / "c.png", np.full((4, 4), 9, np.uint8)))
    with pytest.raises(DataError, match=r"d.png: the color #010203 is none of lip's"):
        read("lip", saved(tmp_path / "d.png", np.full((4, 4, 3), (1, 2, 3), np.uint8)))
    np.save(tmp_path / "e.npy", np.zeros((4, 4), np.float32))
    with pytest.raises(DataError, match=r"e.npy: holds float32 \[4, 4\]"):
        read("eight", tmp_path / "e.npy")
    with pytest.raises(ValueError, match="unknown label format"):
        TargetReader("crayon", EIGHT)


def test_pose_fields(tmp_path: Path) -> None:
    fields = np.zeros((36, 8, 4), np.float32)
    fields[CHANNELS.index("nose"), :2] = 0.9
    fields[CHANNELS.index("left_wrist"), 3] = 0.8
    fields[CHANNELS.index("left_knee"), 5] = 0.4
    np.save(tmp_path / "f.npy", fields)
    labels = read("pifpaf", tmp_path / "f.npy", size=(8, 4))
    expected = np.zeros((8, 4), np.uint8)
    expected[:2] = EIGHT.label("head")
    expected[3] = EIGHT.label("left_arm")
    np.testing.assert_array_equal(labels, expected)
    soft = read_pifpaf(tmp_path / "f.npy", (8, 4), EIGHT)
    scores = np.zeros(9)
    scores[EIGHT.label("head")] = 0.9
    wanted = np.exp(15 * scores) / np.exp(15 * scores).sum()
    np.testing.assert_allclose(soft[:, 0, 0], wanted, rtol=1e-5)
    np.save(tmp_path / "g.npy", fields[:20])
    with pytest.raises(DataError, match=r"g.npy: holds 20 channels; pose fields have 36"):
        read("pifpaf", tmp_path / "g.npy")


@pytest.mark.parametrize("background", [True, False])
def test_soft_maps(tmp_path: Path, background: bool) -> None:
    labels = parts_map(*SIZE)
    soft = np.eye(9, dtype=np.float32)[labels].transpose(2, 0, 1)
    np.savez(tmp_path / "s.npz", soft if background else soft[1:])
    np.testing.assert_array_equal(read("soft", tmp_path / "s.npz"), labels)
    larger = read_soft_map(tmp_path / "s.npz", (128, 64), EIGHT)
    assert larger.shape == (9, 128, 64)
    np.testing.assert_allclose(larger.sum(axis=0), 1, atol=1e-5)
    soft[:, :4] = 0
    np.savez(tmp_path / "s.npz", soft if background else soft[1:])
    unknown = read("soft", tmp_path / "s.npz")
    # Without a channel for it, what no part claims is background.
    assert (unknown[:4] == (IGNORE if background else 0)).all()
    np.testing.assert_array_equal(unknown[4:], labels[4:])


def coco(tmp_path: Path, segmentation: Any) -> Path:
    file = tmp_path / "coco.json"
    content = {
        "images": [
            {"id": 1, "file_name": "query/a.jpg", "width": 16, "height": 32},
            {"id": 2, "file_name": "b.jpg", "width": 16, "height": 32},
        ],
        "categories": [{"id": 3, "name": "Left Arm"}, {"id": 4, "name": "right-leg"}],
        "annotations": [{"image_id": 1, "category_id": 3, "segmentation": segmentation}],
    }
    file.write_text(json.dumps(content))
    return file


def packed(counts: list[int]) -> str:
    """COCO's packing of run lengths, as its maskApi describes it."""
    text = ""
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & 0x10 else 0)
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


@given(st.integers(0, 2**32 - 1))
def test_run_lengths_plain_and_packed(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    random = np.random.default_rng(seed)
    mask = random.random((32, 16)) < 0.3
    flat = np.concatenate([[False], mask.T.ravel()])
    changes = np.flatnonzero(np.diff(flat.astype(np.int8))) if mask.any() else np.array([], int)
    counts = np.diff(np.concatenate([[0], changes, [mask.size]])).tolist()
    folder = tmp_path_factory.mktemp("coco")
    for coded in (counts, packed(counts)):
        labels = read(
            "coco", coco(folder, {"size": [32, 16], "counts": coded}), Path("x/query/a.jpg"), (32, 16)
        )
        np.testing.assert_array_equal(labels, mask * EIGHT.label("left_arm"))
        from dropmodel.data.label_files.outlines import coco_images

        coco_images.cache_clear()


def test_coco_polygons_scale_with_the_picture(tmp_path: Path) -> None:
    file = coco(tmp_path, [[0, 0, 7.9, 0, 7.9, 15.9, 0, 15.9]])
    labels = read("coco", file, Path("/data/query/a.jpg"), SIZE)
    arm = EIGHT.label("left_arm")
    assert (labels[:30, :14] == arm).all()
    assert not labels[34:].any()
    assert (read("coco", file, Path("b.jpg")) == IGNORE).all()
    assert (read("coco", file, Path("c.jpg")) == IGNORE).all()


def test_labelme_shapes(tmp_path: Path) -> None:
    inside = io.BytesIO()
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(inside, "PNG")
    shapes: list[dict[str, Any]] = [
        {"label": "torso", "shape_type": "polygon", "points": [[4, 4], [12, 4], [12, 16], [4, 16]]},
        {"label": "Head", "shape_type": "rectangle", "points": [[10, 3], [6, 0]]},
        {"label": "left foot", "shape_type": "circle", "points": [[12, 28], [14, 28]]},
        {
            "label": "ignore",
            "shape_type": "mask",
            "points": [[0, 20], [4, 24]],
            "mask": base64.b64encode(inside.getvalue()).decode(),
        },
    ]
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"imageWidth": 16, "imageHeight": 32, "shapes": shapes}))
    labels = read("labelme", file)
    assert labels[20, 16] == EIGHT.label("torso")
    assert labels[2, 16] == EIGHT.label("head")
    assert labels[56, 24] == EIGHT.label("left_foot")
    assert (labels[40:48, :8] == IGNORE).all()
    assert labels[60, 2] == 0
    shapes[0]["label"] = "elbow"
    file.write_text(json.dumps({"imageWidth": 16, "imageHeight": 32, "shapes": shapes}))
    with pytest.raises(DataError, match=r"a.json: the category 'elbow' is no part; known are head"):
        read("labelme", file)
    file.write_text("{}")
    with pytest.raises(DataError, match=r"a.json: not a file of LabelMe"):
        read("labelme", file)


JOINTS = {
    "nose": (32, 16), "left_eye": (35, 13), "right_eye": (29, 13), "left_ear": (38, 14),
    "right_ear": (26, 14), "left_shoulder": (42, 30), "right_shoulder": (22, 30), "left_elbow": (50, 45),
    "right_elbow": (14, 45),
    "left_wrist": (52, 60), "right_wrist": (12, 60), "left_hip": (38, 66), "right_hip": (26, 66),
    "left_knee": (39, 90), "right_knee": (25, 90), "left_ankle": (39, 112), "right_ankle": (25, 112),
    "neck": (32, 28),
}  # fmt: skip


def rows(names: tuple[str, ...], sure: float, missing: str = "") -> list[float]:
    return [v for name in names for v in ((0, 0, 0) if name == missing else (*JOINTS[name], sure))]


def assert_body(labels: npt.NDArray[np.uint8]) -> None:
    """Sides are the person's own; what lies between body and background is undecided."""
    where = {
        "head": (12, 32),
        "torso": (48, 32),
        "left_arm": (38, 46),
        "right_arm": (52, 13),
        "left_leg": (90, 39),
        "right_leg": (78, 25),
        "left_foot": (116, 39),
        "right_foot": (116, 25),
    }
    for name, (y, x) in where.items():
        assert labels[y, x] == EIGHT.label(name), name
    assert labels[2, 2] == 0
    assert 0.02 < (labels == IGNORE).mean() < 0.2


def test_coco_joints_become_capsules(tmp_path: Path) -> None:
    small = [0.4 * v for v in rows(COCO_17, 5)]
    people = [{"image_id": 1, "keypoints": small}, {"image_id": 1, "keypoints": rows(COCO_17, 2)}]
    file = tmp_path / "joints.json"
    images = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 128}]
    file.write_text(json.dumps({"images": images, "annotations": people}))
    assert_body(read("coco_keypoints", file, Path("a.jpg"), (128, 64)))
    assert (read("coco_keypoints", file, Path("z.jpg")) == IGNORE).all()


def test_openpose_joints_are_in_pixels_of_the_stored_picture(tmp_path: Path, write: Write) -> None:
    picture = write(tmp_path / "a.jpg", height=128, width=64)
    file = tmp_path / "a_keypoints.json"
    file.write_text(json.dumps({"people": [{"pose_keypoints_2d": rows(OPENPOSE_18, 0.9)}]}))
    assert_body(read("openpose", file, picture, (128, 64)))
    half = read("openpose", file, picture, SIZE)
    assert half[45, 19] == EIGHT.label("left_leg")
    file.write_text(json.dumps({"people": [{"pose_keypoints_2d": rows(OPENPOSE_18, 0.9, "left_wrist")}]}))
    hidden = read("openpose", file, picture, (128, 64))
    assert hidden[52, 51] != EIGHT.label("left_arm")
    file.write_text(json.dumps({"people": [{"pose_keypoints_2d": [1, 2, 3]}]}))
    with pytest.raises(DataError, match=r"not OpenPose's 18 joints"):
        read("openpose", file, picture)
    file.write_text(json.dumps({"people": []}))
    assert (read("openpose", file, picture) == IGNORE).all()


def test_joints_in_five_parts(tmp_path: Path, write: Write) -> None:
    picture = write(tmp_path / "a.jpg", height=128, width=64)
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"people": [{"pose_keypoints_2d": rows(OPENPOSE_18, 0.9)}]}))
    labels = TargetReader("openpose", FIVE_V)(file, picture, (128, 64))
    assert labels[38, 32] == FIVE_V.label("upper_torso")
    assert labels[60, 32] == FIVE_V.label("lower_torso")
    assert labels[90, 39] == FIVE_V.label("legs")


def test_without_a_mask_nothing_is_known() -> None:
    for name in FORMATS:
        assert (TargetReader(name, EIGHT)(None, NOTHING, SIZE) == IGNORE).all()


@given(
    arrays.arrays(np.uint8, (8, 12), elements=st.sampled_from([0, 1, 2, 3, IGNORE])),
    st.sampled_from([(2, 3), (4, 4), (1, 1), (8, 12)]),
)
def test_votes_against_a_loop(labels: npt.NDArray[np.uint8], grid: tuple[int, int]) -> None:
    voted = to_grid(labels, grid, 4)
    height, width = 8 // grid[0], 12 // grid[1]
    for row in range(grid[0]):
        for column in range(grid[1]):
            cell = labels[row * height : (row + 1) * height, column * width : (column + 1) * width]
            counts = [int((cell == value).sum()) for value in range(4)]
            undecided = int((cell == IGNORE).sum())
            best = max(range(4), key=lambda value: (counts[value], value > 0, -value))
            assert voted[row, column] == (IGNORE if 2 * undecided > cell.size else best)


def test_sizes() -> None:
    labels = parts_map(*SIZE)
    assert to_size(labels, SIZE) is labels
    np.testing.assert_array_equal(to_size(labels, (128, 64))[::2, ::2], labels)
    with pytest.raises(ValueError, match="does not divide"):
        to_grid(labels, (15, 8), 9)
