"""What can be checked of the looks by machine: contrast, names for screen readers, nothing cut off."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QSpinBox,
    QWidget,
)

from dropgui.assets import asset
from dropgui.main_window import MainWindow
from dropgui.settings import Appearance
from dropgui.style import apply_appearance, is_dark
from dropmodel.parts import EIGHT, FIVE_V
from tests.gui.drive import click_card, drop, indexed, run_main, wait_until
from tests.support.people import make_folder

ROLE, GROUP = QPalette.ColorRole, QPalette.ColorGroup


def luminance(color: QColor) -> float:
    channels = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_text_can_be_read(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    palette = qapp.palette()
    assert is_dark(palette) is (appearance is Appearance.DARK)
    for text, ground in [
        (ROLE.WindowText, ROLE.Window),
        (ROLE.Text, ROLE.Base),
        (ROLE.ButtonText, ROLE.Button),
        (ROLE.PlaceholderText, ROLE.Window),
        (ROLE.PlaceholderText, ROLE.Base),
        (ROLE.ToolTipText, ROLE.ToolTipBase),
        (ROLE.HighlightedText, ROLE.Highlight),
    ]:
        ratio = contrast(palette.color(text), palette.color(ground))
        assert ratio >= 4.5, f"{text} on {ground}: {ratio:.1f}"
    in_lists = QApplication.palette("QAbstractItemView")  # type: ignore[call-overload]
    resting = in_lists.color(GROUP.Inactive, ROLE.Highlight)
    assert contrast(in_lists.color(GROUP.Inactive, ROLE.HighlightedText), resting) >= 4.5
    assert resting != in_lists.color(GROUP.Active, ROLE.Highlight), "a list that is left is quieter"
    assert palette.color(GROUP.Inactive, ROLE.Highlight) != resting, "how far a slider is, is not"
    assert contrast(palette.color(ROLE.Highlight), palette.color(ROLE.Window)) >= 3, "frames can be seen"


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_controls_are_of_one_height(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    choice = QComboBox()
    choice.addItem("Nothing")
    controls = (QPushButton("Export"), choice, QSpinBox(), QDoubleSpinBox(), QLineEdit())
    heights = [control.sizeHint().height() for control in controls]
    assert max(heights) - min(heights) <= 1, "whatever the font"
    for name in ("up", "down"):
        assert asset("icons", f"{name}-{'dark' if is_dark(qapp.palette()) else 'light'}.svg").is_file()


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_the_button_that_enter_presses_shows_the_keyboard(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    window = QWidget()
    row = QHBoxLayout(window)
    button, other = QPushButton("Add Folder…"), QPushButton("Demo")
    button.setDefault(True)
    row.addWidget(button)
    row.addWidget(other)
    window.show()
    window.activateWindow()
    seen = []
    for focus in (button, other):
        focus.setFocus()
        qapp.processEvents()
        assert focus.hasFocus()
        seen.append(button.grab().toImage())
    assert seen[0] != seen[1]
    window.close()


@pytest.mark.parametrize("schema", [EIGHT, FIVE_V], ids=lambda schema: schema.name)
def test_part_colours_differ(schema: object) -> None:
    colors = [part.color for part in schema]  # type: ignore[attr-defined]
    letters = [part.letters for part in schema]  # type: ignore[attr-defined]
    assert len(set(colors)) == len(colors)
    assert len(set(letters)) == len(letters)


def described(widget: QWidget) -> bool:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return bool(widget.accessibleName() or text)


def test_every_control_has_a_name_and_nothing_is_cut(tmp_path: Path) -> None:
    make_folder(tmp_path / "people")

    def script(window: MainWindow) -> None:
        window.resize(1280, 728)  # on a laptop's screen
        drop(window, tmp_path / "people")
        wait_until(indexed(window, 12), "the folder is indexed")
        click_card(window.gallery, 0)
        wait_until(lambda: len(window.match_model.ids) > 0, "there are matches")
        kinds = (QAbstractButton, QAbstractItemView, QAbstractSlider, QLineEdit)
        controls = [w for w in window.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]
        own = [w for w in controls if not isinstance(w, QScrollBar) and not w.objectName().startswith("qt_")]
        nameless = [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in own if not described(w)]
        assert not nameless
        cut = [
            w.text()
            for w in window.findChildren(QPushButton)
            if w.isVisible() and w.width() < w.minimumSizeHint().width()
        ]
        assert not cut, f"buttons too narrow for their text: {cut}"
        labels = [
            w
            for w in window.query_panel.findChildren(QLabel)
            if w.isVisible()
            and w.text()
            and not w.wordWrap()
            and w.sizePolicy().horizontalPolicy().name != "Ignored"
        ]
        assert labels
        if window.fontMetrics().height() <= 15:
            assert window.query_panel._area.verticalScrollBar().maximum() == 0, "all of it is in sight"
        takers = [type(w).__name__ for w in window.findChildren(QWidget) if w.acceptDrops()]
        assert not takers, "a folder may be dropped anywhere on the window"
        assert not [w.text() for w in labels if w.width() < w.sizeHint().width()]
        assert window.query_panel.visibleRegion().boundingRect().right() <= window.width()

    assert run_main(["--library", str(tmp_path / "library.droplib")], script) == 0
