"""Speeds of *Pixel by pixel* and of training side by side, and the latency of the window.

    python benchmarks/pixels_while_training.py [--seconds 8] [--rounds 4] [--recipe NAME] [--images 16] [--data DIR]

The real window trains the recipe, in turns with only a page of text in sight and with the pane playing as fast as it goes,
a new drawing whenever one is finished; turns, so that other work on the machine falls on both alike. Then the same pane
plays with nothing training. Steps are counted by the loop, pixels by the pane's own contents, lateness by the window's own
precise timer (20 ms). Prints JSON; the claims: training keeps two thirds of its speed, drawing a third of its own; lateness
at most 8 ms (p99) and 50 ms (worst).
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

CLAIM = {"training_keeps": 2 / 3, "drawing_keeps": 1 / 3, "p99_ms": 8.0, "worst_ms": 50.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each turn is measured")
    parser.add_argument("--rounds", type=int, default=4, help="turns of each kind")
    parser.add_argument("--settle", type=float, default=3.0, help="seconds before each turn")
    parser.add_argument("--recipe", default="mnist-gated-pixelcnn")
    parser.add_argument("--images", type=int, default=16, help="how many are drawn side by side")
    parser.add_argument("--set", nargs="*", default=[], help="changes to the recipe, such as plan.threads=1")
    parser.add_argument("--data", type=Path, help="a folder in which data is looked for")
    options = parser.parse_args()
    if options.data:
        os.environ["GENSTUDIO_DATA"] = str(options.data.resolve())
    before = load()
    figures: dict[str, Any] = {"claim": CLAIM, "recipe": options.recipe, "images": options.images, "set": options.set}
    drive(lambda window: measure(window, options, figures), recipe=options.recipe)
    report("pixels_while_training", figures, busy_before=before)


def measure(window: Any, options: argparse.Namespace, figures: dict[str, Any]) -> Hand:
    """Measure training alone, training while playing, and playing without training."""
    text: list[str] = []
    window.session.failed.connect(lambda message: text.append(str(message)))
    yield lambda: window.panes is not None and window.left.draft.recipe() is not None
    changes = ["plan.steps=10000000", *options.set]
    window.session.start(window.left.draft.recipe().override(changes))
    yield lambda: bool(text) or (window.session.state == "training" and window.session.step > 0)
    if text:
        figures["failed"] = text[0]
        return
    panes = window.panes
    panes.show_pane("pixels")
    view = panes.views["pixels"]
    yield lambda: view.end > 0
    view.propose("", n=options.images)
    view.player.choose_speed(float("inf"))
    player = _Player(view)
    alone, playing = _Watch(window), _Watch(window)
    for _ in range(options.rounds):
        view.pause()
        panes.show_pane("manifold")  # not for this model: only a page of text, so nothing is drawn
        yield from _for(options.settle)
        yield from alone.watch(options.seconds)
        panes.show_pane("pixels")
        yield from _for(options.settle, player)
        yield from playing.watch(options.seconds, player)
    view.pause()
    window.session.pause()
    yield lambda: window.session.state == "paused"
    idle = _Watch(window)
    yield from _for(options.settle, player)
    yield from idle.watch(options.seconds, player)
    figures |= {"training": alone.figures(), "training_and_playing": playing.figures(), "playing": idle.figures()}
    figures["training_keeps"] = round(playing.steps / playing.seconds / (alone.steps / alone.seconds), 3)
    figures["drawing_keeps"] = round(playing.pixels / playing.seconds / (idle.pixels / idle.seconds), 3)
    late = figures["training_and_playing"]
    figures["met"] = all(figures[name] >= CLAIM[name] for name in ("training_keeps", "drawing_keeps")) and all(
        late[name] <= CLAIM[name] for name in ("p99_ms", "worst_ms")
    )


class _Player:
    """A player that starts another drawing when one is finished, and counts the pixels drawn of one image."""

    def __init__(self, view: Any) -> None:
        self.view, self.pixels, self._last = view, 0.0, 0

    def __call__(self) -> None:
        now = self.view.clock.drawn
        self.pixels += max(0, now - self._last) / self.view.clock.channels
        self._last = now
        if self.view.at_rest:
            self.view.propose("", seed=(self.view.state.seed + 1) % 2**31, position=0)
            self.view.clock.drawn = self._last = 0
            self.view.toggle_play()


class _Watch:
    """Steps, pixels and the event loop's latency over all turns of one kind."""

    def __init__(self, window: Any) -> None:
        self._window = window
        self.steps, self.pixels, self.seconds, self.samples = 0, 0.0, 0.0, []  # type: ignore[var-annotated]

    def watch(self, seconds: float, player: _Player | None = None) -> Hand:
        began, steps, pixels = time.perf_counter(), self._window.session.step, player.pixels if player else 0.0
        self._window.latency.record()
        yield from _for(seconds, player)
        self.samples += list(self._window.latency.samples)
        self.steps += self._window.session.step - steps
        self.seconds += time.perf_counter() - began
        self.pixels += player.pixels - pixels if player else 0.0

    def figures(self) -> dict[str, Any]:
        return {
            "steps_per_second": round(self.steps / self.seconds, 2),
            "pixels_per_second": round(self.pixels / self.seconds, 1),
            "p50_ms": round(percentile(self.samples, 0.5), 2),
            "p99_ms": round(percentile(self.samples, 0.99), 2),
            "worst_ms": round(max(self.samples), 2),
            "seconds": round(self.seconds, 1),
        }


def _for(seconds: float, player: Callable[[], None] | None = None) -> Hand:
    over = time.perf_counter() + seconds
    while time.perf_counter() < over:
        if player is not None:
            player()
        yield 0.025


if __name__ == "__main__":
    main()
