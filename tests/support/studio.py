"""A studio for tests: blocks of colour with masks, quick and repeatable, in place of the renderer."""

import time
from collections.abc import Iterator

import numpy as np

from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.sensor.boxes import BoxError
from dropmodel.synthetic.shot import Frame, Person, Shot, ShotInfo
from tests.support.people import person


class FakeStudio:
    """Opens like the renderer's studio; ``pause`` seconds a crop leave time to be killed."""

    def __init__(self, style: str, seed: int, size: tuple[int, int], pause: float = 0.0) -> None:
        self._style, self._seed, self._size, self._pause = style, seed, size, pause

    def shots(self, identity: int, camera: int, frames: int, occluded: bool | None = None) -> Iterator[Shot]:
        for frame in range(frames):
            time.sleep(self._pause)
            yield self._shot(identity, camera, frame, bool(occluded))

    def _shot(self, identity: int, camera: int, frame: int, occluded: bool) -> Shot:
        width, height = self._size
        random = stream(self._seed, self._style, identity, camera, frame, int(occluded))
        picture = np.asarray(person(identity, int(random.integers(1000)), height, width))
        parts = np.zeros((height, width), np.uint8)
        parts[height // 8 : -height // 8, width // 4 : -width // 4] = 2
        parts[height // 2 : -height // 8, width // 4 : -width // 4] = 5
        others = np.zeros_like(parts)
        if occluded:
            others[-height // 4 :, : width // 2] = 6
            parts[others > 0] = 0
        info = ShotInfo(
            identity=identity,
            variant="",
            camera=camera,
            sequence=1,
            frame=frame * 12,
            style=self._style,
            seed=self._seed,
            place="street",
            pose="walk",
            yaw=float(random.uniform(-180, 180)),
            distance=8.0,
            pitch=12.0,
            occluder="person" if occluded else "",
            occluded=0.25 if occluded else 0.0,
            truncated=0.0,
            level=1 if occluded else 0,
            visibility=(1.0,) * 8,
            share=tuple(float((parts == part).mean()) for part in range(1, 9)),
            joints=((width / 2, height / 2, 2),) * 18,
            box_error=BoxError(0.01, 0.02, 0.03, 0.04, 0.0),
            description={"upper": "grey jacket"},
        )
        return Shot(picture, parts, others, info)

    def scene(self, number: int) -> Frame:
        width, height = 96, 54
        picture = np.full((height, width, 3), 40 + number % 100, np.uint8)
        owners = np.zeros((height, width), np.uint8)
        owners[10:50, 10:30] = 1
        owners[12:48, 50:66] = 2
        people = tuple(
            Person(number * 10 + k, box, 1.0, 0.0, "walk", {"upper": "grey jacket"})
            for k, box in enumerate([(10.0, 10.0, 30.0, 50.0), (50.0, 12.0, 66.0, 48.0)])
        )
        return Frame(picture, owners * np.uint8(2), owners, people, number % 3 + 1, "street")


def slow(style: str, seed: int, size: tuple[int, int]) -> FakeStudio:
    """A studio that takes its time."""
    return FakeStudio(style, seed, size, pause=0.02)


def broken(style: str, seed: int, size: tuple[int, int]) -> FakeStudio:
    """A studio with a bug."""
    raise RuntimeError("the lamp fell down")


def full(style: str, seed: int, size: tuple[int, int]) -> FakeStudio:
    """A studio on a full disk."""
    raise OSError(28, "No space left on device")


def sealed(style: str, seed: int, size: tuple[int, int]) -> FakeStudio:
    """A studio on a disk that may only be read."""
    raise OSError(30, "Read-only file system")
