"""Where the camera hangs, and how much of each walk it sees."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.camera import Camera
from dropmodel.synthetic.places.place import Walk

Random = np.random.Generator
Points = npt.NDArray[np.float64]

PERSON = 1.78
"""Height in metres of the person every rule here has in mind."""
TALLEST, SMALLEST = 500.0, 60.0
"""People in pixels of a frame 1080 pixels high or more."""
NEAREST, FARTHEST = 4.0, 40.0
_STEP = 0.5


@dataclass(frozen=True)
class Screen:
    """An upright wall from (x, y) to (x, y), ``height`` metres high, that hides what is behind."""

    start: tuple[float, float]
    end: tuple[float, float]
    height: float


@dataclass(frozen=True)
class Seen:
    """A camera and the stretches of the walks that it sees well."""

    camera: Camera
    walks: tuple[Walk, ...]


def seen_well(camera: Camera, spots: Points, screens: Sequence[Screen]) -> npt.NDArray[np.bool_]:
    """Of ``spots`` [N, 2] on the ground, those where a person stands whole, unhidden and of fair size."""
    feet = np.concatenate([spots, np.zeros((len(spots), 1))], axis=1)
    crown = np.add(feet, (0, 0, PERSON))
    low, high = camera.project(feet), camera.project(crown)
    width, height = camera.frame
    tall = low[:, 1] - high[:, 1]
    margin = 0.25 * tall
    away = np.linalg.norm(spots - np.asarray(camera.position[:2]), axis=1)
    good = (low[:, 2] > 0.5) & (high[:, 2] > 0.5) & (away > NEAREST) & (away < FARTHEST)
    good &= (tall >= SMALLEST) & (tall <= min(TALLEST, 0.72 * height))
    good &= (np.minimum(low[:, 0], high[:, 0]) > margin) & (
        np.maximum(low[:, 0], high[:, 0]) < width - margin
    )
    good &= (high[:, 1] > 0.2 * margin) & (low[:, 1] < height - 0.2 * margin)
    for screen in screens:
        good &= ~_crossed(camera.position, spots, screen)
    result: npt.NDArray[np.bool_] = good
    return result


def _crossed(eye: tuple[float, float, float], spots: Points, screen: Screen) -> npt.NDArray[np.bool_]:
    """Whether the line from the eye to a person's hip passes through a screen."""
    origin, a, b = np.asarray(eye[:2]), np.asarray(screen.start), np.asarray(screen.end)
    ray, wall = spots - origin, b - a
    cross = ray[:, 0] * wall[1] - ray[:, 1] * wall[0]
    safe = np.where(np.abs(cross) < 1e-9, 1e-9, cross)
    gap = a - origin
    along = (gap[0] * wall[1] - gap[1] * wall[0]) / safe
    across = (gap[0] * ray[:, 1] - gap[1] * ray[:, 0]) / safe
    height = eye[2] + along * (0.3 - eye[2])
    hit: npt.NDArray[np.bool_] = (
        (along > 0) & (along < 1) & (across >= 0) & (across <= 1) & (height < screen.height)
    )
    return hit


def samples(walk: Walk) -> Points:
    """Spots [N, 2] along the middle of a walk, half a metre apart."""
    start, end = np.asarray(walk.start), np.asarray(walk.end)
    count = max(2, math.ceil(float(np.linalg.norm(end - start)) / _STEP) + 1)
    line: Points = start + np.linspace(0, 1, count)[:, None] * (end - start)
    return line


def _longest(good: npt.NDArray[np.bool_]) -> tuple[int, int]:
    best, start = (0, 0), 0
    for k in range(len(good) + 1):
        if k == len(good) or not good[k]:
            if k - start > best[1] - best[0]:
                best = (start, k)
            start = k + 1
    return best


def visible_walks(camera: Camera, walks: Sequence[Walk], screens: Sequence[Screen]) -> tuple[Walk, ...]:
    """The longest stretch of each walk that is seen well along its middle and both sides, from 1.5 m on."""
    kept = []
    for walk in walks:
        line = samples(walk)
        ahead = (line[-1] - line[0]) / max(1e-6, float(np.linalg.norm(line[-1] - line[0])))
        aside = np.array([-ahead[1], ahead[0]]) * walk.width / 2
        good = seen_well(camera, line, screens)
        for side in (-1, 1):
            if good.any():
                good &= seen_well(camera, line + side * aside, screens)
        first, last = _longest(good)
        if last - first >= 4:
            a, b = line[first], line[last - 1]
            kept.append(Walk((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), walk.width))
    return tuple(kept)


def _length(walks: Sequence[Walk]) -> float:
    return sum(math.dist(walk.start, walk.end) * min(1.0, walk.width) for walk in walks)


def find_view(
    random: Random,
    walks: Sequence[Walk],
    screens: Sequence[Screen],
    room: Sequence[tuple[float, float, float, float]],
    ceiling: float,
    frames: Sequence[tuple[int, int]],
) -> Seen:
    """A camera in one of the ``room`` boxes (left, bottom, right, top) below the ``ceiling``, with a view.

    People stand 60 to 500 pixels tall in it. Of a handful of fair views the one that shows most is taken.
    """
    best: Seen | None = None
    fair = 0
    weights = np.array([math.dist(walk.start, walk.end) for walk in walks])
    for attempt in range(260):
        frame = frames[int(random.integers(len(frames)))]
        walk = walks[int(random.choice(len(walks), p=weights / weights.sum()))]
        share = random.uniform()
        target = np.asarray(walk.start) + share * (np.asarray(walk.end) - np.asarray(walk.start))
        camera = _aimed(random, target, room, ceiling, frame)
        if camera is None:
            continue
        shown = visible_walks(camera, walks, screens)
        if _length(shown) < (2.5 if attempt < 200 else 1.0):
            continue
        fair += 1
        if best is None or _length(shown) > _length(best.walks):
            best = Seen(camera, shown)
        if fair == 3:
            break
    if best is None:
        raise RuntimeError("no camera sees the walks: the place's room or walks are too small")
    return best


def _aimed(
    random: Random,
    target: Points,
    room: Sequence[tuple[float, float, float, float]],
    ceiling: float,
    frame: tuple[int, int],
) -> Camera | None:
    away = float(np.exp(random.uniform(math.log(5), math.log(30))))
    turn = random.uniform(0, 2 * math.pi)
    x, y = target[0] + away * math.sin(turn), target[1] - away * math.cos(turn)
    if not any(left <= x <= right and low <= y <= high for left, low, right, high in room):
        return None
    # Most cameras hang at 2.5 to 5 m; a few stand at eye height or high on a house.
    usual = random.uniform() < 0.7
    top = min(8.0, ceiling - 0.25)
    height = random.uniform(min(2.3, top), min(5.0, top)) if usual else random.uniform(1.2, top)
    wanted = float(np.exp(random.uniform(math.log(95), math.log(360)))) * frame[1] / 1080
    focal = wanted * math.hypot(away, height - 0.9) / PERSON
    view = 2 * math.degrees(math.atan(frame[0] / 2 / focal))
    if not 25 <= view <= 100:
        return None
    pitch = (
        math.degrees(math.atan2(height - 0.95, away)) + random.normal(0, 0.12) * view * frame[1] / frame[0]
    )
    if not 0 <= pitch <= 40:
        return None
    heading = math.degrees(turn) + random.normal(0, 0.13) * view
    return Camera(
        (float(x), float(y), float(height)), heading % 360, pitch, float(random.normal(0, 1.2)), view, frame
    )
