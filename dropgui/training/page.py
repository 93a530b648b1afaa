"""The tab "Teach": before a run what there is to teach with, then the run and what came of it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from dropgui.dialogs.notice import NoticeBar
from dropgui.style import GRID
from dropgui.training.closing import ClosingPanel
from dropgui.training.edge import Edge
from dropgui.training.plan_view import PlanView
from dropgui.training.run_view import RunView


class TeachPage(QWidget):
    """Two views, one at a time; each scrolls where the window is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.closing = ClosingPanel()
        self.notice = NoticeBar()
        self.plan = PlanView()
        self.run = RunView()
        self._pages = QStackedWidget()
        self._plan_page = QWidget()
        whole = QVBoxLayout(self._plan_page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._plan_area = _scrolled(self.plan, "What there is to teach with")
        self.plan.form.unfolded.connect(self._show_fields)
        self.edge = Edge(self._plan_area)
        whole.addWidget(self._plan_area, 1)
        whole.addWidget(self.edge)
        whole.addWidget(self.plan.foot)
        self._plan_page.setFocusProxy(self.plan.start)
        self._run_area = _scrolled(self.run, "The run")
        self._pages.addWidget(self._plan_page)
        self._pages.addWidget(self._run_area)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.closing)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self._pages)

    @property
    def shows_run(self) -> bool:
        """Whether a run is in front."""
        return self._pages.currentIndex() == 1

    def show_plan(self) -> None:
        """Bring what there is to teach with to the front."""
        self._show(self._plan_page)

    def show_run(self) -> None:
        """Bring the run to the front, its beginning in view."""
        self._show(self._run_area)
        self._run_area.verticalScrollBar().setValue(0)

    def _show_fields(self, fields: QWidget) -> None:
        """In a small window they would open where nobody sees it."""
        QTimer.singleShot(0, self, lambda: self._plan_area.ensureWidgetVisible(fields, 0, GRID))

    def _show(self, page: QWidget) -> None:
        """Bring a view to the front; the focus stays on the page, if it was there."""
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        other = self._pages.currentWidget() is not page
        self._pages.setCurrentWidget(page)
        if had_focus and other:
            page.setFocus()


def _scrolled(view: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setFocusProxy(view)
    return area
