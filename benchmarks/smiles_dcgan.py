"""FID of `smiles-dcgan` against the plain recipe of the 2015 paper, in the same time on the same machine.

    python benchmarks/smiles_dcgan.py --data DIR [--minutes 10] [--seeds 0 1 2] [--threads 2] [--clock wall|cpu]

Both are trained by the ordinary loop for so many minutes of steps (preparation, sheets and checkpoints are not counted),
one after the other, a seed at a time. ``--clock cpu`` counts the process's CPU time over its threads instead: two threads
for ten minutes are at most 20 of these, and other work on the machine does not blur the figure. *plain* is DCGAN with z
of 100 numbers, 48 features, Adam 2e-4 with beta1 .5, as in Radford et al. 2016 with three quarters of its width; it keeps
averages too, which changes nothing in its training. One judge, named by its hash, looks at both. The claim: averaged
weights of the recipe have at most .7 of the FID that plain has with the weights that it was trained to (``raw``), in the
mean over seeds. Prints JSON.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import as_started  # noqa: F401 - before torch
from common import load, report

from genstudio.evaluate.base import evaluate
from genstudio.training.events import Stepped
from genstudio.training.job import new_job
from genstudio.training.judge.train import judge_for
from genstudio.training.recipe.recipe import load_recipe
from genstudio.training.snapshot import load_model

LR = [f"plan.players.{player}.lr=0.0002" for player in ("discriminator", "generator")]
RECIPES: dict[str, list[str]] = {
    "smiles-dcgan": [],
    "plain": ["width=48", "latent_dim=100", *LR],
}
CLAIM = 0.7
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder in which smiles.zip is looked for")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=tuple(CLOCKS), default="wall")
    parser.add_argument("--samples", type=int, default=5000)
    options = parser.parse_args()
    busy, found = load(), {name: [] for name in RECIPES}  # type: ignore[var-annotated]
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            for name in RECIPES:
                found[name].append(trained_and_judged(name, seed, options, Path(folder) / f"{name}-{seed}"))
                print(name, found[name][-1], file=sys.stderr, flush=True)  # an hour is long to wait for the first
    ratios = [
        ours["averaged"] / plain["raw"] for ours, plain in zip(found["smiles-dcgan"], found["plain"], strict=True)
    ]
    figures = {
        "minutes": options.minutes,
        "clock": options.clock,
        "threads": options.threads,
        "fid": found,
        "ratio": round(statistics.mean(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "claim": CLAIM,
        "claim_holds": statistics.mean(ratios) <= CLAIM,
    }
    report("smiles_dcgan", figures, busy_before=busy)


def trained_and_judged(name: str, seed: int, options: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Train ``name`` until its steps took ``options.minutes``, and measure it with raw and with averaged weights."""
    search = [options.data] if options.data else None
    recipe = load_recipe("smiles-dcgan").override(
        [*RECIPES[name], f"plan.seed={seed}", f"plan.threads={options.threads}", "plan.steps=1000000",
         "plan.save_every=0", "plan.sample_every=0", "plan.evaluate_every=0"]
    )  # fmt: skip
    job = new_job(recipe, out=out, search=search, device="cpu")
    events = job.events()
    clock = CLOCKS[options.clock]
    steps, spent, since = 0, 0.0, clock()
    for event in events:
        now = clock()
        if isinstance(event, Stepped):
            steps, spent = event.step, spent + now - since
            if spent >= 60 * options.minutes:
                break
        since = now
    events.close()  # saves
    judge, fields = judge_for(job.data), {"seed": seed, "steps": steps, "seconds": round(spent, 1)}
    for weights in ("raw", "averaged"):
        model = load_model(job.run.snapshot(averaged=weights == "averaged"))
        result = evaluate(model, job.data, names=["fid"], judge=judge, samples=options.samples, weights=weights)["fid"]
        fields |= {
            weights: round(result.value, 3),
            "judge": judge.hash[:12],
            "mean_image": result.baselines["mean_image"],
        }
    return fields


if __name__ == "__main__":
    main()
