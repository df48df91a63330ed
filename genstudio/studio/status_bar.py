"""The line at the foot of the window: the device, the memory in use, whether the window is on time, other programs' work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.busy_line import BusyLine
from genstudio.studio.threads.event_loop_latency import ON_TIME_MS, Lateness
from genstudio.studio.threads.jobs import Jobs, News
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.controls import IconButton, link

if TYPE_CHECKING:
    from genstudio.studio.threads.session import Session


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
        self.jobs = JobLine(self)
        line.addWidget(self.jobs)
        self._device = ""
        self._freeze = ""
        lateness.told.connect(self._told)

    def set_device(self, words: str) -> None:
        """Show the device that trains."""
        self._device = words
        self._show(0.0)

    def set_freeze(self, milliseconds: float) -> None:
        """Show the longest freeze while torch was imported."""
        self.label.setToolTip(_("Loading torch blocked the window for at most {n} ms", n=f"{milliseconds:,.0f}"))

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


class JobLine(QWidget):
    """The job that runs, how far it is, and *Stop*; then what it found, with *Show*, until that is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: Jobs | None = None
        self._news: News | None = None
        self.words = Running(self)
        self.bar = QProgressBar(self)
        self.bar.setFixedSize(120, 6)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.stop = link(_("Stop"), "", self)
        self.show_it = link(_("Show"), _("Show the result"), self)
        self.close_it = IconButton("close", _("Hide this line"), self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for part in (self.words, self.bar, self.stop, self.show_it, self.close_it):
            part.setMaximumHeight(20)
            line.addWidget(part)
        self.stop.clicked.connect(self._stop)
        self.show_it.clicked.connect(self._show)
        self.close_it.clicked.connect(self._close)
        self._tell()

    def follow(self, jobs: Jobs) -> None:
        """Show these jobs."""
        self._jobs = jobs
        jobs.changed.connect(self._tell)
        jobs.told.connect(self._told)

    @Slot()
    def _tell(self) -> None:
        job = self._jobs.running if self._jobs is not None else None
        shown = job if job is not None and not (job.by_itself and self._news is not None) else None
        news = self._news if shown is None else None
        if shown is not None:
            self.words.setText(
                _("{title}, {percent} %", title=translate(shown.title), percent=f"{100 * shown.share:.0f}")
            )
            self.bar.setValue(int(1000 * shown.share))
            self.stop.setToolTip(_("Stop: {title}", title=translate(shown.title)))
            self.stop.setAccessibleName(self.stop.toolTip())
        elif news is not None:
            self.words.setText(translate(news.words))
        self.bar.setVisible(shown is not None)
        self.stop.setVisible(shown is not None)
        self.show_it.setVisible(news is not None and news.show is not None)
        self.close_it.setVisible(news is not None)
        self.setVisible(shown is not None or news is not None)

    @Slot(object)
    def _told(self, news: News) -> None:
        self._news = news
        self._tell()

    @Slot()
    def _stop(self) -> None:
        if self._jobs is not None:
            self._jobs.stop()

    @Slot()
    def _show(self) -> None:
        news = self._news
        self._close()
        if news is not None and news.show is not None:
            news.show()

    @Slot()
    def _close(self) -> None:
        self._news = None
        self._tell()


def memory_in_words() -> str:
    """The resident memory of this process: "1.1 GB"."""
    import psutil

    used = psutil.Process(os.getpid()).memory_info().rss / 1e9
    return f"{used:.1f} GB" if used >= 1 else f"{used * 1000:.0f} MB"
