"""Measured sampling speeds, stored in the run, so that ``auto`` needs no trial the next time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from genstudio.core.errors import RunError
from genstudio.training.run.files import read_limited, write_atomically

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.auto import Pace
    from genstudio.training.run.run import Run

FILE = "sampling.json"
MOST_BYTES = 2**20


def load_pace(run: Run) -> Pace:
    """Load the speeds measured on a computer like this one; an empty pace otherwise."""
    from genstudio.models.autoregressive.sampling.auto import Pace

    try:
        fields = json.loads(read_limited(run.path / FILE, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return Pace()
    return Pace.from_json(fields) if isinstance(fields, dict) and fields.get("computer") == _computer() else Pace()


def save_pace(run: Run, pace: Pace) -> None:
    """Store the speeds in the run's folder. A run that can't be written to is measured each time."""
    fields = {"computer": _computer(), **pace.to_json()}
    try:
        write_atomically(run.for_writing(FILE), json.dumps(fields, indent=1).encode())
    except (OSError, RunError):
        return


def _computer() -> dict[str, object]:
    import platform

    import torch

    return {"processor": platform.processor() or platform.machine(), "threads": torch.get_num_threads()}
