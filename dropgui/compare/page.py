"""Query and match side by side, with their parts in rows and the reasons in words."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dropgui.compare.colors import HeatLegend
from dropgui.compare.foot import Foot, Place
from dropgui.compare.heats import Pair
from dropgui.compare.picture_view import PictureView, View
from dropgui.compare.rows import PartRows, part_rows
from dropgui.library.decisions import CONFIRMED
from dropgui.query.subjects import Subject
from dropgui.search.certainty import percent
from dropgui.search.reasons import reasons
from dropgui.style import GRID, ElidedLabel, heading, note, scaled, verdict_color
from dropmodel.parts import PartSchema

_SIDE = 31 * GRID
_WIDTH = 2 * _SIDE + 10 * GRID  # in which both pictures are worth looking at
_BETWEEN = GRID
_LOW = 43 * GRID  # a page that is lower has no room for the reasons
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_PARTS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_KEYS = {*_STEPS, *_PARTS, Qt.Key.Key_V, Qt.Key.Key_Escape}
"""Keys of this page wherever on it the focus is. The space bar leaves it too, unless it presses a button."""


class _Side(QWidget):
    """A picture with its name and place above."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__()
        self.view = PictureView(name)
        self._title = heading(title)
        self._name = ElidedLabel()
        self._place = ElidedLabel()
        self._place.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._name)
        column.addWidget(self._place)
        column.addSpacing(GRID // 2)
        column.addWidget(self.view, 1)

    def set_title(self, title: str) -> None:
        """What the picture is."""
        self._title.setText(title)

    def show_subject(self, subject: Subject, schema: PartSchema | None) -> None:
        """Show a crop."""
        self.view.show_subject(subject, schema)
        self._name.set_text(subject.title)
        self._name.setToolTip(str(subject.path))
        self._place.set_text(subject.place)


class ComparePage(QWidget):
    """Shows what it is given; arrow keys, V and Esc are answered wherever on it the focus is."""

    left = Signal()
    """Back to the grid."""
    stepped = Signal(int)
    """1 for the next match, -1 for the one before."""

    def __init__(self, back: str, foot: Foot, parent: QWidget | None = None) -> None:
        """``back`` names what :attr:`left` leads back to; ``foot`` stands below the parts."""
        super().__init__(parent)
        self._foot = foot
        self._schema: PartSchema | None = None
        self._place: Place | None = None
        self._query: Subject | None = None
        self._match: Subject | None = None
        self.setAccessibleName("Query and match side by side")
        self.setMinimumWidth(_WIDTH)
        self.query = _Side("Query", "Query")
        self.match = _Side("Match", "Match")
        self.rows = PartRows()
        self._title = QLabel()
        self._title.setFont(scaled(self._title.font(), 1.0, bold=True))
        self._score = ElidedLabel()
        self._score.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._reasons = note()
        self._reasons.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Three lines, whatever there is to say: the pictures stay where they are from match to match.
        self._reasons.setMinimumHeight(3 * self._reasons.fontMetrics().lineSpacing())
        self._explanation = note()
        self._legend = HeatLegend()
        self._views = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(_BETWEEN)
        column.addLayout(self._make_header(back))
        body = QHBoxLayout()
        body.setSpacing(2 * GRID)
        body.addWidget(self.query, 1)
        body.addWidget(self.match, 1)
        body.addWidget(self._make_side())
        column.addLayout(body, 1)
        column.addWidget(self._reasons)
        self.rows.part_changed.connect(self._show_part)
        for side in (self.query, self.match):
            side.view.part_clicked.connect(self.rows.choose)
        self.setFocusProxy(self.rows)

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What is laid over the pictures."""
        return next(view for view, button in self._view_buttons.items() if button.isChecked())

    @property
    def score_text(self) -> str:
        """Score and certainty of the match."""
        return self._score.full_text

    @property
    def reasons_text(self) -> str:
        """The reasons, in words."""
        return self._reasons.text()

    @property
    def explanation(self) -> str:
        """What the colours on the pictures say, or why there are none."""
        return self._explanation.text()

    def show_place(self, place: Place, schema: PartSchema) -> None:
        """Another match, or news of this one."""
        other = self._place is None or self._place.match.crop_id != place.match.crop_id
        self._place, self._schema = place, schema
        if other:
            self._match = None
        match = place.match
        self._title.setText(f"Match {place.rank} of {place.total:,}")
        words = [f"score {match.score:.3f}"]
        if match.probability is not None:
            words.append(f"same person {percent(match.probability)}")
        elif match.uncalibrated:
            words.append("not calibrated")
        self._score.set_text(" · ".join(words))
        self._score.setToolTip("\n".join([" · ".join(words), match.uncalibrated]).strip())
        self._reasons.setText(" ".join(reasons(match, schema)))
        self._earlier.setEnabled(place.position > 0)
        self._later.setEnabled(place.position < place.total - 1)
        self._foot.show_place(place)
        frame = None if place.verdict is None else verdict_color(confirmed=place.verdict == CONFIRMED)
        self.match.view.set_frame(frame)
        self._show_rows()

    def show_subjects(self, query: Subject, match: Subject, views: int) -> None:
        """The two crops, ``query`` being one of so many views; their heat comes later."""
        self._query, self._match = query, match
        self.query.set_title("Query" if views == 1 else f"Query, one of {views} views")
        self.query.show_subject(query, self._schema)
        self.match.show_subject(match, self._schema)
        self._show_rows()

    def show_pair(self, pair: Pair | None) -> None:
        """Where the two crops agree; None where one of them is not indexed yet."""
        self.query.view.set_heat(None if pair is None else pair.query)
        self.match.view.set_heat(None if pair is None else pair.match)
        self._show_explanation("" if pair is not None else "A crop is not indexed yet: no agreement to show.")

    def say(self, reason: str) -> None:
        """What is waited for."""
        self._show_explanation(reason)

    def show_fault(self, reason: str) -> None:
        """Why there is no agreement to show."""
        self.show_pair(None)
        self._show_explanation(reason)

    # -- room -------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """The reasons give way in a low window: they stand below the grid of matches too."""
        least = super().minimumSizeHint()
        return least if self._reasons.isHidden() else least - QSize(0, self._room_of_reasons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say the reasons where there is room for them."""
        super().resizeEvent(event)
        self._reasons.setVisible(event.size().height() >= _LOW)

    @property
    def _room_of_reasons(self) -> int:
        return self._reasons.minimumHeight() + _BETWEEN

    # -- keys -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keys that mean something here are not the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever brings it to the front goes on with its keys; the window gives them to the grid first."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.setFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, choose a part, change the view, or leave."""
        key = Qt.Key(event.key())
        if not _is_ours(event) and key != Qt.Key.Key_Space:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in _PARTS:
            self.rows.step(_PARTS[key])
        elif key == Qt.Key.Key_V:
            self._step_view()
        else:
            self.left.emit()

    # -- layout -----------------------------------------------------------------------------------

    def _make_header(self, words: str) -> QHBoxLayout:
        back = QPushButton(words)
        back.setToolTip(f"{words} (Esc)")
        back.clicked.connect(self.left)
        self._earlier, self._later = QPushButton("‹"), QPushButton("›")
        for button, step, words in (
            (self._earlier, -1, "The match before (Left)"),
            (self._later, 1, "The next match (Right)"),
        ):
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setFixedWidth(4 * GRID)
            button.clicked.connect(lambda _=False, step=step: self.stepped.emit(step))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(back)
        row.addWidget(self._earlier)
        row.addWidget(self._later)
        row.addWidget(self._title)
        row.addWidget(self._score, 1)
        return row

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_SIDE)
        views = QHBoxLayout()
        views.setSpacing(GRID // 2)
        tips = {
            View.AGREEMENT: "Which pixels of the chosen part agree with the other picture (V)",
            View.MASK: "The body parts that were found (V)",
            View.PICTURE: "The pictures alone (V)",
        }
        self._view_buttons = {view: QPushButton(view.value) for view in View}
        for view, button in self._view_buttons.items():
            button.setCheckable(True)
            button.setToolTip(tips[view])
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, view=view: self.set_view(view))
            self._views.addButton(button)
            views.addWidget(button)
        self._view_buttons[View.AGREEMENT].setChecked(True)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(views)
        column.addWidget(self.rows)
        column.addWidget(self._legend)
        column.addWidget(self._explanation)
        column.addStretch(1)
        column.addWidget(self._foot)
        return side

    # -- how it hangs together --------------------------------------------------------------------

    def set_view(self, view: View) -> None:
        """What to lay over the pictures."""
        self._view_buttons[view].setChecked(True)
        for side in (self.query, self.match):
            side.view.set_view(view)
        self._show_explanation("")

    def _step_view(self) -> None:
        views = list(View)
        self.set_view(views[(views.index(self.view) + 1) % len(views)])

    def _show_rows(self) -> None:
        if self._place is None or self._schema is None:
            return
        query = None if self._query is None or self._query.crops > 1 else self._query.features
        crop = None if self._match is None else self._match.features
        self.rows.set_rows(part_rows(self._place.match, self._schema, query, crop))

    def _show_part(self, part: str) -> None:
        for side in (self.query, self.match):
            side.view.set_part(part)
        self._show_explanation("")

    def _show_explanation(self, reason: str) -> None:
        shows = self.query.view.shows_heat or self.match.view.shows_heat
        self._legend.setVisible(self.view is View.AGREEMENT)
        if reason or not shows or self._schema is None or self.rows.part is None:
            self._explanation.setText(reason)
            return
        title = self._schema.vector(self.rows.part).title
        row = next(row for row in self.rows.shown if row.name == self.rows.part)
        if row.similarity is None:
            self._explanation.setText(f"{title}, {row.hidden}: its colours say nothing.")
        else:
            self._explanation.setText(
                f"{title}: how far each place agrees with the other picture's {title.lower()} as a whole."
            )


def _is_ours(event: QKeyEvent) -> bool:
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain == Qt.KeyboardModifier.NoModifier and event.key() in _KEYS
