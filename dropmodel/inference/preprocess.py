"""From RGB pictures of any size to one normalised batch on the device."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from dropmodel.decode import RgbImage

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Of the red, green and blue channel in 0..1; every backbone here was trained with them."""


class Preprocessor:
    """Resizes (bilinear, antialiased) and normalises on ``device``.

    Pictures of one size travel and are resized together; a picture's pixels do not depend on its
    neighbours in the batch.
    """

    def __init__(self, size: tuple[int, int], device: torch.device) -> None:
        self._size = size
        self._device = device
        # (x / 255 - mean) / std as one scale and one shift.
        self._scale = torch.tensor([1 / (255 * s) for s in IMAGENET_STD], device=device)[:, None, None]
        shift = [-m / s for m, s in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)]
        self._shift = torch.tensor(shift, device=device)[:, None, None]

    def __call__(self, images: Sequence[RgbImage]) -> Tensor:
        """``images`` uint8 [H, W, 3] each to float32 [N, 3, h, w], channels last in memory."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for index, image in enumerate(images):
            groups.setdefault(image.shape, []).append(index)
        if len(groups) == 1:
            return self._group(np.stack(images))
        batch = torch.empty(
            (len(images), 3, *self._size), device=self._device, memory_format=torch.channels_last
        )
        for rows in groups.values():
            batch[rows] = self._group(np.stack([images[row] for row in rows]))
        return batch

    def _group(self, stack: npt.NDArray[np.uint8]) -> Tensor:
        pixels = torch.from_numpy(stack).permute(0, 3, 1, 2)
        if self._device.type == "cuda":
            # Only CPUs resize bytes, there four times faster than floats; the two differ by half a level.
            pixels = pixels.to(self._device).float()
        if pixels.shape[-2:] != self._size:
            pixels = F.interpolate(
                pixels, size=self._size, mode="bilinear", align_corners=False, antialias=True
            )
        return pixels.to(self._device).float().mul_(self._scale).add_(self._shift)
