"""The line at the foot of the window: the device, the memory in use, and whether the window is on time."""

from __future__ import annotations

import os

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Running
from genstudio.studio.workers.lateness import ON_TIME_MS, Lateness


class StatusBar(QWidget):
    """ "CPU, 2 threads · 1.1 GB · window on time (0.4 ms)"."""

    def __init__(self, lateness: Lateness, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setFixedHeight(22)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        self.label = Running(self)
        line.addWidget(self.label)
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
        self._told(0.0)

    def set_freeze(self, milliseconds: float) -> None:
        """How long the window stood still while torch was imported: stated, not hidden."""
        self.label.setToolTip(_("Loading torch held the window up for {n} ms at most", n=f"{milliseconds:,.0f}"))

    @Slot(float)
    def _told(self, worst_ms: float) -> None:
        on_time = worst_ms <= ON_TIME_MS
        late = (
            _("window on time ({ms} ms)", ms=f"{worst_ms:.1f}")
            if on_time
            else _("window late ({ms} ms)", ms=f"{worst_ms:.0f}")
        )
        self.label.setText("   ·   ".join(filter(None, [self._device, memory_in_words(), late])))


def memory_in_words() -> str:
    """The resident memory of this process: "1.1 GB"."""
    import psutil

    used = psutil.Process(os.getpid()).memory_info().rss / 1e9
    return f"{used:.1f} GB" if used >= 1 else f"{used * 1000:.0f} MB"
