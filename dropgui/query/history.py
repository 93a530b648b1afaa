"""What was searched for before: noted when a query has stood for a moment, listed to be asked again."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dropgui.jobs.runner import Latest, Runner
from dropgui.library.history import KEPT, forget_queries, past_queries, remember_query
from dropgui.library.library import Library
from dropgui.library.rows import PastQueryRow
from dropgui.query.controller import QueryController
from dropgui.query.describe import Described, described
from dropgui.search.question import Query
from dropgui.style import GRID, heading, note, picture_icon

_STANDS_MS = 1500  # a query that changes sooner was on the way to another one
_PICTURE = QSize(4 * GRID, 8 * GRID)
_QUERY = Qt.ItemDataRole.UserRole
_NOTHING = f"Nothing yet. The last {KEPT} searches are kept here, in the library file."


class HistoryPopup(QFrame):
    """Opens below a button; a click or Enter asks again what is chosen."""

    chosen = Signal()

    def __init__(
        self, library: Library, runner: Runner, controller: QueryController, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._library = library
        self._runner = runner
        self._controller = controller
        self._reads = Latest(runner)
        self._noted: dict[str, object] | None = None
        self._stands = QTimer(self, singleShot=True, interval=_STANDS_MS)
        self._stands.timeout.connect(self._note)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Searches made before")
        self.list = QListWidget()
        self.list.setAccessibleName("Searches made before")
        self.list.setIconSize(_PICTURE)
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAcceptDrops(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        empty = note(_NOTHING)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.list)
        self._forget = QPushButton("Forget All")
        self._forget.setToolTip("Empty this list; saved searches stay")
        self._forget.clicked.connect(self._forget_all)
        top = QHBoxLayout()
        top.addWidget(heading("History"))
        top.addStretch()
        top.addWidget(self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        self.resize(44 * GRID, 60 * GRID)
        controller.answered.connect(lambda _: self._stands.start())

    def open_below(self, button: QWidget) -> None:
        """Show the list, read anew, below a button."""
        self._fill([])
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + GRID // 2))
        screen = button.screen().availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self.width())))
        corner.setY(max(screen.top(), min(corner.y(), screen.bottom() - self.height())))
        self.move(corner)
        self.show()
        self.list.setFocus()
        library = self._library
        self._reads.request(lambda: _read(library), self._fill)

    def _fill(self, lines: Sequence[tuple[Described, datetime]]) -> None:
        self.list.clear()
        for line, asked_at in lines:
            item = QListWidgetItem(f"{line.title}\n{line.detail}\n{_when(asked_at)}", self.list)
            pixmap = QPixmap(_PICTURE) if line.picture.isNull() else QPixmap.fromImage(line.picture)
            if line.picture.isNull():
                pixmap.fill(self.palette().alternateBase().color())
            item.setIcon(picture_icon(pixmap))
            item.setSizeHint(QSize(0, _PICTURE.height() + GRID))
            item.setToolTip(f"{line.title}\n{line.detail}")
            item.setData(_QUERY, line.query)
        if lines:
            self.list.setCurrentRow(0)
        self._pages.setCurrentIndex(1 if lines else 0)
        self._forget.setEnabled(bool(lines))

    def _choose(self, item: QListWidgetItem) -> None:
        if self.isVisible():  # a click may also be an activation
            self.close()
            self._controller.ask(item.data(_QUERY))
            self.chosen.emit()

    def _note(self) -> None:
        question = self._controller.question
        if question is None:
            return
        try:
            kept = question.to_dict()
        except ValueError:  # a pasted picture is no file, and nothing to come back to
            return
        if kept != self._noted:
            self._noted = kept
            library = self._library
            self._runner.run(lambda: remember_query(library, kept))

    def _forget_all(self) -> None:
        self._noted = None
        library = self._library
        self._runner.run(lambda: forget_queries(library), lambda _: self._fill([]))


def _read(library: Library) -> list[tuple[Described, datetime]]:
    rows = [(row, query) for row in past_queries(library) if (query := _query(row)) is not None]
    lines = described(library, [query for _, query in rows], _PICTURE * 2)
    return [(line, row.asked_at) for line, (row, _) in zip(lines, rows, strict=True)]


def _query(row: PastQueryRow) -> Query | None:
    try:
        return Query.from_dict(row.query)
    except ValueError:  # of a newer program, or of crops that were forgotten
        return None


def _when(time: datetime) -> str:
    """A moment as people say it."""
    local = time.astimezone()
    now = datetime.now(UTC).astimezone()
    if local.date() == now.date():
        return f"Today, {local:%H:%M}"
    return f"{local.day} {local:%B %Y, %H:%M}"
