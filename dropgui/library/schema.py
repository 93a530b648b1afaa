"""The tables of a library file (docs/design.md, Words and The library file).

Deleting a folder, an image or a crop takes everything below it along. Ids are never used twice
(``AUTOINCREMENT``), so a view that still holds the id of a forgotten crop can never meet another one.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dropgui.library.instants import UtcDateTime
from dropgui.library.rows import REVIEW_STATES


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        bytes: LargeBinary,
    }


_KEPT_IDS = {"sqlite_autoincrement": True}


class Meta(Base):
    """Facts of the file itself: ``library_id``, and ``generation:<model version>`` of its caches."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Folder(Base):
    """An indexed root folder. Of its pictures' absolute paths only this part is stored."""

    __tablename__ = "folders"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    missing: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Camera(Base):
    """A camera, known by its name."""

    __tablename__ = "cameras"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Image(Base):
    """A picture file. ``relative_path`` has forward slashes; ``captured_at`` is the camera's own clock.

    ``content_hash`` is a BLAKE2b-128 of the file; ``width`` and ``height`` are of the upright picture and
    ``orientation`` is the EXIF value that was turned. ``error`` says for people why it cannot be read.
    """

    __tablename__ = "images"
    __table_args__ = (
        UniqueConstraint("folder_id", "relative_path"),
        Index("images_by_size", "size"),
        Index("images_by_camera_and_time", "camera_id", "captured_at"),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))
    relative_path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    content_hash: Mapped[bytes | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    orientation: Mapped[int | None]
    captured_at: Mapped[datetime | None] = mapped_column(DateTime)
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("cameras.id", ondelete="SET NULL"))
    missing: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None]


class Person(Base):
    """An identity: a named set of crops."""

    __tablename__ = "persons"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Crop(Base):
    """One person in an image; no box means the whole image. The box is in pixels of the upright picture."""

    __tablename__ = "crops"
    __table_args__ = (
        Index("crops_by_image", "image_id"),
        Index("crops_by_person", "person_id"),
        CheckConstraint(f"review_state IN {REVIEW_STATES}", name="crops_review_state"),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    left: Mapped[int | None]
    top: Mapped[int | None]
    right: Mapped[int | None]
    bottom: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    review_state: Mapped[str] = mapped_column(default="unseen", server_default="unseen")


class Decision(Base):
    """Somebody confirmed or rejected that a crop is a person; the last word counts."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("crop_id", "person_id"),
        Index("decisions_by_person", "person_id"),
        CheckConstraint("verdict IN ('confirmed', 'rejected')", name="decisions_verdict"),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    verdict: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Tag(Base):
    """A word that people put on crops."""

    __tablename__ = "tags"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class CropTag(Base):
    """Which crop has which tag."""

    __tablename__ = "crop_tags"
    __table_args__ = (Index("crop_tags_by_tag", "tag_id"),)

    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)


class ModelVersion(Base):
    """One set of weights; ``schema`` is ``PartSchema.to_dict()``. At most one version is active.

    ``weights_path`` is where the weights came from; the library's own copy is found by ``weights_hash``
    (:mod:`dropgui.library.model_files`). ``data`` says what it was taught with, ``notes`` what people wrote.
    """

    __tablename__ = "model_versions"
    __table_args__ = (
        Index(
            "model_versions_one_active",
            "active",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"))
    name: Mapped[str]
    trained: Mapped[bool]
    schema: Mapped[dict[str, Any]]
    dim: Mapped[int]
    weights_hash: Mapped[str] = mapped_column(unique=True)
    weights_path: Mapped[str | None]
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    data: Mapped[str] = mapped_column(default="", server_default="")
    notes: Mapped[str] = mapped_column(default="", server_default="")
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mask(Base):
    """A crop's part label map as an index-map PNG. A person's is ``corrected`` and has no model version.

    ``confidence`` is the model's mean certainty of the crop's body pixels and ``uncertainty`` how unsure
    it is of the person's pixels (:func:`dropmodel.network.uncertainty.uncertainty`), both in [0, 1].
    """

    __tablename__ = "masks"
    __table_args__ = (
        UniqueConstraint("crop_id", "origin", "model_version_id", "revision"),
        Index("masks_by_uncertainty", "model_version_id", text("uncertainty DESC"), "crop_id"),
        CheckConstraint("origin IN ('model', 'corrected')", name="masks_origin"),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"))
    origin: Mapped[str]
    model_version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))
    schema_name: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    confidence: Mapped[float | None]
    png: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    uncertainty: Mapped[float | None]


class AsideMask(Base):
    """A mask that a person made of pixels that are not the picture's any more, kept in case they come back.

    ``content_hash`` is of the file it was drawn on, None where that was not known.
    """

    __tablename__ = "aside_masks"
    __table_args__ = (Index("aside_masks_by_crop", "crop_id"), _KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"))
    content_hash: Mapped[bytes | None]
    schema_name: Mapped[str]
    revision: Mapped[int]
    png: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Embedding(Base):
    """A crop's vectors (fp16 [2 + K, D]) and visibilities (fp16 [2 + K]) under one model version.

    A new embedding of a crop is a new row with a higher id: what grew since an id was seen is exactly
    what lies above it, which is how caches catch up.
    """

    __tablename__ = "embeddings"
    __table_args__ = (UniqueConstraint("model_version_id", "crop_id"), _KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"), index=True)
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))
    mask_revision: Mapped[int] = mapped_column(default=0)
    visibility: Mapped[bytes]
    vectors: Mapped[bytes]


class SavedSearch(Base):
    """A query somebody wants to ask again.

    ``seen_embedding_id`` is the highest embedding there was when its answer was last looked at: what is
    new to it lies above.
    """

    __tablename__ = "saved_searches"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    query: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_embedding_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class SeenCrop(Base):
    """Which crops somebody has looked at among the matches of a saved search."""

    __tablename__ = "seen_crops"
    __table_args__ = (Index("seen_crops_by_crop", "crop_id"),)

    saved_search_id: Mapped[int] = mapped_column(
        ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True
    )
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"), primary_key=True)


class PastQuery(Base):
    """A query that was asked; only the last ones are kept."""

    __tablename__ = "past_queries"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Job(Base):
    """Long work on a folder or for a model version.

    ``process`` identifies who runs it, so that a job whose process died can be told.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'finished', 'cancelled', 'failed', 'interrupted')", name="jobs_state"
        ),
        _KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    process: Mapped[str]
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    message: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    model_version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))


class TrainingRun(Base):
    """One fine-tuning: from which version, with what, to which version."""

    __tablename__ = "training_runs"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"))
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Side(Base):
    """Whether a person (``kind`` person) or a crop's corrected mask (crop) is kept from teaching, to measure.

    Said once and kept, so that model versions compare fairly. Ids are plain numbers: a person that was taken
    away and brought back is on the side that it was.
    """

    __tablename__ = "sides"
    __table_args__ = (CheckConstraint("kind IN ('person', 'crop')", name="sides_kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held_out: Mapped[bool]


class IgnoredGroup(Base):
    """Crops that were found as duplicates and are to be listed no more (:mod:`dropgui.library.ignored`)."""

    __tablename__ = "ignored_groups"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    ignored_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class IgnoredCrop(Base):
    """Which crops an ignored group has."""

    __tablename__ = "ignored_crops"
    __table_args__ = (Index("ignored_crops_by_crop", "crop_id"),)

    group_id: Mapped[int] = mapped_column(
        ForeignKey("ignored_groups.id", ondelete="CASCADE"), primary_key=True
    )
    crop_id: Mapped[int] = mapped_column(ForeignKey("crops.id", ondelete="CASCADE"), primary_key=True)


class Event(Base):
    """Who did what, when. Forgetting leaves only when: no actor, no detail."""

    __tablename__ = "events"
    __table_args__ = _KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor: Mapped[str | None]
    action: Mapped[str]
    detail: Mapped[str | None]
