"""How legs move through a stride, walking and running.

Angles at the hip, knee and foot through one stride from heel strike to heel strike, rounded from the mean
curves in the gait literature (D. A. Winter, Biomechanics and Motor Control of Human Movement; J. Perry, Gait
Analysis; T. F. Novacheck, The biomechanics of running, 1998), the thigh and the foot against the vertical so
that the tilt of the pelvis plays no part.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_WALK = np.array(
    [
        [22, 19, 12, 3, -6, -14, -18, -13, 2, 15, 22, 24],  # thigh, forward
        [4, 14, 17, 12, 6, 5, 10, 32, 56, 54, 30, 8],  # knee, bent
        [20, 4, 0, 0, 0, -4, -22, -52, -56, -36, -6, 16],  # foot, toes up
    ],
    float,
)
_RUN = np.array(
    [
        [28, 22, 10, -4, -18, -25, -18, 2, 26, 42, 46, 40],
        [20, 36, 42, 32, 20, 18, 45, 82, 100, 82, 48, 24],
        [6, 0, 0, -6, -26, -48, -66, -80, -66, -32, -4, 8],
    ],
    float,
)
_WALK_STANCE = 0.62
_RUN_STANCE = 0.36
"""Shares of a stride that a foot spends on the ground."""


@dataclass(frozen=True, slots=True)
class Gait:
    """One manner of going.

    ``stride`` scales the legs' angles, ``cadence`` is steps a minute; ``swing`` and ``elbow`` are the arms'
    swing to each side of the hanging arm and the elbow's bend, ``twist`` the chest's turn against the hips,
    ``lean`` forward, all in degrees; ``toe_out`` turns the feet, ``width`` is metres between the ankles.
    """

    name: str
    stride: float
    cadence: float
    swing: float
    elbow: float
    twist: float
    lean: float
    toe_out: float = 6.0
    width: float = 0.15
    running: bool = False

    @property
    def strides_a_second(self) -> float:
        """Full strides, two steps each, in a second."""
        return self.cadence / 120

    @property
    def speed(self) -> float:
        """Metres a second of a person 1.72 m tall: two legs' spread a stride, and the flight of a run."""
        reach = 0.84 * 2 * math.sin(math.radians(20 * self.stride)) * (1.9 if self.running else 1.12)
        return 2 * reach * self.strides_a_second


@dataclass(frozen=True, slots=True)
class Stride:
    """A leg at one moment: degrees of the thigh forward, the knee, the foot (toes up), and the toes bent up.

    ``stance`` is 1 while the foot carries weight and 0 while it swings, with soft ends.
    """

    thigh: float
    knee: float
    foot: float
    toes: float
    stance: float


def stride(gait: Gait, phase: float) -> Stride:
    """The leg at ``phase`` of its stride, 0 where its heel strikes."""
    thigh, knee, foot = _curves(_RUN if gait.running else _WALK, phase)
    amount = gait.stride
    stand = 6.0 if not gait.running else 20.0
    # Small steps also bend the knee less; what remains at amount 0 is a standing leg.
    knee = stand * (1 - min(amount, 1)) + amount * knee
    thigh = 0.4 * stand * (1 - min(amount, 1)) + amount * thigh
    foot = foot * min(amount, 1.1)
    end = _RUN_STANCE if gait.running else _WALK_STANCE
    q = phase % 1
    stance = float(np.clip(min((end - q) / 0.06, 1 + q / 0.06), 0, 1)) if q < 0.5 + end / 2 else 0.0
    toes = float(np.clip(-foot, 0, 38)) * float(np.clip((end + 0.06 - q) / 0.1, 0, 1)) if q < 0.8 else 0.0
    return Stride(thigh, knee, foot, toes, stance)


def _curves(table: npt.NDArray[np.float64], phase: float) -> tuple[float, float, float]:
    """The three curves at ``phase``: the Fourier series through the table's columns, smooth and periodic."""
    count = table.shape[1]
    series = np.fft.rfft(table, axis=1)
    orders = np.arange(series.shape[1])
    weights = np.where((orders == 0) | (orders == count // 2), 1.0, 2.0)
    values = (series * weights * np.exp(2j * np.pi * orders * phase)).real.sum(axis=1) / count
    return float(values[0]), max(float(values[1]), 0.0), float(values[2])


TRAIN = (
    Gait("even", 1.0, 112, 18, 20, 5, 1),
    Gait("brisk", 1.12, 124, 24, 28, 6, 3, 5, 0.13),
    Gait("strolling", 0.72, 92, 11, 16, 3, 0, 9, 0.17),
    Gait("long", 1.18, 106, 22, 18, 6, 2, 4, 0.14),
    Gait("short and quick", 0.68, 128, 13, 30, 4, 2, 3, 0.14),
    Gait("swaying", 0.95, 104, 26, 15, 8, -1, 8, 0.16),
    Gait("stiff", 0.8, 100, 7, 14, 2, 0, 7, 0.16),
    Gait("tired", 0.62, 84, 8, 18, 2, 6, 8, 0.18),
    Gait("pushing on", 1.06, 118, 15, 34, 4, 6, 4, 0.14),
    Gait("slow step", 0.5, 76, 6, 20, 2, 2, 8, 0.18),
    Gait("wide", 0.9, 102, 14, 24, 4, 0, 14, 0.24),
    Gait("narrow", 0.98, 110, 17, 22, 5, 0, 1, 0.09),
    Gait("jogging", 0.72, 156, 26, 82, 8, 5, 4, 0.1, running=True),
    Gait("running", 0.98, 168, 36, 88, 10, 8, 3, 0.08, running=True),
)
VALIDATION = (
    Gait("measured", 0.88, 108, 16, 17, 4, 2, 7, 0.15),
    Gait("hasty", 1.08, 130, 21, 40, 5, 4, 2, 0.12),
    Gait("ambling", 0.58, 88, 9, 22, 3, 1, 11, 0.19),
    Gait("trotting", 0.8, 160, 30, 75, 9, 6, 5, 0.1, running=True),
)
HELD_OUT = (
    Gait("striding", 1.1, 115, 20, 24, 7, 1, 6, 0.13),
    Gait("idling", 0.65, 96, 12, 13, 3, -1, 10, 0.16),
    Gait("plain", 0.93, 114, 15, 26, 4, 2, 5, 0.16),
    Gait("hurrying", 0.86, 162, 32, 92, 8, 7, 4, 0.09, running=True),
)
