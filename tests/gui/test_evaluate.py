"""Measuring a version in the window, through the real main(): shown, searched, fitted, told to be old."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTableWidget
from sqlalchemy import update

from dropgui.dialogs import questions
from dropgui.evaluation.evaluate import evaluate_version
from dropgui.evaluation.result import Options
from dropgui.evaluation_view import page as page_module
from dropgui.evaluation_view.heat import contrast, heat_color, readable_on
from dropgui.evaluation_view.page import EvaluatePage
from dropgui.gallery.model import MATCH_ROLE
from dropgui.indexing import CancelToken, Progress
from dropgui.library import Library
from dropgui.library.decisions import retract
from dropgui.library.embeddings import features_of
from dropgui.library.models import own_calibration_of, register_model
from dropgui.library.schema import Folder
from dropgui.main_window import MATCHES, MainWindow
from dropgui.search import PartIndex, VectorQuery
from dropgui.search.some import match_some
from dropgui.settings import Appearance
from dropgui.style import apply_appearance
from dropgui.versions.drop import drop_version
from dropmodel.features import default_weights
from tests.gui.drive import click_card, run_main, wait_until
from tests.gui.library import TORCH_MS, add_masks, command
from tests.support.clusters import crowd
from tests.support.people import person
from tests.unit.evaluation.made import call, make
from tests.unit.library.made import DIM, SCHEMA, embed

LEFT = Qt.MouseButton.LeftButton
PERSONS, EACH, STRANGERS = 9, 6, 2
COUNT = PERSONS * EACH + STRANGERS


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)


def made(folder: Path, *, named: bool = True) -> Path:
    """Nine persons at two cameras, and what they look like."""
    path = folder / "some.droplib"
    with Library.create(path) as library:
        case = make(library, persons=PERSONS, each=EACH, strangers=STRANGERS, noise=2.5, named=named)
        case.session.close()
        add_masks(library, case.version, case.crops)
        names = [f"person {who}/{place:06}.png" for place, who in enumerate(case.who.tolist())]
        call(library, case.crops, names)
        library.write(lambda c: c.execute(update(Folder).values(path=str(folder / "pictures"))))
    for place, name in enumerate(names):
        (folder / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        person(int(case.who[place]), place, 32, 16).save(folder / "pictures" / name)
    return path


def play(library: Path, script: Callable[[MainWindow, EvaluatePage], None]) -> None:
    def opened(window: MainWindow) -> None:
        wait_until(lambda: len(window.gallery_model.ids) == COUNT, "the library is read")
        command(window, "Evaluate").trigger()
        page = window.model_rooms.evaluation.page
        assert page is not None
        assert page.isVisible()
        wait_until(lambda: not page.busy, "it is read what there is")
        script(window, page)

    assert run_main(["--library", str(library)], opened) == 0


def searched(window: MainWindow) -> int | None:
    subject = window.controller.subject
    return None if subject is None else subject.crop_id


def measure(page: EvaluatePage, button: QPushButton | None = None) -> None:
    QTest.mouseClick(button or page.choices.measure, LEFT)
    assert page.choices.measure.text() == "Sto&p"
    wait_until(lambda: not page.busy, "it is measured", TORCH_MS)


def cells(table: QTableWidget, column: int) -> list[str]:
    items = [table.item(row, column) for row in range(table.rowCount())]
    return ["" if item is None else item.text() for item in items]


def test_measured_sorted_copied_and_searched(tmp_path: Path) -> None:
    library = made(tmp_path)

    def script(window: MainWindow, page: EvaluatePage) -> None:
        assert "every labelled crop is looked for" in page.message
        for words in ("Export Evaluation as Page", "Calibrate to This Library"):
            assert not command(window, words).isEnabled()
        measure(page)
        found, want = page.found, evaluate_version(window.session)
        assert found is not None
        assert want is not None
        assert found.to_dict() == want.to_dict()
        assert "54 searches for 9 persons among 54 labelled crops" in page.overview.text
        assert cells(page.overview.table, 0)[:6] == ["Rank-1", "Rank-5", "Rank-10", "Rank-20", "mAP", "mINP"]
        assert page.choices.held_out.isEnabled()
        assert not page.choices.held_out.isChecked(), "this version was taught nothing here"
        table = page.parts.table
        table.sortItems(2, Qt.SortOrder.DescendingOrder)
        values = [float(text) for text in cells(table, 2)]
        assert values == sorted(values, reverse=True)
        table.selectRow(1)
        table.actions()[0].trigger()
        copied = QGuiApplication.clipboard().text().split("\n")
        assert copied == ["\t".join(table.text()[0]), "\t".join(table.text()[2])]
        page.cameras.measure.setCurrentIndex(2)
        assert page.cameras.table.rowCount() == 2
        page.sections.setCurrentWidget(page.worst)
        worst = found.worst[0]
        assert page.worst.list.row == 0
        page.worst.list.activated.emit(page.worst.list.model().index(0, 0))
        wait_until(lambda: searched(window) == worst.crop_id, "the query is searched for", TORCH_MS)
        assert window.tabs.currentIndex() == MATCHES

    play(library, script)


def test_a_match_stands_beside_the_query(tmp_path: Path) -> None:
    library = made(tmp_path)

    def press(key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, keys)

    def script(window: MainWindow, page: EvaluatePage) -> None:
        measure(page)
        page.sections.setCurrentWidget(page.worst)
        panel = page.worst
        assert page.found is not None
        row, worst = next(
            (row, query)
            for row, query in enumerate(page.found.worst)
            if any(right for _, right in query.found)
        )
        panel.list.setCurrentIndex(panel.list.model().index(row, 0))
        ids = [crop for crop, _ in worst.found]
        wrong = next(place for place, (_, right) in enumerate(worst.found) if not right)
        right = next(place for place, (_, right) in enumerate(worst.found) if right)
        wait_until(panel.grid.is_drawn, "the pictures are there")
        click_card(panel.grid, wrong)
        pair = window.model_rooms.evaluation.pair
        wait_until(lambda: pair.page.isVisible() and not pair.busy, "they are compared", TORCH_MS)
        assert not page.isVisible(), "it has all the room"
        assert "somebody else" in pair.labels.words
        for side, crop in ((pair.page.query, worst.crop_id), (pair.page.match, ids[wrong])):
            assert side.view.accessibleName().endswith(f": {crop - 1:06}.png")
            assert side.view.picture_rect() != side.view.rect(), "there is a picture"
        session = window.session
        asked = VectorQuery(
            session.features_of_crop(worst.crop_id), dict.fromkeys(default_weights(SCHEMA), 1.0), top=COUNT
        )
        scores = {match.crop_id: match.score for match in session.search(asked).matches}
        assert pair.page.score_text.startswith(f"score {scores[ids[wrong]]:.3f}")
        assert window.status.counts_text.endswith("1 selected")
        step = Qt.Key.Key_Right if right > wrong else Qt.Key.Key_Left
        for _ in range(abs(right - wrong)):
            press(step)
        assert pair.labels.words == f"Both are labelled as {worst.person}."
        assert panel.grid.selected_ids() == [ids[right]]
        press(Qt.Key.Key_Escape)
        assert panel.grid.hasFocus(), "one step back, not two"
        assert panel.grid.current_id == ids[right]
        press(Qt.Key.Key_Return)
        wait_until(lambda: pair.page.isVisible() and not pair.busy, "Enter compares too", TORCH_MS)
        press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        wait_until(lambda: searched(window) == ids[right], "the match is searched for", TORCH_MS)
        command(window, "Evaluate").trigger()
        assert pair.page.isVisible(), "it is where it was left"
        QTest.mouseClick(pair.labels.search_query, LEFT)
        wait_until(lambda: searched(window) == worst.crop_id, "the query is searched for", TORCH_MS)
        command(window, "Evaluate").trigger()
        command(window, "Measure the Chosen Version").trigger()
        assert not pair.page.isVisible(), "it is of what was measured before"
        wait_until(lambda: not page.busy, "it is measured", TORCH_MS)

    play(library, script)


def test_a_match_is_shown_as_the_version_that_was_measured_sees_it(tmp_path: Path) -> None:
    library = made(tmp_path)
    with Library.open(library) as opened:
        child = register_model(
            opened, name="child", schema=SCHEMA, dim=DIM, weights_hash="c", trained=True
        ).id
        who = np.append(np.repeat(np.arange(PERSONS), EACH), range(PERSONS, PERSONS + STRANGERS))
        other = crowd(who, SCHEMA, dim=DIM, noise=2.5, seed=5)
        embed(opened, child, list(range(1, COUNT + 1)), other)
        add_masks(opened, child, list(range(1, COUNT + 1)))

    def script(window: MainWindow, page: EvaluatePage) -> None:
        page.choices.version.setCurrentIndex(1)
        measure(page)
        page.sections.setCurrentWidget(page.worst)
        page.calibrate()
        wait_until(lambda: not page.work.busy, "it is fitted")
        assert "'child' are fitted to this library; searches tell them once" in page.notice.text
        assert page.found is not None
        query, pair = page.found.worst[0], window.model_rooms.evaluation.pair
        wait_until(page.worst.grid.is_drawn, "the pictures are there")
        click_card(page.worst.grid, 0)
        wait_until(lambda: pair.page.isVisible() and not pair.busy, "they are compared", TORCH_MS)
        session, library = window.session, window.session.library
        weights, first = dict.fromkeys(default_weights(SCHEMA), 1.0), query.found[0][0]

        def score(version: int) -> str:
            asked = VectorQuery(features_of(library, [query.crop_id], version), weights)
            index = PartIndex.open(library, version, "cpu")
            found = match_some(index, asked, [first])[first].score
            index.close()
            return f"score {found:.3f}"

        assert score(child) != score(1)
        assert pair.page.score_text.startswith(score(child)), "the likeness that put it there"
        assert "child’s, the version that was measured; searches are answered by made" in pair.labels.words
        session.switch(child)
        wait_until(lambda: "child’s" not in pair.labels.words, "there is one version to speak of")
        session.switch(1)
        wait_until(lambda: "child’s" in pair.labels.words, "there are two again")
        QTest.keyClick(pair.page, Qt.Key.Key_Escape)
        drop_version(library, child)
        click_card(page.worst.grid, 1)
        wait_until(lambda: "Measure again" in page.notice.text, "it is said why it cannot be compared")
        assert not pair.page.isVisible()

    play(library, script)


def test_the_grid_in_front_says_how_large_pictures_are(tmp_path: Path) -> None:
    def script(window: MainWindow, page: EvaluatePage) -> None:
        measure(page)
        command(window, "Larger Cards").trigger()
        command(window, "Larger Cards").trigger()
        page.sections.setCurrentWidget(page.worst)
        sizes = []
        for name, grid in (("Evaluate", page.worst.grid), ("Gallery", window.gallery)):
            command(window, name).trigger()
            wait_until(grid.is_drawn, "the pictures are there")
            sizes.append(window.thumbnails.size.width())
        assert sizes == [128, window.gallery.card_width - 8]

    play(made(tmp_path), script)


def test_other_parts_and_another_version(tmp_path: Path) -> None:
    library = made(tmp_path)
    with Library.open(library) as opened:
        register_model(
            opened, name="child", schema=SCHEMA, dim=DIM, weights_hash="c", trained=True, parent_id=1
        )

    def script(window: MainWindow, page: EvaluatePage) -> None:
        choices = page.choices
        assert choices.by.text() == "&By person and parts"
        menu = choices.by.menu()
        assert menu is not None
        ticks = {action.text(): action for action in menu.actions()}
        assert [text for text, action in ticks.items() if action.isChecked()] == [
            "Whole person", "Stripe 1", "Stripe 2", "Stripe 3",
        ]  # fmt: skip
        for text in ("Whole person", "Stripe 1"):
            ticks[text].trigger()
        assert choices.by.text() == "&By 2 parts"
        measure(page)
        assert cells(page.parts.table, 0)[:2] == ["Stripe 2 + Stripe 3", "Person and parts"]
        found, want = page.found, evaluate_version(window.session, 1, Options(parts=("stripe_2", "stripe_3")))
        assert found is not None
        assert want is not None
        assert found.to_dict() == {**want.to_dict(), "held_out": False}
        choices.version.setCurrentIndex(1)
        assert choices.held_out.isChecked(), "it was taught here: only whom it was not taught with"
        assert not choices.measure.isEnabled()
        assert "no vectors yet" in choices.measure.toolTip()
        choices.version.setCurrentIndex(0)
        assert not choices.held_out.isChecked()
        assert choices.measure.isEnabled()

    play(library, script)


def test_old_figures_are_told(tmp_path: Path) -> None:
    library = made(tmp_path)

    def script(window: MainWindow, page: EvaluatePage) -> None:
        measure(page)
        assert not page.is_stale
        retract(window.session.library, [1, 2], 1)
        wait_until(lambda: page.is_stale, "it is told that more was said since")
        (again,) = [button for button in page.notice.findChildren(QPushButton) if button.isVisible()]
        measure(page, again)
        assert not page.is_stale
        assert "52 labelled crops" in page.overview.text

    play(library, script)


def test_percentages_are_fitted_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = made(tmp_path)
    page_file, folder = tmp_path / "page.html", tmp_path / "files"
    monkeypatch.setattr(questions, "which_page", lambda *_: page_file)
    monkeypatch.setattr(questions, "which_output_folder", lambda *_: folder)

    def told(window: MainWindow) -> list[float | None]:
        rows = range(window.match_model.rowCount())
        matches = [window.match_model.index(row).data(MATCH_ROLE) for row in rows]
        return [None if match is None else match.probability for match in matches]

    def script(window: MainWindow, page: EvaluatePage) -> None:
        window.search_for(1)
        wait_until(lambda: told(window)[:1] not in ([], [None]), "there are percentages")
        before = told(window)
        command(window, "Evaluate").trigger()
        measure(page)
        certainty = page.certainty
        page.sections.setCurrentWidget(certainty)
        assert certainty.words.text().startswith("Percentages are calibrated on made people.")
        assert certainty.calibrate.isEnabled()
        assert set(certainty.diagram.lines) >= {"In use", "perfect"}
        QTest.mouseClick(certainty.calibrate, LEFT)
        wait_until(lambda: not page.work.busy, "it is fitted")
        assert "from now on" in page.notice.text
        assert own_calibration_of(window.session.library, 1) is not None
        wait_until(lambda: told(window)[:1] not in (before[:1], [], [None]), "the matches tell others")
        assert certainty.words.text().startswith("Percentages are calibrated on 9 confirmed persons of this")
        assert not certainty.calibrate.isEnabled()
        assert set(certainty.diagram.lines) == {"In use", "perfect"}
        measure(page)
        assert not certainty.calibrate.isEnabled(), "it would be fitted to the very same"
        command(window, "Take Calibration Back").trigger()
        wait_until(lambda: told(window) == before, "the matches tell what they told")
        assert own_calibration_of(window.session.library, 1) is None
        for words in ("Page", "Tables", "Curves"):
            command(window, f"Export Evaluation as {words}").trigger()
            wait_until(lambda: not page.work.busy, "it is written", TORCH_MS)
            assert page.notice.text.startswith("Wrote")
        assert page_file.stat().st_size > 10_000
        assert {"summary.csv", "cmc.png"} <= {file.name for file in folder.iterdir()}

    play(library, script)


def test_it_can_be_stopped_and_what_was_found_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = made(tmp_path)

    def slow(*_: object, on_progress: Callable[[Progress], None], cancel: CancelToken) -> None:
        on_progress(Progress("measuring", 20, 54, 0, 10.0, 3.0))
        while not cancel.cancelled:
            time.sleep(0.01)

    def script(window: MainWindow, page: EvaluatePage) -> None:
        measure(page)
        found = page.found
        monkeypatch.setattr(page_module, "evaluate_version", slow)
        command(window, "Measure the Chosen Version").trigger()
        wait_until(
            lambda: page.progress_text == "Looked for 20 of 54 crops · 3 s left", "it says how far it is"
        )
        assert not page.export.isEnabled()
        assert not command(window, "Measure the Chosen Version").isEnabled()
        QTest.mouseClick(page.choices.measure, LEFT)
        wait_until(lambda: not page.busy, "it is stopped")
        assert page.notice.text == "Stopped."
        assert page.progress_text == ""
        assert page.found is found
        assert page.export.isEnabled()
        page.measure()  # and closing the window ends it too

    play(library, script)


def test_nobody_yet_says_what_to_do(tmp_path: Path) -> None:
    library = made(tmp_path, named=False)

    def script(window: MainWindow, page: EvaluatePage) -> None:
        assert "Confirm at least two crops for two persons" in page.message
        (names,) = [b for b in page.findChildren(QPushButton) if b.text() == "Take Persons from &Names"]
        assert names.isVisible()
        measure(page)
        assert "Confirm at least two crops for two persons" in page.message
        measure(page, names)
        assert page.found is not None
        assert page.found.persons == PERSONS
        assert page.message == ""
        assert window.library_panel is not None

    play(library, script)
    with Library.open(library) as opened:
        assert own_calibration_of(opened, 1) is None


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_numbers_on_heat_can_be_read(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    for wrong in (False, True):
        for share in (None, *(place / 40 for place in range(41))):
            ground = heat_color(qapp.palette(), share, wrong=wrong)
            assert contrast(readable_on(ground), ground) >= 4.5, share
    white, black = QColor("white"), QColor("black")
    assert contrast(white, black) == pytest.approx(21)
    assert heat_color(qapp.palette(), 0) == qapp.palette().color(QPalette.ColorRole.AlternateBase)
