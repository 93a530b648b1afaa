"""Trees of elements for SVG and HTML, so that no name in a library can ever become markup."""

import base64
import io
from xml.etree.ElementTree import Element

from PIL import Image

from dropgui.reports.fonts import legible

Child = Element | str

_QUALITY = 90


def element(tag: str, *children: Child | None, **attributes: str | float) -> Element:
    """``<tag attributes>children</tag>``; None is left out.

    An attribute's underscores become hyphens, and one at the end is dropped (``class_``).
    """
    made = Element(tag)
    for name, value in attributes.items():
        text = f"{round(value, 3):g}" if isinstance(value, float) else str(value)
        made.set(name.rstrip("_").replace("_", "-"), legible(text))
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            made.append(child)
            last = child
        elif child is not None and last is None:
            made.text = (made.text or "") + legible(child)
        elif child is not None and last is not None:
            last.tail = (last.tail or "") + legible(child)
    return made


def data_uri(picture: Image.Image, *, drawn: bool = False) -> str:
    """The picture inside the address itself, as JPEG; what was ``drawn``, not photographed, as PNG."""
    buffer = io.BytesIO()
    kind = "png" if drawn else "jpeg"
    picture.save(buffer, kind.upper(), **({} if drawn else {"quality": _QUALITY}))
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
