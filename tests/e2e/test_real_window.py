"""The first road in a real window under Xvfb; pictures of the screen are kept in ``artefacts/``."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.people import make_folder

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or (shutil.which("Xvfb") is None and "CI" not in os.environ),
    reason="needs Xvfb, which .ci/run installs",
)


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual screen of 1280 x 800; Xvfb itself finds a free number and tells it."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize("scale", ["1", "2"])
def test_the_road_in_a_real_window(display: str, tmp_path: Path, scale: str) -> None:
    make_folder(tmp_path / "entrance", identities=8, cameras=4)
    ARTEFACTS.mkdir(exist_ok=True)
    screenshot = ARTEFACTS / f"real-window-x{scale}.png"
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": scale,
        "DROPGUI_HOME": str(tmp_path / "home"),
    }
    arguments = [tmp_path / "library.droplib", tmp_path / "entrance", screenshot]
    run = subprocess.run(
        [sys.executable, "-m", "tests.e2e.road", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen == {"platform": "xcb", "code": 0, "matches": 31, "crops": 32}
    light, dark = (
        np.asarray(Image.open(screenshot.with_stem(f"{screenshot.stem}-{name}")).convert("L"))
        for name in ("light", "dark")
    )
    assert light.shape == (800, 1280)
    assert light.std() > 20, "the screen shows a window"
    assert np.median(light) > 200
    assert np.median(dark) < 80, "dark is dark"
