"""What a picture shows of a person: part map, how much of each part is seen, joints, level of occlusion.

All of it is measured on the drawn samples, never assumed from how the scene was built.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from dropmodel.synthetic.drawing.camera import Box, Camera, View
from dropmodel.synthetic.drawing.geometry import PARTS, Mesh
from dropmodel.synthetic.drawing.raster import Hits, screen_points
from dropmodel.synthetic.drawing.render import SAMPLES, Drawing, eye_of, outline, outline_behind

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]

LEVELS = (0.05, 0.20, 0.40, 0.60)
"""Hidden shares of a person at which the occlusion levels 1, 2, 3 and 4 begin."""

HIDDEN_PARTS = (1, 2, 3, 5)
"""Numbers of hidden parts at which the occlusion levels 1, 2, 3 and 4 begin."""

HIDDEN_BELOW = 0.15
"""A part is hidden when less of it is seen."""

JOINT_DEPTH = 0.22
"""Metres a joint may lie behind the surface that covers it and still count as seen: half a torso's depth."""

_LEAST = 6.0
"""Pixels an unhidden part must have to be said to be visible or hidden at all."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a crop shows of its person.

    ``labels`` uint8 [H, W] are the parts' labels, background elsewhere. ``visibility`` float32 [8] is how
    much of the part is seen, of what the person would show with nothing in front and nothing cut off (0 for
    one the body itself hides); ``share`` [8] is the part's share of the crop's pixels. ``occluded`` is the
    share of the person inside the crop that something else hides, ``truncated`` the share outside the crop.
    """

    labels: Labels
    visibility: Array
    share: Array
    occluded: float
    truncated: float
    level: int


def sight(drawing: Drawing, which: int, person: Mesh, view: View) -> Sight:
    """What ``drawing`` of ``view`` shows of ``person``, the mesh numbered ``which`` among those that move."""
    labels, seen = part_map(drawing.hits, person, drawing.starts[which])
    wide, (left, top) = _around(person, view)
    alone = outline(person, wide, SAMPLES)
    _, whole = part_map(alone, person, 0)
    width, height = view.size
    within = whole
    if wide.size != view.size:
        inner = alone.part(
            slice(top * SAMPLES, (top + height) * SAMPLES), slice(left * SAMPLES, (left + width) * SAMPLES)
        )
        _, within = part_map(inner, person, 0)
    body, inside, shown = whole[1:].sum(), within[1:].sum(), seen[1:].sum()
    known = whole[1:] >= _LEAST
    visibility = np.where(known, np.minimum(1, seen[1:] / np.maximum(whole[1:], 1)), 0).astype(np.float32)
    hidden_parts = int((known & (visibility < HIDDEN_BELOW)).sum())
    gone = 1 - shown / max(body, 1)
    level = max(
        int(np.searchsorted(LEVELS, gone, side="right")),
        int(np.searchsorted(HIDDEN_PARTS, hidden_parts, side="right")),
    )
    return Sight(
        labels,
        visibility,
        (seen[1:] / (width * height)).astype(np.float32),
        float(np.clip(1 - shown / max(inside, 1), 0, 1)),
        float(np.clip(1 - inside / max(body, 1), 0, 1)),
        level,
    )


def glanced(person: Mesh, others: Sequence[Mesh], camera: Camera, box: Box) -> tuple[float, float]:
    """A quick look at a person in ``box`` (frame pixels).

    Gives the frame pixels its body would cover alone, and the share 0..1 of them that ``others`` hide.
    """
    glance = View(camera, box, (32, 64))
    _, alone = part_map(outline(person, glance, SAMPLES), person, 0)
    shown = alone
    if others:
        _, shown = part_map(outline_behind(person, others, glance, SAMPLES), person, 0)
    covered = float(alone[1:].sum()) / (32 * 64)
    area = covered * (box[2] - box[0]) * (box[3] - box[1])
    return area, float(1 - shown[1:].sum() / max(alone[1:].sum(), 1e-6))


def _around(person: Mesh, view: View) -> tuple[View, tuple[int, int]]:
    """``view`` widened by whole pixels until the person fits, and where in it the view begins."""
    left, top, right, bottom = (float(edge) for edge in view.box)
    width, height = view.size
    x0, y0, x1, y1 = tight_box(person, view.camera)
    across, down = (right - left) / width, (bottom - top) / height
    # Beyond eight crops hardly anything of the person is inside; the drawing must stay bounded.
    most = 8 * max(width, height)
    before_x = min(most, max(0, int(np.ceil((left - x0) / across))))
    before_y = min(most, max(0, int(np.ceil((top - y0) / down))))
    after_x = min(most, max(0, int(np.ceil((x1 - right) / across))))
    after_y = min(most, max(0, int(np.ceil((y1 - bottom) / down))))
    box = (
        left - before_x * across,
        top - before_y * down,
        right + after_x * across,
        bottom + after_y * down,
    )
    size = (width + before_x + after_x, height + before_y + after_y)
    return View(view.camera, box, size), (before_x, before_y)


def tight_box(person: Mesh, camera: Camera) -> Box:
    """The box (left, top, right, bottom) in frame pixels round a person's body, without what is carried."""
    assert person.parts is not None
    width, height = camera.frame
    frame = View(camera, (0, 0, width, height), (width, height))
    left, top, right, bottom = _extent(
        screen_points(person.vertices, *eye_of(frame, 1)), person.cut, person.parts
    )
    return left, top, right, bottom


@njit(cache=True)
def _extent(screen: Array, cut: Array, parts: Array) -> tuple[float, float, float, float]:
    left, top, right, bottom = 1e9, 1e9, -1e9, -1e9
    for n in range(len(screen)):
        if cut[n] < 0 or parts[n, 0] >= 0.5 or screen[n, 2] <= 0:
            continue
        left, right = min(left, screen[n, 0]), max(right, screen[n, 0])
        top, bottom = min(top, screen[n, 1]), max(bottom, screen[n, 1])
    return left, top, right, bottom


def joints_seen(drawing: Drawing, which: int, joints: Array, view: View) -> Array:
    """Joints [J, 3] in the world as crop pixels x, y and 0 outside the crop, 1 hidden, 2 seen, [J, 3]."""
    left, top, right, bottom = (float(edge) for edge in view.box)
    projected = view.camera.project(joints)
    x = (projected[:, 0] - left) / (right - left) * view.size[0]
    y = (projected[:, 1] - top) / (bottom - top) * view.size[1]
    inside = (x >= 0) & (x < view.size[0]) & (y >= 0) & (y < view.size[1]) & (projected[:, 2] > 0)
    column = np.clip(x * SAMPLES, 0, view.size[0] * SAMPLES - 1).astype(int)
    row = np.clip(y * SAMPLES, 0, view.size[1] * SAMPLES - 1).astype(int)
    face = drawing.hits.face[row, column]
    own = (face >= drawing.starts[which]) & (face < drawing.starts[which + 1])
    nearness = np.maximum(drawing.hits.nearness[row, column], 1e-6)
    close = 1 / nearness > projected[:, 2] - JOINT_DEPTH
    return np.stack([x, y, np.where(inside, 1 + (own & close), 0)], axis=1).astype(np.float32)


@njit(cache=True)
def _part_map(
    face: npt.NDArray[np.int32],
    second: Array,
    third: Array,
    faces: npt.NDArray[np.int32],
    parts: Array,
    first: int,
    samples: int,
) -> tuple[Labels, Array]:
    height, width = face.shape[0] // samples, face.shape[1] // samples
    labels = np.zeros((height, width), np.uint8)
    seen = np.zeros(PARTS, np.float32)
    votes = np.zeros(PARTS, np.int32)
    stop = first + len(faces)
    for y in range(height):
        for x in range(width):
            votes[:] = 0
            for s in range(samples * samples):
                sy, sx = y * samples + s // samples, x * samples + s % samples
                f = face[sy, sx]
                if f < first or f >= stop:
                    votes[0] += 1
                    continue
                a, b, c = faces[f - first, 0], faces[f - first, 1], faces[f - first, 2]
                u, v = second[sy, sx], third[sy, sx]
                best, label = -1.0, 0
                for k in range(PARTS):
                    weight = (1 - u - v) * parts[a, k] + u * parts[b, k] + v * parts[c, k]
                    if weight > best:
                        best, label = weight, k
                votes[label] += 1
            label = 0
            for k in range(PARTS):
                seen[k] += votes[k] / (samples * samples)
                # Of equal votes the body wins over the background, so that thin limbs do not break.
                if votes[k] > votes[label] or (label == 0 and votes[k] > 0 and votes[k] == votes[0]):
                    label = k
            labels[y, x] = label
    return labels, seen


def part_map(hits: Hits, person: Mesh, first: int) -> tuple[Labels, Array]:
    """Label of each pixel [H, W] by vote of its samples, and the pixels seen of every label, float32 [9].

    ``hits`` have :data:`~dropmodel.synthetic.drawing.render.SAMPLES` samples a side and pixel; ``first`` is
    the number of the person's first triangle among those that were drawn.
    """
    assert person.parts is not None
    labels, seen = _part_map(hits.face, hits.second, hits.third, person.faces, person.parts, first, SAMPLES)
    return labels, seen
