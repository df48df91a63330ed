"""Held-out R² of a linear regression of smile and head pose on a small model's codes.

    python benchmarks/faces_learnable.py [--minutes 5 | --steps N] [--recipe faces-vae] [--threads N] [--run RUN]

Trains the recipe for so long through the same job that the window runs (or reads ``--run``), encodes the train split and the
test split (means of q(z|x)), fits factor ~ codes by least squares on the first and scores the second. Compared to two
baselines with as many numbers per image: principal components of raw pixels, and the same encoder untrained. Prints JSON.
The claim: after 5 minutes on two quiet cores at least .8 for yaw and .6 for smile.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import as_started  # noqa: F401 - before torch
import torch
from torch import Tensor

from genstudio.core.capabilities import Encodes
from genstudio.core.device import describe_device
from genstudio.core.version import versions
from genstudio.data.dataset import DataSet, Split, open_data
from genstudio.models.base import build
from genstudio.training.events import Stepped
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import Recipe, load_recipe
from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model

CLAIM = {"yaw": 0.8, "smile": 0.6}
Describe = Callable[[Tensor], Tensor]  # images N×C×H×W to N×d numbers


def train(recipe: Recipe, minutes: float, steps: int, out: Path) -> tuple[Run, dict[str, Any]]:
    """Train until the time is up (decoding and preparation not counted) or the steps are done, whichever comes first."""
    job = new_job(recipe, out=out, device="cpu")
    events = job.events()
    began, cpu = time.perf_counter(), time.process_time()
    taken = 0
    for event in events:
        if isinstance(event, Stepped):
            taken = event.step
            if taken == steps or (not steps and time.perf_counter() - began >= 60 * minutes):
                break
    spent = {
        "steps": taken,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }
    events.close()  # saves
    return job.run, spent


def held_out_r2(describe: Describe, data: DataSet) -> dict[str, float]:
    """R² on the test split of each attribute, regressed on ``describe``'s numbers and a constant over the train split."""
    train_codes, train_factors = described(describe, data.split("train"))
    test_codes, test_factors = described(describe, data.split("test"))
    weights = torch.linalg.lstsq(train_codes, train_factors, driver="gelsd").solution
    errors = (test_codes @ weights - test_factors).square().mean(0)
    r2 = 1 - errors / test_factors.var(0, correction=0)
    return {name: round(float(value), 3) for name, value in zip(data.spec.attribute_names, r2, strict=True)}


def described(describe: Describe, split: Split) -> tuple[Tensor, Tensor]:
    """Numbers with a constant beside them, and attributes: float64 N×(d+1), N×A."""
    codes, factors = [], []
    bits = torch.Generator()
    with torch.inference_mode():
        for positions in torch.arange(len(split)).split(500):
            batch = split.batch(positions, generator=bits)
            assert batch.attributes is not None, "a data set with known factors"
            codes.append(describe(batch.images).double())
            factors.append(batch.attributes.double())
    all_codes = torch.cat(codes)
    return torch.cat([all_codes, torch.ones(len(all_codes), 1, dtype=torch.double)], 1), torch.cat(factors)


def principal_components(data: DataSet, count: int) -> Describe:
    """Projection on the leading principal components of the train split's pixels."""
    pixels = described(lambda images: images.flatten(1), data.split("train"))[0][:, :-1]
    mean = pixels.mean(0)
    axes = torch.linalg.eigh((pixels - mean).T @ (pixels - mean)).eigenvectors.flip(1)[:, :count]
    return lambda images: (images.flatten(1).double() - mean) @ axes


def untrained(recipe: Recipe, data: DataSet) -> Encodes:
    """The same model without training."""
    torch.manual_seed(0)
    return cast(Encodes, build(recipe.model, data.spec, recipe.model_knobs).eval())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="faces-vae")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--steps", type=int, default=0, help="train so many steps instead, however long it takes")
    parser.add_argument("--threads", type=int, default=0, help="0 leaves torch's choice")
    parser.add_argument("--run", type=Path, help="read this run's newest checkpoint instead of training")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.run:
            run = Run.open(options.run)
            spent: dict[str, Any] = {"steps": run.step}
        else:
            recipe = load_recipe(options.recipe).override(
                ["plan.save_every=0", "plan.sample_every=0", "plan.evaluate_every=0", f"plan.threads={options.threads}"]
            )
            run, spent = train(recipe, options.minutes, options.steps, Path(folder) / "run")
        recipe, model = run.recipe, cast(Encodes, load_model(run.snapshot()))
        data = open_data(recipe.data, recipe.data_knobs)
        scores = held_out_r2(model.encode, data)
        dim = model.latent_dim
        figures = {
            "benchmark": "faces_learnable",
            "recipe": options.recipe,
            "threads": torch.get_num_threads(),
            **spent,
            "latent_dim": dim,
            "protocol": "least squares on encoder means of the train split, R2 on the test split",
            "r2": scores,
            "baselines": {
                f"pixel_pca_{dim}": held_out_r2(principal_components(data, dim), data),
                "untrained_encoder": held_out_r2(untrained(recipe, data).encode, data),
            },
            "claim": CLAIM,
            "holds": all(scores[name] >= least for name, least in CLAIM.items()),
            "device": describe_device(torch.device("cpu")).english,
            "versions": versions(),
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
