"""The menu bar: every command of the window, with its key, in one place."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from dropgui.query.selection import PartSelection, Preset
from dropgui.settings import Appearance

Key = QKeySequence.StandardKey | str


class _Letters(QObject):
    """Keeps plain keys for the menu bar while it has the keyboard.

    Qt takes the commands in its menus for the bar's own then: Alt and S would skip a mask, not open Search.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)


def letters_open_menus(bar: QMenuBar) -> QMenuBar:
    """The bar, whose letters open its menus once Alt has given it the keyboard."""
    bar.installEventFilter(_Letters(bar))
    return bar


def add(
    menu: QMenu, text: str, do: Callable[[], object], key: Key | None = None, tip: str | None = None
) -> QAction:
    """A command of ``menu`` that calls ``do``."""
    action = QAction(text, menu)
    if key is not None:
        action.setShortcut(QKeySequence(key))
    if tip is not None:
        action.setStatusTip(tip)
    action.triggered.connect(lambda _checked=False: do())
    menu.addAction(action)
    return action


def add_appearances(menu: QMenu, current: Appearance, choose: Callable[[Appearance], object]) -> None:
    """The choice between light, dark and the desktop's own."""
    inner = menu.addMenu("&Appearance")
    group = QActionGroup(inner)
    for appearance in Appearance:
        action = add(inner, appearance.value.title(), lambda appearance=appearance: choose(appearance))  # type: ignore[misc]
        action.setCheckable(True)
        action.setChecked(appearance is current)
        group.addAction(action)


def add_presets(menu: QMenu, selection: PartSelection) -> None:
    """The presets of the part selection."""
    keys = dict(zip(Preset, "0WULC", strict=True))
    inner = menu.addMenu("Parts that Cou&nt")
    for preset, key in keys.items():
        action = add(inner, preset.value, lambda preset=preset: selection.apply(preset), key)  # type: ignore[misc]
        action.setIconText(f"Parts that Count: {preset.value}")


def add_key(window: QMainWindow, text: str, key: Key, do: Callable[[], object]) -> None:
    """A command of the whole window that has a key and no place in a menu."""
    action = QAction(text, window)
    action.setShortcut(QKeySequence(key))
    action.triggered.connect(lambda _checked=False: do())
    window.addAction(action)


def add_part_keys(window: QMainWindow, selection: PartSelection) -> None:
    """Digits 1 to 9 count a part, or no longer."""
    for position in range(9):
        add_key(
            window,
            f"Part {position + 1}",
            str(position + 1),
            lambda position=position: _toggle(selection, position),  # type: ignore[misc]
        )


def _toggle(selection: PartSelection, position: int) -> None:
    schema = selection.schema
    if schema is not None and position < len(schema):
        selection.toggle(schema.names[position])
