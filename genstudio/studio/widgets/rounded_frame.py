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
    """Colour behind ``widget``: a card's, or the bare window's."""
    above = widget.parentWidget()
    while above is not None and above.objectName() not in ("card", "canvas"):
        above = above.parentWidget()
    return colour("card" if above is not None and above.objectName() == "card" else "window")


@lru_cache(maxsize=8)
def corners(width: int, height: int) -> QPainterPath:
    """Corners outside a rounded rectangle: quicker to paint over than to fill smoothly."""
    path, box = QPainterPath(), 2 * ROUND
    for x, y, start in ((0, 0, 90), (width, 0, 0), (0, height, 180), (width, height, 270)):
        path.moveTo(x, y)
        path.arcTo(QRectF(max(0, x - box), max(0, y - box), box, box), start, 90)
        path.closeSubpath()
    return path
