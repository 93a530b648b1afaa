"""Labels against kinematic truth: what a bone's place in the picture says must be what the mask says."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from dropmodel.parts import EIGHT
from dropmodel.synthetic.drawing.camera import Camera, View
from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.drawing.labels import part_map, sight, tight_box
from dropmodel.synthetic.drawing.render import SAMPLES, draw, outline
from dropmodel.synthetic.people.figure import Figure, PosedFigure
from dropmodel.synthetic.people.joints import Limb
from dropmodel.synthetic.people.pose import draw_pose
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.styles import STYLES
from dropmodel.synthetic.wardrobe.identity import draw_identity, dressed
from tests.support.scenes import board, floor, stage

Point = npt.NDArray[np.float32]
CROPS = 200
CLOTH = 0.06
"""Metres that clothes add to a limb at most; what lies deeper is hidden by something else."""


def figure_of(number: int, style: str = "train") -> Figure:
    """A person without bags, which may hide what they like."""
    return dressed(replace(draw_identity(STYLES[style].wardrobe, 5, number), carried=None))


@cache
def crops() -> list[tuple[PosedFigure, View, int]]:
    """Random people in random poses, seen from anywhere around and above."""
    found = []
    figures = {number: figure_of(number, style) for number in range(0, 100, 4) for style in ("train",)}
    for n in range(CROPS):
        random = stream(9, "audit", n)
        number = int(random.choice(list(figures)))
        pose = draw_pose(random, STYLES["train"].motion)
        person = figures[number].posed(pose).placed(float(random.uniform(0, 360)), (0.0, 0.0))
        pitch, away = float(random.uniform(0, 40)), float(random.uniform(4, 20))
        angle = np.radians(pitch)
        camera = Camera(
            (0.0, -away * float(np.cos(angle)), 0.9 + away * float(np.sin(angle))),
            0.0,
            pitch,
            0.0,
            30,
            (800, 800),
        )
        left, top, right, bottom = tight_box(person.mesh, camera)
        reach = 0.55 * max(bottom - top, 2 * (right - left))
        x, y = (left + right) / 2, (top + bottom) / 2
        view = View(camera, (x - reach / 2, y - reach, x + reach / 2, y + reach), (128, 256))
        found.append((person, view, number))
    return found


def hidden_by_body(point: Point, part: int, limbs: tuple[Limb, ...], eye: Point) -> bool:
    """Whether a limb of another part may lie between ``eye`` and ``point``."""
    ray = point - eye
    length = float(np.linalg.norm(ray))
    ray = ray / length
    for limb in limbs:
        if limb.part == part:
            continue
        for share in np.linspace(0, 1, 9):
            along = limb.start + share * (limb.end - limb.start) - eye
            depth = float(along @ ray)
            aside = float(np.linalg.norm(along - depth * ray))
            if depth < length + 0.02 and aside < 1.35 * limb.radius + 0.06:
                return True
    return False


def test_every_bone_in_sight_is_labelled_as_its_own_part() -> None:
    right = wrong = 0
    seen_parts: set[int] = set()
    faults = []
    for person, view, number in crops():
        drawing = draw(stage(floor()), [person.mesh], view)
        labels, _ = part_map(drawing.hits, person.mesh, 0)
        eye = np.asarray(view.camera.position, np.float32)
        for limb in person.limbs:
            for share in (0.4, 0.5, 0.6):
                point = limb.start + np.float32(share) * (limb.end - limb.start)
                if hidden_by_body(point, limb.part, person.limbs, eye):
                    continue
                x, y, depth = view.camera.project(point)
                column = int((x - view.box[0]) / (view.box[2] - view.box[0]) * view.size[0])
                row = int((y - view.box[1]) / (view.box[3] - view.box[1]) * view.size[1])
                cover = depth - 1 / drawing.hits.nearness[row * SAMPLES, column * SAMPLES]
                if cover > limb.radius + CLOTH:
                    continue
                if labels[row, column] == limb.part:
                    right += 1
                    seen_parts.add(limb.part)
                else:
                    wrong += 1
                    faults.append((number, person.pose.kind, limb.name, int(labels[row, column])))
    assert right > 10 * CROPS
    assert seen_parts == set(range(1, 9))
    assert right / (right + wrong) >= 0.99, faults


def test_no_label_lies_outside_the_silhouette() -> None:
    for person, view, _ in crops()[:20]:
        drawing = draw(stage(floor()), [person.mesh, board(-1, 1, 0.0, 0.7, -0.8)], view)
        labels, _ = part_map(drawing.hits, person.mesh, drawing.starts[0])
        own = (drawing.hits.face >= 0) & (drawing.hits.face < drawing.starts[1])
        any_own = own.reshape(256, SAMPLES, 128, SAMPLES).any(axis=(1, 3))
        assert (labels[~any_own] == 0).all()
        assert (labels > 0).sum() > 500


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_occluded_share_is_right_within_two_percent(share: float) -> None:
    for person, view, _ in crops()[:12]:
        height = float(person.mesh.vertices[:, 2].max())
        wall = board(-1.5, 1.5, -0.5, share * height, -0.9)
        seen = sight(draw(stage(floor()), [person.mesh, wall], view), 0, person.mesh, view)
        fine = View(view.camera, view.box, (512, 1024))
        _, alone = part_map(outline(person.mesh, fine, SAMPLES), person.mesh, 0)
        drawing = draw(stage(), [person.mesh, wall], fine, near=())
        _, shown = part_map(drawing.hits, person.mesh, 0)
        assert seen.occluded == pytest.approx(1 - shown[1:].sum() / alone[1:].sum(), abs=0.02)


def test_a_mirrored_person_has_the_flipped_mask() -> None:
    order = [0, 1, 2, 4, 3, 6, 5, 8, 7]
    for person, view, _ in crops()[:20]:
        mesh = person.mesh
        assert mesh.parts is not None
        twin = Mesh(
            (mesh.vertices * np.array([-1, 1, 1])).astype(np.float32),
            mesh.normals,
            mesh.faces,
            mesh.coords,
            mesh.cut,
            mesh.surface,
            mesh.surfaces,
            np.ascontiguousarray(mesh.parts[:, order]),
        )
        width = view.camera.frame[0]
        left, top, right, bottom = view.box
        other = View(view.camera, (width - right, top, width - left, bottom), view.size)
        plain, _ = part_map(outline(mesh, view, SAMPLES), mesh, 0)
        flipped, _ = part_map(outline(twin, other, SAMPLES), twin, 0)
        assert (EIGHT.flip_labels(plain) == flipped).mean() > 0.995
