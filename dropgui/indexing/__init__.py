"""From a folder of pictures to embeddings in a library: scan, decode, embed, write (docs/design.md)."""

from dropgui.indexing.pipeline import Failure, IndexReport, index_folder
from dropgui.indexing.progress import CancelToken, Progress

__all__ = ["CancelToken", "Failure", "IndexReport", "Progress", "index_folder"]
