"""Painting of one row of a slider bank: name, track with a mark at 0, knob, value, lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from genstudio.studio.theme import colour, font, icon

ROW, HEADER = 28, 32  # logical pixels
LEFT = 12  # before the name
VALUE, LOCK = 52, 28  # widths of the last two columns
LEAST_TRACK = 64


@dataclass(frozen=True)
class Columns:
    """Columns of a row: the track's two ends, and the right edge."""

    low: int
    high: int
    right: int
    KNOB: ClassVar[float] = 7.0
    """Half the width of the knob's target, a little more than its radius."""

    @classmethod
    def of(cls, width: int) -> Columns:
        """For a bank ``width`` pixels wide: names take a third, as much as they ever need, or what the track leaves."""
        high = width - VALUE - LOCK - 8
        name = min(max(round(0.34 * width), 72), 132, max(40, high - LEAST_TRACK - LEFT))
        return cls(LEFT + name + 8, high, width)

    @property
    def lock_middle(self) -> int:
        return self.right - LOCK // 2 - 2

    def x_of(self, part: float) -> float:
        """Position of ``part`` (-1 to 1) on the track."""
        return self.low + (min(max(part, -1.0), 1.0) + 1) / 2 * (self.high - self.low)

    def part_of(self, x: float) -> float:
        """The inverse, from -1 to 1."""
        return min(max(2 * (x - self.low) / max(1, self.high - self.low) - 1, -1.0), 1.0)

    def on_track(self, x: float) -> bool:
        return self.low - self.KNOB <= x <= self.high + self.KNOB

    def on_lock(self, x: float) -> bool:
        return x >= self.right - LOCK


def paint_header(painter: QPainter, rect: QRect, title: str) -> None:
    made = font(11, QFont.Weight.Medium)
    made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.9)
    painter.setFont(made)
    painter.setPen(colour("muted"))
    place = rect.adjusted(LEFT, 8, -8, 0)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title.upper())


def paint_message(painter: QPainter, rect: QRect, text: str) -> None:
    """Paint a text where there are no rows."""
    painter.setFont(font(13))
    painter.setPen(colour("muted"))
    painter.drawText(rect.adjusted(LEFT, 8, -LEFT, -8), Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, text)


def paint_row(
    painter: QPainter,
    rect: QRect,
    columns: Columns,
    title: str,
    value: float,
    farthest: float,
    *,
    locked: bool,
    hover: bool,
    chosen: bool,
    focus: bool,
) -> None:
    """One row within ``rect``."""
    ground = QRectF(rect).adjusted(2, 1, -2, -1)
    if chosen or hover:
        painter.setPen(QPen(colour("accent"), 1.5) if focus else Qt.PenStyle.NoPen)
        painter.setBrush(colour("selected" if chosen else "hover"))
        painter.drawRoundedRect(ground, 5, 5)
    middle = rect.center().y() + 0.5
    painter.setFont(font(13))
    painter.setPen(colour("muted" if locked else "text"))
    name = QRect(LEFT, rect.top(), columns.low - LEFT - 10, rect.height())
    shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, name.width())
    painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    _paint_track(painter, columns, middle, value / farthest, locked=locked)
    painter.setFont(font(12))
    painter.setPen(colour("text" if value and not locked else "muted"))
    number = QRect(columns.high + 8, rect.top(), VALUE - 10, rect.height())
    text = f"{value:+.2f}".replace("-", "−") if value else "0"
    painter.drawText(number, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
    if locked or hover or chosen:
        drawn = icon("lock" if locked else "unlock", 14, "text" if locked else "muted")
        drawn.paint(painter, columns.lock_middle - 7, round(middle) - 7, 14, 14)


def _paint_track(painter: QPainter, columns: Columns, y: float, part: float, *, locked: bool) -> None:
    at, zero = columns.x_of(part), columns.x_of(0.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("track"))
    painter.drawRoundedRect(QRectF(columns.low, y - 2, columns.high - columns.low, 4), 2, 2)
    tint = colour("muted" if locked else "accent")
    painter.setBrush(tint)
    if part:
        painter.drawRect(QRectF(min(at, zero), y - 2, abs(at - zero), 4))
    painter.setBrush(colour("muted"))
    painter.drawRect(QRectF(zero - 0.75, y - 5, 1.5, 10))
    painter.setPen(QPen(tint, 2))
    painter.setBrush(colour("card"))
    painter.drawEllipse(QPointF(at, y), 5.5, 5.5)
