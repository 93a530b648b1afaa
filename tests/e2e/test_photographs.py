"""The same road on large photographs: generated people of the package openpeople, nobody real."""

from importlib.resources import files
from pathlib import Path

import pytest

from dropgui.main_window import MainWindow
from tests.gui.drive import click_card, drop, indexed, run_main, wait_until

CURATED = Path(str(files("openpeople"))) / "data" / "curated"


@pytest.mark.usefixtures("qapp")
def test_a_folder_of_photographs(tmp_path: Path) -> None:
    pictures = sorted(CURATED.rglob("*.jpg"))
    assert len(pictures) >= 40, "the package carries its pictures"

    def script(window: MainWindow) -> None:
        drop(window, CURATED)
        wait_until(indexed(window, len(pictures)), "all photographs are indexed", 120_000)
        assert window.problems.count == 0
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches")
        subject = window.controller.subject
        assert subject is not None
        assert subject.picture.width() <= 512, "the panel keeps a small picture of a large file"

    assert run_main(["--library", str(tmp_path / "photographs.droplib")], script) == 0
