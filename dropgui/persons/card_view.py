"""One suggestion on the screen: its crops, its known person's beside, and who else it may be."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLabel, QSplitter, QVBoxLayout, QWidget

from dropgui.gallery.grid import CropGrid
from dropgui.gallery.model import CropModel
from dropgui.gallery.thumbnails import Thumbnails
from dropgui.jobs.runner import Runner
from dropgui.library.library import Library
from dropgui.persons.around import Around
from dropgui.persons.companions import CompanionList
from dropgui.search.clusters import Suggestion
from dropgui.style import GRID, heading, note, scaled

_HOW = "The surest come first. Click those who do not belong, then split them off."
_NOBODY = np.empty(0, np.int64)


class CardView(QSplitter):
    """Shows what it is given."""

    selection_changed = Signal()
    """Others are selected, among the crops or those to merge with."""

    def __init__(
        self, library: Library, runner: Runner, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = CropModel(library, runner, thumbnails, self)
        self._known_model = CropModel(library, runner, thumbnails, self)
        self.grid = CropGrid(self._model, thumbnails, matches=False)
        self.grid.setAccessibleName("Crops of the suggestion")
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.known = CropGrid(self._known_model, thumbnails, matches=False)
        self.known.setAccessibleName("Crops of the known person")
        self.known.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.companions = CompanionList(library, runner, thumbnails)
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._title.setFont(scaled(self._title.font(), 1.25, bold=True))
        self._facts = note()
        self._known_title = heading("Known")
        self._crops_title = note(_HOW)
        self._build()
        self.grid.selection_changed.connect(self.selection_changed)
        self.companions.selectionModel().selectionChanged.connect(self.selection_changed)

    @property
    def title(self) -> str:
        """What the card suggests."""
        return self._title.text()

    def crop_ids(self) -> list[int]:
        """The crops that are shown as the suggestion, in order."""
        ids: list[int] = self._model.ids.tolist()
        return ids

    def refresh_crops(self, crop_ids: tuple[int, ...]) -> None:
        """What is known of these crops changed."""
        self._model.refresh(crop_ids)
        self._known_model.refresh(crop_ids)

    def show_nothing(self) -> None:
        """There is no card."""
        self._model.set_ids(_NOBODY)

    def show_card(self, card: Suggestion, names: Mapping[int, str]) -> None:
        """Another card; what is around it comes later."""
        self._model.set_ids(np.array(card.crop_ids, np.int64))
        self.grid.clearSelection()
        self.grid.scrollToTop()
        self._known_model.set_ids(_NOBODY)
        self.companions.show_companions(())
        self.show_words(card, names)

    def show_words(self, card: Suggestion, names: Mapping[int, str]) -> None:
        """Say whom it suggests; ``names`` of persons by id."""
        known = card.person_id is not None
        crops = f"{len(card.crop_ids):,} crop{'s' * (len(card.crop_ids) != 1)}"
        name = names.get(card.person_id or 0, "a known person")
        self._title.setText(f"{crops}, perhaps {name}" if known else f"{crops}, perhaps one person")
        self._facts.setText(f"Likeness {card.cohesion:.2f}")
        self._known_title.setText(name)
        self._crops_title.setText(f"Also {name}? {_HOW}" if known else _HOW)
        for widget in (self._known_title, self.known):
            widget.setVisible(known)
        self.known.setFixedHeight(self.known.gridSize().height() + GRID)

    def show_around(self, card: Suggestion, around: Around) -> None:
        """What was found beside the card."""
        self.show_words(card, around.names)
        self._known_model.set_ids(np.array(around.known, np.int64))
        self.companions.show_companions(around.companions)
        if around.cameras:
            cameras = f"camera{'s' * (len(around.cameras) != 1)} {', '.join(around.cameras)}"
            self._facts.setText(f"{self._facts.text()} · {cameras}")

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
        words.setSpacing(2)
        for line in (self._title, self._facts, self._known_title):
            words.addWidget(line)
        second = QVBoxLayout()
        second.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        second.addWidget(self._crops_title)
        crops = QWidget()
        column = QVBoxLayout(crops)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(words)
        column.addWidget(self.known)
        column.addLayout(second)
        column.addWidget(self.grid, 1)
        others = QWidget()
        beside = QVBoxLayout(others)
        beside.setContentsMargins(GRID, GRID, 0, 0)
        beside.addWidget(heading("Same person as"))
        beside.addWidget(self.companions, 1)
        self.addWidget(crops)
        self.addWidget(others)
        self.setStretchFactor(0, 1)
        self.setSizes([60 * GRID, 26 * GRID])
        self.setChildrenCollapsible(False)
        crops.setMinimumWidth(40 * GRID)  # two cards side by side, and words
        others.setMinimumWidth(20 * GRID)
