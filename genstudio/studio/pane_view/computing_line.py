"""A short line on work that is going on, or was stopped, with a button that stops it or begins again."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import link


class ComputingLine(QWidget):
    """Hidden until there is something to say. ``stop_requested`` and ``compute_requested``: the button was pressed."""

    stop_requested = Signal()
    compute_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stopped = False
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self.words = QLabel(self)
        self.words.setObjectName("fact")
        self.words.setFont(font(12))
        self.button = link(_("Stop"), _("Stop computing this picture"), self)
        self.button.clicked.connect(self._pressed)
        line.addWidget(self.words)
        line.addWidget(self.button)
        self.hide()

    def show_share(self, share: float | None) -> None:
        """Work is going on; ``share`` (0 to 1) of it is done, where that is known."""
        self._show(computing_words(share), _("Stop"), _("Stop computing this picture"), stopped=False)

    def show_stopped(self) -> None:
        """A person stopped it."""
        words = _("Compute")
        self._show(_("Stopped"), words, _("Compute this picture with the newest weights"), stopped=True)

    def _show(self, words: str, button: str, tip: str, *, stopped: bool) -> None:
        self._stopped = stopped
        self.words.setText(words)
        self.button.setText(button)
        self.button.setToolTip(tip)
        self.button.setAccessibleName(tip)
        self.show()

    @Slot()
    def _pressed(self) -> None:
        (self.compute_requested if self._stopped else self.stop_requested).emit()


def computing_words(share: float | None) -> str:
    """ "Computing, 40 %", or "Computing" where the share is not known."""
    return _("Computing") if share is None else _("Computing, {percent} %", percent=f"{100 * share:.0f}")
