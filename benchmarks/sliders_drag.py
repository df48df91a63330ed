"""Time from a mouse movement to the picture on screen: a slider and the pad dragged, idle and during training.

    python benchmarks/sliders_drag.py [--moves 300] [--recipe faces-vae] [--set data.size=64] [--cache DIR]

A real pane area gets 60 mouse events per second: along one slider of the bank, and round in the pad.
One latency is the time from the event that made a pane state until the paint event that shows that state's picture is done;
states that a newer one overtook are never painted and not counted (``painted_part`` says how many were). Before it is
measured, the directions are found (``found_seconds``), as the pane does by itself.
Compared with: ``direct``, the same model's decode of one code and nothing else, on one thread.
Prints JSON. The goal: p95 at most 16 ms idle and 33 ms while training at 64x64, on two cores.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from drag_to_painted import EVERY, GOALS, Driver, _summary


class SlidersDriver(Driver):
    """The pane *Sliders* in place of the manifold."""

    def __init__(self, recipe: str, settings: list[str]) -> None:
        super().__init__(recipe)
        self.settings = settings
        self.area.show_pane("sliders")
        self.view = self.area.views["sliders"]

    def settled(self) -> bool:
        rendered = self.view.rendered
        return (
            rendered is not None
            and rendered.final
            and rendered.state == self.view.resolved(self.area.states["sliders"])
        )

    def train(self, steps: int) -> float:
        """Start training and wait until all directions are found: seconds that took from the first picture on."""
        from genstudio.training.recipe.recipe import load_recipe

        plan = [f"plan.steps={steps}", "plan.evaluate_every=0", "plan.sample_every=0", "plan.save_every=0"]
        self.session.start(load_recipe(self.recipe).override([*plan, *self.settings]))
        self.wait(lambda: self.view.rendered is not None and self.view.rendered.content is not None)
        began = time.perf_counter()
        self.wait(lambda: self.session.state == "training" and self.settled())
        return time.perf_counter() - began

    def drag_by(self, widget: Any, place: Callable[[float], Any], moves: int) -> dict[str, Any]:
        """Drag over ``widget`` along ``place(context)``; the latencies of what was painted, in ms."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        started_at: dict[Any, float] = {}
        found: list[float] = []

        def painted() -> None:
            rendered = self.view.rendered
            began = started_at.pop(rendered.state, None) if rendered is not None else None
            if began is not None:
                found.append((time.perf_counter() - began) * 1000)

        def mouse(kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
            event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
            self.app.sendEvent(widget, event)

        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self.view.grid.painted.connect(painted)
        mouse(QEvent.Type.MouseButtonPress, place(0.0), left, left)
        start = time.perf_counter()
        for k in range(moves):
            self._until(start + k * EVERY)
            began = time.perf_counter()
            mouse(QEvent.Type.MouseMove, place(0.05 * k + 0.001), none, left)
            started_at[self.view.resolved(self.area.states["sliders"])] = began
        self._until(time.perf_counter() + 1.0)
        mouse(QEvent.Type.MouseButtonRelease, place(0.0), left, none)
        self.view.grid.painted.disconnect(painted)
        return _summary(found) | {"moves": moves, "painted_part": round(len(found) / moves, 3)}

    def slider(self, moves: int) -> dict[str, Any]:
        from PySide6.QtCore import QPointF

        bank = self.view.bank

        def place(context: float) -> QPointF:
            # No two places alike, or the newer state would be the older one.
            return QPointF(bank.place_of(bank.current, 2.5 * math.sin(context))) + QPointF(
                0.2 * math.sin(context * 9), 0
            )

        return self.drag_by(bank.viewport(), place, moves)

    def pad(self, moves: int) -> dict[str, Any]:
        pad = self.view.pad
        return self.drag_by(
            pad, lambda context: pad.place_of(1.6 * math.sin(context), 1.6 * math.sin(0.7 * context)), moves
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--recipe", default="faces-vae")
    parser.add_argument("--set", dest="settings", nargs="*", default=["data.size=64"], help="settings of the recipe")
    parser.add_argument("--cache", default=None, help="folder that holds decoded data sets")
    options = parser.parse_args()
    if options.cache:
        os.environ["GENSTUDIO_CACHE"] = str(Path(options.cache).resolve())
    with tempfile.TemporaryDirectory() as home:
        os.environ["GENSTUDIO_HOME"] = home
        print(json.dumps(measure(options), indent=1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    driver = SlidersDriver(options.recipe, options.settings)
    rows: list[dict[str, Any]] = []

    def measured(state: str) -> None:
        for what, drag in (("slider", driver.slider), ("pad", driver.pad)):
            drag(30)  # warm
            rows.append({"state": state, "dragged": what, "goal_p95_ms": GOALS[state], **drag(options.moves)})

    before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    found_seconds = driver.train(10_000_000)
    first, began = driver.session.step, time.perf_counter()
    measured("training")
    pace = (driver.session.step - first) / (time.perf_counter() - began)
    driver.stop()
    measured("idle")
    snapshot, direct = driver.session.latest_snapshot(), driver.direct(1)
    driver.close()
    return {
        "what": "from a mouse event to the painted picture, ms",
        "recipe": options.recipe,
        "images": str(snapshot.spec) if snapshot is not None else "",
        "rows": rows,
        "direct": direct,
        "found_seconds": round(found_seconds, 1),
        "training_steps_per_second_while_dragged": round(pace, 1),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": before,
        "platform": os.environ["QT_QPA_PLATFORM"],
    }


if __name__ == "__main__":
    main()
