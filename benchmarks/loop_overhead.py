"""The loop's images/s against a hand-written bare loop, on the same net, data, batch size and optimiser.

    python benchmarks/loop_overhead.py [--recipe mnist-vae-2d] [--slices 20] [--steps 100] [--data DIR]

Slices of both are interleaved and each pair gives one ratio, so that whatever else the computer does hits both alike. The
net of a variational autoencoder is the recipe's with one hidden layer of 400 (784-400-2), or ``--as-is``; that of an
adversarial model is always the recipe's (``--recipe smiles-dcgan --steps 10``). Prints JSON; ``ratio`` is the median (1 = no
overhead; the claim is at least 0.97).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import as_started  # noqa: F401 - before torch
import torch
from torch.nn.functional import softplus

from genstudio.core.batch import Batch
from genstudio.core.device import describe_device
from genstudio.core.draws import Draws
from genstudio.core.version import versions
from genstudio.models.adversarial.base import Adversarial
from genstudio.nets.gan.diff_augment import augmented
from genstudio.training.events import Stepped
from genstudio.training.job import Job, new_job
from genstudio.training.recipe.recipe import load_recipe


def bare_steps(job: Job) -> Iterator[None]:
    """A hand-written loop without plan, run, curves or window: one step at each ``next``."""
    return bare_game(job) if isinstance(job.model, Adversarial) else bare_elbo(job)


def bare_elbo(job: Job) -> Iterator[None]:
    """Bare loop of a variational autoencoder."""
    model, plan = job.model, job.plan
    player = plan.player("model")
    optimiser = torch.optim.Adam(model.parameters(), lr=player.lr, betas=player.betas, fused=True)
    for step, batch in enumerate(bare_batches(job)):
        terms = model.elbo_terms(batch, Draws())  # type: ignore[operator]
        beta = model.beta_at(step)  # type: ignore[operator]
        loss = terms["reconstruction"].mean() + beta * terms["kl"].mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        yield


def bare_game(job: Job) -> Iterator[None]:
    """Bare loop of two players with the non-saturating objective, as in tutorials, with an average of the generator's
    weights and R1 where the recipe asks for them."""
    model, plan = job.model, job.plan
    assert isinstance(model, Adversarial)
    assert model.knobs.objective == "non-saturating", "written by hand for this objective"
    generator, discriminator, knobs = model.generator, model.discriminator, model.knobs
    optimisers = {
        name: torch.optim.Adam(parameters, lr=plan.player(name).lr, betas=plan.player(name).betas, fused=True)
        for name, parameters in model.players().items()
    }
    decay = plan.player("generator").average
    live = [p.detach() for p in generator.parameters()] + [b for b in generator.buffers() if b.is_floating_point()]
    averages = [tensor.clone() for tensor in live]
    for step, batch in enumerate(bare_batches(job)):
        real, n = batch.images, len(batch)
        with torch.no_grad():
            fake = generator(torch.randn(n, knobs.latent_dim))
        loss = softplus(-discriminator(augmented(real, knobs.augment, Draws()))).mean()
        loss = loss + softplus(discriminator(augmented(fake, knobs.augment, Draws()))).mean()
        if knobs.r1 and step % knobs.r1_every == 0:
            images = real.detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
            loss = loss + knobs.r1 / 2 * knobs.r1_every * slope.flatten(1).square().sum(1).mean()
        optimisers["discriminator"].zero_grad(set_to_none=True)
        loss.backward()
        optimisers["discriminator"].step()
        for parameter in discriminator.parameters():  # or the generator's backward would fill their gradients too
            parameter.requires_grad_(False)
        loss = softplus(
            -discriminator(augmented(generator(torch.randn(n, knobs.latent_dim)), knobs.augment, Draws()))
        ).mean()
        optimisers["generator"].zero_grad(set_to_none=True)
        loss.backward()
        optimisers["generator"].step()
        for parameter in discriminator.parameters():
            parameter.requires_grad_(True)
        if decay:
            torch._foreach_lerp_(averages, live, 1 - decay)
        yield


def bare_batches(job: Job) -> Iterator[Batch]:
    """Minibatches without end, in a new order each time."""
    split, bits = job.data.split("train"), torch.Generator().manual_seed(0)
    while True:
        for positions in torch.randperm(len(split)).split(job.plan.batch_size)[:-1]:
            yield split.batch(positions, generator=bits)


def loop_steps(job: Job) -> Iterator[None]:
    """Our loop with everything of a run except saving, sampling and measuring: one step at each ``next``."""
    return (None for event in job.events() if isinstance(event, Stepped))


def images_per_second(steps: Iterator[None], count: int, batch_size: int) -> float:
    gc.collect()
    began = time.perf_counter()
    for _ in itertools.islice(steps, count):
        pass
    return count * batch_size / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="mnist-vae-2d")
    parser.add_argument("--as-is", action="store_true", help="the recipe's own net instead of 784-400-2")
    parser.add_argument("--slices", type=int, default=20)
    parser.add_argument("--steps", type=int, default=100, help="steps in one slice")
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    options = parser.parse_args()

    recipe = load_recipe(options.recipe)
    as_is = options.as_is or recipe.model != "vae"
    recipe = recipe.override(
        ["plan.steps=1000000", "plan.save_every=0", "plan.sample_every=0", "plan.evaluate_every=0"]
        + ([] if as_is else ["hidden=400", "layers=1"])
    )
    search = [options.data] if options.data else None
    with tempfile.TemporaryDirectory() as folder:
        jobs = [new_job(recipe, out=Path(folder) / name, search=search, device="cpu") for name in ("loop", "bare")]
        loop, bare = loop_steps(jobs[0]), bare_steps(jobs[1])
        size = recipe.plan.batch_size
        for steps in (loop, bare):
            images_per_second(steps, min(50, options.steps), size)  # warm
        pairs = []
        for i in range(options.slices):
            first, second = (loop, bare) if i % 2 == 0 else (bare, loop)  # neither always goes first
            speeds = {id(steps): images_per_second(steps, options.steps, size) for steps in (first, second)}
            pairs.append((speeds[id(loop)], speeds[id(bare)]))
        loop.close()  # type: ignore[attr-defined]
    ratios = [ours / theirs for ours, theirs in pairs]
    print(
        json.dumps(
            {
                "benchmark": "loop_overhead",
                "recipe": options.recipe,
                "net": "as in the recipe" if as_is else "784-400-2",
                "slices": options.slices,
                "steps_per_slice": options.steps,
                "batch_size": size,
                "loop_images_per_second": round(statistics.median(ours for ours, _ in pairs), 1),
                "bare_images_per_second": round(statistics.median(theirs for _, theirs in pairs), 1),
                "ratio": round(statistics.median(ratios), 4),
                "ratio_quartiles": [round(q, 4) for q in statistics.quantiles(ratios, n=4)],
                "claim": 0.97,
                "device": describe_device(torch.device("cpu")).english,
                "versions": versions(),
            }
        )
    )


if __name__ == "__main__":
    main()
