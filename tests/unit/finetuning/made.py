"""A small library with a small model, persons and corrected masks."""

import shutil
from pathlib import Path

import numpy as np

from dropgui.library import Library
from dropgui.library.corrections import add_correction
from dropgui.library.decisions import confirm
from dropgui.library.models import active_model
from dropgui.library.queries import crop_ids, crop_rows
from dropgui.session import Session
from tests.support.people import make_folder
from tests.support.starter import make_starter

IDENTITIES, CAMERAS = 24, 3
NAMED = 10


def make_library(folder: Path) -> Path:
    """``some.droplib`` of pictures in ``people``: every identity at every camera, indexed, nobody named."""
    make_folder(folder / "people", identities=IDENTITIES, cameras=CAMERAS)
    model = make_starter(folder / "model.safetensors")
    path = folder / "some.droplib"
    with Library.create(path) as library, Session(library, model=model, device="cpu") as session:
        session.index_folder(folder / "people")
    return path


def copied(library: Path, target: Path) -> Path:
    """A library of its own, of the same pictures."""
    target.mkdir(exist_ok=True)
    shutil.copy(library, target / library.name)
    return target / library.name


def crops_of(library: Library, identity: int) -> list[int]:
    """The crops of the pictures of one identity, by camera."""
    ids = crop_ids(library).tolist()
    rows = crop_rows(library, ids)
    return [crop for crop in ids if rows[crop].path.name.startswith(f"{identity:04}_")]


def name(library: Library, identities: int = NAMED) -> list[int]:
    """Confirms the first identities as persons; the persons' ids."""
    return [confirm(library, crops_of(library, identity)).person_id for identity in range(identities)]


def correct(library: Library, crops: list[int]) -> None:
    """Masks of three stripes, as a person might draw them."""
    labels = np.zeros((32, 16), np.uint8)
    labels[2:8], labels[8:20], labels[20:30] = 1, 2, 5
    active = active_model(library)
    assert active is not None
    for crop in crops:
        add_correction(library, crop, labels, active.schema, base_revision=0)
