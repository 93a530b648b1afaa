"""Letters for figures. Pillow's own font has little beyond ASCII, and cameras and persons have any name."""

import re
from functools import cache

from PIL import ImageFont

from dropmodel.evaluation.chart import font as own_font

_SYSTEM = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "arial.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "segoeui.ttf",
    "msyh.ttc",
    "PingFang.ttc",
    "NotoSansCJK-Regular.ttc",
)
"""Files that Linux, Windows and macOS have where Pillow looks for fonts."""

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NO_LETTER = "\U0010ffff"


def legible(text: str) -> str:
    """``text`` without what no letter stands for, and no SVG or HTML may hold: names of files can have it."""
    return _NO_TEXT.sub("\ufffd", text)


def font_for(text: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of ``size`` pixels that has every letter of a legible text, as far as this machine has one.

    Plain ASCII is always in Pillow's own, so that figures look alike everywhere.
    """
    strange = "".join(sorted({letter for letter in text if not letter.isascii()}))
    return _font(strange, size)


@cache
def _font(letters: str, size: int) -> ImageFont.FreeTypeFont:
    own = own_font(size)
    for name in (None, *_SYSTEM):
        try:
            found = own if name is None else ImageFont.truetype(name, size)
        except OSError:  # this machine does not have it
            continue
        absent = _drawn(found, _NO_LETTER)
        if all(_drawn(found, letter) != absent for letter in letters):
            return found
    return own


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    return bytes(font.getmask(letter))
