"""Earlier masks, drafts, and masks gone through: one by one, and many at once."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from dropgui.correction.drafts import open_draft
from dropgui.correction.revisions import crop_labels
from dropgui.library.corrections import labels_of, revisions
from dropgui.library.drafts import drafts_dir
from dropgui.library.reviews import review_rows
from dropgui.main_window import GALLERY, MainWindow
from dropgui.masks.review_page import Show
from tests.gui.drive import click_card, run_main, wait_until
from tests.gui.mask_drive import (
    KEY,
    LIBRARY,
    MOD,
    crop_ids,
    drag,
    edited,
    focus,
    opened,
    press,
    saved,
    settle,
    sitting,
)

pytestmark = pytest.mark.usefixtures("starter")  # small, so quick


def test_an_earlier_mask_is_looked_at_and_brought_back(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        model = sitting(window).document.labels.copy()
        press(KEY.Key_1)
        drag(window, [(10, 10), (50, 110)])
        drawn = sitting(window).document.labels.copy()
        saved(window)
        press(KEY.Key_Down, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        settle(window)
        looking = [window.masks.page.revisions.shows_one]
        drag(window, [(30, 30), (30, 90)])
        assert np.array_equal(sitting(window).document.labels, drawn), "what is looked at is not painted on"
        press(KEY.Key_Escape)
        looking.append(window.masks.page.revisions.shows_one)
        assert looking == [True, False]
        press(KEY.Key_Up, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        press(KEY.Key_Down, MOD.AltModifier)
        settle(window)
        press(KEY.Key_Return, MOD.AltModifier)
        assert np.array_equal(sitting(window).document.labels, model)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert np.array_equal(sitting(window).document.labels, drawn)
        press(KEY.Key_R)
        settle(window)
        assert np.array_equal(sitting(window).document.labels, model), "the model's own mask again"

    edited(masked, script)


def test_what_was_not_saved_is_offered_at_the_next_start(masked: Path) -> None:
    lost: dict[int, np.ndarray] = {}

    def script(window: MainWindow) -> None:
        here = sitting(window)
        press(KEY.Key_6)
        drag(window, [(10, 40), (50, 40)])
        lost[here.crop_id] = here.document.labels.copy()
        # As if the program ended now: nothing is saved, the journal stays.
        window.masks.editing._autosave.stop()
        here.save = lambda labels, number: None  # type: ignore[method-assign]

    edited(masked, script)
    ((crop_id, labels),) = lost.items()

    def again(window: MainWindow) -> None:
        wait_until(lambda: window.model_ready, "the model is loaded")
        window.masks.edit(crop_id)
        settle(window)
        draft = window.masks.page.draft
        assert draft.isVisible()
        assert "1 edit " in draft.words.text()
        draft.take.click()
        assert not draft.isVisible()
        assert np.array_equal(sitting(window).document.labels, labels)
        saved(window)
        assert open_draft(window.session.library, crop_id) is None
        stored, _ = crop_labels(
            window.session.library, crop_id, sitting(window).opened.photo, sitting(window).opened.schema
        )
        assert np.array_equal(stored, labels)

    assert run_main(["--library", str(masked / LIBRARY)], again) == 0


def test_a_disk_that_refuses_is_told_and_nothing_is_lost(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        here = sitting(window)
        shelf = drafts_dir(window.session.library)
        shelf.write_bytes(b"a file where the drafts should go")
        press(KEY.Key_5)
        drag(window, [(10, 40), (50, 40)])
        wait_until(lambda: "cannot be kept safe" in window.notice.text, "it is told")
        saved(window)
        stored = revisions(window.session.library, here.crop_id)[0]
        assert np.array_equal(labels_of(window.session.library, stored), here.document.labels)
        shelf.unlink()

    edited(masked, script)


def test_masks_are_gone_through_by_key_alone(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        window.gallery.setFocus()
        window.gallery.clearSelection()
        press(KEY.Key_3, MOD.ControlModifier)
        settle(window)
        press(KEY.Key_Escape)
        assert window.tabs.currentIndex() == GALLERY
        assert focus() is window.gallery
        press(KEY.Key_3, MOD.ControlModifier)
        settle(window)
        shown = window.session.library
        seen = []
        for key in (KEY.Key_N, KEY.Key_Return, KEY.Key_S, KEY.Key_Return):
            press(key)
            settle(window)
            seen.append(sitting(window).crop_id)
        assert len(set(seen)) == 4, "each key leads to another mask"
        rows = review_rows(shown, crop_ids(window))
        unsure = [rows[crop_id].uncertainty or 0.0 for crop_id in seen]
        assert unsure == sorted(unsure, reverse=True), "the least certain first"
        assert [rows[crop_id].state for crop_id in seen] == ["accepted", "skipped", "accepted", "unseen"]
        assert window.masks.page.header.progress == "2 of 6 reviewed, 0 corrected, 1 skipped"
        press(KEY.Key_Backspace)
        settle(window)
        assert sitting(window).crop_id == seen[2]
        assert review_rows(shown, [seen[2]])[seen[2]].state == "unseen"
        held = QKeyEvent(QEvent.Type.KeyPress, KEY.Key_Return, MOD.NoModifier, "", autorep=True)
        QApplication.sendEvent(focus(), held)
        settle(window)
        assert sitting(window).crop_id == seen[2], "a key held too long accepts nothing"
        for _ in range(4):
            press(KEY.Key_Return)
            settle(window)
        assert window.masks.editing.sitting is None
        assert "5 of 6 reviewed" in window.masks.page.header.progress

    opened(masked, script)


@pytest.mark.qt_log_ignore("plugin does not support (raise|grabbing the keyboard)", extend=True)
def test_a_letter_after_alt_opens_a_menu_and_marks_nothing(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        crop_id, bar = sitting(window).crop_id, window.menuBar()
        bar.setFocus()
        QTest.keyClick(bar, KEY.Key_S)
        opened_menu = QApplication.activePopupWidget()
        assert isinstance(opened_menu, QMenu)
        assert opened_menu.title() == "&Search"
        opened_menu.close()
        settle(window)
        assert sitting(window).crop_id == crop_id
        assert review_rows(window.session.library, [crop_id])[crop_id].state == "unseen"

    edited(masked, script)


def test_many_masks_are_accepted_together_and_taken_back(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        grid = window.masks.grid
        press(KEY.Key_V)
        settle(window)
        assert grid.isVisible()
        assert len(grid.model.ids) == 6
        click_card(grid.grid, 1)
        click_card(grid.grid, 3)
        chosen = grid.grid.selected_ids()
        assert len(chosen) == 2
        press(KEY.Key_Return)
        settle(window)
        wait_until(lambda: len(grid.model.ids) == 4 and not grid.busy, "they are not shown any more")
        rows = review_rows(window.session.library, crop_ids(window))
        assert {crop_id for crop_id, row in rows.items() if row.state == "accepted"} == set(chosen)
        assert window.notice.text == "2 masks accepted."
        window.notice._action.click()
        settle(window)
        wait_until(lambda: len(grid.model.ids) == 6, "they are to be reviewed again")
        press(KEY.Key_G)
        settle(window)
        assert grid._show is Show.SIMILAR
        assert grid.grid.selected_count() == 0, "nothing is chosen for the user"
        assert len(grid.model.ids) == 5
        states = {row.state for row in review_rows(window.session.library, crop_ids(window)).values()}
        assert states == {"unseen"}, "and nothing is done to them"
        for key, show, count in ((KEY.Key_3, Show.ACCEPTED, 0), (KEY.Key_5, Show.ALL, 6)):
            press(key)
            settle(window)
            assert grid._show is show
            wait_until(lambda count=count: len(grid.model.ids) == count, show.value)  # type: ignore[misc]
        press(KEY.Key_E)
        settle(window)
        assert window.masks.page.isVisible()
        assert sitting(window).crop_id == grid.grid.current_id

    edited(masked, script)
