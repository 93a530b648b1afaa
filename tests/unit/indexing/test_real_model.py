"""The whole run with the real network, in its smallest form."""

from pathlib import Path

import numpy as np
import pytest

from dropgui.indexing import index_folder
from dropgui.library import Library
from dropgui.library.models import register_model
from dropgui.library.queries import crop_ids, crop_rows, features_of, mask_of
from dropmodel.decode import read_image
from dropmodel.inference import Extractor, untrained_model
from dropmodel.network.config import NetworkConfig
from tests.unit.indexing.fake import picture


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    config = NetworkConfig(dim=32, height=64, width=32)
    return Extractor(untrained_model(config, device="cpu"), batch_size=4, precision="fp32")


def test_what_is_stored_is_what_the_model_says(library: Library, folder: Path, extractor: Extractor) -> None:
    for number in range(7):
        picture(folder / f"{number}.jpg", number, size=(32, 64))

    def version() -> int:
        return register_model(
            library, name="small", schema=extractor.schema, dim=extractor.dim,
            weights_hash=extractor.model.weights_hash, trained=False,
        ).id  # fmt: skip

    report = index_folder(library, folder, lambda: extractor, version)
    assert (report.indexed, report.failed) == (7, [])
    ids = crop_ids(library).tolist()
    rows = crop_rows(library, ids)
    expected = extractor.extract([read_image(rows[crop_id].path) for crop_id in ids])
    stored = features_of(library, ids, version())
    np.testing.assert_allclose(stored.vectors, expected.features.vectors, atol=1e-3)
    np.testing.assert_allclose(stored.visibility, expected.features.visibility, atol=1e-3)
    for number, crop_id in enumerate(ids):
        mask = mask_of(library, crop_id)
        assert mask is not None
        assert mask.labels.shape == extractor.mask_size
        assert (mask.labels == expected.labels[number]).mean() > 0.99
