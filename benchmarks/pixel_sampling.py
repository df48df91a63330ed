"""Speed of the cached sampler against the best naive one: seconds, ratio, and multiples of one forward pass.

    python benchmarks/pixel_sampling.py [--models plain gated faces] [--batches 1 16 64] [--threads 2] [--seconds 20]

*plain* is a PixelCNN of 7 blocks, 32 channels, 2 levels at 28×28; *gated* and *faces* are the nets of the recipes
mnist-gated-pixelcnn and faces-pixelcnn-pp. Weights are random: speed does not depend on them.

The naive sampler is the best we know: evaluation mode, inference mode, masks and norms applied beforehand, weights
and images channels-last, a forward pass of whole images a pixel. Its time is the number of passes times the fastest
measured pass: drawing is left out, in its favour. For batch 1, and wherever it takes less than ``--seconds``, it is
also run whole, and its images are compared with those of the cached one, from the same noise. Beside it stands the
time of one that leaves out the rows below the pixel (the mean of passes over one row, half and all of them). A figure
is the least of several runs, since other programs can only add to it. Prints JSON.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import as_started  # noqa: F401 - before torch
import numpy as np
import torch
from common import load, report

from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.sampling.methods import draw_by
from genstudio.models.autoregressive.sampling.request import SampleRequest, uniform
from genstudio.models.base import build
from genstudio.nets.causal.conv import weights_ready
from genstudio.training.recipe.recipe import load_recipe

CLAIMS = {
    "plain": {1: (20, 40), 16: (150, 7), 64: (200, 4)},
    "gated": {1: (10, 80), 16: (75, 14), 64: (100, 8)},
    "faces": {1: (10, 80), 16: (75, 14), 64: (100, 8)},
}
"""At least so many times as fast as naive, and at most so many forward passes, by batch."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=["plain", "gated", "faces"], default=["plain", "gated", "faces"])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="the most that a naive run may take in whole")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    busy = load()
    figures: dict[str, Any] = {}
    for name in options.models:
        figures[name] = {}
        for n in options.batches:
            with torch.inference_mode():
                figures[name][n] = measure(net(name), n, options.seconds, options.repeats, CLAIMS[name].get(n))
    report("pixel_sampling", {"threads": options.threads, "figures": figures}, busy_before=busy)


def net(name: str) -> Autoregressive:
    """One of the nets in evaluation mode, with weights that keep probabilities away from one half."""
    torch.manual_seed(0)
    if name == "plain":
        model = build("pixelcnn", ImageSpec(1, 28, 28, levels=2), {"blocks": 7, "width": 32})
    else:
        recipe = load_recipe({"gated": "mnist-gated-pixelcnn", "faces": "faces-pixelcnn-pp"}[name])
        spec = ImageSpec(1, 28, 28, levels=2) if name == "gated" else ImageSpec(3, 32, 32, levels=256)
        model = build(recipe.model, spec, recipe.model_knobs)
    assert isinstance(model, Autoregressive)
    return model.eval().requires_grad_(False)


def measure(model: Autoregressive, n: int, most: float, repeats: int, claim: tuple[int, int] | None) -> dict[str, Any]:
    spec = model.spec
    noise = uniform(n, spec, torch.Generator().manual_seed(0))
    given = torch.zeros(noise.shape, dtype=torch.int64)
    request = SampleRequest(noise, given, given[:, 0] > 0)
    with weights_ready(model):
        image = model.to_net(given).contiguous(memory_format=torch.channels_last)
        forward = best(lambda: model(image), max(repeats, 5))
        rows = rows_above_only(model, image)
    units = sum(1 for _ in model.pixel_units())
    began = time.perf_counter()
    drawn = draw_by(model, "cached", request)
    first = time.perf_counter() - began  # with the schedule, which is made once
    cached = best(lambda: draw_by(model, "cached", request), repeats)
    naive, how = units * forward, f"{units} times the forward pass alone: drawing left out, in its favour"
    equal = whole = None
    if n == 1 or naive < most:
        began = time.perf_counter()
        expected = draw_by(model, "naive", request)
        whole = time.perf_counter() - began
        equal = bool(torch.equal(drawn, expected))
    ticks = model.machine(model.to_net(given), np.zeros(given.shape[2:], bool), None, "wavefront").ticks
    fields = {
        "cached_seconds": round(cached, 4),
        "cached_first_seconds": round(first, 4),
        "naive_seconds": round(naive, 3),
        "naive_how": how,
        "naive_run_whole_seconds": whole and round(whole, 3),
        "naive_without_rows_below_seconds": rows and round(units * rows, 3),
        "forward_seconds": round(forward, 5),
        "times_as_fast": round(naive / cached, 1),
        "forwards": round(cached / forward, 2),
        "sub_pixels_or_pixels": units,
        "ticks": ticks,
        "equal": equal,
    }
    if claim:
        fields["claim"] = {"at_least_times": claim[0], "at_most_forwards": claim[1]}
        fields["claim_holds"] = fields["times_as_fast"] >= claim[0] and fields["forwards"] <= claim[1]
    return fields


def rows_above_only(model: Autoregressive, image: torch.Tensor) -> float | None:
    """Seconds of a mean pass that leaves out the rows below the pixel; ``None`` for nets made for one size of image."""
    try:
        return statistics.fmean(
            best(lambda k=k: model(image[:, :, :k]), 3) for k in (1, image.shape[2] // 2, image.shape[2])
        )
    except (ValueError, RuntimeError):  # a net that is told each pixel's place is told that of all of them
        return None


def best(function: Callable[[], Any], repeats: int) -> float:
    """The least of several runs after one that warms up, in seconds."""
    function()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


if __name__ == "__main__":
    main()
