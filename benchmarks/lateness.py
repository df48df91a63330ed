"""Latency of the window's event loop while each recipe trains in it, with the manifold open.

    python benchmarks/lateness.py [--seconds 30] [--settle 5] [--recipes NAME ...] [--data DIR]

The real window, each recipe in a separate process. The window's own precise timer (20 ms) compares when it fires with when
it should have. Beside it, for comparison, the same window with nothing training. Prints JSON, milliseconds; the claim is
p99 at most 8, worst at most 50.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import load, percentile, report

PATH = Path(__file__)
IDLE = "(nothing trains)"
CLAIM = {"p99_ms": 8.0, "worst_ms": 50.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each recipe is looked at")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds of training before that")
    parser.add_argument("--recipes", nargs="*", help="which (default: all whose images are here)")
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.data:
        os.environ["GENSTUDIO_DATA"] = str(options.data.resolve())
    if options.child:
        measure(options.child, options.seconds, options.settle)
        return

    from genstudio.training.recipe.recipe import recipe_names

    before = load()
    results = {
        name: in_a_process_of_its_own(name, options.seconds, options.settle)
        for name in [IDLE, *(options.recipes or recipe_names())]
    }
    report("lateness", {"claim": CLAIM, "recipes": results}, busy_before=before)


def in_a_process_of_its_own(name: str, seconds: float, settle: float) -> dict[str, Any]:
    print(f"lateness: {name}", file=sys.stderr, flush=True)
    command = [sys.executable, str(PATH), "--child", name, "--seconds", str(seconds), "--settle", str(settle)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    figures: dict[str, Any] = json.loads(lines[-1]) if lines else {"failed": f"exit code {done.returncode}"}
    return figures


def measure(name: str, seconds: float, settle: float) -> None:
    """In the child: open the window, train, listen to its timer, print one line of JSON."""
    from drive import Hand, drive

    figures: dict[str, Any] = {}

    def hand(window: Any) -> Hand:
        text: list[str] = []
        window.session.failed.connect(lambda message: text.append(str(message)))
        yield lambda: window.panes is not None and window.left.draft.recipe() is not None
        if name != IDLE:
            # The recipe as it is, saving, sampling and measuring; only that it does not end before we do.
            window.session.start(window.left.draft.recipe().override(["plan.steps=10000000"]))
            yield lambda: bool(text) or (window.session.state == "training" and window.session.step > 0)
            if text:
                figures["failed"] = text[0]
                return
        window.panes.show_pane("manifold")
        yield settle
        began, steps = time.perf_counter(), window.session.step
        window.latency.record()
        yield seconds
        samples, took = list(window.latency.samples), time.perf_counter() - began
        steps = window.session.step - steps
        figures.update(
            p50_ms=round(percentile(samples, 0.5), 2),
            p99_ms=round(percentile(samples, 0.99), 2),
            worst_ms=round(max(samples), 2),
            samples=len(samples),
            seconds=round(took, 1),
        )
        if name != IDLE:
            size = window.session.recipe.plan.batch_size
            figures.update(
                steps_per_second=round(steps / took, 1),
                images_per_second=round(steps / took * size),
                met=figures["p99_ms"] <= CLAIM["p99_ms"] and figures["worst_ms"] <= CLAIM["worst_ms"],
            )

    drive(hand, recipe=None if name == IDLE else name)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
