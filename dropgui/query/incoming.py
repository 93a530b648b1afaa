"""Pictures that come from outside: dropped, pasted, or dragged from a browser. Nothing is fetched."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage, QPixmap

from dropgui.query.targets import PastedPicture

REMOTE = (
    "This picture is on the web, and dropgui opens no network connection. Choose “Copy Image” in the browser "
    "and paste it here (Ctrl+V); or save it, and drop the file."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Local ``paths`` (folders and files, there or not), else ``pictures``; ``remote``: an address alone."""

    paths: tuple[Path, ...] = ()
    pictures: tuple[PastedPicture, ...] = ()
    remote: bool = False

    def __bool__(self) -> bool:
        return bool(self.paths or self.pictures or self.remote)


def may_come(data: QMimeData) -> bool:
    """Whether there may be anything in it for us; cheap, for a drag that moves."""
    return data.hasUrls() or data.hasImage()


def incoming(data: QMimeData, name: str) -> Incoming:
    """What there is in a drop or on the clipboard; a picture that is no file is called ``name``."""
    urls = data.urls() if data.hasUrls() else []
    if not urls and data.hasText():
        urls = _addresses(data.text())
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if paths:
        return Incoming(paths)
    # Browsers send the picture itself beside its address.
    if data.hasImage() and (picture := _picture(data.imageData(), name)) is not None:
        return Incoming(pictures=(picture,))
    return Incoming(remote=any(url.scheme() in {"http", "https", "data"} for url in urls))


def _addresses(text: str) -> list[QUrl]:
    """The files that lines of text name, where every line names one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    urls = [QUrl(line) if "://" in line else QUrl.fromLocalFile(line) for line in lines[:100]]
    named = bool(lines) and all("://" in line or Path(line).is_absolute() for line in lines)
    return urls if named else []


def _picture(image: object, name: str) -> PastedPicture | None:
    if isinstance(image, QPixmap):
        image = image.toImage()
    if not isinstance(image, QImage) or image.isNull():
        return None
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return PastedPicture(lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy(), name)
