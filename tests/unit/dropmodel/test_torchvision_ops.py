"""torchvision imports beside any torch: once, twice, from threads; a fresh process each."""

import subprocess
import sys

import pytest

THREADS = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    assert len(set(pool.map(lambda _: id(prepare()), range(32)))) == 1
"""
PREPARE = "from dropmodel.network.torchvision_ops import prepare_torchvision as prepare"


def python(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "code",
    [
        "prepare(); prepare()",
        THREADS,
    ],
    ids=["twice", "threads"],
)
def test_torchvision_and_timm_import(code: str) -> None:
    check = "import torchvision.models, torchvision.transforms.v2, timm; print(torchvision.__version__)"
    done = python(f"{PREPARE}\n{code}\n{check}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_other_import_errors_are_not_hidden() -> None:
    code = (
        f"import sys, types\n{PREPARE}\n"
        "import importlib\n"
        "def broken(name): raise RuntimeError('some other fault')\n"
        "importlib.import_module = broken\n"
        "prepare()"
    )
    done = python(code)
    assert done.returncode == 1
    assert "some other fault" in done.stderr
