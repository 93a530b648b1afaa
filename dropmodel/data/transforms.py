"""From a stored picture and its target to what the network is trained on.

Pillow and NumPy on bytes, not torchvision's transforms.v2: one at a time, on pictures this small, those cost
more in overhead than in work (``tests/benchmarks/loading.py`` measures both), their JPEG codec does not load
beside a CPU-only torch, and their erasing leaves masks as they were.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from dropmodel.data.geometry import moved
from dropmodel.data.occlusion import Donor, Pair, erased, with_background, with_occluder
from dropmodel.data.photometry import photometry
from dropmodel.data.targets import Labels, to_grid
from dropmodel.data.transform_config import TransformConfig
from dropmodel.parts import IGNORE, PartSchema

__all__ = ["Donor", "Pair", "TrainTransform", "TransformConfig", "resized"]

RgbImage = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TrainTransform:
    """The whole way of a training picture: geometry, background, occluder, photometry, erasing.

    All chance comes from the generator that is given: the same one gives the same picture.
    """

    config: TransformConfig
    schema: PartSchema

    def __call__(
        self,
        picture: Image.Image,
        target: Image.Image | None,
        random: np.random.Generator,
        donor: Donor | None = None,
    ) -> tuple[RgbImage, Labels]:
        """``picture`` RGB and ``target`` L (None: unknown) of the configured size, as :func:`resized` gives.

        Returns uint8 [H, W, 3] and the target's grid uint8 [h, w], all ``IGNORE`` where ``target`` is None.
        ``donor`` gives the pictures that occluders and backgrounds are cut from; without it there are none.
        """
        config = self.config
        picture, target = moved(picture, target, self.schema, config, random)
        background, paste, erase = random.random(3) < (config.background, config.paste, config.erase)
        if donor is not None and background and target is not None:
            picture = with_background(picture, target, donor, config, random)
        if donor is not None and paste:
            picture, target = with_occluder(picture, target, donor, config, random)
        pixels = np.array(photometry(picture, config, random))
        labels = None if target is None else np.array(target)
        if erase:
            erased(pixels, labels, config, random)
        if labels is None:
            return pixels, np.full(config.grid, IGNORE, np.uint8)
        return pixels, to_grid(labels, config.grid, len(self.schema) + 1)


def resized(picture: RgbImage, target: Labels | None, size: tuple[int, int]) -> Pair:
    """``picture`` uint8 [H, W, 3] and ``target`` uint8 [H, W] at ``size`` (height, width), RGB and L."""
    height, width = size
    image = Image.fromarray(picture)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    if target is None:
        return image, None
    labels = Image.fromarray(target)
    if labels.size != (width, height):
        labels = labels.resize((width, height), Image.Resampling.NEAREST)
    return image, labels
