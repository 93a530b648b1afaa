"""What a library shows after a run."""

import numpy as np
from PIL import Image as Pillow

from dropgui.library import Library
from dropgui.library.queries import (
    active_model,
    crop_ids,
    crop_rows,
    features_of,
)
from tests.unit.indexing.fake import features_of_pixels


def names(library: Library) -> list[str]:
    ids = crop_ids(library)
    rows = crop_rows(library, ids)
    return [rows[crop_id].relative_path for crop_id in ids.tolist()]


def by_name(library: Library) -> dict[str, int]:
    return {row.relative_path: row.id for row in crop_rows(library, crop_ids(library)).values()}


def check_embedded(library: Library) -> None:
    """Every crop on show has the embeddings of the file as it is on the disk now."""
    model = active_model(library)
    assert model is not None
    ids = crop_ids(library).tolist()
    rows = crop_rows(library, ids)
    found = features_of(library, ids, model.id)
    for number, crop_id in enumerate(ids):
        pixels = np.asarray(Pillow.open(rows[crop_id].path).convert("RGB"))
        np.testing.assert_allclose(
            found.vectors[number],
            features_of_pixels(pixels).vectors[0],
            atol=2e-3,
            err_msg=str(rows[crop_id]),
        )
