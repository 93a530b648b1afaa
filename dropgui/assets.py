"""Where the files that come with the program are."""

from pathlib import Path

from dropmodel.assets import bundled


def asset(*names: str) -> Path:
    """Path of a bundled file: ``resources/`` in a checkout, ``dropgui/_resources`` in an installed wheel."""
    return bundled(Path(__file__).parent, *names)
