"""The tab of the map: reads and arranges off the main thread, and tells what is picked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dropgui.errors import UserError
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Latest, Runner
from dropgui.library.changes import Change
from dropgui.library.embeddings import newest_embedding
from dropgui.library.groups import GroupBy, groups_of
from dropgui.library.library import Library
from dropgui.library.rows import CropFilter
from dropgui.map.bars import Arranging, StatusLine, ToolLine
from dropgui.map.coloring import Coloring, color_by, shades
from dropgui.map.hover_card import HoverCard
from dropgui.map.legend import Legend
from dropgui.map.scatter import Scatter
from dropgui.search.projection import (
    FEWEST,
    MOST,
    Arrangement,
    Cloud,
    Points,
    can_arrange,
    cloud_of,
    kept_layout,
)
from dropgui.session import NotIndexedYetError, Session
from dropgui.style import GRID, note
from dropmodel.parts import FOREGROUND, PartSchema

_WAITING = "Laying out the map…"
_NOTHING = "Nothing is indexed yet. Add a folder of pictures, and its crops appear here by likeness."


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """What one look at the library gave."""

    schema: PartSchema
    cloud: Cloud
    kept: Points | None
    coloring: Coloring
    newest: int


class MapPage(QWidget):
    """Lays the map out when it is shown for the first time, and again when the part or the filter changes.

    While crops are being added it only says that there are new ones; those that are removed leave at once.
    Call :meth:`stop` before the library is closed.
    """

    selected = Signal(object)
    """Crop ids that were picked on the map, int64 [n]; none when a click took the selection away."""
    chosen = Signal(int)
    """A crop was double-clicked."""
    _laid = Signal(object, object, float)

    def __init__(
        self,
        library: Library,
        session: Session,
        runner: Runner,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._session = session
        self._runner = runner
        self._reads = Latest(runner)
        self._recolors = Latest(runner)
        self._looks = Latest(runner)
        self._workers = Runner(self, threads=1)  # waits for t-SNE; the shared runner has better things to do
        self._filter = CropFilter()
        self._cloud: Cloud | None = None
        self._coloring = Coloring(GroupBy.PERSON, (), np.empty(0, np.int16), np.empty(0, np.int16))
        self._newest = 0
        self._arrangement: Arrangement | None = None
        self._arranged = False
        self._share = 0.0
        self._due = True  # the next time the page is seen it lays the map out
        self.scatter = Scatter()
        self.legend = Legend()
        self.hover_card = HoverCard(library, runner, thumbnails, self.scatter)
        self.tools = ToolLine()
        self.status = StatusLine()
        self._message = note()
        self._pages = QStackedWidget()
        self._build()
        # A small library is there in a blink; only what takes longer is worth a word.
        self._patience = QTimer(self, singleShot=True, interval=200)
        self._patience.timeout.connect(lambda: self._say(_WAITING))
        self._connect()

    def _build(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.scatter, 1)
        middle.addWidget(self.legend)
        middle.addSpacing(GRID)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.tools)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(4 * GRID)
        self._pages.addWidget(self._message)
        self._pages.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _connect(self) -> None:
        self.tools.part_changed.connect(self.refresh)
        self.tools.grouping_changed.connect(self._recolor)
        self.tools.tool_changed.connect(self.scatter.set_tool)
        self.tools.fit.clicked.connect(self.scatter.fit)
        self.status.update_wanted.connect(self.refresh)
        self.status.arrange_wanted.connect(self._arrange)
        self.status.stop_wanted.connect(self._give_up)
        self.scatter.picked.connect(self.selected)
        self.scatter.chosen.connect(self.chosen)
        self.scatter.hovered.connect(self.hover_card.show_crop)
        self.legend.emphasised.connect(self.scatter.set_emphasis)
        self.legend.wanted.connect(self._select_line)
        self._laid.connect(self._show_layout, Qt.ConnectionType.QueuedConnection)

    # -- from outside -----------------------------------------------------------------------------

    @property
    def message(self) -> str:
        """What stands in place of the map, empty while there is one."""
        return self._message.text() if self._pages.currentIndex() == 0 else ""

    @property
    def status_text(self) -> str:
        """The line under the map."""
        return self.status.text

    @property
    def busy(self) -> bool:
        """Whether the map is being laid out or arranged."""
        return self._reads.busy or self._arrangement is not None

    def set_filter(self, crop_filter: CropFilter) -> None:
        """Show only these crops."""
        if crop_filter != self._filter:
            self._filter = crop_filter
            self._make_due()

    def set_selected(self, crop_ids: npt.ArrayLike) -> None:
        """Show these crops as selected, as those that are on the map."""
        self.scatter.set_selected(crop_ids)

    def library_changed(self, change: Change) -> None:
        """Take crops away that are gone, colour anew, and say if there is something to take in."""
        if change.models:
            self._make_due()
            return
        if self._cloud is None:
            if change:
                self._make_due()
            return
        gone = np.isin(self._cloud.crop_ids, np.array(change.crops_removed, np.int64))
        if gone.any():
            self._make_due()
        elif change and self.isVisible():
            self._recolor()
            self._looks.request(self._newest_embedding, self._note_news)

    def refresh(self) -> None:
        """Lay the map out from what the library holds now."""
        self._due = False
        self._cancel()
        part, crop_filter, by = self.tools.chosen_part(), self._filter, self.tools.asked_for()

        def load() -> _Loaded:
            newest = self._newest_embedding()
            index = self._session.index
            schema = index.model.schema
            cloud = cloud_of(index, part if part in schema.vector_names else FOREGROUND, crop_filter)
            coloring = _colored(self._library, by, cloud)
            return _Loaded(schema, cloud, kept_layout(self._library, cloud), coloring, newest)

        self._patience.start()
        self._reads.request(load, self._show, self._failed)

    def stop(self) -> None:
        """End what runs in the background; call it before the library is closed."""
        self._patience.stop()
        self._cancel()
        self._workers.close()

    # -- laying out -------------------------------------------------------------------------------

    def _make_due(self) -> None:
        """Lay out anew, now or when the page is next seen."""
        self._due = True
        if self.isVisible():
            self.refresh()
        else:
            self._cancel()

    def _newest_embedding(self) -> int:
        with self._library.read() as connection:
            return newest_embedding(connection)

    def _show(self, loaded: _Loaded) -> None:
        self._patience.stop()
        cloud = self._cloud = loaded.cloud
        self._newest = loaded.newest
        self._note_news(loaded.newest)
        self.tools.offer_parts(loaded.schema, cloud.part)
        if not len(cloud.crop_ids):
            self._cloud = None
            self._say(_why_empty(cloud, loaded.schema))
            return
        self._arranged = loaded.kept is not None
        self.scatter.set_points(cloud.crop_ids, cloud.points if loaded.kept is None else loaded.kept)
        self._show_coloring(loaded.coloring)
        self._pages.setCurrentIndex(1)
        if loaded.kept is None and self._worth_arranging():
            self._arrange()
        self._show_state()

    def _failed(self, error: Exception) -> None:
        self._patience.stop()
        self._cloud = None
        if isinstance(error, NotIndexedYetError):
            self._say(_NOTHING)
        elif isinstance(error, UserError):
            self._say(str(error))
        else:
            self._say("The map could not be laid out. The log says why.")
            self._runner.failed.emit(error)

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._pages.setCurrentIndex(0)

    def _worth_arranging(self) -> bool:
        return self._cloud is not None and can_arrange() and FEWEST <= len(self._cloud.crop_ids) <= MOST

    def _arrange(self) -> None:
        assert self._cloud is not None
        self._cancel()
        arrangement = self._arrangement = Arrangement(self._library, self._cloud)
        self._share = 0.0
        self._workers.run(
            lambda: arrangement.run(lambda points, done: self._laid.emit(arrangement, points, done)),
            lambda points: self._arrangement_ended(arrangement, points),
            lambda error: self._arrangement_failed(arrangement, error),
        )
        self._show_state()

    def _show_layout(self, arrangement: Arrangement, points: Points, share: float) -> None:
        if arrangement is self._arrangement and self._cloud is not None:
            self._share = share
            self.scatter.set_points(self._cloud.crop_ids, points)
            self._show_state()

    def _arrangement_ended(self, arrangement: Arrangement, points: Points | None) -> None:
        if arrangement is not self._arrangement:
            return
        self._arrangement, self._arranged = None, points is not None
        if points is not None and self._cloud is not None:
            self.scatter.set_points(self._cloud.crop_ids, points)
        self._show_state()

    def _arrangement_failed(self, arrangement: Arrangement, error: Exception) -> None:
        if arrangement is self._arrangement:
            self._give_up()
            self._runner.failed.emit(error)

    def _give_up(self) -> None:
        """Back to the principal components."""
        self._cancel()
        if self._cloud is not None:
            self.scatter.set_points(self._cloud.crop_ids, self._cloud.points)
        self._show_state()

    def _cancel(self) -> None:
        if self._arrangement is not None:
            self._arrangement.cancel()
            self._arrangement = None

    def _show_state(self) -> None:
        """What the line under the map says, and what it offers."""
        if self._cloud is None:
            return
        state = Arranging.SETTLED
        if self._arrangement is not None:
            state = Arranging.RUNNING
        elif not self._arranged and self._worth_arranging():
            state = Arranging.OFFERED
        self.status.show_arranging(state, self._share)
        self.status.show_text(_summary(self._cloud, state, arranged=self._arranged))
        self.scatter.setAccessibleDescription(self.status.text)

    # -- colours and selection --------------------------------------------------------------------

    def _recolor(self) -> None:
        if self._cloud is None:
            return
        cloud, by = self._cloud, self.tools.asked_for()

        def show(coloring: Coloring) -> None:
            if cloud is self._cloud:
                self._show_coloring(coloring)

        self._recolors.request(lambda: _colored(self._library, by, cloud), show, self._failed)

    def _show_coloring(self, coloring: Coloring) -> None:
        self._coloring = coloring
        self.tools.show_grouping(coloring.by)
        self.scatter.set_colors(coloring.lines, coloring.shades, shades(self.palette()))
        self.legend.show_entries(coloring.entries)

    def _select_line(self, line: int) -> None:
        ids = self.scatter.ids[self._coloring.lines == line]
        self.scatter.set_selected(ids)
        self.selected.emit(ids)

    def _note_news(self, newest: int) -> None:
        self.status.show_news(news=newest > self._newest)

    # -- Qt's own ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The first look, or the first one since something changed."""
        super().showEvent(event)
        if self._due:
            self.refresh()
        elif self._cloud is not None:
            self._recolor()
            self._looks.request(self._newest_embedding, self._note_news)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another tab came to the front; an arrangement goes on."""
        super().hideEvent(event)
        self.hover_card.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Light or dark."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._cloud is not None:
            self._show_coloring(self._coloring)


def _colored(library: Library, by: GroupBy | None, cloud: Cloud) -> Coloring:
    """By what was asked for, else by the first thing that is known of any of these crops."""
    for candidate in GroupBy if by is None else (by,):
        groups = groups_of(library, candidate)
        if by is not None or (groups.codes_of(cloud.crop_ids) >= 0).any():
            return color_by(candidate, groups, cloud.crop_ids)
    return color_by(GroupBy.FOLDER, groups_of(library, GroupBy.FOLDER), cloud.crop_ids)


def _summary(cloud: Cloud, state: Arranging, *, arranged: bool) -> str:
    count = len(cloud.crop_ids)
    words = [f"{count:,} crop{'s' * (count != 1)}"]
    if cloud.hidden:
        words.append(f"{cloud.hidden:,} left out: they do not show this part")
    if state is Arranging.RUNNING:
        words.append("arranging by likeness")
    elif arranged:
        words.append("arranged by likeness (t-SNE)")
    else:
        words.append("by principal components")
        if not can_arrange():
            words.append("pip install 'dropgui[map]' arranges them by likeness")
        elif count > MOST:
            words.append(f"narrow the filter to {MOST:,} crops to arrange them by likeness")
    return " · ".join(words)


def _why_empty(cloud: Cloud, schema: PartSchema) -> str:
    if cloud.hidden:
        part = schema.vector(cloud.part).title
        return f"None of the {cloud.hidden:,} crops shows this part: {part}. Choose another part."
    return "There is nothing to show yet. Add a folder of pictures, or untick folders and cameras."
