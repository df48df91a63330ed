"""Real runs, trained quickly, for tests that view one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genstudio.training.run.run import Run

SHORT = {"steps": 2, "batch_size": 16, "save_every": 0, "evaluate_every": 0, "sample_every": 0}


def small_run(folder: Path, model: dict[str, Any], data: dict[str, Any], plan: dict[str, Any] | None = None) -> Run:
    """Train in ``folder``: two steps, unless ``plan`` says otherwise. Torch's threads and random numbers are as before."""
    import torch

    from genstudio.training.job import new_job
    from genstudio.training.recipe.recipe import recipe_from_dict

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    job = new_job(recipe_from_dict({"model": model, "data": data, "plan": plan or SHORT}, folder.name), out=folder)
    for _ in job.events():
        pass
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    return Run.open(job.run.path)
