"""Alarms that a training would have shown at any time: its rows one by one through ``assess``, with default thresholds.

    python benchmarks/alarms_quiet.py RUN [RUN ...]                       # existing runs
    python benchmarks/alarms_quiet.py --recipe mnist-dcgan --seeds 0 1 2 --steps 1500 [--set NAME=VALUE] [--data DIR]

Settings are those in force at each row (the run's own recipe and its recorded changes). Prints JSON; ``quiet`` means that
no run would have shown one. A run that fails on purpose (``toy-gan-minimax``) is expected not to be quiet.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import as_started  # noqa: F401 - before torch
from common import load, report

from genstudio.training.health import as_options, assess
from genstudio.training.job import new_job
from genstudio.training.live import Live
from genstudio.training.recipe.plan import Plan
from genstudio.training.recipe.recipe import load_recipe
from genstudio.training.run.run import Run


def alarms_of(run: Run) -> list[dict[str, Any]]:
    """Each alarm once for its whole duration: first and last step, message and remedy."""
    rows, shown = run.metrics_since()[0], []
    settings = _settings(run)
    standing: tuple[str, str] | None = None
    for count, row in enumerate(rows, 1):
        plan, knobs = settings(row.step)
        found = assess(rows[:count], plan, knobs)
        which = (found.level, found.message.text) if found is not None and found.level != "good" else None
        if found is not None and which is not None and which != standing:
            shown.append(
                {
                    "level": found.level,
                    "from_step": row.step,
                    "to_step": row.step,
                    "message": str(found.message),
                    "set": as_options(found.change),
                }
            )
        elif which is not None:
            shown[-1]["to_step"] = row.step
        standing = which
    return shown


def _settings(run: Run) -> Any:
    """A function from a step to the plan and the model's knobs in force there; call it with ascending steps."""
    from genstudio.core.knobs import parse_knobs
    from genstudio.models.base import models

    recipe = run.recipe
    live = Live(parse_knobs(models[recipe.model].Knobs, recipe.model_knobs), recipe.plan, tuple(recipe.plan.players))
    waiting = [row for row in run.run_events() if row["event"] == "changed" and row["name"] != "only"]

    def at(step: int) -> tuple[Plan, dict[str, Any]]:
        while waiting and waiting[0]["step"] < step:
            change = waiting.pop(0)
            live.set(change["name"], change["value"])
            live.take()
        return live.plan, live.model_knobs.model_dump()

    return at


def trained(options: argparse.Namespace, folder: Path) -> Iterator[Run]:
    """The recipe trained once for each seed."""
    for seed in options.seeds:
        steps = [f"plan.steps={options.steps}"] if options.steps else []
        recipe = load_recipe(options.recipe).override([*steps, f"plan.seed={seed}", "plan.save_every=0", *options.set])
        job = new_job(recipe, out=folder / f"{recipe.name}-{seed}", search=[options.data] if options.data else None)
        for _ in job.events():
            pass
        yield job.run


def fields(run: Run) -> dict[str, Any]:
    shown = alarms_of(run)
    return {"run": run.name, "seed": run.recipe.plan.seed, "step": run.step, "rows": len(run.metrics_since()[0]),
            "alarms": shown}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", type=Path)
    parser.add_argument("--recipe")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="instead of the recipe's own")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    options = parser.parse_args(arguments)
    if bool(options.runs) == bool(options.recipe):
        parser.error("name runs, or a recipe")
    busy = load()
    with tempfile.TemporaryDirectory() as folder:
        runs = map(Run.open, options.runs) if options.runs else trained(options, Path(folder))
        found = [fields(run) for run in runs]
    report("alarms_quiet", {"quiet": not any(run["alarms"] for run in found), "runs": found}, busy_before=busy)


if __name__ == "__main__":
    main()
