"""The mask editor through the window: search, correct, save, rank anew."""

from pathlib import Path

import numpy as np
import pytest

from dropgui.correction.drafts import open_draft
from dropgui.library import Library
from dropgui.library.corrections import labels_of, revisions
from dropgui.library.queries import crop_rows
from dropgui.library.reviews import review_rows
from dropgui.main_window import GALLERY, MASKS, MATCHES, MainWindow
from tests.gui.drive import click_card, wait_until
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
    scores,
    settle,
    sitting,
)

pytestmark = pytest.mark.usefixtures("starter")  # small, so quick


def test_a_corrected_mask_ranks_anew(tmp_path: Path) -> None:
    def script(window: MainWindow) -> None:
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 5, "there are matches")
        wrong = window.match_model.crop_ids[3]
        window.matches.select(wrong)
        before, before_editing = scores(window), focus()
        press(KEY.Key_E)
        settle(window)
        assert window.tabs.currentIndex() == MASKS
        assert sitting(window).crop_id == wrong
        assert window.masks.page.canvas.hasFocus(), "the keys go to the canvas"
        press(KEY.Key_BracketRight)
        press(KEY.Key_2)
        for _ in range(12):
            press(KEY.Key_BracketRight)
        drag(window, [(10, 20), (50, 20), (10, 60), (50, 100)])
        assert window.masks.page.header.state == "Not saved yet"
        wait_until(lambda: revisions(window.session.library, wrong), "it was saved by itself")
        settle(window)
        assert window.masks.page.header.state == "Saved"
        assert "In the search" in window.masks.page.effect.words
        wait_until(lambda: scores(window)[wrong] != before[wrong], "the same search is ranked anew")
        others = {crop_id: score for crop_id, score in scores(window).items() if crop_id != wrong}
        assert others == {crop_id: before[crop_id] for crop_id in others}
        press(KEY.Key_Escape)
        assert window.tabs.currentIndex() == MATCHES, "back to where the user came from"
        assert focus() is before_editing, "with the keyboard"
        assert review_rows(window.session.library, [wrong])[wrong].state == "corrected"
        rank = window.match_model.crop_ids.index(wrong) + 1
        assert f"match {rank}" in window.masks.page.effect.words.replace("→ ", "match ")

    opened(tmp_path, script)


def test_what_is_drawn_last_is_saved_when_the_window_closes(masked: Path) -> None:
    drawn: dict[int, np.ndarray] = {}

    def script(window: MainWindow) -> None:
        press(KEY.Key_3)
        drag(window, [(12, 12), (40, 90)])
        drawn[sitting(window).crop_id] = sitting(window).document.labels.copy()

    edited(masked, script)
    with Library.open(masked / LIBRARY) as again:
        for crop_id, labels in drawn.items():
            assert np.array_equal(labels_of(again, revisions(again, crop_id)[0]), labels)
            assert open_draft(again, crop_id) is None


def test_going_to_another_crop_saves_first(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        first = sitting(window)
        press(KEY.Key_4)
        drag(window, [(30, 30), (30, 60)])
        labels = first.document.labels.copy()
        press(KEY.Key_N)
        settle(window)
        assert sitting(window).crop_id != first.crop_id
        stored = revisions(window.session.library, first.crop_id)
        assert np.array_equal(labels_of(window.session.library, stored[0]), labels)
        assert not window.masks.history.stack.canUndo(), "the other crop's strokes are not this one's"
        press(KEY.Key_P)
        settle(window)
        assert sitting(window).crop_id == first.crop_id
        assert np.array_equal(sitting(window).document.labels, labels)

    edited(masked, script)


def test_strokes_undone_before_they_are_saved_make_no_revision(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        before = sitting(window).document.labels.copy()
        press(KEY.Key_1)
        drag(window, [(5, 5), (30, 30)])
        assert not np.array_equal(sitting(window).document.labels, before)
        press(KEY.Key_Z, MOD.ControlModifier)
        assert np.array_equal(sitting(window).document.labels, before)
        saved(window)
        assert revisions(window.session.library, sitting(window).crop_id) == []
        press(KEY.Key_Z, MOD.ControlModifier | MOD.ShiftModifier)
        saved(window)
        drag(window, [(40, 5), (40, 30)])
        saved(window)
        assert len(revisions(window.session.library, sitting(window).crop_id)) == 1, (
            "one sitting, one revision"
        )

    edited(masked, script)


def test_the_crop_that_is_meant_is_opened_from_everywhere(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.crop_ids) == 5, "there are matches")
        query, *_ = crop_ids(window)
        press(KEY.Key_Space)
        assert window.comparison.is_open
        press(KEY.Key_Right)
        compared = window.matches.current_id
        found = []
        for where in (None, window.query_panel.part_list, window.gallery):
            if where is window.gallery:
                window._show_tab(GALLERY)
                window.gallery.select(crop_ids(window)[4])
            elif where is not None:
                window._show_tab(MATCHES)
                window.query_panel.history_button.setFocus()
            press(KEY.Key_E)
            settle(window)
            assert window.tabs.currentIndex() == MASKS
            found.append(sitting(window).crop_id)
        assert found == [compared, query, crop_ids(window)[4]]
        window.masks.edit(query)
        settle(window)
        press(KEY.Key_0)
        for _ in range(20):
            press(KEY.Key_BracketRight)
        drag(window, [(5, 5), (60, 120), (5, 120)])
        saved(window)
        wait_until(lambda: window.controller.subject is not None, "the query is looked at again")
        subject = window.controller.subject
        assert subject is not None
        assert subject.labels is not None
        assert np.array_equal(subject.labels, sitting(window).document.labels), "with the mask of now"

    opened(masked, script)


def test_a_mask_is_copied_from_another_crop(masked: Path) -> None:
    def script(window: MainWindow) -> None:
        first, _, second = crop_ids(window)[:3]  # first and second are of one camera
        for keys in (MOD.NoModifier, MOD.ShiftModifier):
            window.masks.edit(second)
            settle(window)
            steps = window.masks.history.stack.count()
            sitting(window).document.labels[:] = 0
            press(KEY.Key_C, keys)
            settle(window)
            if not sitting(window).document.labels.any():
                assert "Nothing was copied" in window.notice.text, "it would be worse"
                assert "once more" in window.notice.text
                press(KEY.Key_C, keys)
                settle(window)
            assert window.masks.history.stack.count() == steps + 1
            assert sitting(window).document.labels.any()
            assert "it fits" in window.notice.text
            saved(window)
        window.masks.edit(first)
        settle(window)
        press(KEY.Key_C, MOD.ShiftModifier)
        settle(window)
        assert "no mask to copy" in window.notice.text, "the first picture has none before it"

    edited(masked, script)


def test_a_picture_that_is_gone_and_one_that_cannot_be_read(tmp_path: Path) -> None:
    def script(window: MainWindow) -> None:
        first, _, second = crop_ids(window)[:3]  # first and second are of one camera
        path = crop_rows(window.session.library, [second])[second].path
        path.write_bytes(b"no picture")
        window.masks.edit(second)
        settle(window)
        assert window.masks.editing.sitting is None
        assert path.name in window.masks.page.canvas._message
        for key in (KEY.Key_F6, KEY.Key_S, KEY.Key_R, KEY.Key_B):
            press(key)
        window.masks.edit(first)
        settle(window)
        press(KEY.Key_1)
        drag(window, [(10, 10), (20, 20)])
        folder = crop_rows(window.session.library, [first])[first].folder_id
        window.session.forget_folder(folder)
        wait_until(lambda: window.masks.editing.sitting is None, "what was forgotten is not in hand")
        settle(window)
        assert "forgotten" in window.masks.page.canvas._message

    edited(tmp_path, script)
