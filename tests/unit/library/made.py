"""Made-up features and libraries that hold them."""

import numpy as np
from sqlalchemy import Connection, insert, select

from dropgui.library import Library
from dropgui.library.embeddings import add_embeddings
from dropgui.library.models import register_model
from dropgui.library.schema import Camera, Crop, Folder, Image
from dropmodel.features import Features
from dropmodel.parts import PartSchema, stripes

SCHEMA = stripes(3)
DIM = 16


def made_features(
    count: int, seed: int = 0, schema: PartSchema = SCHEMA, dim: int = DIM, hidden: float = 0.3
) -> Features:
    """``count`` random crops as the library gives them back: rounded to fp16, some parts hidden."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, len(schema.vector_names), dim))
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    visibility = rng.random(vectors.shape[:2]) * (rng.random(vectors.shape[:2]) >= hidden)
    visibility[:, 0] = 1
    return as_stored(Features(vectors.astype(np.float32), visibility.astype(np.float32), schema))


def as_stored(features: Features) -> Features:
    vectors = features.vectors.astype(np.float16).astype(np.float32)
    visibility = features.visibility.astype(np.float16).astype(np.float32)
    return Features(vectors, visibility, features.schema)


def add_model(library: Library, name: str = "made", schema: PartSchema = SCHEMA, dim: int = DIM) -> int:
    return register_model(library, name=name, schema=schema, dim=dim, weights_hash=name, trained=False).id


def add_crops(library: Library, count: int, folder: str = "/pictures", cameras: int = 2) -> list[int]:
    """``count`` whole-image crops in a new folder; crop i is from camera ``c<i mod cameras>``."""

    def work(connection: Connection) -> list[int]:
        folder_id = connection.execute(
            insert(Folder).values(path=folder, name=folder.strip("/")).returning(Folder.id)
        ).scalar_one()
        known = {row.name: row.id for row in connection.execute(select(Camera.name, Camera.id))}
        for name in (f"c{i}" for i in range(cameras) if f"c{i}" not in known):
            values = insert(Camera).values(name=name).returning(Camera.id)
            known[name] = connection.execute(values).scalar_one()
        rows = [
            {
                "folder_id": folder_id,
                "relative_path": f"{i:06}.png",
                "size": i,
                "mtime_ns": i,
                "camera_id": known[f"c{i % cameras}"],
            }
            for i in range(count)
        ]
        connection.execute(insert(Image), rows)
        of_folder = select(Image.id).where(Image.folder_id == folder_id)
        connection.execute(insert(Crop).from_select(["image_id"], of_folder))
        crops = select(Crop.id).join(Image).where(Image.folder_id == folder_id).order_by(Crop.id)
        return list(connection.execute(crops).scalars())

    return library.write(work)


def embed(library: Library, model_id: int, crop_ids: list[int], features: Features) -> None:
    library.write(lambda connection: add_embeddings(connection, model_id, crop_ids, features))
