"""Reading runs from disk for the left side: lists of them, and their rows. Background thread only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import _, translate

if TYPE_CHECKING:
    from genstudio.training.run.listing import Listed
    from genstudio.training.telemetry import Row

SHOWN = 40
LONGEST = 120


@dataclass(frozen=True)
class RunLine:
    """One run in a menu."""

    name: str
    path: str
    text: str


def run_lines(here: str = "") -> list[RunLine]:
    """The runs there are, newest first, in words. ``here``: the folder of the run that is open in this window."""
    from genstudio.training.run.listing import summarise_run
    from genstudio.training.run.run import run_folders

    return [_described(summarise_run(path, measures=False), here) for path in run_folders()[:SHOWN]]


def _described(line: Listed, here: str) -> RunLine:
    done = _("step {step}", step=f"{line.step:,}") if line.step is not None else _("no weights yet")
    states = {"training": _("training elsewhere"), "finished": _("finished"), "stopped": _("stopped")}
    if line.problem:
        text = [line.name, _("damaged: {reason}", reason=_shortened(translate(line.problem)))]
    elif line.status == "training" and str(line.path) == here:
        text = [line.name, translate(line.title), _("open here")]  # its step is ahead of the newest checkpoint
    else:
        text = [line.name, translate(line.title), done, states.get(line.status, "")]
    return RunLine(line.name, str(line.path), " · ".join(filter(None, text)))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def read_rows(path: str, offset: int = 0) -> tuple[list[Row], int]:
    """Rows of the run's file from byte ``offset`` on, and the next offset."""
    from genstudio.training.run.run import Run

    return Run.open(Path(path)).metrics_since(offset)


def read_events(path: str) -> list[dict[str, Any]]:
    """Events of the run that its curves show: see :mod:`genstudio.training.curve_annotations`."""
    from genstudio.training.run.run import Run

    kinds = {"started", "changed", "termowners", "rolledback"}
    return [row for row in Run.open(Path(path)).run_events() if row["event"] in kinds]
