"""Loading a model and extracting features with it."""

from dropmodel.errors import ImageError, ModelError
from dropmodel.inference.card import ModelCard
from dropmodel.inference.extractor import Extraction, Extractor
from dropmodel.inference.starter import default_model, starter_model, starter_path
from dropmodel.inference.untrained import untrained_model
from dropmodel.inference.weights import (
    LoadedModel,
    ModelInfo,
    copy_model,
    load_model,
    read_info,
    save_model,
)

__all__ = [
    "Extraction",
    "Extractor",
    "ImageError",
    "LoadedModel",
    "ModelCard",
    "ModelError",
    "ModelInfo",
    "copy_model",
    "default_model",
    "load_model",
    "read_info",
    "save_model",
    "starter_model",
    "starter_path",
    "untrained_model",
]
