"""Starting, with and without a screen."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox

from dropgui.cli import main
from dropgui.main_window import MainWindow
from dropgui.settings import default_library
from tests.gui.drive import indexed, run_main, wait_until
from tests.support.people import make_folder

needs_no_display = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux can be without a display"
)


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, *arguments],
        env={**keep, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_nothing_heavy_is_imported_before_the_window_shows() -> None:
    code = (
        "import sys; import dropgui.app; "
        "heavy = [m for m in ('torch', 'torchvision', 'timm', 'dropmodel.inference') if m in sys.modules]; "
        "assert not heavy, heavy"
    )
    run = run_python("-c", code)
    assert run.returncode == 0, run.stderr


@needs_no_display
def test_window_without_a_display_says_what_to_do() -> None:
    run = run_python("-m", "dropgui")
    assert run.returncode == 2
    assert "no display" in run.stderr
    assert "dropgui search" in run.stderr
    assert "Traceback" not in run.stderr


@needs_no_display
def test_demo_without_a_display_prints_matches_and_a_picture(tmp_path: Path) -> None:
    code = "import os; os.chdir(%r); from dropgui.cli import main; raise SystemExit(main(['--demo']))"
    (tmp_path / "tmp").mkdir()
    run = run_python("-c", code % str(tmp_path), TMPDIR=str(tmp_path / "tmp"))
    assert run.returncode == 0, run.stderr
    assert not list((tmp_path / "tmp").glob("dropgui*")), "a demo leaves nothing behind"
    assert run.stderr == ""
    assert "no display" in run.stdout
    assert "Query: 0016_c2" in run.stdout
    ranked = [line for line in run.stdout.splitlines() if line.strip().startswith("1 ")]
    assert ranked, run.stdout
    with Image.open(tmp_path / "dropgui-demo.png") as picture:
        assert picture.width >= 1000
        colours = picture.convert("RGB").resize((200, 120)).getcolors(200 * 120)
        assert colours is not None
        assert len(colours) > 500, "the picture shows photographs, not an empty window"


def test_a_library_that_cannot_be_opened_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.droplib"
    broken.write_bytes(b"not a library" * 100)
    assert main(["--library", str(broken)]) == 2
    assert str(broken) in capsys.readouterr().err
    assert broken.read_bytes() == b"not a library" * 100


def test_a_bad_last_library_does_not_keep_the_program_from_starting(tmp_path: Path) -> None:
    last = tmp_path / "last.droplib"
    assert run_main(["--library", str(last)], lambda _: None) == 0
    last.write_bytes(b"not a library" * 100)

    def script(window: MainWindow) -> None:
        assert str(last) in window.notice.text
        assert window.session.library.path == default_library()

    assert run_main([], script) == 0


def test_the_library_used_last_opens_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_main(["--library", "mine.droplib"], lambda _: None) == 0
    monkeypatch.chdir("/")

    def script(window: MainWindow) -> None:
        assert window.session.library.path == tmp_path / "mine.droplib"

    assert run_main([], script) == 0


def test_a_home_that_cannot_be_made_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = run_python("-m", "dropgui", DROPGUI_HOME=str(tmp_path / "file" / "x"), QT_QPA_PLATFORM="offscreen")
    assert run.returncode == 2
    assert "DROPGUI_HOME" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process")
def test_ctrl_c_closes_the_window(tmp_path: Path) -> None:
    closed: list[bool] = []

    def script(window: MainWindow) -> None:
        window.closed.connect(lambda: closed.append(True))
        os.kill(os.getpid(), signal.SIGINT)
        wait_until(lambda: closed, "the window closes")

    assert run_main(["--library", str(tmp_path / "library.droplib")], script) == 130


@needs_no_display
def test_demo_ends_when_nobody_reads_it(tmp_path: Path) -> None:
    keep = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    code = "from dropgui.cli import main; raise SystemExit(main(['--demo']))"
    run = subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        cwd=tmp_path,
        env={**keep, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    with run.stderr:
        assert "Traceback" not in run.stderr.read()
    assert run.wait(120) == 141


def demo_is_answered(window: MainWindow) -> None:
    assert "Demo gallery" in window.windowTitle()
    wait_until(lambda: len(window.match_model.ids) == 50, "the first query is answered")
    subject = window.controller.subject
    assert subject is not None
    assert subject.path.name.startswith("0016_c2")


def about(window: MainWindow) -> str:
    """What the About box says; it is closed again."""
    said: list[str] = []

    def read() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(box.text())
        box.close()

    QTimer.singleShot(0, window, read)
    next(action for action in window.findChildren(QAction) if "About" in action.text()).trigger()
    return said[0]


def test_demo_in_a_window_answers_its_first_query() -> None:
    def script(window: MainWindow) -> None:
        demo_is_answered(window)
        assert window.status.model_text.startswith("untrained model · ")
        assert "Untrained model" in window.matches_page.warning.text()
        assert "starter" not in window.matches_page.warning.text()
        assert window.matches_page.warning.isVisible()
        assert "never been trained" in about(window)

    assert run_main(["--demo"], script) == 0


def test_demo_with_the_starter_model(starter: Path) -> None:
    def script(window: MainWindow) -> None:
        demo_is_answered(window)
        assert re.fullmatch("starter · [A-Z]+ (fp32|fp16|bf16)", window.status.model_text)
        assert not window.matches_page.warning.isVisible()
        said = about(window)
        assert "Model: starter" in said
        assert "no picture of a real person was used" in said
        assert "Apache-2.0" in said
        assert "&lt;left, right&gt;" in said  # a card is text, whatever is in it

    assert run_main(["--demo"], script) == 0


def test_a_library_from_before_the_starter_model(
    tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / "hall", identities=2, cameras=2)
    library = ["--library", str(tmp_path / "old.droplib")]

    def before(window: MainWindow) -> None:
        window.add_paths([tmp_path / "hall"])
        wait_until(indexed(window, 4), "the folder is indexed")

    def after(window: MainWindow) -> None:
        wait_until(lambda: window.model_ready, "its model is loaded")
        assert window.status.model_text.startswith("untrained model · ")
        window.search_for(next((tmp_path / "hall").rglob("*.jpg")))
        wait_until(lambda: len(window.match_model.ids) > 0, "a picture is looked for")
        assert "add it as a model version" in window.matches_page.warning.text()
        assert window.matches_page.warning.isVisible()

    assert run_main(library, before) == 0
    monkeypatch.setenv("DROPMODEL_STARTER", str(starter_file))
    assert run_main(library, after) == 0
    new = ["--library", str(tmp_path / "new.droplib")]

    def fresh(window: MainWindow) -> None:
        before(window)
        assert window.status.model_text.startswith("starter · ")

    assert run_main(new, fresh) == 0
