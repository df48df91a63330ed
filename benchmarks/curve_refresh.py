"""Cost of the curves on the GUI thread: per refresh while they grow, and per frame while a part is zoomed and moved.

    python benchmarks/curve_refresh.py [--refreshes 60] [--points 20000 1000000] [--curves 4 6] [--repeats 5]

The loss plot of the window, 700x260 logical pixels, with two players' curves (raw, smoothed, held-out rings, one
annotation), growing by 16 points a refresh. Counted is the CPU time of the GUI thread from the arrival of an arranged chart
to the end of its painting; arranging itself runs on another thread and is given beside it. For comparison the same points in
pyqtgraph's own PlotDataItem: automatic ranges, its own reduction, pen of width 2. Prints JSON, milliseconds. The claim:
p95 at most 6 with four curves, at most 12 with six, whatever the number of points; a frame of zooming or moving at most 16.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

from common import load, percentile, report

SIZE = 700, 260
GROWTH = 16  # points a refresh
NAMES = ("d_real", "d_fake", "adversarial", "gradient_penalty", "D(x)", "D(G(z))")
SECTIONS = dict.fromkeys(NAMES, "discriminator") | {"adversarial": "generator"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--refreshes", type=int, default=60)
    parser.add_argument("--points", type=int, nargs="*", default=[20_000, 1_000_000])
    parser.add_argument("--curves", type=int, nargs="*", default=[4, 6])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    before = load()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from PySide6.QtWidgets import QApplication

    import genstudio.studio  # noqa: F401 - says which binding pyqtgraph takes
    from genstudio.studio.theme import theme

    app = QApplication([])
    theme().apply(app, "light")
    results: dict[str, Any] = {}
    for points in options.points:
        for curves in options.curves:
            name = f"{curves} curves, {points:,} points"
            print(f"curve_refresh: {name}", file=sys.stderr, flush=True)
            runs = [measured(app, curves, points, options.refreshes) for _ in range(options.repeats)]
            results[name] = median_of(runs)
    results["PlotDataItem, 4 curves, 20,000 points"] = plain(app, 4, 20_000, min(20, options.refreshes))
    report(
        "curve_refresh", {"claim_p95_ms": {"4": 6.0, "6": 12.0, "frame": 16.0}, "cases": results}, busy_before=before
    )


def curves_of(count: int, points: int) -> Any:
    """Curve data with ``points`` of each of ``count`` names, and some held-out values."""
    import numpy as np

    from genstudio.training.telemetry import Row
    from genstudio.viewing.charts.curve_data import CurveData

    rng = np.random.default_rng(0)
    data = CurveData()
    step = np.arange(1, points + 1, dtype=float)
    data.add([Row(1, 0.1, {f"train/{name}": 1.0 for name in NAMES[:count]})])
    for k, name in enumerate(NAMES[:count]):
        column = data.columns[f"train/{name}"]
        values = (0.5 + k) * np.exp(-step / (0.3 * points)) + 0.1 * rng.standard_normal(points) + 0.6
        for at, value in zip(step[1:].tolist(), values[1:].tolist(), strict=True):
            column.append(at, at / 10, value)
    every = max(1, points // 40)
    data.add([Row(at, at / 10, {"validation/d_real": 0.9}) for at in range(every, points, every)])
    return data


def measured(app: Any, count: int, points: int, refreshes: int) -> dict[str, float]:
    """Percentiles of one plot's refreshes and frames, ms of the GUI thread's CPU."""
    from genstudio.studio.plots.loss_plot import LossPlot
    from genstudio.training.telemetry import Row

    plot = LossPlot()
    plot.resize(*SIZE)
    data = curves_of(count, points)
    plot.set_data(data)
    names = NAMES[:count]
    plot.set_names(names, {name: k for k, name in enumerate(names)}, {n: SECTIONS[n] for n in names}, {})
    plot.set_annotations([(points // 2, "beta 1 → 2")])
    plot.show()
    settle(app, plot)
    refreshed, arranged = [], []
    last = points
    for _ in range(refreshes):
        data.add([Row(last + k, last / 10, {f"train/{name}": 0.7 for name in names}) for k in range(1, GROWTH + 1)])
        last += GROWTH
        plot.redraw()
        settle(app, plot)
        refreshed.append(1000 * plot.gui_took)
        arranged.append(1000 * (plot.took - plot.gui_took))
    frames = [zoomed(app, plot, k) for k in range(refreshes)]
    plot.shutdown()
    plot.close()
    return {
        "refresh_median": percentile(refreshed, 0.5), "refresh_p95": percentile(refreshed, 0.95),
        "arrange_median": percentile(arranged, 0.5), "frame_median": percentile(frames, 0.5),
        "frame_p95": percentile(frames, 0.95),
    }  # fmt: skip


def settle(app: Any, plot: Any) -> None:
    """Process events until the newest curves have been painted."""
    while plot.drawing or plot.painting:
        app.processEvents()
        time.sleep(0.0005)


def zoomed(app: Any, plot: Any, number: int) -> float:
    """One frame of a hand that zooms in and moves to and fro: ms of CPU from the change to its painting."""
    low, high = plot.shown_extent
    began = time.thread_time()
    if number % 10 < 5:
        plot.look_at(low + 0.04 * (high - low), high - 0.04 * (high - low))
    else:
        way = 0.03 * (high - low) * (1 if number % 20 < 10 else -1)
        plot.look_at(low + way, high + way)
    plot.viewport().repaint()
    return 1000 * (time.thread_time() - began)


def plain(app: Any, count: int, points: int, refreshes: int) -> dict[str, float]:
    """The same by pyqtgraph as it comes, for comparison."""
    import numpy as np
    import pyqtgraph as pg

    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    data = curves_of(count, points)
    pens = [pg.mkPen(pg.intColor(k), width=2) for k in range(count)]
    items = [plot.plot(pen=pen, antialias=True) for pen in pens]
    plot.show()
    app.processEvents()
    took = []
    for _ in range(refreshes):
        began = time.thread_time()
        for item, name in zip(items, NAMES[:count], strict=True):
            x, y = data.curve(f"train/{name}")
            item.setData(np.array(x), np.array(y))
        plot.viewport().repaint()
        took.append(1000 * (time.thread_time() - began))
    plot.close()
    return {"refresh_median": percentile(took, 0.5), "refresh_p95": percentile(took, 0.95)}


def median_of(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median over the runs, of each figure."""
    return {name: round(percentile([run[name] for run in runs], 0.5), 2) for name in runs[0]}


if __name__ == "__main__":
    main()
