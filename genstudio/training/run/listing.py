"""A list of runs, one line each: what can be known without opening it, and of a damaged one why it can't be opened."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message
from genstudio.training.run.run import Run

log = logging.getLogger(__name__)
DAMAGED = "damaged"


@dataclass
class Listed:
    """One run. ``status``: as :attr:`Run.status`, or ``damaged``; then ``problem`` says why. ``step``: of the newest
    checkpoint. ``measures``: as :meth:`Run.measures`. What can't be known is empty."""

    path: Path
    status: str = DAMAGED
    problem: Message | str = ""
    step: int | None = None
    steps: int = 0
    model: str = ""
    data: str = ""
    title: str = ""
    measures: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.name


def summarise_run(path: Path, *, measures: bool = True) -> Listed:
    """The line of the run in ``path``. Never raises: one that is damaged must not hide the others. ``measures`` reads the
    whole file of its rows."""
    line = Listed(path)
    try:
        run = Run.open(path)
        recipe = run.recipe
        line.path, line.steps = run.path, recipe.plan.steps
        line.model, line.data, line.title = recipe.model, recipe.data, recipe.title
        line.step = run.step
        if measures:
            line.measures = run.measures()
        line.status = run.status
    except GenstudioError as error:
        line.problem = error.what
    except Exception as error:
        log.debug("a run can't be listed: %s", path, exc_info=True)
        line.problem = N_("{path} can't be read: {reason}.", path=str(path), reason=str(error) or type(error).__name__)
    return line
