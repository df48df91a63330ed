"""Training speed of mnist-vae-2d beside busy programs, with and without threads that sleep at barriers.

    python benchmarks/busy_machine.py [--data DIR] [--busy 0 1 2] [--rounds 7] [--seconds 3]

Trains by the recipe's own loop, without saving, sampling and measuring, in four ways: as OpenMP waits by default; as the
program sets it (``genstudio/core/openmp.py``); with the passive wait policy alone; and by default on one thread. Each way
is a separate process, because the runtime reads its variables once; between its turns it sleeps. Beside them 0, 1 or
2 processes count without end. Rounds go through all ways at each number of busy processes, in changing order, so that
whatever else the computer does hits all alike. Prints JSON: images/s as median, least and most. The claim is for two
cores: with the setting at least twice the default beside one busy process, and .75 of it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from common import load, report, spread

from genstudio.core.openmp import CHOICES, SLEEP_EARLY

# By name: environment variables, and changes to the recipe.
WAYS: dict[str, tuple[dict[str, str], list[str]]] = {
    "default": ({}, []),
    "as the program sets it": (SLEEP_EARLY, []),
    "passive policy alone": ({"OMP_WAIT_POLICY": "PASSIVE"}, []),
    "default, one thread": ({}, ["plan.threads=1"]),
}
CLAIM = {"times_default_beside_one": 2.0, "times_default_quiet": 0.75}
WARM = 1.0  # seconds of training before the first turn, which allocate and look kernels up


class Trainer:
    """A process that trains ``mnist-vae-2d`` in one of :data:`WAYS` whenever it is asked to."""

    def __init__(self, way: str, data: Path | None) -> None:
        variables, changes = WAYS[way]
        environment = {name: value for name, value in os.environ.items() if name not in CHOICES} | variables
        command = [sys.executable, __file__, "--train", *changes, *(["--data", str(data)] if data else [])]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.images_per_second(WARM)

    def images_per_second(self, seconds: float) -> float:
        """Train for ``seconds``, then sleep; the images/s."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def train(changes: list[str], data: Path | None) -> None:
    """Process of a trainer: for each line of input it trains that many seconds and prints its images/s."""
    from genstudio.training.events import Stepped
    from genstudio.training.job import new_job
    from genstudio.training.recipe.recipe import load_recipe

    never = [f"plan.{name}_every=0" for name in ("save", "sample", "evaluate")]
    recipe = load_recipe("mnist-vae-2d").override(["plan.steps=100000000", *never, *changes])
    with tempfile.TemporaryDirectory() as folder:
        job = new_job(recipe, out=Path(folder) / "run", search=[data] if data else None, device="cpu")
        events = job.events()
        steps = (event for event in events if isinstance(event, Stepped))
        for line in sys.stdin:
            done, began = 0, time.perf_counter()
            while time.perf_counter() - began < float(line):
                next(steps)
                done += 1
            print(done * recipe.plan.batch_size / (time.perf_counter() - began), flush=True)
        events.close()


def busy_processes(count: int) -> list[subprocess.Popen[bytes]]:
    """Start ``count`` processes that count without end."""
    return [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]


def orders(names: list[str], rounds: int) -> Iterator[list[str]]:
    """``names`` once per round, starting with another one each time."""
    for k in range(rounds):
        first = k % len(names)
        yield names[first:] + names[:first]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder that holds MNIST/raw")
    parser.add_argument("--busy", type=int, nargs="*", default=[0, 1, 2], help="numbers of busy processes")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one turn")
    parser.add_argument("--train", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train is not None:
        train(options.train, options.data)
        return

    before = load()
    trainers = {way: Trainer(way, options.data) for way in WAYS}
    measured: dict[tuple[int, str], list[float]] = {(count, way): [] for count in options.busy for way in WAYS}
    for order in orders(list(WAYS), options.rounds):
        for count in options.busy:
            others = busy_processes(count)
            try:
                for way in order:
                    measured[count, way].append(trainers[way].images_per_second(options.seconds))
            finally:
                for other in others:
                    other.kill()
                    other.wait()
    for trainer in trainers.values():
        trainer.stop()
    figures = {f"{count} busy": {way: spread(measured[count, way], 0) for way in WAYS} for count in options.busy}
    times = {
        f"{count} busy": round(found["as the program sets it"]["median"] / max(found["default"]["median"], 1), 2)
        for count, found in zip(options.busy, figures.values(), strict=True)
    }
    report(
        "busy_machine",
        {"recipe": "mnist-vae-2d", "images_per_second": figures, "times_default": times, "seconds": options.seconds}
        | {"variables": SLEEP_EARLY, "claim": CLAIM},
        busy_before=before,
    )


if __name__ == "__main__":
    main()
