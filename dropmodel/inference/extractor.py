"""Pictures in; vectors, visibilities and label maps out."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from dropmodel.decode import RgbImage, read_image
from dropmodel.features import Features
from dropmodel.inference.devices import Precision, choose_dtype, cpu_threads
from dropmodel.inference.mirror import averaged, mirrored_masks
from dropmodel.inference.openvino_runtime import Runtime, choose_trunk
from dropmodel.inference.preprocess import Preprocessor
from dropmodel.inference.weights import LoadedModel
from dropmodel.network.drop import DropOutput, resize_masks
from dropmodel.network.uncertainty import uncertainty
from dropmodel.parts import BACKGROUND, IGNORE, PartSchema

ImageInput = RgbImage | Image.Image | str | os.PathLike[str]
"""A picture: uint8 [H, W, 3] RGB, a Pillow image (taken as it is, not turned), or a file to read."""

LabelMap = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """What a model says of N crops.

    ``features``: L2-normalised vectors (after BNNeck) and visibilities; ``labels`` uint8 [N, h, w]: the
    likeliest class of each cell, 0 background, 1..K parts, ``IGNORE`` where a person left it open;
    ``confidence`` float32 [N, h, w] in 0..1: that class's probability; ``uncertainty`` float32 [N] in 0..1:
    how unsure the model is of the whole mask (:func:`dropmodel.network.uncertainty.uncertainty`).
    """

    features: Features
    labels: LabelMap
    confidence: npt.NDArray[np.float32]
    uncertainty: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.features)

    @classmethod
    def concatenate(cls, parts: "Sequence[Extraction]") -> "Extraction":
        """All crops of ``parts`` in order; at least one, all of one model."""
        return cls(
            Features.concatenate([part.features for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.confidence for part in parts]),
            np.concatenate([part.uncertainty for part in parts]),
        )


class Extractor:
    """Runs a model on pictures in batches; safe to call from several threads, one batch runs at a time.

    ``precision``: fp32, bf16, fp16 or ``auto``, see :func:`~dropmodel.inference.devices.choose_dtype`. On
    the 96 demo pictures the untrained model's vectors in bf16 are at a cosine of 0.9991 on average, 0.993 at
    worst, to those in fp32.

    ``runtime``: ``torch``, ``openvino`` (fp32 only) or ``auto``: OpenVINO where it is installed and torch
    would compute in fp32 on the CPU, with the same vectors (cosine 1.0000); see
    :func:`~dropmodel.inference.openvino_runtime.choose_trunk`. Its conversions are kept in the folder
    ``cache`` (``None``: the user's own).

    ``flip``: answer with the mean over each picture and its mirror image: better vectors and masks for twice
    the time. Vectors with and without are comparable; those of one kind are a little better together.

    ``threads``: CPU threads for the network, ``None`` for the runtime's own number. What comes out for a
    picture does not depend on the others in its batch.
    """

    def __init__(
        self,
        model: LoadedModel,
        *,
        batch_size: int = 32,
        precision: Precision = "auto",
        threads: int | None = None,
        runtime: Runtime = "auto",
        cache: Path | None = None,
        flip: bool = False,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads}")
        self.model = model
        self.batch_size = batch_size
        with cpu_threads(threads):
            self._trunk = choose_trunk(model, runtime, precision, threads, cache)
        self.dtype = choose_dtype(precision, model.device) if self._trunk is None else torch.float32
        self.flip = flip
        self._threads = threads
        self._lock = threading.Lock()
        self._preprocess = Preprocessor(self.input_size, model.device)

    @property
    def runtime(self) -> Literal["torch", "openvino"]:
        """What the convolutions run on."""
        return "torch" if self._trunk is None else "openvino"

    @property
    def schema(self) -> PartSchema:
        """The parts the model knows."""
        return self.model.schema

    @property
    def dim(self) -> int:
        """Length D of each vector."""
        return self.model.config.dim

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width in pixels that pictures are resized to."""
        return self.model.config.height, self.model.config.width

    @property
    def mask_size(self) -> tuple[int, int]:
        """Rows and columns of the label maps."""
        return self.model.config.mask_size

    def extract(self, images: Sequence[ImageInput]) -> Extraction:
        """All ``images``, in order; none gives an extraction of no rows.

        ``ImageError`` for a file that cannot be read, ``ValueError`` for an array that is no picture.
        """
        parts = list(self.stream(images))
        return Extraction.concatenate(parts) if parts else self._empty()

    def stream(self, images: Iterable[ImageInput]) -> Iterator[Extraction]:
        """``images`` batch by batch, so that any number of them fits in memory; errors as above."""
        waiting = iter(images)
        while batch := list(islice(waiting, self.batch_size)):
            yield self._run([self._as_rgb(image) for image in batch], None)

    def pool(self, images: Sequence[ImageInput], labels: Sequence[LabelMap]) -> Extraction:
        """``images`` under label maps a person corrected instead of the model's own.

        ``labels``: one uint8 map [h, w] an image, of any size, classes 0..K or ``IGNORE``. Shrinking one
        averages, so a cell half covered by a part counts half; an ignored cell is neither part nor
        background. ``ValueError`` for a map that does not fit.
        """
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images need as many label maps, got {len(labels)}")
        parts = []
        for start in range(0, len(images), self.batch_size):
            chosen = slice(start, start + self.batch_size)
            masks = torch.cat([self._as_masks(label_map) for label_map in labels[chosen]])
            parts.append(self._run([self._as_rgb(image) for image in images[chosen]], masks))
        return Extraction.concatenate(parts) if parts else self._empty()

    def look(self, images: Sequence[ImageInput]) -> Tensor:
        """The re-identification maps of ``images`` (one batch): float32 [N, C, h, w] on the model's device.

        They are what vectors are pooled from, as the network sees the pictures: never their mirror images.
        """
        device, network = self.model.device, self.model.network
        with self._lock, cpu_threads(self._threads), torch.inference_mode():
            batch = self._preprocess([self._as_rgb(image) for image in images])
            if self._trunk is not None:
                return self._trunk(batch)[0]
            with torch.autocast(device.type, self.dtype, enabled=self.dtype != torch.float32):
                reid_map: Tensor = network.see(batch)[0]
            return reid_map.float()

    def _run(self, images: Sequence[RgbImage], masks: Tensor | None) -> Extraction:
        device = self.model.device
        with self._lock, cpu_threads(self._threads), torch.inference_mode():
            batch = self._preprocess(images)
            given = None if masks is None else masks.to(device)
            output = self._look(batch, given)
            if self.flip:
                other = None if given is None else mirrored_masks(given, self.schema)
                output = averaged(output, self._look(batch.flip(-1), other), self.schema)
            return self._collect(output)

    def _look(self, batch: Tensor, given: Tensor | None) -> DropOutput:
        network, device = self.model.network, self.model.device
        if self._trunk is not None:
            return network.read(*self._trunk(batch), given)
        with torch.autocast(device.type, self.dtype, enabled=self.dtype != torch.float32):
            output: DropOutput = network(batch, given)
        return output

    def _collect(self, output: DropOutput) -> Extraction:
        vectors = F.normalize(output.neck.float(), dim=-1)
        binary = self.model.config.visibility == "binary"
        visibility = output.visible.float() if binary else output.visibility
        confidence, labels = output.masks.max(1)
        labels = labels.to(torch.uint8).masked_fill_(confidence == 0, IGNORE)
        features = Features(vectors.cpu().numpy(), visibility.cpu().numpy(), self.schema)
        unsure = uncertainty(output.masks)
        return Extraction(features, *(part.cpu().numpy() for part in (labels, confidence, unsure)))

    def _empty(self) -> Extraction:
        rows = len(self.schema.vector_names)
        features = Features(
            np.zeros((0, rows, self.dim), np.float32), np.zeros((0, rows), np.float32), self.schema
        )
        shape = (0, *self.mask_size)
        return Extraction(
            features, np.zeros(shape, np.uint8), np.zeros(shape, np.float32), np.zeros(0, np.float32)
        )

    def _as_rgb(self, image: ImageInput) -> RgbImage:
        if isinstance(image, np.ndarray):
            if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
                raise ValueError(f"a picture is uint8 [H, W, 3], got {image.dtype} {image.shape}")
            return image
        if isinstance(image, Image.Image):
            return np.asarray(image.convert("RGB"))
        return read_image(image, at_least=self.input_size)

    def _as_masks(self, labels: LabelMap) -> Tensor:
        """One label map to float32 [1, K + 1, h, w] at ``mask_size``; ignored pixels are zero everywhere."""
        if labels.dtype != np.uint8 or labels.ndim != 2 or 0 in labels.shape:
            raise ValueError(f"a label map is uint8 [h, w], got {labels.dtype} {labels.shape}")
        classes = np.arange(BACKGROUND, len(self.schema) + 1)
        if not np.isin(labels, [*classes, IGNORE]).all():
            raise ValueError(
                f"schema {self.schema.name!r} has labels 0 to {len(self.schema)} (and {IGNORE} for "
                f"undecided), the map holds {int(labels[labels != IGNORE].max())}"
            )
        one_hot = torch.from_numpy(labels[None, None] == classes[:, None, None])
        return resize_masks(one_hot.float(), self.mask_size)
