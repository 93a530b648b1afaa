"""From light to the picture a surveillance camera hands out.

A :class:`Sensor` is what one camera always does: its resolution, sharpness, colour cast, exposure habits,
noise and compression. What differs from picture to picture (exposure drift, motion, grain) is drawn anew.
Everything digital happens at the size the person has on the camera's own chip; the result is enlarged to the
wanted size last, as re-identification crops are.
"""

import io
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.synthetic.drawing.textures import encoded
from dropmodel.synthetic.sensor import optics
from dropmodel.synthetic.sensor.codec import recoded
from dropmodel.synthetic.sensor.precipitation import rained, snowed
from dropmodel.synthetic.sensor.sensor_styles import SensorStyle, drawn

Array = npt.NDArray[np.float32]

_MIDDLE = 0.18
"""Linear value that automatic exposure aims at: the grey card of photography."""

_SMALLEST = 30
"""Rows of the smallest native picture; below that nobody would crop a person."""

_BEST = {
    "resolution": "high",
    "smallest": "high",
    "blur": "low",
    "shutter": "low",
    "veil": "low",
    "noise": "low",
    "black": "low",
    "crosstalk": "low",
    "sharpening": "low",
    "step": "low",
    "quality": "high",
}
"""The end of a style's bands that spoils least."""

_KERNELS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "hamming": Image.Resampling.HAMMING,
    "nearest": Image.Resampling.NEAREST,
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the camera meets in one picture.

    ``metered`` is the mean linear luminance of the whole frame the exposure follows (None: of the picture
    itself); ``native`` the height in pixels of the picture within a 1080-row frame (None: drawn);
    ``metres`` what the picture's height spans, for motion (infinite: nothing moves); ``window`` where the
    picture lies in its frame, left, top, right, bottom in 0..1; ``rain`` and ``snow`` 0..1.
    """

    night: bool = False
    metered: float | None = None
    native: float | None = None
    metres: float = 1.9
    window: tuple[float, float, float, float] = (0.4, 0.3, 0.6, 0.7)
    rain: float = 0.0
    snow: float = 0.0


@dataclass(frozen=True, slots=True)
class Sensor:
    """One camera's habits; the defaults are a perfect camera, which only codes light as sRGB.

    ``resolution``: native pixels for one of a 1080-row frame, 0: the picture is taken as it comes.
    ``heights``: range of native rows where the frame does not tell. ``blur`` is the lens in native pixels,
    ``shutter`` the exposure time in seconds, ``fringe`` the lateral colour error in pixels. ``matrix`` holds
    colour cast and crosstalk. ``bias`` in stops, ``drift`` its spread per picture, ``backlight`` the share of
    pictures exposed for a bright background. ``noise`` is relative to mid grey, ``grain`` its radius in
    pixels, ``calm`` the threshold of noise reduction, ``sharpening`` the strength of halos, ``step`` the
    video quantiser, ``quality`` of JPEG; 0 leaves an effect out.
    """

    resolution: float = 0.0
    heights: tuple[float, float] = (64.0, 256.0)
    blur: float = 0.0
    shutter: float = 0.0
    fringe: float = 0.0
    matrix: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    bias: float = 0.0
    drift: float = 0.0
    backlight: float = 0.0
    falloff: float = 0.0
    veil: float = 0.0
    bloom: float = 0.0
    noise: float = 0.0
    grain: float = 0.0
    gamma: float = 1.0
    contrast: float = 0.0
    black: float = 0.0
    saturation: float = 1.0
    shoulder: float = 1.0
    calm: float = 0.0
    sharpening: float = 0.0
    interlaced: bool = False
    infrared: bool = False
    step: float = 0.0
    quality: int = 0
    enlarging: str = "bicubic"

    def picture(
        self, radiance: Array, random: np.random.Generator, conditions: Conditions = Conditions()
    ) -> npt.NDArray[np.uint8]:
        """The picture uint8 [H, W, 3] of linear ``radiance`` float32 [H, W, 3] (any scale, >= 0)."""
        rows, columns = radiance.shape[:2]
        height = self._native_rows(rows, conditions, random)
        width = max(8, round(columns * height / rows))
        light = np.ascontiguousarray(radiance, np.float32)
        metered = conditions.metered or _metered(light)
        if (height, width) != (rows, columns):
            light = optics.reduced(light, height, width)
        speed = abs(float(random.normal(0, 0.8))) / conditions.metres * height
        light = self._exposed(light, metered, speed, conditions, random)
        coded = self._developed(light, conditions, random)
        coded = self._processed(coded, speed, random)
        return self._delivered(coded, (columns, rows))

    def _native_rows(self, rows: int, conditions: Conditions, random: np.random.Generator) -> int:
        low, high = np.log(self.heights)
        guess = math.exp(random.uniform(low, high))
        if not self.resolution:
            return rows
        native = guess if conditions.native is None else conditions.native * self.resolution
        return int(min(rows, max(_SMALLEST, round(native))))

    def _exposed(
        self,
        light: Array,
        metered: float,
        speed: float,
        conditions: Conditions,
        random: np.random.Generator,
    ) -> Array:
        """Light on the chip, in units where automatic exposure puts mid grey at 0.18."""
        night, grey = conditions.night, conditions.night and self.infrared
        if conditions.rain:
            light = rained(light, conditions.rain, 1.5 * metered, conditions.metres, random)
        if conditions.snow:
            light = snowed(
                light, conditions.snow, (5.0 if night else 2.5) * metered, conditions.metres, random
            )
        stops = self.bias + float(random.normal(0, self.drift)) if self.drift else self.bias
        if self.backlight and random.uniform() < self.backlight:
            stops -= float(random.uniform(0.5, 1.4))
        if night and not grey:
            stops -= float(random.uniform(0.0, 1.0)) * min(1.0, self.drift * 8)
        gain = _MIDDLE / max(metered, 1e-6) * 2.0**stops
        light = light * np.float32(gain)
        if self.veil:
            light = light * np.float32(1 - self.veil) + np.float32(self.veil * _MIDDLE * 1.6)
        if self.bloom:
            light = _bloomed(light, self.bloom * (2.0 if night else 1.0))
        if self.blur > 0.15:
            light = optics.blurred(light, self.blur)
        smear = self.shutter * (2.5 if night else 1.0) * speed
        if smear > 0.7:
            angle = float(random.normal(0, 0.25))
            light = optics.streaked(light, smear * math.cos(angle), smear * math.sin(angle))
        return light

    def _developed(self, light: Array, conditions: Conditions, random: np.random.Generator) -> Array:
        """Coded values 0..255: colour, noise, tone."""
        if conditions.night and self.infrared:
            light, matrix, saturation = _infrared(light), np.eye(3, dtype=np.float32), 0.0
        else:
            matrix = np.asarray(self.matrix, np.float32)
            saturation = self.saturation * (0.8 if conditions.night else 1.0)
        light = optics.mixed(light, matrix, self.falloff, conditions.window)
        if self.fringe:
            light[..., 0:1] = optics.shifted(np.ascontiguousarray(light[..., 0:1]), self.fringe, 0.0)
            light[..., 2:3] = optics.shifted(np.ascontiguousarray(light[..., 2:3]), -self.fringe, 0.0)
        if self.noise:
            light = self._with_noise(light, self.noise * (1.8 if conditions.night else 1.0), random)
        curve = _curve(round(self.gamma, 4))
        return optics.developed(light, curve, self.contrast, self.black, saturation, self.shoulder)

    def _with_noise(self, light: Array, amount: float, random: np.random.Generator) -> Array:
        rows, columns = light.shape[:2]
        grain = random.standard_normal((rows, columns, 1), np.float32)
        if self.grain > 0.2:
            # A Gaussian of radius s takes white noise down to about 1 / (2 s sqrt(pi)): put that back.
            grain = optics.blurred(grain, self.grain)
            grain *= np.float32(max(1.0, 2 * math.sqrt(math.pi) * self.grain) * 0.8)
        # Demosaicing and coders leave noise of brightness finer than noise of colour.
        blotches = random.standard_normal(((rows + 1) // 2, (columns + 1) // 2, 3), np.float32)
        blotches = optics.blurred(blotches, 0.6) * np.float32(0.6)
        return optics.noisy(light, grain, blotches, amount * math.sqrt(_MIDDLE), 0.35 * amount * _MIDDLE)

    def _processed(self, coded: Array, speed: float, random: np.random.Generator) -> Array:
        """What the camera's own computer and the video coder do."""
        if self.calm:
            coded = optics.calmed(coded, self.calm)
        if self.sharpening:
            coded = coded + np.float32(self.sharpening) * (coded - optics.blurred(coded, 1.0))
        sign = 1.0 if random.uniform() < 0.5 else -1.0
        if self.interlaced and len(coded) > 60:
            coded = optics.combed(coded, sign * min(2.5, speed / 50))
        grid = random.integers(0, 8, 2)
        between = sign * min(2.0, speed / 25), float(random.normal(0, 0.2))
        if self.step:
            np.clip(coded, 0, 255, out=coded)
            coded = recoded(coded, self.step, (int(grid[0]), int(grid[1])), between)
        return coded

    def _delivered(self, coded: Array, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        image = Image.fromarray(np.clip(coded + 0.5, 0, 255).astype(np.uint8))
        if self.quality:
            file = io.BytesIO()
            image.save(file, "JPEG", quality=self.quality)
            image = Image.open(file).convert("RGB")
        if image.size != size:
            image = image.resize(size, _KERNELS[self.enlarging])
        return np.array(image)


def draw_sensor(style: SensorStyle, random: np.random.Generator) -> Sensor:
    """A camera of ``style``: every habit is drawn from the style's own ranges.

    Most cameras in use are decent: the style's share of them keeps to the best band of what spoils a picture.
    """
    decent = bool(random.uniform() < style.decent)

    def value(name: str) -> float:
        bands = getattr(style, name)
        if decent and name in _BEST:
            bands = bands[:1] if _BEST[name] == "low" else bands[-1:]
        return drawn(bands, random)

    low = value("smallest")
    return Sensor(
        resolution=value("resolution"),
        heights=(low, low * float(random.uniform(1.3, 3.0))),
        blur=value("blur"),
        shutter=value("shutter"),
        fringe=float(random.normal(0, 0.15)),
        matrix=_color_matrix(value("warmth"), value("tint"), value("crosstalk")),
        bias=value("bias"),
        drift=float(random.uniform(0.05, 0.25)),
        backlight=max(0.0, float(random.uniform(-0.3, 0.35))),
        falloff=value("falloff"),
        veil=value("veil"),
        bloom=float(random.uniform(0.02, 0.12)),
        noise=value("noise"),
        grain=value("grain"),
        gamma=value("gamma"),
        contrast=value("contrast"),
        black=value("black"),
        saturation=value("saturation"),
        shoulder=float(random.uniform(0.55, 0.85)),
        calm=float(random.uniform(10, 40)) if random.uniform() < style.calmed else 0.0,
        sharpening=value("sharpening"),
        interlaced=bool(random.uniform() < style.interlaced),
        infrared=bool(random.uniform() < style.infrared),
        step=value("step"),
        quality=round(value("quality")),
        enlarging=str(random.choice(style.enlarging)),
    )


def _color_matrix(warmth: float, tint: float, crosstalk: float) -> tuple[tuple[float, float, float], ...]:
    """Gains of ``exp(+-warmth)`` on red and blue and ``exp(tint)`` on green, after mixing the channels."""
    gains = np.exp([warmth, tint, -warmth])
    gains /= gains @ [0.2126, 0.7152, 0.0722]
    mixing = np.eye(3) * (1 - crosstalk) + crosstalk / 3
    rows = gains[:, None] * mixing
    return tuple((float(row[0]), float(row[1]), float(row[2])) for row in rows)


def _metered(light: Array) -> float:
    """Mean luminance of the picture with its highlights held back, as centre-weighted metering does."""
    level = optics.luminance(light)
    mean = float(level.mean(dtype=np.float64))
    return float(np.minimum(level, 3 * mean).mean(dtype=np.float64))


def _bloomed(light: Array, strength: float) -> Array:
    """Light with what is brighter than white spilling over its surroundings."""
    spill = np.maximum(light - np.float32(0.8), np.float32(0))
    if not spill.any():
        return light
    height, width = max(4, light.shape[0] // 4), max(4, light.shape[1] // 4)
    halo = optics.blurred(
        optics.reduced(np.minimum(spill, np.float32(8)), height, width), 0.02 * height + 1.0
    )
    grown = Image.Resampling.BILINEAR
    size = (light.shape[1], light.shape[0])
    layers = [np.asarray(Image.fromarray(halo[..., c]).resize(size, grown)) for c in range(3)]
    return (light + np.float32(strength * 3) * np.stack(layers, axis=2)).astype(np.float32)


def _infrared(light: Array) -> Array:
    """Grey as a chip without its infrared filter sees it: dyes hardly show, cloth looks lighter and alike."""
    red, green, blue = (light[..., c] * np.float32(share) for c, share in enumerate((0.55, 0.3, 0.15)))
    grey = red + green + blue
    middle = np.float32(max(float(grey.mean(dtype=np.float64)), 1e-6))
    flat = middle * (grey / middle) ** np.float32(0.7)
    spread: Array = np.repeat(flat[..., None], 3, axis=2).astype(np.float32)
    return spread


@lru_cache(maxsize=512)
def _curve(gamma: float) -> Array:
    """sRGB coding of linear light 0..1 in 4096 steps, to the power ``gamma``."""
    curve: Array = (encoded(np.linspace(0, 1, 4096)) ** gamma).astype(np.float32)
    return curve
