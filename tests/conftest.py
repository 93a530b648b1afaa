"""What every test gets: settings and data of its own, no screen, and no tolerance for noise."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A first call compiles (numba) or loads (torch) for seconds; pytest's own time limit guards the rest.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "noisy: the test provokes warnings in the log on purpose")
    config.addinivalue_line("markers", "long: takes minutes; runs where CI is set, or with -m long")
    # The first call compiles (numba) or loads (torch) for seconds; pytest's own time limit guards the rest.
    hypothesis.settings.register_profile("patient")
    hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "CI" in os.environ or "long" in config.option.markexpr:
        return
    skip = pytest.mark.skip(reason="takes minutes: set CI, or say -m long")
    for item in items:
        if item.get_closest_marker("long") is not None:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DROPGUI_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests are the same with and without the starter model's file; those about it ask for ``starter``."""
    monkeypatch.setenv("DROPMODEL_STARTER", "")


@pytest.fixture(scope="session")
def starter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small stand-in for the starter model: not trained either, though its card says so."""
    from tests.support.starter import make_starter

    return make_starter(tmp_path_factory.mktemp("models") / "starter.safetensors")


@pytest.fixture
def starter(starter_file: Path, no_starter: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in is this program's starter model."""
    monkeypatch.setenv("DROPMODEL_STARTER", str(starter_file))
    return starter_file


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    keeper = _Keeper()
    logging.getLogger().addHandler(keeper)
    yield
    logging.getLogger().removeHandler(keeper)
    if request.node.get_closest_marker("noisy") is None:
        assert not keeper.lines, "the test logged: " + "; ".join(keeper.lines)


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    # A thread of Qt's pool that once ran Python shows as a dummy; its pool has waited for it.
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and not thread.daemon and not isinstance(thread, threading._DummyThread)
    ]
    assert not left, f"threads were left running: {left}"
