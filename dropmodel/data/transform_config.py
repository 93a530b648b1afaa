"""What a training picture goes through, as numbers that a configuration file can hold."""

from dataclasses import dataclass, fields
from typing import Any

Range = tuple[float, float]

_CHANCES = (
    "flip", "pad_crop", "warp", "light", "color", "grey", "tone", "gradient", "stretch", "solarize", "blur",
    "motion", "low_resolution", "sharpen", "noise", "jpeg", "erase", "paste", "background",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransformConfig:
    """Sizes in pixels, chances in 0..1; the defaults are meant for rendered training pictures.

    Geometry: ``flip`` mirrors and exchanges left and right parts. ``pad_crop`` shifts by up to ``pad`` of the
    height, filled with the mean colour. ``warp`` turns by up to ``turn`` degrees, shears, zooms (1.1 shows
    the person larger) and tilts the plane by up to ``perspective`` of the picture's sides.

    Occlusion: ``paste`` puts an occluder from other training pictures before the person, a piece of
    background or somebody cut out by a mask; ``background`` puts the person, cut out by its mask, before
    another background, of which a share of ``texture`` is made up. ``erase`` covers a rectangle of
    ``erase_area`` with the mean colour (Zhong et al., Random Erasing, AAAI 2020). What is covered becomes
    background in the target. Neither occluder nor rectangle may hide more than ``hide_most`` of what is seen
    of the person, or leave less than ``leave_least`` of the picture: nobody can be known by nothing.

    Photometry, each chance on its own, all ranges widened or narrowed by ``strength``: ``light`` brightness
    and contrast as factors about 1; ``color`` saturation, hue (turns of the colour circle) and white balance
    (factor of red against blue, and of green); ``grey`` takes all colour away; ``tone`` a gamma; ``gradient``
    light that falls off to one side; ``stretch`` full contrast; ``solarize`` turns the brightest over.
    ``blur`` (standard deviation in pixels at 256 rows), ``motion`` (length), ``low_resolution`` (share of the
    pixels' side length that is kept), ``sharpen``, ``noise`` (standard deviation in 0..255 at 256 rows) and
    ``jpeg`` (quality) make it a camera's picture.

    ``target_stride`` is the side of a target's cell; the networks' parsing maps have stride 4.
    """

    height: int = 256
    width: int = 128
    target_stride: int = 4

    flip: float = 0.5
    pad_crop: float = 0.5
    pad: float = 0.04
    warp: float = 0.4
    turn: float = 6.0
    shear: float = 4.0
    zoom: Range = (0.88, 1.15)
    perspective: float = 0.05

    paste: float = 0.3
    hide_most: float = 0.6
    leave_least: float = 0.04
    background: float = 0.0
    texture: float = 0.3
    erase: float = 0.4
    erase_area: Range = (0.02, 0.25)

    strength: float = 1.0
    light: float = 0.8
    brightness: float = 0.35
    contrast: float = 0.35
    color: float = 0.7
    saturation: float = 0.4
    hue: float = 0.025
    white_balance: float = 0.15
    grey: float = 0.03
    tone: float = 0.4
    gamma: float = 0.4
    gradient: float = 0.25
    stretch: float = 0.1
    solarize: float = 0.01
    blur: float = 0.2
    blur_sigma: Range = (0.4, 1.8)
    motion: float = 0.1
    motion_length: Range = (2.0, 7.0)
    low_resolution: float = 0.35
    resolution: Range = (0.3, 0.9)
    sharpen: float = 0.15
    noise: float = 0.35
    noise_level: Range = (1.0, 12.0)
    jpeg: float = 0.4
    jpeg_quality: Range = (25.0, 90.0)

    def __post_init__(self) -> None:
        for name in _CHANCES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; a chance lies in 0..1")
        if self.height % self.target_stride or self.width % self.target_stride:
            raise ValueError(
                f"{self.height} x {self.width} pixels do not divide by target_stride {self.target_stride}"
            )
        if min(self.height, self.width) < 16:
            raise ValueError(
                f"pictures of {self.height} x {self.width} pixels; sides of at least 16 are trained on"
            )
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and not (len(value) == 2 and value[0] <= value[1]):
                raise ValueError(f"{field.name} is {value}; expected two numbers, the lower first")
        if self.strength < 0:
            raise ValueError(f"strength is {self.strength}; it is at least 0")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return self.height, self.width

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width of the targets."""
        return self.height // self.target_stride, self.width // self.target_stride

    @classmethod
    def plain(cls, height: int = 256, width: int = 128) -> "TransformConfig":
        """Nothing but the resizing."""
        nothing: dict[str, Any] = dict.fromkeys(_CHANCES, 0.0)
        return cls(height=height, width=width, **nothing)
