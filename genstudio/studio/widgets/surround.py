"""The neutral ground around pictures: its rounded corners, and what is seen behind them.

Widgets that paint both hide all that lies under them, and say so (``WA_OpaquePaintEvent``): the cards below, whose style is
dear to draw, are left alone when a picture changes.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtWidgets import QWidget

from genstudio.studio.theme import colour

ROUND = 6.0  # radius of the corners


def behind(widget: QWidget) -> QColor:
    """What lies behind ``widget``: a card, or the bare window."""
    above = widget.parentWidget()
    while above is not None and above.objectName() not in ("card", "canvas"):
        above = above.parentWidget()
    return colour("card" if above is not None and above.objectName() == "card" else "window")


@lru_cache(maxsize=8)
def corners(width: int, height: int) -> QPainterPath:
    """What a rounded rectangle leaves of a whole one: quicker to paint over it than to fill it smoothly."""
    path, box = QPainterPath(), 2 * ROUND
    for x, y, start in ((0, 0, 90), (width, 0, 0), (0, height, 180), (width, height, 270)):
        path.moveTo(x, y)
        path.arcTo(QRectF(max(0, x - box), max(0, y - box), box, box), start, 90)
        path.closeSubpath()
    return path
