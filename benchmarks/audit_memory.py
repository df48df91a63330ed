"""Delay of other panes by *Nearest neighbours* of a pixel-by-pixel model, and memory still in use after it.

    python benchmarks/audit_memory.py --data DIR [--recipe mnist-pixelcnn] [--audited 300] [--steps 4] [--left-after 2]

The real window trains a few steps and pauses. Then, each time from *Samples*, whose memory is ``before_mb``:

``rendering_left``  *Nearest neighbours* is opened and left for *Pixel by pixel* after ``left-after`` seconds, in the middle
                    of drawing its samples.
``audit_left``      its audit is started by its button, and the pane left for *Pixel by pixel*; the audit continues.
``audit_stopped``   that audit is stopped half done.
``audit_ended``     another audit, left alone until its verdict is there.

``first_content_ms`` is the time from choosing *Pixel by pixel* to its first content; ``memory_mb`` the resident memory
before, at its peak and five seconds after the end. Prints JSON. The claim: five seconds after either ends, memory is within
150 MB of what it was before, and no content waits for a closed pane (``alone_ms``: without other work).
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from common import load, report
from drive import Hand, drive

CLAIM_MB = 150.0
AFTER = 5.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", required=True, help="where the images lie")
    parser.add_argument("--recipe", default="mnist-pixelcnn")
    parser.add_argument("--audited", type=int, default=300)
    parser.add_argument("--steps", type=int, default=4, help="of training, before")
    parser.add_argument("--set", nargs="*", default=[], help="settings of the recipe, such as data.limit=5000")
    parser.add_argument("--left-after", type=float, default=2.0, help="seconds")
    options = parser.parse_args()
    before = load()
    figures: dict[str, Any] = {}
    drive(lambda window: hand(window, options, figures), recipe=options.recipe, data=options.data)
    met = all(figures[name]["left_mb"] <= CLAIM_MB for name in ("rendering_left", "audit_stopped", "audit_ended"))
    claim = {"left_mb": CLAIM_MB, "seconds": AFTER}
    report("audit_memory", {"recipe": options.recipe, "claim": claim, **figures, "met": met}, busy_before=before)


def hand(window: Any, options: argparse.Namespace, figures: dict[str, Any]) -> Hand:
    from genstudio.training.recipe.recipe import load_recipe

    session = window.session
    yield lambda: window.panes is not None
    area = window.panes
    audited = replace(area.states["neighbours"], audited=options.audited)
    area.change({"neighbours": audited}, "audited")
    area.show_pane("samples")
    plan = [f"plan.steps={options.steps}", "plan.evaluate_every=0", "plan.sample_every=0", *options.set]
    session.start(load_recipe(options.recipe).override(plan))
    yield lambda: session.state == "training"
    yield lambda: session.state == "idle" and session.run is not None and bool(session.checkpoint_steps())
    yield lambda: whole(area, "samples")

    # Once, so that code is loaded and schedules are made: what stays of those stays anyway.
    yield from to_pixels(area, figures, "alone_first")
    yield from to_samples(area)
    yield from to_pixels(area, figures, "alone", resample=True)
    yield from to_samples(area)
    figures["alone_ms"] = figures.pop("alone")["first_content_ms"]
    figures["alone_first_ms"] = figures.pop("alone_first")["first_content_ms"]

    with Memory() as memory:
        area.show_pane("neighbours")
        yield options.left_after
        yield from to_pixels(area, figures, "rendering_left", resample=True)
        yield from to_samples(area)
        yield AFTER
        figures["rendering_left"] |= memory.fields()

    area.show_pane("neighbours")
    view = area.views["neighbours"]
    yield lambda: whole(area, "neighbours")
    yield from to_samples(area)
    yield AFTER

    with Memory() as memory:
        area.show_pane("neighbours")
        yield lambda: view.audit_button.isVisible()
        began = time.perf_counter()
        view.audit_button.click()
        yield 1.0
        yield from to_pixels(area, figures, "audit_left", resample=True)
        yield lambda: area.jobs.running is None or area.jobs.running.share > 0.4
        half = time.perf_counter() - began
        window.status.jobs.stop.click()
        yield from to_samples(area)
        yield AFTER
        figures["audit_stopped"] = memory.fields() | {"seconds": round(half, 1)}

    with Memory() as memory:
        area.show_pane("neighbours")
        yield lambda: view.audit_button.isVisible()
        began = time.perf_counter()
        view.audit_button.click()
        yield lambda: area.jobs.running is None
        seconds = time.perf_counter() - began
        yield from to_samples(area)
        yield AFTER
        figures["audit_ended"] = memory.fields() | {"seconds": round(seconds, 1), "verdict": view.verdict.text()}


def whole(area: Any, name: str) -> bool:
    made = area.views[name].rendered if name in area.views else None
    return made is not None and made.final and made.content is not None


def to_samples(area: Any) -> Hand:
    area.show_pane("samples")
    yield lambda: whole(area, "samples")
    yield 1.0


def to_pixels(area: Any, figures: dict[str, Any], name: str, *, resample: bool = False) -> Hand:
    """Open *Pixel by pixel* with a new drawing; the time to its first content."""
    if resample:
        area.change({"pixels": area.states["pixels"].resampled()}, "resample")
    before = area.views["pixels"].rendered if "pixels" in area.views else None
    began = time.perf_counter()
    area.show_pane("pixels")
    yield lambda: area.views["pixels"].rendered is not before and area.views["pixels"].rendered.content is not None
    figures[name] = {"first_content_ms": round(1000 * (time.perf_counter() - began))}


class Memory:
    """Resident memory of this process in MB, sampled fifty times a second."""

    def __enter__(self) -> Memory:
        self._over = threading.Event()
        self.before = self.peak = resident()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *gone: object) -> None:
        self._over.set()
        self._thread.join()

    def fields(self) -> dict[str, Any]:
        after = resident()
        return {
            "memory_mb": {"before": round(self.before), "peak": round(self.peak), "after": round(after)},
            "left_mb": round(after - self.before),
        }

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.peak = max(self.peak, resident())


def resident() -> float:
    import psutil

    return psutil.Process().memory_info().rss / 1e6


if __name__ == "__main__":
    main()
