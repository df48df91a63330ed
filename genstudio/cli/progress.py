"""Progress on stderr: a moving bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from genstudio.cli.output import complain, duration, number
from genstudio.cli.watching import HealthWatch
from genstudio.core.messages import Message, _, translate
from genstudio.core.metrics import Metric, unit_of
from genstudio.core.plain_text import printable
from genstudio.training.curve_annotations import describe_change

if TYPE_CHECKING:
    from genstudio.training.job import Job

REDRAW = 0.1
"""Seconds between two looks at the numbers: an event comes every step, thousands a second."""
LINE_EVERY = 10.0
"""Seconds between two plain lines."""


class ProgressBar:
    """A bar with text; without a terminal, a line from time to time. Use it as a context manager."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._last_line = -float("inf")
        self._last_kind = ""

    def __enter__(self) -> ProgressBar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            console = Console(file=sys.stderr, highlight=False)
            text = TextColumn("{task.description}", markup=False)
            self._bar = Bar(BarColumn(bar_width=24), text, console=console, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, fraction: float, message: Message | str, *, important: bool = False) -> None:
        """Show that ``fraction`` of the work is done. ``important`` text always gets its own line."""
        text = printable(translate(message))
        if self._bar is not None:
            self._bar.update(self._task, total=1.0, completed=fraction, description=text)
            if important:
                self._bar.console.print(text, markup=False, soft_wrap=True)
            return
        now = time.monotonic()
        if important or now - self._last_line >= LINE_EVERY:
            self._last_line = now
            complain(text)

    def preparing(self, fraction: float, message: Message | str) -> None:
        """The ``progress`` argument of long preparations: one line for each new piece of work in a log."""
        kind = message.text if isinstance(message, Message) else str(message)
        if fraction >= 1 and not self._last_kind:
            return  # it was all there already
        begins = kind != self._last_kind and self._bar is None
        self._last_kind = kind
        self.show(fraction, f"{translate(message)} {fraction:.0%}", important=begins)

    def note(self, text: str) -> None:
        """Print a permanent line above the bar."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, soft_wrap=True)
        else:
            complain(text)


class TrainingProgress:
    """Progress of a running job: step, images/s, time left, and the newest value of each term."""

    def __init__(self, progress: ProgressBar, job: Job) -> None:
        from genstudio.training.events import Alarm, Changed, Finished, Measured, RolledBack, Saved

        self._progress, self._job = progress, job
        self._alarm, self._measured, self._saved = Alarm, Measured, Saved
        self._changed, self._rolled_back, self._finished = Changed, RolledBack, Finished
        self.health = HealthWatch(job)
        self._metrics: Mapping[str, Metric] = job.model.reported_metrics()
        self._cursor = 0
        self._pace = 0.0
        self._terms: dict[str, float] = {}
        self._next = 0.0

    def see(self, event: Any) -> None:
        """Take in an event. Cheap, because there is one per step."""
        if isinstance(event, self._measured):
            # All of one split: said once. The likelihood or its bound goes first, the rest follows it.
            values = " · ".join(
                f"{key} {number(event.values[key])}"
                for key in sorted(event.values, key=lambda k: not k.endswith(("/elbo", "/nll")))
            ).replace("· validation/", "· ")
            self._progress.note(_("step {step}: {values}", step=f"{event.step:,}", values=values))
        elif isinstance(event, self._alarm):
            self._progress.note(_("step {step}: {alarm}", step=f"{event.step:,}", alarm=event.message))
            self.health.note(event.step, event.level, translate(event.message))
        elif isinstance(event, self._changed):
            text = describe_change(event.name, event.was, event.value)
            self._progress.note(_("step {step}: {alarm}", step=f"{event.step:,}", alarm=text))
        elif isinstance(event, self._rolled_back):
            self.health.discard_after(event.step)
        elif isinstance(event, self._finished):
            self._redraw(event.step, last=True)
            return
        elif isinstance(event, self._saved):
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + REDRAW
            self._redraw(event.step)

    def _redraw(self, step: int, *, last: bool = False) -> None:
        rows, self._cursor = self._job.telemetry.since(self._cursor)
        self.health.add(rows)
        if text := self.health.check(now=last):
            self._progress.note(text)
        for row in rows:
            if row.images_per_second:
                self._pace = 0.9 * self._pace + 0.1 * row.images_per_second if self._pace else row.images_per_second
            self._terms.update({k.removeprefix("train/"): v for k, v in row.values.items() if k.startswith("train/")})
        plan = self._job.plan
        parts = [_("step {step} of {total}", step=f"{step:,}", total=f"{plan.steps:,}")]
        if self._pace:
            parts.append(_("{n} images/s", n=f"{self._pace:,.0f}"))
            parts.append(_("{time} left", time=duration((plan.steps - step) * plan.batch_size / self._pace)))
        parts += [f"{k} {number(v)} {unit_of(k, self._metrics)}".rstrip() for k, v in self._terms.items()]
        self._progress.show(step / plan.steps if plan.steps else 1.0, " · ".join(parts))
