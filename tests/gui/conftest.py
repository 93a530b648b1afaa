"""GUI tests share one application object; pytest-qt makes it and watches for Qt's own warnings."""

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    return qapp
