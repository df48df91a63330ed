"""Number of columns of a sheet of images."""

from __future__ import annotations

import math

MOST_COLUMNS = 20


def columns_for(n: int, classes: int = 0) -> int:
    """Number of columns of a sheet of ``n`` images: nearly square; if ``classes`` come in turn, a multiple of their
    number, so that each column holds one class.

    >>> columns_for(64), columns_for(64, 10), columns_for(64, 2), columns_for(64, 3), columns_for(64, 100)
    (8, 10, 8, 9, 8)
    """
    side = math.ceil(math.sqrt(n))
    if not 2 <= classes <= MOST_COLUMNS:
        return side
    return classes * max(1, round(side / classes))
