"""The line above the grids: one message at a time, and offers that wait their turn."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton

from dropgui.dialogs.notice import NoticeBar


def test_offers_that_can_wait_are_made_one_after_the_other() -> None:
    bar = NoticeBar()
    done: list[str] = []
    bar.show()
    bar.tell("now", "Do", partial(done.append, "now"))
    for name in ("first", "second", "third"):
        bar.tell_when_free(name, "Do", partial(done.append, name))
    assert bar.text == "now"
    bar.tell("newer")
    assert bar.text == "newer", "what is said at once does not wait"
    (close,) = bar.findChildren(QToolButton)
    (offer,) = bar.findChildren(QPushButton)
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert bar.text == "first"
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert (bar.text, done) == ("second", ["first"])
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert (bar.text, done) == ("", ["first", "third"])
    bar.deleteLater()
