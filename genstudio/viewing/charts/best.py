"""Best held-out value of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.core.metrics import Metric

if TYPE_CHECKING:
    from genstudio.viewing.charts.chart import Points


def best_of(metric: Metric, points: Points) -> tuple[float, float] | None:
    """x and value of the best of some points, the first of equals; ``None`` without any that is finite, or where the metric
    does not say which values are good."""
    import numpy as np

    x, y = points
    known = np.isfinite(y)
    if not metric.better or not known.any():
        return None
    signed = np.where(known, y if metric.better == "higher" else -y, -np.inf)
    place = int(np.argmax(signed))
    return float(x[place]), float(y[place])
