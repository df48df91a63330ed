"""Pixel by pixel beside training: what it takes from training, how fast it draws, and whether the window stays on time.

    python benchmarks/pixels_while_training.py [--seconds 20] [--settle 5] [--recipe NAME] [--images 16] [--data DIR]

The real window trains the recipe alone (another, empty pane in sight), then with the pane playing as fast as it goes, over
and over from the start; then the same pane plays with nothing training. Steps are counted by the loop, pixels by the pane's
own contents, lateness by the window's own precise timer (20 ms). Prints JSON; the claims: training keeps two thirds of its
speed; lateness at most 8 ms (p99) and 50 ms (worst).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import load, percentile, report
from drive import Hand, drive

CLAIM = {"ratio": 2 / 3, "p99_ms": 8.0, "worst_ms": 50.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each part is measured")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds before each part")
    parser.add_argument("--recipe", default="mnist-gated-pixelcnn")
    parser.add_argument("--images", type=int, default=16, help="how many are drawn side by side")
    parser.add_argument("--set", nargs="*", default=[], help="changes to the recipe, such as plan.threads=1")
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    asked = parser.parse_args()
    if asked.data:
        os.environ["GENSTUDIO_DATA"] = str(asked.data.resolve())
    before = load()
    figures: dict[str, Any] = {"claim": CLAIM, "recipe": asked.recipe, "images": asked.images, "set": asked.set}
    drive(lambda window: measure(window, asked, figures), recipe=asked.recipe)
    report("pixels_while_training", figures, busy_before=before)


def measure(window: Any, asked: argparse.Namespace, figures: dict[str, Any]) -> Hand:
    """Alone, playing, playing with nothing that trains."""
    words: list[str] = []
    window.session.failed.connect(lambda message: words.append(str(message)))
    yield lambda: window.panes is not None and window.left.draft() is not None
    changes = ["plan.steps=10000000", *asked.set]
    window.session.start(window.left.draft().override(changes))
    yield lambda: bool(words) or (window.session.state == "training" and window.session.step > 0)
    if words:
        figures["failed"] = words[0]
        return
    panes = window.panes
    panes.show_pane("manifold")  # not for this model: only a page of text, so nothing is drawn
    yield asked.settle
    figures["training_alone"] = yield from _watched(window, asked.seconds, None)
    panes.show_pane("pixels")
    view = panes.views["pixels"]
    yield lambda: view.end > 0
    view.propose("", n=asked.images)
    view._speed_chosen(float("inf"))
    player = _Player(view)
    yield from _for(asked.settle, player)
    figures["training_and_playing"] = yield from _watched(window, asked.seconds, player)
    view.pause()
    window.session.pause()
    yield lambda: window.session.state == "paused"
    yield 1.0
    figures["playing_alone"] = yield from _watched(window, asked.seconds, player)
    alone, both = (figures[name]["steps_per_second"] for name in ("training_alone", "training_and_playing"))
    late = figures["training_and_playing"]
    figures["ratio"] = round(both / alone, 3)
    figures["met"] = (
        figures["ratio"] >= CLAIM["ratio"]
        and late["p99_ms"] <= CLAIM["p99_ms"]
        and late["worst_ms"] <= CLAIM["worst_ms"]
    )


class _Player:
    """Keeps the pane playing: from the start again when all is drawn. Counts what was drawn."""

    def __init__(self, view: Any) -> None:
        self.view, self.drawn, self._last = view, 0, 0

    def __call__(self) -> None:
        now = self.view.clock.drawn
        self.drawn += max(0, now - self._last)
        self._last = now
        if self.view.at_rest:
            self._last = 0
            self.view.toggle_play()


def _for(seconds: float, player: Callable[[], None] | None) -> Hand:
    over = time.perf_counter() + seconds
    while time.perf_counter() < over:
        if player is not None:
            player()
        yield 0.025


def _watched(window: Any, seconds: float, player: _Player | None) -> Any:
    """Steps and pixels per second, and how late the event loop was."""
    began, steps, drawn = time.perf_counter(), window.session.step, player.drawn if player else 0
    window.lateness.record()
    yield from _for(seconds, player)
    samples, took = list(window.lateness.samples), time.perf_counter() - began
    found = {
        "steps_per_second": round((window.session.step - steps) / took, 2),
        "p50_ms": round(percentile(samples, 0.5), 2),
        "p99_ms": round(percentile(samples, 0.99), 2),
        "worst_ms": round(max(samples), 2),
        "seconds": round(took, 1),
    }
    if player is not None:
        found["pixels_per_second"] = round((player.drawn - drawn) / took / player.view.clock.channels, 1)
        found["commands_to_undo"] = window.panes.undo_stack.count()
    return found


if __name__ == "__main__":
    main()
