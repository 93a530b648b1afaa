"""What the program remembers between starts, and where its own files live.

Everything is under one data folder, the platform's own for this user, or the one named by the environment
variable ``DROPGUI_HOME`` (a portable installation, a test). Nothing is written anywhere else, except a
library where its user wants it.
"""

import os
from enum import StrEnum
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtCore import QByteArray, QSettings

from dropgui.errors import UserError


def data_folder() -> Path:
    """The folder of settings, default library and logs, made when missing; ``UserError`` if it cannot be."""
    chosen = os.environ.get("DROPGUI_HOME")
    folder = Path(chosen) if chosen else user_data_path("dropgui", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} for settings and the library could not be made ({error.strerror}). "
            "Set the environment variable DROPGUI_HOME to a folder you may write to."
        ) from error
    return folder


def default_library() -> Path:
    """The library opened when no other was named or used before."""
    return data_folder() / "library.droplib"


class Appearance(StrEnum):
    """Light, dark, or what the desktop says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Settings:
    """Typed access to the settings file."""

    def __init__(self) -> None:
        self._store = QSettings(str(data_folder() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def appearance(self) -> Appearance:
        """Chosen appearance; ``SYSTEM`` at first, or when the file holds something unknown."""
        value = str(self._store.value("appearance"))
        return Appearance(value) if value in set(Appearance) else Appearance.SYSTEM

    @appearance.setter
    def appearance(self, value: Appearance) -> None:
        self._store.setValue("appearance", str(value))

    @property
    def last_library(self) -> Path | None:
        """The library that was open when the program last ended, if it is still there."""
        value = self._store.value("library")
        return Path(value) if isinstance(value, str) and Path(value).is_file() else None

    @last_library.setter
    def last_library(self, value: Path) -> None:
        self._store.setValue("library", str(value))

    @property
    def card_width(self) -> int:
        """Width of a card in the grid, in device-independent pixels."""
        value = self._store.value("card_width", 136)
        return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 136

    @card_width.setter
    def card_width(self, value: int) -> None:
        self._store.setValue("card_width", value)

    def window(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state of the main window as Qt keeps them, or None before the first end."""
        geometry, state = self._store.value("geometry"), self._store.value("state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    def save_window(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember what :meth:`window` gives back."""
        self._store.setValue("geometry", geometry)
        self._store.setValue("state", state)
        self._store.sync()  # now, and not when Qt gets round to it
