"""The part of the status bar that says when other programs take the processor from training, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.threads.processor import Processor
from genstudio.studio.threads.session import TRAINING
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.controls import link

if TYPE_CHECKING:
    from genstudio.studio.threads.session import Session


class BusyLine(QWidget):
    """Hidden while there is nothing to say. ``threads_requested(n)``: its button, where so many of the threads that train
    would have a core each. Where none would, fewer threads are no help, and there is no button."""

    threads_requested = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None, processor: Processor | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.processor = processor or Processor()
        self.words = Running(self)
        self.words.setObjectName("words")
        self.words.setProperty("level", "warn")
        tip = _(
            "Applies from the next step on, so that no thread waits for a busy core. The field Threads of the "
            "plan shows the number and can restore it."
        )
        self.fewer = link(_("Use one thread"), tip, self)
        self.fewer.clicked.connect(self._clicked)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.words)
        line.addWidget(self.fewer)
        session.changed.connect(self._show)
        self.hide()

    @property
    def threads(self) -> int:
        """On how many cores it trains now; 0: not at all, or on no CPU."""
        job = self._session.job
        return job.threads if job is not None and self._session.state == TRAINING else 0

    @Slot()
    def look(self) -> None:
        """Once a second: see who else is there."""
        self.processor.look(self.threads)
        self._show()

    @Slot()
    def _clicked(self) -> None:
        self.threads_requested.emit(self.processor.free or 1)

    @Slot()
    def _show(self) -> None:
        shown = self.processor.crowded and self.threads > 0
        if shown:
            words = _(
                "Other programs use {others} of {cores} cores and slow training down",
                others=f"{self.processor.others:.1f}",
                cores=self.processor.cores,
            )
            self.words.setText(words)
            self.setAccessibleName(words)
            free = self.processor.free
            self.fewer.setText(_("Use one thread") if free <= 1 else _("Use {n} threads", n=free))
            self.fewer.setVisible(0 < free < self.threads)
        self.setVisible(shown)
