"""The part of the status bar that says when other programs take the processor from training, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.studio.session.session import TRAINING
from genstudio.studio.threads.processor import Processor
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.link_line import LinkLine

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session


class BusyLine(LinkLine):
    """Hidden while there is nothing to say. ``threads_requested(n)``: its link, where so many of the threads that train
    would have a core each. Where none would, fewer threads are no help, and there is no link."""

    threads_requested = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None, processor: Processor | None = None) -> None:
        text = Running()
        text.setObjectName("message")
        text.setProperty("level", "warn")
        tip = _(
            "Applies from the next step on, so that no thread waits for a busy core. The field Threads of the "
            "plan shows the number and can restore it."
        )
        super().__init__(text, _("Use one thread"), tip, parent)
        self._session = session
        self.processor = processor or Processor()
        self.link.clicked.connect(self._clicked)
        session.changed.connect(self._show)

    @property
    def threads(self) -> int:
        """Cores that training uses now; 0: it rests, or trains on no CPU."""
        job = self._session.job
        return job.threads if job is not None and self._session.state == TRAINING else 0

    @Slot()
    def refresh(self) -> None:
        """Update, once a second, what other programs use."""
        self.processor.update(self.threads)
        self._show()

    @Slot()
    def _clicked(self) -> None:
        self.threads_requested.emit(self.processor.free or 1)

    @Slot()
    def _show(self) -> None:
        if not (self.processor.crowded and self.threads > 0):
            self.show_text("")
            return
        free, others = self.processor.free, f"{self.processor.others:.1f}"
        self.link.setText(_("Use one thread") if free <= 1 else _("Use {n} threads", n=free))
        self.link.setVisible(0 < free < self.threads)
        self.show_text(
            _(
                "Other programs use {others} of {cores} cores and slow training down",
                others=others,
                cores=self.processor.cores,
            )
        )
