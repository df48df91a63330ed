"""The line at the foot of the window: the device, the memory in use, whether the window is on time, other programs' work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.busy_line import BusyLine
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Running
from genstudio.studio.workers.lateness import ON_TIME_MS, Lateness

if TYPE_CHECKING:
    from genstudio.studio.workers.session import Session


class StatusBar(QWidget):
    """ "CPU, 2 threads · 1.1 GB · window on time (0.4 ms)", and :class:`BusyLine` beside it."""

    def __init__(self, lateness: Lateness, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setFixedHeight(22)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        self.label = Running(self)
        line.addWidget(self.label)
        line.addSpacing(16)
        self.busy = BusyLine(session, self)
        line.addWidget(self.busy)
        line.addStretch(1)
        self.news = QLabel(self)
        self.news.setFont(font(12))
        line.addWidget(self.news)
        self._device = ""
        self._freeze = ""
        lateness.told.connect(self._told)

    def set_device(self, words: str) -> None:
        """Which device trains, in words."""
        self._device = words
        self._show(0.0)

    def set_freeze(self, milliseconds: float) -> None:
        """How long the window stood still while torch was imported: stated, not hidden."""
        self.label.setToolTip(_("Loading torch held the window up for {n} ms at most", n=f"{milliseconds:,.0f}"))

    @Slot(float)
    def _told(self, worst_ms: float) -> None:
        self.busy.look()
        self._show(worst_ms)

    def _show(self, worst_ms: float) -> None:
        on_time = worst_ms <= ON_TIME_MS
        late = (
            _("window on time ({ms} ms)", ms=f"{worst_ms:.1f}")
            if on_time
            else _("window late ({ms} ms)", ms=f"{worst_ms:.0f}")
        )
        n = self.busy.threads  # those that train may be fewer than the device has
        device = self._device if not n else _("CPU, 1 thread") if n == 1 else _("CPU, {n} threads", n=n)
        self.label.setText("   ·   ".join(filter(None, [device, memory_in_words(), late])))


def memory_in_words() -> str:
    """The resident memory of this process: "1.1 GB"."""
    import psutil

    used = psutil.Process(os.getpid()).memory_info().rss / 1e9
    return f"{used:.1f} GB" if used >= 1 else f"{used * 1000:.0f} MB"
