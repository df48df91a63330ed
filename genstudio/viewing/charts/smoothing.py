"""The smoothed line over a raw curve, for the window and for files alike."""

from __future__ import annotations

import numpy as np


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    """The debiased exponential moving average of ``values`` (float, n): sum of w^k x_(t-k) over sum of w^k.

    ``weight`` w in [0, 1) is the weight of earlier values; 0 returns the values. The division by the weights seen so
    far (Kingma & Ba 2015, section 3) keeps the first points from being pulled towards zero. Values that are not finite
    are skipped, and NaN in the result. Raises ValueError for a weight out of range.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the weight of smoothing is {weight}, it must be in [0, 1)")
    values = np.asarray(values, np.float64)
    known = np.isfinite(values)
    total = values[known]
    n = len(total)
    # After the pass with reach r each sum holds its last 2r points: the whole past in about ten vector
    # operations.
    reach, kept = 1, float(weight)
    while reach < n and kept > 1e-18:
        total[reach:] += kept * total[:-reach]
        reach, kept = reach * 2, kept * kept
    result = np.full(len(values), np.nan)
    result[known] = total * ((1 - weight) / (1 - weight ** np.arange(1, n + 1)))
    return result
