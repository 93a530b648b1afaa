"""Work off the main thread: results and errors come back on it, old requests do not pile up."""

import logging
import threading

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from dropgui.errors import UserError
from dropgui.indexing.progress import duration
from dropgui.jobs.runner import Latest, Runner


def test_result_arrives_on_the_main_thread(qtbot: QtBot) -> None:
    runner = Runner()
    seen: list[tuple[object, QThread, int]] = []
    main = threading.get_ident()
    runner.run(threading.get_ident, lambda worker: seen.append((worker, QThread.currentThread(), main)))
    qtbot.waitUntil(lambda: bool(seen))
    worker, thread, _ = seen[0]
    assert worker != main
    assert thread.isMainThread()
    runner.close()


def test_a_fault_without_a_handler_is_announced(qtbot: QtBot) -> None:
    runner = Runner()

    def fail() -> None:
        raise UserError("the disk is full")

    with qtbot.waitSignal(runner.failed) as heard:
        runner.run(fail)
    assert heard.args is not None
    assert str(heard.args[0]) == "the disk is full"
    runner.close()


@pytest.mark.noisy
def test_a_bug_is_logged_with_its_traceback(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    runner = Runner()
    errors: list[Exception] = []
    with caplog.at_level(logging.ERROR):
        runner.run(lambda: 1 / 0, on_error=errors.append)
        qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)
    assert "Traceback" in caplog.text
    runner.close()


def test_nothing_is_delivered_after_close(qtbot: QtBot) -> None:
    runner = Runner()
    gate = threading.Event()
    seen: list[object] = []
    runner.run(lambda: gate.wait(10), seen.append)
    gate.set()
    runner.close()
    qtbot.wait(50)
    assert seen == []


def test_only_the_newest_waiting_request_runs(qtbot: QtBot) -> None:
    runner = Runner()
    latest = Latest(runner)
    gate = threading.Event()
    ran: list[int] = []
    seen: list[int] = []

    def work(number: int) -> int:
        gate.wait(10)
        ran.append(number)
        return number

    for number in range(5):
        latest.request(lambda number=number: work(number), seen.append)  # type: ignore[misc]
    gate.set()
    qtbot.waitUntil(lambda: seen == [0, 4])
    assert ran == [0, 4]
    assert not latest.busy
    runner.close()


def test_dropped_request_is_not_delivered(qtbot: QtBot) -> None:
    runner = Runner()
    latest = Latest(runner)
    gate = threading.Event()
    seen: list[object] = []
    latest.request(lambda: gate.wait(10), lambda _: seen.append("old"))
    latest.drop()
    latest.request(lambda: "new", seen.append)
    gate.set()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["new"]
    runner.close()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.4, "59 s"), (90, "2 min"), (3900, "1 h 5 min")]
)
def test_durations_are_written_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words
