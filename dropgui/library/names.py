"""Names that people give to persons and searches: what is one, and in which order they are listed."""

import re

from dropgui.errors import UserError

_NUMBER = re.compile(r"([0-9]{1,18})")


class UnfitNameError(UserError):
    """A name that cannot be given: empty, no text, or taken."""


def clean_name(name: str) -> str:
    """``name`` without space around it; :class:`UnfitNameError` where nothing or no text is left."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise UnfitNameError("This name has characters that are no text. Type it anew.") from error
    if not name.strip():
        raise UnfitNameError("A name needs at least one letter.")
    return name.strip()


def name_order(name: str) -> tuple[tuple[str | int, ...], str]:
    """A key to sort names as people do: upper and lower case alike, "Person 2" before "Person 10"."""
    pieces = _NUMBER.split(name.casefold())
    # Text and numbers take turns, text first, so that only like is compared with like.
    return tuple(int(piece) if i % 2 else piece for i, piece in enumerate(pieces)), name
