"""Small pictures for the grid: decoded on threads, newest wish first, kept up to a number of bytes."""

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QPixmap

from dropgui.jobs.runner import Runner

CACHE_BYTES = 256 * 2**20
_WISHES = 600  # more than any screen shows; older wishes left the viewport long ago
_BATCH = 8  # pictures decoded between two looks at what is wanted most
_THREADS = 2


def read_thumbnail(path: Path, size: QSize) -> QImage:
    """The picture upright and no larger than ``size`` (pixels), in its own aspect; null if unreadable."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    stored = reader.size()
    if stored.isValid():
        turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
        bounds = size.transposed() if turned else size
        if stored.width() > bounds.width() or stored.height() > bounds.height():
            reader.setScaledSize(stored.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class Thumbnails(QObject):
    """Pixmaps by crop id. ``get`` never decodes: it returns what is there and remembers what is not."""

    ready = Signal(list)
    """Crop ids whose picture has arrived, or was found unreadable."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = Runner(self, _THREADS)
        self._cache: OrderedDict[int, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wishes: OrderedDict[int, Path] = OrderedDict()
        self._under_way: set[int] = set()
        self._stale: set[int] = set()  # changed since they were read
        self._running = 0
        self._size = QSize(256, 512)
        self._generation = 0
        self._pump = QTimer(self, singleShot=True, interval=0)
        self._pump.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether pictures are wanted that have not arrived."""
        return bool(self._wishes) or self._running > 0

    @property
    def size(self) -> QSize:
        """Largest picture wanted, in device pixels."""
        return self._size

    def set_size(self, size: QSize) -> None:
        """Want pictures of another size; what is kept at the one before is dropped."""
        if size != self._size:
            self._size = size
            self.clear()

    def clear(self) -> None:
        """Drop every picture and wish."""
        self._generation += 1
        self._cache.clear()
        self._wishes.clear()
        self._under_way.clear()
        self._stale.clear()
        self._bytes = 0

    def refresh(self, crop_ids: Iterable[int]) -> None:
        """These crops' files may be different now: show the old picture until the new one is read."""
        changed = set(crop_ids)
        self._stale |= changed & self._cache.keys()
        self._stale |= changed & self._under_way

    def get(self, crop_id: int, path: Path) -> QPixmap | None:
        """The picture if it is there (null pixmap: unreadable); otherwise None, and it is fetched."""
        pixmap = self._cache.get(crop_id)
        if pixmap is not None:
            self._cache.move_to_end(crop_id)
            if crop_id not in self._stale:
                return pixmap
        if crop_id not in self._under_way:
            self._stale.discard(crop_id)
            self._wishes[crop_id] = path
            self._wishes.move_to_end(crop_id)
            if len(self._wishes) > _WISHES:
                self._wishes.popitem(last=False)
            self._pump.start()
        return pixmap

    def close(self) -> None:
        """Stop decoding."""
        self._pump.stop()
        self._runner.close()

    def _start(self) -> None:
        while self._wishes and self._running < _THREADS:
            count = min(_BATCH, len(self._wishes))
            batch = [self._wishes.popitem() for _ in range(count)]
            self._under_way.update(crop_id for crop_id, _ in batch)
            self._running += 1
            size, generation = QSize(self._size), self._generation
            self._runner.run(
                lambda batch=batch, size=size: [(i, read_thumbnail(path, size)) for i, path in batch],  # type: ignore[misc]
                lambda images, generation=generation: self._arrived(images, generation),  # type: ignore[misc]
            )

    def _arrived(self, images: list[tuple[int, QImage]], generation: int) -> None:
        self._running -= 1
        if generation == self._generation:
            for crop_id, image in images:
                self._under_way.discard(crop_id)
                self._keep(crop_id, QPixmap.fromImage(image))
            self.ready.emit([crop_id for crop_id, _ in images])
        self._start()

    def _keep(self, crop_id: int, pixmap: QPixmap) -> None:
        old = self._cache.pop(crop_id, None)
        self._cache[crop_id] = pixmap
        self._bytes += _bytes(pixmap) - (0 if old is None else _bytes(old))
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            _, old = self._cache.popitem(last=False)
            self._bytes -= _bytes(old)


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
