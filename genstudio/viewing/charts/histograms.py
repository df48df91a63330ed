"""Histograms over the same bins: as series with the share of each bin, and as a chart of their outlines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.core.messages import Message, translate
from genstudio.viewing.charts.chart import AnnotationAt, Chart, Line, Panel, Points
from genstudio.viewing.content import Series

if TYPE_CHECKING:
    import numpy as np

BINS = 24
HEADROOM = 1.05  # of the tallest bin


@dataclass(frozen=True, eq=False)
class Histograms:
    """``series`` over the same bins (x: their middles, y: per cent), ``ends`` of the axis, what the axis is called, and a
    boundary with its name. The last series, the one that is judged, is filled."""

    series: tuple[Series, ...]
    ends: tuple[float, float]
    axis: Message | str = ""
    boundary: float | None = None
    boundary_text: Message | str = ""

    @property
    def bins(self) -> int:
        return len(self.series[0].x)

    def edges(self, number: int) -> tuple[float, float]:
        """Lower and upper end of a bin."""
        (low, high), bins = self.ends, self.bins
        width = (high - low) / bins
        return low + number * width, low + (number + 1) * width

    def bin_at(self, x: float) -> int:
        """Number of the bin that ``x`` lies in; the outermost one for what lies outside."""
        low, high = self.ends
        return int(min(max((x - low) / (high - low) * self.bins, 0), self.bins - 1))

    def chart(self) -> Chart:
        """One panel with the outline of each."""
        lines = tuple(
            Line(f"{k} {translate(one.name)}", one.name, outline(one, self.ends), k, filled=k == len(self.series) - 1)
            for k, one in enumerate(self.series)
        )
        tallest = max((float(one.y.max()) for one in self.series), default=0.0)
        boundary = None if self.boundary is None else AnnotationAt(self.boundary, self.boundary_text)
        unit = self.series[0].unit if self.series else ""
        panel = Panel(lines, (0.0, HEADROOM * tallest or 1.0), unit=unit)
        return Chart((panel,), self.ends, across_title=self.axis, boundary=boundary)


def outline(series: Series, ends: tuple[float, float]) -> Points:
    """Upper edge of a histogram from the axis up, over its bins, and down again: 2 points a bin and 2 more."""
    import numpy as np

    edges = np.linspace(*ends, len(series.x) + 1)
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(series.y, 2), [0.0]])


def histogram(groups: Mapping[Message, np.ndarray], low: float, high: float) -> tuple[Series, ...]:
    """A series a group: x the middles of the bins between ``low`` and ``high``, y the share of the group in per cent. What
    lies outside is counted in the outermost bin. Groups without values are left out."""
    import numpy as np

    edges = np.linspace(low, high, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    made = []
    for name, values in groups.items():
        if len(values):
            counts, _ = np.histogram(np.clip(np.nan_to_num(values), low, high), edges)
            made.append(Series(name, middles, 100 * counts / len(values), "%"))
    return tuple(made)


def round_ends(values: np.ndarray, *, from_nought: bool = False) -> tuple[float, float]:
    """Ends of a scale that all but the outermost of ``values`` lie between: round numbers, so that the scale stays the same
    while a model learns."""
    import numpy as np

    known = values[np.isfinite(values)]
    low, high = (float(np.quantile(known, q)) for q in (0.005, 0.995)) if len(known) else (0.0, 1.0)
    low = 0.0 if from_nought else low
    span = max(high - low, 1e-6 * max(abs(high), 1.0))
    step = 10 ** math.floor(math.log10(span)) / 2
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return low, high if high > low else low + step


def median(series: Series) -> float:
    """Median of a histogram, to one bin."""
    import numpy as np

    total = np.cumsum(series.y)
    return float(series.x[int(np.searchsorted(total, total[-1] / 2))])
