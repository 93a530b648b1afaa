"""A small real network, built once: EfficientNet-Lite0 at 64 x 32 with short vectors."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest
import torch

from dropmodel.inference import Extractor, LoadedModel, untrained_model
from dropmodel.network.config import NetworkConfig

SMALL = NetworkConfig(height=64, width=32, dim=16, parsing_channels=16)


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small gain nothing from threads, and lose much where other work wants the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model() -> LoadedModel:
    return untrained_model(SMALL, device="cpu")


@pytest.fixture(scope="session")
def extractor(model: LoadedModel) -> Extractor:
    return Extractor(model, batch_size=4, precision="fp32", runtime="torch")


@pytest.fixture
def picture() -> Callable[..., npt.NDArray[np.uint8]]:
    def make(seed: int = 0, height: int = 64, width: int = 32) -> npt.NDArray[np.uint8]:
        """Smooth coloured patches, as different from one another as people's clothes."""
        rng = np.random.default_rng(seed)
        cells = rng.integers(0, 256, (8, 4, 3))
        rows, columns = np.arange(height) * 8 // height, np.arange(width) * 4 // width
        return cells[rows][:, columns].astype(np.uint8)

    return make
