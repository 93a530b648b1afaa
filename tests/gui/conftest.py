"""GUI tests share one application object; pytest-qt makes it and watches for Qt's own warnings."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from dropgui.cli import main
from tests.gui.mask_drive import LIBRARY, copied
from tests.support.people import make_folder


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    return qapp


@pytest.fixture(scope="session")
def masked_library(tmp_path_factory: pytest.TempPathFactory, starter_file: Path) -> Path:
    """A library of six crops that the stand-in for the starter model has indexed; nobody changes it."""
    folder = tmp_path_factory.mktemp("masked")
    make_folder(folder / "people", identities=3, cameras=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DROPGUI_HOME", str(folder / "home"))
        patch.setenv("DROPMODEL_STARTER", str(starter_file))
        assert main(["index", str(folder / "people"), "--library", str(folder / LIBRARY)]) == 0
    return folder / LIBRARY


@pytest.fixture
def masked(masked_library: Path, tmp_path: Path) -> Path:
    """A folder with a library of one's own, of the same six pictures; they are everybody's."""
    return copied(masked_library, tmp_path)
