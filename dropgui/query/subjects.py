"""What there is to show and to compare of each target of a query."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from dropgui.errors import UserError
from dropgui.gallery.thumbnails import read_thumbnail
from dropgui.library.embeddings import NotIndexedError
from dropgui.library.persons import person_rows
from dropgui.library.queries import crop_ids, crop_rows, features_of, mask_of
from dropgui.library.rows import CropFilter
from dropgui.query.targets import PastedPicture, PersonTarget, Target
from dropgui.search.question import Picture
from dropgui.search.visible import parts_shown
from dropgui.session import PictureFeatures, Session
from dropmodel.features import Features

_PICTURE = QSize(512, 1024)  # enough for the panel at twice the pixel density
_KEPT_PICTURES = 32


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is searched for: a crop of the library, or a picture from outside (``crop_id`` None).

    ``place`` says where it is from: camera, folder, or outside.
    ``features`` holds one row and ``labels`` is uint8 [h, w]; both None while the crop is not indexed.
    Of a person, all this is of one of its crops; ``crops`` says how many there are. ``title`` names it for
    people. ``seen`` are the parts that it shows (:mod:`dropgui.search.visible`), ``visibility`` is the
    highest of all its crops by vector name, in [0, 1].
    """

    crop_id: int | None
    path: Path
    place: str
    picture: QImage
    features: Features | None
    labels: npt.NDArray[np.uint8] | None
    target: Target
    title: str
    crops: int = 1
    seen: frozenset[str] = frozenset()
    visibility: dict[str, float] = field(default_factory=dict)


class Pictures:
    """Pictures from outside, read through each model once and kept while they are in use. Any thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._read: OrderedDict[object, tuple[Picture, PictureFeatures]] = OrderedDict()

    def read(self, picture: Picture) -> PictureFeatures:
        """What the active model says of a picture; a file that changed is read again."""
        key = self._session.model_version.id, _key(picture)
        with self._lock:
            if key in self._read:
                self._read.move_to_end(key)
                return self._read[key][1]
        found = self._session.read_picture(picture)
        with self._lock:
            self._read[key] = (picture, found)  # the picture too: its id is its key
            while len(self._read) > _KEPT_PICTURES:
                self._read.popitem(last=False)
        return found

    def features(self, pictures: Sequence[Picture]) -> Features:
        """What the model says of these pictures, a row each."""
        return Features.concatenate([self.read(picture).features for picture in pictures])


def _key(picture: Picture) -> object:
    if not isinstance(picture, str | PathLike):
        return id(picture)
    path = Path(picture)
    try:
        state = path.stat()
    except OSError:  # reading it says why it cannot be read
        return path
    return path, state.st_mtime_ns, state.st_size


def load_subject(session: Session, pictures: Pictures, target: Target) -> Subject:
    """Read a target of a query, with what the active model says of it."""
    match target:
        case PersonTarget():
            return _load_person(session, target)
        case int():
            return load_crop(session, target)
        case PastedPicture():
            read = pictures.read(target.pixels)
            return _outside(read, target, Path(target.name), _image(target.pixels))
        case Path():
            return _outside(pictures.read(target), target, target, read_thumbnail(target, _PICTURE))


def load_crop(session: Session, crop_id: int, model_version_id: int | None = None) -> Subject:
    """Read a crop of the library with what a model version said of it, the active one if none is named."""
    row = crop_rows(session.library, [crop_id]).get(crop_id)
    if row is None:
        raise UserError("This crop is no longer in the library.")
    if model_version_id is None:
        features = session.features_of_crop(crop_id) if row.indexed else None
    else:
        features = _features_by(session, crop_id, model_version_id)
    mask = None if features is None else mask_of(session.library, crop_id, model_version_id)
    return Subject(
        crop_id,
        row.path,
        row.place,
        read_thumbnail(row.path, _PICTURE),
        features,
        None if mask is None else mask.labels,
        target=crop_id,
        title=row.path.name,
        seen=_seen(features),
        visibility=_visibility(features),
    )


def _features_by(session: Session, crop_id: int, model_version_id: int) -> Features | None:
    with suppress(NotIndexedError):
        return features_of(session.library, [crop_id], model_version_id)
    return None


def _load_person(session: Session, target: PersonTarget) -> Subject:
    library = session.library
    named = {row.id: row.name for row in person_rows(library)}
    ids = crop_ids(library, CropFilter(persons=frozenset({target.person_id}))).tolist()
    rows = crop_rows(library, ids)
    indexed = [crop_id for crop_id in ids if rows[crop_id].indexed]
    if target.person_id not in named or not indexed:
        name = named.get(target.person_id, "This person")
        raise UserError(f"{name} has no indexed crops to search by. Confirm one, or index the folder.")
    front = load_crop(session, indexed[0])
    features = features_of(library, indexed, session.index.model.id)
    best = features.visibility.max(axis=0)
    return Subject(
        front.crop_id,
        front.path,
        f"{len(indexed):,} crop{'s' * (len(indexed) != 1)}, one of them shown here",
        front.picture,
        front.features,
        front.labels,
        target=target,
        title=named[target.person_id],
        crops=len(indexed),
        seen=_seen(features),
        visibility=dict(zip(features.schema.vector_names, best.tolist(), strict=True)),
    )


def _outside(read: PictureFeatures, target: Path | PastedPicture, path: Path, picture: QImage) -> Subject:
    return Subject(
        None,
        path,
        "Picture from outside the library",
        picture,
        read.features,
        read.labels,
        target=target,
        title=path.name,
        seen=_seen(read.features),
        visibility=_visibility(read.features),
    )


def _image(pixels: npt.NDArray[np.uint8]) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    if width > _PICTURE.width() or height > _PICTURE.height():
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        return image.scaled(_PICTURE, keep, smooth)
    return image


def _seen(features: Features | None) -> frozenset[str]:
    return frozenset() if features is None else parts_shown(features)


def _visibility(features: Features | None) -> dict[str, float]:
    if features is None:
        return {}
    return dict(zip(features.schema.vector_names, features.visibility[0].tolist(), strict=True))
