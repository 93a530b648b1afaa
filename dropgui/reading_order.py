"""The Tab key goes through a panel as the eye does."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def in_reading_order(panel: QWidget) -> None:
    """Let Tab go through ``panel`` as it is laid out, also to what was made later than the rest.

    Qt goes by the order of making: what a panel makes anew with every query would come after all else.
    """
    for before, after in pairwise(stops(panel)):
        QWidget.setTabOrder(before, after)


def stops(widget: QWidget) -> Iterator[QWidget]:
    """What Tab stops at in a widget, as its layouts have it."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, QScrollArea):
        if (inner := widget.widget()) is not None:
            yield from stops(inner)
    elif (layout := widget.layout()) is not None:
        yield from _inside(layout)


def _inside(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield from stops(widget)
        elif (inner := item.layout()) is not None:
            yield from _inside(inner)
