"""Time from a mouse movement to the picture on screen: the manifold dragged, idle and while mnist-vae-2d trains.

    python benchmarks/drag_to_painted.py [--moves 300] [--data DIR] [--recipe mnist-vae-2d]

A real pane area gets 60 mouse events per second. One latency is the time from the event that made a
pane state until the paint event that shows that state's picture is done; states that a newer one overtook are never painted
and not counted (``painted_part`` says how many were). Of a large grid, a drag shows a coarse stage
(``coarse_part`` says how often); ``whole_ms`` is the time from the last movement until all cells are painted.
Compared with: ``direct``, the same model's decode and nothing else, on one thread.
Prints JSON. The goal: p95 at most 16 ms idle and 33 ms while training, on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import as_started  # noqa: F401 - before torch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

GOALS = {"idle": 16.0, "training": 33.0}
PATIENCE = 600.0
EVERY = 1 / 60


class Driver:
    """One application, one pane area, and the loop that drags over it."""

    def __init__(self, recipe: str) -> None:
        from PySide6.QtGui import QUndoStack
        from PySide6.QtWidgets import QApplication

        from genstudio.studio.pane_area.area import PaneArea
        from genstudio.studio.session.session import Session
        from genstudio.studio.settings import Settings
        from genstudio.studio.theme import theme

        self.app = QApplication.instance() or QApplication([])
        theme().apply(self.app, "light")
        self.session = Session()
        self.session.failed.connect(self._failed)
        self.area = PaneArea(self.session, QUndoStack(self.session), Settings())
        self.area.resize(1000, 860)
        self.area.show_pane("manifold")
        self.area.show()
        self.view = self.area.views["manifold"]
        self.recipe = recipe

    def _failed(self, text: object) -> None:
        raise SystemExit(str(text))

    def wait(self, done: Any) -> None:
        limit = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > limit:
                raise SystemExit("nothing came in ten minutes")
            self.app.processEvents()
            time.sleep(0.001)

    def settled(self) -> bool:
        rendered = self.view.rendered
        return (
            rendered is not None
            and rendered.final
            and rendered.state == self.view.resolved(self.area.states["manifold"])
        )

    def train(self, steps: int) -> None:
        from genstudio.training.recipe.recipe import load_recipe

        plan = [f"plan.steps={steps}", "plan.evaluate_every=0", "plan.sample_every=0", "plan.save_every=0"]
        self.session.start(load_recipe(self.recipe).override(plan))
        self.wait(lambda: self.session.state == "training" and self.settled())

    def cells(self, n: int) -> None:
        self.view.propose("", cells=n, centre_u=0.0, centre_v=0.0)
        self.wait(self.settled)

    def drag(self, moves: int) -> dict[str, Any]:
        """Drag in circles; the latencies of what was painted, in ms."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        grid, started_at, found = self.view.grid, {}, []
        coarse, whole = [], []

        def painted() -> None:
            rendered = self.view.rendered
            began = started_at.pop(rendered.state, None) if rendered is not None else None
            if began is not None:
                found.append((time.perf_counter() - began) * 1000)
                coarse.append(rendered.content is not None and rendered.content.coarse)
            if rendered is not None and rendered.final:
                whole.append(time.perf_counter())

        def mouse(kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
            event = QMouseEvent(kind, at, grid.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
            self.app.sendEvent(grid, event)

        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        middle = QPointF(grid.rect().center())
        grid.painted.connect(painted)
        mouse(QEvent.Type.MouseButtonPress, middle, left, left)
        start = time.perf_counter()
        for k in range(moves):
            self._until(start + k * EVERY)
            context = k * 0.05
            place = middle + QPointF(60 * _sin(context) + 20, 60 * _sin(context * 0.7) + 0.01 * k)
            began = time.perf_counter()
            mouse(QEvent.Type.MouseMove, place, none, left)
            started_at[self.area.states["manifold"]] = began
        last, end = time.perf_counter(), time.perf_counter() + 1.0
        self._until(end)
        mouse(QEvent.Type.MouseButtonRelease, middle, left, none)
        grid.painted.disconnect(painted)
        return _summary(found) | {
            "moves": moves,
            "painted_part": round(len(found) / moves, 3),
            "coarse_part": round(sum(coarse) / max(1, len(coarse)), 3),
            "whole_ms": round((min((t for t in whole if t > last), default=end) - last) * 1000, 1),
        }

    def _until(self, moment: float) -> None:
        """Let events run, as an event loop would: asleep between them."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        left = moment - time.perf_counter()
        if left > 0:
            loop, timer = QEventLoop(), QTimer()
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.setSingleShot(True)
            timer.timeout.connect(loop.quit)
            timer.start(max(1, round(left * 1000)))
            loop.exec()

    def direct(self, n: int) -> dict[str, Any]:
        """The decode of n×n codes by itself, on one thread of torch, without other work."""
        import torch

        from genstudio.training.snapshot import load_model

        snapshot = self.session.latest_snapshot()
        assert snapshot is not None
        model: Any = load_model(snapshot)
        torch.set_num_threads(1)
        z, found = torch.randn(n * n, model.latent_dim), []
        with torch.inference_mode():
            for _ in range(50):
                began = time.perf_counter()
                (model.decode(z) * 255).round().to(torch.uint8)
                found.append((time.perf_counter() - began) * 1000)
        return _summary(found)

    def stop(self) -> None:
        self.session.stop()
        self.wait(lambda: self.session.state == "idle")

    def close(self) -> None:
        self.area.shutdown()
        self.session.shutdown()
        self.area.close()


def _sin(x: float) -> float:
    import math

    return math.sin(x)


def _summary(found: list[float]) -> dict[str, Any]:
    ordered = sorted(found)
    if not ordered:
        return {"n": 0}

    def at(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)

    return {
        "n": len(ordered),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "worst_ms": round(ordered[-1], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--recipe", default="mnist-vae-2d")
    parser.add_argument("--data", default=None, help="folder that holds the data set")
    parser.add_argument("--cells", type=int, nargs="*", default=[5, 20])
    options = parser.parse_args()
    if options.data:
        os.environ["GENSTUDIO_DATA"] = str(Path(options.data).resolve())
    with tempfile.TemporaryDirectory() as home:
        os.environ["GENSTUDIO_HOME"] = home
        print(json.dumps(measure(options), indent=1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    driver = Driver(options.recipe)
    rows: list[dict[str, Any]] = []

    def measured(state: str) -> None:
        for n in options.cells:
            driver.cells(n)
            driver.drag(30)  # warm
            made = driver.drag(options.moves)
            rows.append({"state": state, "cells": f"{n}x{n}", "goal_p95_ms": GOALS[state], **made})

    before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    driver.train(10_000_000)
    first, began = driver.session.step, time.perf_counter()
    measured("training")
    pace = (driver.session.step - first) / (time.perf_counter() - began)
    driver.stop()
    measured("idle")
    direct = {f"{n}x{n}": driver.direct(n) for n in options.cells}
    driver.close()
    return {
        "what": "from a mouse event to the painted picture, ms",
        "recipe": options.recipe,
        "rows": rows,
        "direct": direct,
        "training_steps_per_second_while_dragged": round(pace, 1),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": before,
        "platform": os.environ["QT_QPA_PLATFORM"],
    }


if __name__ == "__main__":
    main()
