"""What holds for every control of every page: a name for who hears it, a word of help, a key of its own."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QWidget,
)

from dropgui.main_window import GALLERY, MATCHES, MainWindow
from tests.gui.drive import click_card, pause, run_main, wait_until
from tests.gui.library import TORCH_MS, command, four_people

KINDS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QProgressBar,
)
popups = pytest.mark.qt_log_ignore("plugin does not support (raise|grabbing the keyboard)", extend=True)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(MainWindow, "_load_model", lambda _: None)
    return four_people(tmp_path)


def controls(root: QWidget) -> list[QWidget]:
    """What can be seen and used, but for the pieces that Qt makes its own controls of."""
    seen = [w for w in root.findChildren(QWidget) if isinstance(w, KINDS) and w.isVisibleTo(root)]
    pieces = (QAbstractSpinBox, QComboBox, QTabBar, QLineEdit)
    return [
        w
        for w in seen
        if not isinstance(w, QScrollBar)
        and not isinstance(w.parent(), pieces)
        and not w.objectName().startswith("qt_")
    ]


def spoken(control: QWidget) -> str:
    """What is read out of it; a button's text, unless it is but a sign."""
    text = control.text() if isinstance(control, QAbstractButton) else ""
    return control.accessibleName() or (text if any(letter.isalpha() for letter in text) else "")


def told(control: QWidget) -> str:
    return f"{type(control).__name__} {spoken(control)!r} of {type(control.parent()).__name__}"


def nameless(root: QWidget) -> list[str]:
    return [told(control) for control in controls(root) if not spoken(control)]


def without_help(root: QWidget) -> list[str]:
    """Controls without a tooltip; lists have one at each row, and bars show only how far something is."""
    return [
        told(control)
        for control in controls(root)
        if not isinstance(control, QAbstractItemView | QProgressBar) and not control.toolTip()
    ]


def keys(window: MainWindow) -> list[str]:
    """Keys of what can be done in the window now, wherever in it the keyboard is."""
    actions = {action for w in (window, *window.findChildren(QWidget)) for action in w.actions()}
    everywhere = {
        Qt.ShortcutContext.WindowShortcut,
        Qt.ShortcutContext.ApplicationShortcut,
    }
    return [
        key.toString()
        for action in actions
        if action.isEnabled() and action.shortcutContext() in everywhere
        for key in action.shortcuts()
    ]


def menus(window: MainWindow) -> list[QMenu]:
    found = [action.menu() for action in window.menuBar().actions()]
    return [menu for menu in found if isinstance(menu, QMenu)]


def letters_twice(window: MainWindow) -> list[str]:
    """Letters that Alt would share between what is seen: menus, buttons, and labels of controls."""
    texts = [action.text() for action in window.menuBar().actions()]
    for widget in window.findChildren(QWidget):
        named = isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy())
        if named and widget.isVisible():
            texts.append(widget.text())  # type: ignore[attr-defined]
    letters = Counter(text[text.index("&") + 1].lower() for text in texts if "&" in text.replace("&&", ""))
    return [letter for letter, count in letters.items() if count > 1]


@popups
def test_every_control_has_a_name_a_word_of_help_and_a_key_of_its_own(library: Path) -> None:
    def script(window: MainWindow) -> None:
        window.resize(1280, 800)
        wait_until(lambda: len(window.gallery_model.ids) == 18, "the library is read")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches", TORCH_MS)
        first = [int(i) for i in window.match_model.ids[:2]]
        window.controller.add_views(first[:1])
        window.controller.add_negatives(first[1:])
        wait_until(lambda: len(window.controller.negatives) == 1, "somebody is not meant")
        for tab in range(window.tabs.count()):
            window.tabs.setCurrentIndex(tab)
            pause(50)
            wait_until(
                lambda: window.late.map is None or not window.late.map.busy, "the map is there", TORCH_MS
            )
            name = window.tabs.tabText(tab)
            assert window.tabs.tabToolTip(tab), name
            assert not nameless(window), name
            assert not without_help(window), name
            assert [key for key, count in Counter(keys(window)).items() if count > 1] == [], name
            assert not letters_twice(window), name
        late = window.late
        assert late.duplicates is not None
        command(window, "Suggest Persons").trigger()
        persons, duplicates = late.persons, late.duplicates
        assert persons is not None
        wait_until(lambda: not persons.busy, "there are suggestions", TORCH_MS)
        duplicates.set_threshold(0.8)
        command(window, "Find Duplicates").trigger()
        wait_until(lambda: not duplicates.busy, "there are duplicates", TORCH_MS)
        for page in (persons, duplicates):
            assert page.message == ""
            assert not nameless(page)
            assert not without_help(page)
        window.tabs.setCurrentIndex(MATCHES)
        window.comparison.open()
        assert window.comparison.is_open
        assert not letters_twice(window)
        assert not nameless(window)
        assert not without_help(window)
        window.query_room.show_history()
        assert not nameless(window.query_room.history)
        window.query_room.history.close()
        command(window, "Keyboard Shortcuts").trigger()
        (sheet,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        assert not nameless(sheet)
        sheet.close()

    assert run_main(["--library", str(library)], script) == 0


def test_menus_read_well(library: Path) -> None:
    def script(window: MainWindow) -> None:
        window._show_tab(GALLERY)
        for menu in menus(window):
            shown = [action for action in menu.actions() if not action.isSeparator()]
            words = [action.text().replace("&&", "") for action in shown]
            letters = Counter(text[text.index("&") + 1].lower() for text in words if "&" in text)
            assert [letter for letter, count in letters.items() if count > 1] == [], menu.title()
            assert len(set(words)) == len(words), menu.title()
            for before, after in zip(menu.actions(), menu.actions()[1:], strict=False):
                assert not (before.isSeparator() and after.isSeparator()), menu.title()
            assert not menu.actions()[0].isSeparator()
            assert not menu.actions()[-1].isSeparator()

    assert run_main(["--library", str(library)], script) == 0


@popups
def test_the_sheet_of_keys_calls_everything_by_its_full_name(library: Path) -> None:
    def script(window: MainWindow) -> None:
        command(window, "Keyboard Shortcuts").trigger()
        (sheet,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        words = [label.text() for label in sheet.findChildren(QLabel)]
        for shown in ("Group Matches by Person", "Parts that Count: Upper body", "Search for a Picture"):
            assert words.count(shown) == 1, shown
        titles = ["View · Group Matches by", "Mask · Tools", "Mask · Repair", "Mask · Show"]
        assert [word for word in words if word in titles] == titles
        grids = sheet.findChildren(QGridLayout)
        assert max(grid.rowCount() for grid in grids) <= 20, "no section is too long to look through"
        (area,) = sheet.findChildren(QScrollArea)
        assert area.horizontalScrollBar().maximum() == 0, "nothing is cut off on a small screen"
        sheet.close()

    assert run_main(["--library", str(library)], script) == 0
