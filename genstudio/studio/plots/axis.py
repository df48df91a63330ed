"""Axis in our font and notation: thousands, times, powers of ten. Places and drawing of the ticks are pyqtgraph's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsItem

from genstudio.studio.theme import colour, font
from genstudio.studio.widgets.titles import as_time
from genstudio.viewing.charts.chart import Across

TEXT = 11  # pixels
LEFT, WIDE_LEFT, BELOW = 48, 64, 22  # pixels for the ticks' texts; the wide one for such as −14,000
TITLE = 20  # pixels more for the name of what is across
LONG_TEXT = 5  # letters, beyond which an axis is wide
LETTER, LINE, POWER_ROOM = 7.0, 17.0, 24.0  # pixels: a letter, a line, and from one power of ten to the next
EDGE = 7.0  # pixels that half a text needs
GRID = 255  # of 255: how strongly the lines across are drawn, in the theme's pale colour for them
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
POWERS_ONLY = 2.5  # decades from which on whole powers say enough, and say it as 10³


class Axis(pg.AxisItem):
    """``across``: what its numbers are. Kept as a picture for as long as its range stays (its texts are the dearest part of
    a chart)."""

    def __init__(self, orientation: str, across: Across = "value", *, grid: bool = False) -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.across: Across = across
        self._unit = ""
        self.enableAutoSIPrefix(False)
        self.setStyle(tickFont=font(TEXT), maxTickLevel=0, hideOverlappingLabels=True)
        self.setStyle(autoExpandTextSpace=False, autoReduceTextSpace=False, tickTextOffset=5)
        if grid:
            self.setGrid(GRID)
            self.setStyle(tickAlpha=1.0)
            self.setZValue(-200)  # below the view, which pyqtgraph puts at -100
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.recolour()

    def recolour(self) -> None:
        """Take the theme's colours."""
        self.setPen(pg.mkPen(colour("border")))
        self.setTickPen(pg.mkPen(colour("grid" if self.grid is not False else "border")))
        self.setTextPen(pg.mkPen(colour("muted")))

    def set_unit(self, unit: str) -> None:
        """Set what stands behind each number."""
        if unit != self._unit:
            self._unit = unit
            self.picture = None
            self.update()

    # -- what pyqtgraph asks for ---------------------------------------------------------------------------------

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        if self.across == "time":
            # A text of hours may be twice as wide as one of minutes.
            least = (high - low) * (LETTER * (len(as_time(high)) + 2)) / max(size, 1.0)
            step = next((each for each in SECONDS if each >= least), 86400 * math.ceil(least / 86400))
            return [(float(step), 0.0)]
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        # pyqtgraph gives a short axis more ticks than it has room for; and there is no half a step.
        room = LINE if self.orientation == "left" else LETTER * LONG_TEXT
        least = max((high - low) * room / max(size, 1.0), 1.0 if self.across == "step" else 0.0)
        return [(spacing if spacing >= least else nice_step(least), offset) for spacing, offset in levels[:1]]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float | None, list[float]]]:
        levels: list[tuple[float | None, list[float]]] = super().tickValues(low, high, size)
        if self.logMode or self.across != "value" or not levels or len(levels[0][1]) > 1:
            return levels
        # One text gives no scale: the outermost two of finer ones, which have room.
        spacing, edge = levels[0][0] or 1.0, EDGE * (high - low) / max(size, 1.0)
        for finer in (spacing / 2, spacing / 5, spacing / 10):
            first, last = math.ceil((low + edge) / finer), math.floor((high - edge) / finer)
            if last - first >= 1 and (last - first) * finer * size >= LINE * (high - low):
                return [(finer, [first * finer, last * finer])]
        return levels

    def logTickValues(self, low: float, high: float, size: float, ticks: Any) -> list[tuple[float | None, list[float]]]:
        powers = range(math.floor(low), math.ceil(high) + 1)
        if high - low > POWERS_ONLY:
            stride = max(1, math.ceil((high - low) * POWER_ROOM / max(size, 1.0)))
            return [(float(stride), [float(power) for power in powers if low < power < high and not power % stride])]
        # The most welcome digits first: the texts of a level that would touch another's are left out.
        return [
            (None, [at for power in powers for digit in digits if low < (at := power + math.log10(digit)) < high])
            for digits in ((1,), (2, 5), (3, 4, 6, 7, 8, 9))
        ]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float | None) -> list[str]:
        if self.logMode:
            wide = abs(self.range[1] - self.range[0]) > POWERS_ONLY
            return [log_text(value, as_power=wide) for value in values]
        if self.across == "time":
            return [as_time(value) for value in values]
        unit = f" {self._unit}" if self._unit else ""
        return [in_short(value, spacing or 1.0) + unit for value in values]


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least ``least`` (Heckbert, Graphics Gems 1990)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least * (1 - 1e-9))


def log_text(decades: float, *, as_power: bool) -> str:
    """10^``decades`` in words: 10³ (1 and 10 as themselves), or 1,000."""
    if as_power:
        power = round(decades)
        return {0: "1", 1: "10"}.get(power, "10" + str(power).translate(SUPERSCRIPT))
    return in_short(10**decades, 10 ** math.floor(decades + 1e-9))


def in_short(value: float, spacing: float) -> str:
    """A number with as many digits as the spacing of the ticks asks for."""
    if value and (abs(value) >= 1e8 or abs(value) < 1e-4):
        return f"{value:.3g}".replace("-", "−")
    places = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing > 0 else 0
    return f"{value:,.{min(places, 6)}f}".replace("-", "−")
