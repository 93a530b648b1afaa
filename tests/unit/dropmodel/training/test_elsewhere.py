"""Nothing is forgotten on the CPU when the network is on another device (``elsewhere.py``)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from torch.utils import backend_registration


@pytest.mark.skipif(
    not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"),
    reason="this version of torch knows no devices made in Python",
)
def test_training_teaching_and_extracting_on_another_device(tmp_path: Path) -> None:
    repository = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("elsewhere.py")), str(tmp_path)],
        cwd=repository,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
