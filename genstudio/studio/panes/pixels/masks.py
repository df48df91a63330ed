"""Masks for inpainting: bool H×W, True is given. Regions by name, and the round brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

REGIONS = ("top", "bottom", "left", "right", "all", "none")


def region(name: str, height: int, width: int) -> np.ndarray:
    """Mask of one half of the image, all of it, or none."""
    import numpy as np

    from genstudio.viewing.conditioning import kept_part

    if name in ("all", "none"):
        return np.full((height, width), name == "all")
    return kept_part((height, width), name)  # type: ignore[arg-type]


def stroked(mask: np.ndarray, start: tuple[int, int], end: tuple[int, int], size: int, keep: bool) -> np.ndarray:
    """``mask`` after a brush ``size`` pixels wide went in a straight line from ``start`` to ``end`` (row, column)."""
    import numpy as np

    made = mask.copy()
    rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    # An even brush has its middle between two pixels.
    shift = 0.0 if size % 2 else 0.5
    for k in range(length + 1):
        y = start[0] + (end[0] - start[0]) * k / length - shift
        x = start[1] + (end[1] - start[1]) * k / length - shift
        made[(rows - y) ** 2 + (columns - x) ** 2 <= (size / 2) ** 2] = keep
    return made


def outline(mask: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Border between given pixels and others: lines (x0, y0, x1, y1) in pixels, runs joined, without the image's edge."""
    import numpy as np

    lines: list[tuple[int, int, int, int]] = []
    for y, row in enumerate(mask[1:] != mask[:-1]):
        lines += [(a, y + 1, b, y + 1) for a, b in _runs(row)]
    for x, column in enumerate(np.transpose(mask[:, 1:] != mask[:, :-1])):
        lines += [(x + 1, a, x + 1, b) for a, b in _runs(column)]
    return lines


def _runs(line: np.ndarray) -> list[tuple[int, int]]:
    """(begin, end) of each stretch of True."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
