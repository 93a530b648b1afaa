"""Where the files that come with the program are."""

from pathlib import Path


def asset(*names: str) -> Path:
    """Path of a bundled file: ``resources/`` in a checkout, ``dropgui/_resources`` in an installed wheel."""
    packed = Path(__file__).parent / "_resources"
    root = packed if packed.is_dir() else Path(__file__).parents[1] / "resources"
    path = root.joinpath(*names)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: the installation is incomplete, install dropgui again")
    return path
