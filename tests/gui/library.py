"""A library that is indexed already, so that a window over it needs no model; and the window's commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library import Library
from dropgui.library.decisions import confirm
from dropgui.library.masks import add_model_masks, encode_mask
from dropgui.library.persons import create_person
from dropgui.main_window import MainWindow
from dropgui.session import Session
from tests.gui.drive import PATIENCE_MS
from tests.support.clusters import crowd
from tests.support.people import person
from tests.unit.library.made import SCHEMA, add_crops, add_model, embed

WHO = np.repeat(np.arange(4), [6, 5, 4, 3])
TORCH_MS = 5 * PATIENCE_MS  # the first search, map and suggestion import torch: on a busy machine in a while


def four_people(folder: Path) -> Path:
    """18 crops of four people, of whom two are persons: "Person 1" (6 crops) and "Person 2" (5)."""
    pictures = folder / "pictures"
    pictures.mkdir()
    for i, identity in enumerate(WHO.tolist()):
        person(identity, i).save(pictures / f"{i:06}.png")
    path = folder / "some.droplib"
    with Library.create(path) as opened:
        crops, model = add_crops(opened, len(WHO), str(pictures)), add_model(opened, dim=64)
        embed(opened, model, crops, crowd(WHO, SCHEMA, dim=64, noise=0.5))
        add_masks(opened, model, crops)
        for who in range(2):
            confirm(opened, np.array(crops)[who == WHO].tolist(), create_person(opened))
    return path


Page = TypeVar("Page", bound=QWidget)


@contextmanager
def shown_alone(
    page: Callable[[Library, Session, Runner, Thumbnails], Page], library: Library
) -> Iterator[Page]:
    """A page of the window without the window; nothing that it ran may have failed."""
    session, runner, thumbnails = Session(library), Runner(), Thumbnails()
    errors: list[Exception] = []
    runner.failed.connect(errors.append)
    shown = page(library, session, runner, thumbnails)
    shown.resize(1000, 700)
    shown.show()
    yield shown
    runner.close()
    thumbnails.close()
    session.close()
    shown.deleteLater()
    assert not errors


def command(window: MainWindow, words: str) -> QAction:
    """The command of the menu bar that is called so, but for its shortcut letter."""
    for menu in window.menuBar().actions():
        inner = menu.menu()
        assert isinstance(inner, QMenu)
        for action in inner.actions():
            if action.text().replace("&", "").startswith(words):
                return action
    raise AssertionError(f"no command {words!r}")


def add_masks(library: Library, model: int, crops: list[int]) -> None:
    """Every crop shows every part, one below the other."""
    labels = np.repeat(np.arange(1, len(SCHEMA) + 1, dtype=np.uint8), 8)[:, None].repeat(12, axis=1)
    png, sure = encode_mask(labels, SCHEMA), [0.9] * len(crops)
    library.write(
        lambda connection: add_model_masks(connection, model, SCHEMA, crops, [png] * len(crops), sure, sure)
    )
