"""What versions of a library are compared on: those who are held out of teaching."""

from dropgui.finetuning.split import parted, split_of
from dropgui.library import Library
from dropgui.versions.held_out import HeldOut


def held_out_of(library: Library) -> HeldOut:
    """The held-out persons with their crops and the held-out corrected masks, as they are now.

    For :func:`dropgui.versions.compare.compare_versions`; no version was taught with any of them. Empty where
    too little is known to hold anything out.
    """
    split = split_of(library)
    with library.read() as connection:
        sides = parted(connection, split)
    return HeldOut.of(library, sides.held_out, sides.measuring)
