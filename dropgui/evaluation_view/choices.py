"""What to measure, in one bar: which version, on whom; and the button that begins."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QPushButton, QWidget

from dropgui.evaluation.labels import Source
from dropgui.evaluation.offer import Offer, VersionOffer
from dropgui.evaluation.result import Options
from dropgui.flow import FlowLayout
from dropgui.style import GRID
from dropmodel.features import default_weights
from dropmodel.parts import PartSchema

_BY_NAMES = (
    "Persons as the names of files and folders tell: a folder each, or 0002_c1s1_000451_03.jpg. Nobody is "
    "made or confirmed by it"
)
_SOURCES: dict[Source, tuple[str, str]] = {
    "persons": ("Confirmed persons", "Persons that you confirmed"),
    "names": ("Persons by file names", _BY_NAMES),
}


class Choices(QWidget):
    """Proposes what is fair: held-out persons where the version was taught in this library."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer: Offer | None = None
        self._proposed_for: tuple[int, Source] | None = None
        self.version, self.source = QComboBox(), QComboBox()
        self.by = QPushButton()
        self.by.setToolTip("By what crops are compared; each part alone is measured in any case")
        self._parts = QMenu(self.by)
        self.by.setMenu(self._parts)
        self.held_out = QCheckBox("Held-out onl&y")
        self.held_out.setAccessibleName("Only persons who are held out of teaching")
        self.measure = QPushButton("Meas&ure")
        self.measure.setDefault(True)
        for combo, name in ((self.version, "The version to measure"), (self.source, "Whom to look for")):
            combo.setAccessibleName(name)
            combo.setToolTip(name)
            combo.setMaximumWidth(24 * GRID)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.currentIndexChanged.connect(self._propose)
        for source, (title, tip) in _SOURCES.items():
            self.source.addItem(title, source)
            self.source.setItemData(self.source.count() - 1, tip, 3)  # the tooltip
        self.held_out.toggled.connect(self.changed)
        flow = FlowLayout(self)
        flow.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        for widget in (self.version, self.source, self.by, self.held_out, self.measure):
            flow.addWidget(widget)
        self._show_parts()

    @property
    def version_offer(self) -> VersionOffer | None:
        """The version that is chosen."""
        known = () if self._offer is None else self._offer.versions
        return next((each for each in known if each.row.id == self.version.currentData()), None)

    @property
    def options(self) -> Options:
        """Whom to look for."""
        source: Source = self.source.currentData()
        return Options(source, self.held_out.isEnabled() and self.held_out.isChecked(), self.parts)

    @property
    def parts(self) -> tuple[str, ...] | None:
        """By what crops are compared; None for the usual, person and parts."""
        version = self.version_offer
        chosen = tuple(action.data() for action in self._parts.actions() if action.isChecked())
        usual = () if version is None else tuple(default_weights(version.row.schema))
        return None if chosen in {(), usual} else chosen

    def set_source(self, source: Source) -> None:
        """Look for persons of this source."""
        self.source.setCurrentIndex(self.source.findData(source))

    def show_offer(self, offer: Offer) -> None:
        """Offer these; what was chosen stays chosen, at first the version in use."""
        self._offer = offer
        chosen = self.version.currentData()
        was_blocked = self.version.blockSignals(True)
        self.version.clear()
        for each in offer.versions:
            title = f"{each.row.name} (in use)" if each.row.active else each.row.name
            self.version.addItem(title, each.row.id)
            if chosen is None and each.row.active:
                chosen = each.row.id
        self.version.setCurrentIndex(max(self.version.findData(chosen), 0))
        self.version.blockSignals(was_blocked)
        if offer.versions and not self._parts.actions():
            self._offer_parts(offer.versions[0].row.schema)
        self._propose()

    def _offer_parts(self, schema: PartSchema) -> None:
        """Every vector, the usual ones ticked; all versions of a library have the same."""
        usual = default_weights(schema)
        for name in schema.vector_names:
            action = self._parts.addAction(schema.vector(name).title)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name in usual)
            action.toggled.connect(self._show_parts)

    def _show_parts(self) -> None:
        parts = self.parts
        count = 0 if parts is None else len(parts)
        one = next((a.text().lower() for a in self._parts.actions() if count == 1 and a.isChecked()), "")
        self.by.setText(f"&By {one or ('person and parts' if parts is None else f'{count} parts')}")
        self.changed.emit()

    def _propose(self) -> None:
        """What is fair for a version and a source that were not chosen before."""
        offer, version = self._offer, self.version_offer
        source: Source = self.source.currentData()
        kept = 0 if offer is None else offer.held_out[source]
        self.held_out.setEnabled(kept > 0)
        self.held_out.setToolTip(
            f"Look only for the {kept:,} persons whom no version was taught with"
            if kept
            else "Nobody is held out of teaching yet: that takes four confirmed persons with two crops each"
        )
        if version is not None and self._proposed_for != (version.row.id, source):
            self._proposed_for = version.row.id, source
            self.held_out.setChecked(version.is_taught and kept > 0)
        self.changed.emit()
