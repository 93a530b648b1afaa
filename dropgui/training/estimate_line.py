"""How long it would take, where that is asked for before the start."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dropgui.finetuning.estimate import Estimate
from dropgui.style import note

_SETTLED_MS = 800  # a recipe that is being changed is tried once it rests
_ASK, _STOP = "How Lon&g?", "Sto&p Trying"
_ASK_SAYS = "Try two batches to tell how long it would take; nothing of that is kept"


class EstimateLine(QWidget):
    """The words; :attr:`button` stands wherever there is room for it.

    Once asked for, an estimate follows what is asked of: :meth:`renew`.
    """

    wanted = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = note()
        self._words.setAccessibleName("How long it would take")
        self._trying = False
        self._asked = False
        self.button = QPushButton()
        self.button.clicked.connect(self._click)
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settled.timeout.connect(self.wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._words)
        self.clear()

    @property
    def words(self) -> str:
        """What is said; empty where nothing is."""
        return "" if self.isHidden() else self._words.text()

    def renew(self) -> None:
        """What it was asked of has changed: it is asked anew, if it ever was."""
        if self._asked:
            self.stopped.emit()
            self._say("Trying two batches, as soon as nothing changes any more…")
            self._settled.start()

    def clear(self) -> None:
        """Nobody asks any more."""
        self._asked = False
        self._settled.stop()
        self._show_trying(trying=False)
        self.hide()

    def show_trying(self) -> None:
        """It is being found out."""
        self._show_trying(trying=True)
        self._say("Trying two batches…")

    def show_estimate(self, found: Estimate) -> None:
        """It is known."""
        self._show_trying(trying=False)
        self._say(f"It would take {found.words}.")

    def show_fault(self, text: str) -> None:
        """It could not be found out."""
        self.clear()
        self._say(text)

    def show_stopped(self) -> None:
        """It was not to be found out any more; where it is asked anew, that is said already."""
        self._show_trying(trying=False)
        if not self._settled.isActive():
            self.clear()

    def _say(self, text: str) -> None:
        self._words.setText(text)
        self.show()

    def _show_trying(self, *, trying: bool) -> None:
        self._trying = trying
        self.button.setText(_STOP if trying else _ASK)
        self.button.setToolTip("Do without knowing how long it takes" if trying else _ASK_SAYS)

    def _click(self) -> None:
        if self._trying:
            self._asked = False
            self.stopped.emit()
        else:
            self._asked = True
            self.wanted.emit()
