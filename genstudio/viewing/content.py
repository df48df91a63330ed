"""Contents of panes: pictures, curves, points, and one line that describes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.charts.field import FieldChart
    from genstudio.viewing.layout import Layout


@dataclass(frozen=True, eq=False)
class Picture:
    """A raster that the program made, or a sheet of equal cells without gutter (added when drawn or saved).

    pixels: uint8 H×W×C, C = 1 or 3. cell: (height, width) of one cell in pixels; ``None`` for a single picture.
    values: per cell, arrays rows×columns×...: ``picture.values["z"][row, column]`` is exactly the z that was decoded.
    count: how many cells are filled, row by row (``None``: all).
    """

    pixels: np.ndarray
    label: Message | str = ""
    cell: tuple[int, int] | None = None
    values: dict[str, np.ndarray] = field(default_factory=dict)
    count: int | None = None

    @property
    def rows(self) -> int:
        return 1 if self.cell is None else self.pixels.shape[0] // self.cell[0]

    @property
    def columns(self) -> int:
        return 1 if self.cell is None else self.pixels.shape[1] // self.cell[1]

    def __len__(self) -> int:
        return self.rows * self.columns if self.count is None else self.count

    def at(self, row: int, column: int) -> np.ndarray:
        """The pixels of one cell, uint8 h×w×C: a view."""
        if self.cell is None:
            return self.pixels
        h, w = self.cell
        return self.pixels[row * h : (row + 1) * h, column * w : (column + 1) * w]

    def cells(self) -> np.ndarray:
        """All filled cells, uint8 N×h×w×C, row by row."""
        h, w = self.cell or self.pixels.shape[:2]
        by_row = self.pixels.reshape(self.rows, h, self.columns, w, -1).swapaxes(1, 2)
        return by_row.reshape(-1, h, w, self.pixels.shape[2])[: len(self)]


@dataclass(frozen=True, eq=False)
class Series:
    """A curve: x and y of equal length N, y in ``unit``; those of one ``group`` share axes.

    marks: places on x (any number of them) where something stands on the curve: what is there now.
    """

    name: Message | str
    x: np.ndarray
    y: np.ndarray
    unit: str = ""
    group: Message | str = ""
    marks: np.ndarray | None = None

    def at(self, x: np.ndarray) -> np.ndarray:
        """y at other places, between its points; beyond its ends as at them."""
        import numpy as np

        return np.interp(x, self.x, self.y)


@dataclass(frozen=True)
class Legend:
    """Meaning of the colours of points: entries of (text, (r, g, b)), or the two ends of a continuous scale.

    ``scale``: a continuous one that stands behind the entries.
    """

    title: Message | str
    entries: tuple[tuple[Message | str, tuple[int, int, int]], ...]
    continuous: bool = False
    scale: Legend | None = None


@dataclass(frozen=True, eq=False)
class Points:
    """Points over the first picture: xy float32 N×2 in [0, 1] of its width and height, y downwards; colours uint8 N×3.

    values: per point, arrays N×...: ``index`` of the image in the data set, ``z``, ``label`` or the attribute.
    """

    xy: np.ndarray
    colours: np.ndarray
    legend: Legend | None = None
    values: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Content:
    """Result of a pane's content function. ``caption`` describes it in one line.

    ``values`` holds named numbers and arrays for the inspector and for export. ``legend``: what the colours of the picture
    mean, where it has no points that say so. ``coarse``: stands in for a better one that follows for certain, and is worth
    showing at once under a hand that moves. ``figure``: the function that draws it
    for a file (uint8 H×W×C), where that is more than the first picture. ``share``: the part of the whole content that is
    done (0 to 1), where that is known.
    """

    caption: Message
    pictures: tuple[Picture, ...] = ()
    series: tuple[Series, ...] = ()
    points: Points | None = None
    values: dict[str, Any] = field(default_factory=dict)
    coarse: bool = False
    legend: Legend | None = None
    across: Message | str = ""
    figure: Callable[[Content, Layout], np.ndarray] | None = None
    share: float | None = None
    field_chart: FieldChart | None = None
    """What a plot of the plane shows in place of the first picture; its numbers stand in ``values`` too."""

    def digest(self) -> str:
        """sha256 over every number and word: equal for equal contents."""
        hasher = hashlib.sha256(str(self.caption).encode())
        arrays: list[Any] = [self.values]
        arrays += [part for p in self.pictures for part in (p.pixels, p.values)]
        arrays += [part for s in self.series for part in (s.x, s.y, *(() if s.marks is None else (s.marks,)))]
        arrays += [self.points.xy, self.points.colours, self.points.values] if self.points else []
        for item in arrays:
            _feed(hasher, item)
        return hasher.hexdigest()


def _feed(hasher: Any, item: Any) -> None:
    if isinstance(item, dict):
        for key in sorted(item):
            hasher.update(str(key).encode())
            _feed(hasher, item[key])
    elif hasattr(item, "tobytes"):
        hasher.update(f"{item.dtype}{item.shape}".encode())
        hasher.update(item.tobytes())
    else:
        hasher.update(repr(item).encode())
