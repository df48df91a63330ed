"""Chart as a value: panels of lines over one x. The window shows it by pyqtgraph, a file gets it by matplotlib. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from genstudio.core.messages import Message

if TYPE_CHECKING:
    import numpy as np

Across = Literal["step", "time", "value"]
"""What x is: steps, seconds of training, or any number."""
Extent = tuple[float, float]
Points = tuple["np.ndarray", "np.ndarray"]
"""x and y, float64 n each; NaN in y is a gap."""


@dataclass(frozen=True, eq=False)
class Behind:
    """Curve of another run (``run``: its name) behind a line; ``place`` numbers the other runs."""

    run: str
    points: Points
    place: int = 0


@dataclass(frozen=True, eq=False)
class Line:
    """One curve. On a logarithmic panel all y are decades (log10).

    style: place in the theme's list of colours and dashes. points: the line. raw: what it smooths, faint behind it.
    rings: values that were measured now and then. marks: dots on the line, and ``mean`` a ring at their mean. filled: down
    to 0.
    """

    name: str
    title: Message | str
    points: Points
    style: int = 0
    raw: Points | None = None
    rings: Points | None = None
    behind: tuple[Behind, ...] = ()
    marks: Points | None = None
    mean: tuple[float, float] | None = None
    filled: bool = False
    best: tuple[float, float] | None = None
    """The best of the rings, where it is known which values are good."""

    def parts(self) -> Iterator[Points]:
        """All points of the line and of what belongs to it."""
        yield self.points
        yield from (part for part in (self.raw, self.rings, *(one.points for one in self.behind)) if part is not None)


@dataclass(frozen=True, eq=False)
class Panel:
    """Lines on one scale. ``extent``: lowest and highest y that is shown when all is (decades if ``log``)."""

    lines: tuple[Line, ...]
    extent: Extent
    title: Message | str = ""
    unit: str = ""
    log: bool = False


@dataclass(frozen=True)
class AnnotationAt:
    """Something that happened at ``x``, before ``step``, in words."""

    x: float
    text: Message | str
    step: int = 0


@dataclass(frozen=True, eq=False)
class Chart:
    """Panels, one above the other over one x from ``extent[0]`` to ``extent[1]``.

    across: what x is, and ``across_title`` its name. annotations: upright lines. boundary: one that divides, with its
    name beside it. breaks: x of values that were NaN or infinite.
    """

    panels: tuple[Panel, ...]
    extent: Extent
    across: Across = "value"
    across_title: Message | str = ""
    annotations: tuple[AnnotationAt, ...] = ()
    boundary: AnnotationAt | None = None
    breaks: tuple[float, ...] = ()

    @property
    def lines(self) -> dict[str, Line]:
        """All lines, by name."""
        return {line.name: line for panel in self.panels for line in panel.lines}
