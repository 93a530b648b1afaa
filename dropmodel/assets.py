"""Where the files that come with the packages are."""

from pathlib import Path


def asset(*names: str) -> Path:
    """Path of a file that comes with the models; ``FileNotFoundError`` says which one is missing."""
    return bundled(Path(__file__).parent, *names)


def bundled(package: Path, *names: str) -> Path:
    """Path of a file of ``package``: under its ``_resources`` in a wheel, in ``resources/`` in a checkout."""
    packed = package / "_resources"
    root = packed if packed.is_dir() else package.parent / "resources"
    path = root.joinpath(*names)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: the installation is incomplete, install dropgui again")
    return path
