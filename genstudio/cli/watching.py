"""Health of a training run on the terminal: only news, with the settings that would help."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, Any

from genstudio.cli.runs import call_run
from genstudio.core.messages import _, translate

if TYPE_CHECKING:
    from genstudio.training.health import Health
    from genstudio.training.job import Job
    from genstudio.training.telemetry import Row

PAUSE = 5.0
"""Seconds between two looks; more where a look takes longer than a hundredth of that."""
SHARE = 0.01


class HealthWatch:
    """Checks the rows of a job from time to time. ``alarms`` has every verdict worse than good, once for its
    duration: first step, message, and settings of the remedy."""

    def __init__(self, job: Job) -> None:
        self.alarms: list[dict[str, Any]] = []
        self._job = job
        self._rows: list[Row] = list(job.run.metrics_since()[0])  # of a run that goes on: what it was like before
        self._standing: tuple[str, str] | None = None
        self._next = 0.0

    def add(self, rows: list[Row]) -> None:
        """Take in new rows."""
        self._rows += rows

    def discard_after(self, step: int) -> None:
        """Training went back to ``step``."""
        self._rows = [row for row in self._rows if row.step <= step]

    def note(self, step: int, level: str, text: str) -> None:
        """An alarm that the loop itself raised."""
        self.alarms.append({"step": step, "level": level, "message": text, "set": []})

    def check(self, *, now: bool = False) -> str:
        """A new message with its remedy, or ``None``. Limited in rate unless ``now``."""
        began = time.perf_counter()
        if not self._rows or (began < self._next and not now):
            return ""
        from genstudio.training.health import assess
        from genstudio.training.metrics import metrics_of

        live = self._job.live
        found = assess(
            self._rows,
            live.plan,
            live.model_knobs.model_dump(),
            metrics_of(self._job.recipe.model),
            only=live.only or "",
        )
        self._next = time.perf_counter() + max(PAUSE, (time.perf_counter() - began) / SHARE)
        which = (found.level, found.message.text) if found is not None and found.is_alarm else None
        new, self._standing = which is not None and which != self._standing, which
        return self._warning(found) if new and found is not None else ""

    def _warning(self, health: Health) -> str:
        from genstudio.training.health import as_options

        options, text = as_options(health.change), translate(health.message)
        step = self._rows[-1].step
        self.alarms.append({"step": step, "level": health.level, "message": text, "set": options})
        if not options:
            return _("step {step}: {alarm}", step=f"{step:,}", alarm=text)
        command = " ".join(
            ["genstudio resume", shlex.quote(call_run(self._job.run.path)), *(f"--set {one}" for one in options)]
        )
        return _(
            "step {step}: {alarm} {remedy}: stop with Ctrl-C, then {command}",
            step=f"{step:,}", alarm=text, remedy=translate(health.remedy), command=command,
        )  # fmt: skip
