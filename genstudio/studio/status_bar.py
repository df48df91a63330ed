"""The line at the foot of the window: the device, the memory in use, whether the window is on time, other programs' work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.device import cpu_title
from genstudio.core.messages import Message, _, translate
from genstudio.studio.busy_line import BusyLine
from genstudio.studio.threads.event_loop_latency import ON_TIME_MS, EventLoopLatency
from genstudio.studio.threads.jobs import Jobs, News
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session


class StatusBar(QWidget):
    """ "CPU, 2 threads · 1.1 GB · window on time (0.4 ms)", and :class:`BusyLine` beside it."""

    def __init__(self, latency: EventLoopLatency, session: Session, parent: QWidget | None = None) -> None:
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
        latency.measured.connect(self._latency_measured)

    def set_device(self, device: Message) -> None:
        """Show the device that trains."""
        self._device = translate(device)
        self._show(0.0)

    def set_freeze(self, milliseconds: float) -> None:
        """Show the longest freeze while torch was imported."""
        self.label.setToolTip(_("Loading torch blocked the window for at most {n} ms", n=f"{milliseconds:,.0f}"))

    @Slot(float)
    def _latency_measured(self, worst_ms: float) -> None:
        self.busy.refresh()
        self._show(worst_ms)

    def _show(self, worst_ms: float) -> None:
        on_time = worst_ms <= ON_TIME_MS
        late = (
            _("window on time ({ms} ms)", ms=f"{worst_ms:.1f}")
            if on_time
            else _("window late ({ms} ms)", ms=f"{worst_ms:.0f}")
        )
        n = self.busy.threads  # those that train may be fewer than the device has
        device = translate(cpu_title(n)) if n else self._device
        self.label.setText("   ·   ".join(filter(None, [device, memory_text(), late])))


class JobLine(ProgressLine):
    """The job that runs, how far it is, and *Stop*; then what it found, with *Show*, until that is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Running(), _("Show"), _("Show the result"), parent)
        self._jobs: Jobs | None = None
        self._news: News | None = None
        self.bar.setFixedSize(120, 6)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        for part in (self.text_label, self.bar, self.stop, self.action, self.close_button):
            part.setMaximumHeight(20)
        self.stop_requested.connect(self._stop)
        self.action_requested.connect(self._show_news)
        self.close_requested.connect(self._close_news)

    def follow(self, jobs: Jobs) -> None:
        """Show these jobs."""
        self._jobs = jobs
        jobs.changed.connect(self._renew)
        jobs.news_arrived.connect(self._news_arrived)

    @Slot()
    def _renew(self) -> None:
        job, news = self._jobs.running if self._jobs is not None else None, self._news
        if job is not None and not (job.by_itself and news is not None):
            title = translate(job.title)
            text = _("{title}, {percent} %", title=title, percent=f"{100 * job.share:.0f}")
            self.show_work(text, job.share, _("Stop: {title}", title=title))
        elif news is not None:
            self.show_result(translate(news.text), has_action=news.show is not None)
        else:
            self.hide()

    @Slot(object)
    def _news_arrived(self, news: News) -> None:
        self._news = news
        self._renew()

    @Slot()
    def _stop(self) -> None:
        if self._jobs is not None:
            self._jobs.stop()

    @Slot()
    def _show_news(self) -> None:
        news = self._news
        self._close_news()
        if news is not None and news.show is not None:
            news.show()

    @Slot()
    def _close_news(self) -> None:
        self._news = None
        self._renew()


def memory_text() -> str:
    """The resident memory of this process: "1.1 GB"."""
    import psutil

    used = psutil.Process(os.getpid()).memory_info().rss / 1e9
    return f"{used:.1f} GB" if used >= 1 else f"{used * 1000:.0f} MB"
