"""Histograms as series: for each name the share of its values in each of equal bins, which all names have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from genstudio.core.messages import Message
from genstudio.viewing.content import Series

if TYPE_CHECKING:
    import numpy as np

BINS = 24


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
    """Ends of a scale that all but the outermost of ``values`` lie between: round numbers, so that the scale stands still
    while a model learns."""
    import numpy as np

    known = values[np.isfinite(values)]
    low, high = (float(np.quantile(known, q)) for q in (0.005, 0.995)) if len(known) else (0.0, 1.0)
    low = 0.0 if from_nought else low
    span = max(high - low, 1e-6 * max(abs(high), 1.0))
    step = 10 ** math.floor(math.log10(span)) / 2
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return low, high if high > low else low + step
