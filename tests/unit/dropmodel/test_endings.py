"""How a command ends, in processes of their own: the streams are a process's."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dropmodel.endings import ended

ROOT = Path(__file__).parents[3]


def told(body: str, *, redirect: str = "", **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of a program that ends with the command of this body."""
    program = f"import sys\nfrom dropmodel.endings import ended\ndef command():\n    {body}\n    return 0\n"
    program += "sys.exit(ended('tool', command))"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {redirect}', sys.executable, program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_what_a_command_returns_and_raises_is_passed_on() -> None:
    assert ended("tool", lambda: 3) == 3
    for fault in (KeyError("bug"), FileNotFoundError(errno.ENOENT, "gone", "some.jpg"), SystemExit(2)):
        with pytest.raises(type(fault)):
            ended("tool", lambda fault=fault: (_ for _ in ()).throw(fault))  # type: ignore[misc]


def test_ctrl_c_says_nothing() -> None:
    assert told("raise KeyboardInterrupt") == (130, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full, a disk without room, is Linux's")
@pytest.mark.parametrize("body", ["print('a line')", "print('much' * 100_000)", "print('help'); sys.exit()"])
def test_output_that_is_lost_is_told(body: str) -> None:
    said = "tool: the output could not be written: No space left on device.\n"
    assert told(body, redirect="> /dev/full") == (2, "", said)


@pytest.mark.skipif(os.name == "nt", reason="told() runs the program through sh")
def test_closed_streams_are_no_fault() -> None:
    assert told("sys.stdout.write('x'); sys.stderr.isatty(); sys.stderr.write('y')", redirect=">&- 2>&-") == (
        0,
        "",
        "",
    )


@pytest.mark.skipif(os.name == "nt", reason="told() runs the program through sh")
def test_names_that_the_encoding_lacks_are_spelled() -> None:
    code, out, err = told("print('人.jpg')", PYTHONIOENCODING="cp1252")
    assert (code, out, err) == (0, "\\u4eba.jpg\n", "")


def test_pillows_warnings_of_odd_tags_are_not_shown() -> None:
    warn = "import warnings; warnings.warn_explicit('{0}', UserWarning, 'x.py', 1, module='{0}')"
    assert told(warn.format("PIL.TiffImagePlugin"))[2] == ""
    assert "UserWarning" in told(warn.format("PILlow"))[2]
