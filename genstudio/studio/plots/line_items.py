"""pyqtgraph items of one line: the line itself, raw values behind it, rings, other runs, marks.

Every pen is opaque and exactly one device pixel wide: Qt paints such a line ten times as fast as a wide antialiased one.
A thick line is two or three of them, one device pixel apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPainterPath, QPen, QTransform

from genstudio.studio.theme import colour, line_style, theme
from genstudio.viewing.charts.chart import Line, Points

FAINT, FILL = 0.42, 0.16  # share of the line's colour, the rest is the card's
BEHIND = (("card", 0.9), ("text", 0.6), ("card", 0.9), ("text", 0.35))
"""Other runs by turns: what their lines are mixed with, and the share of the line's colour. 3:1 on the card (tested)."""
RING, MARK, MEAN, BEST = 7, 6, 12, 13  # pixels across
DENSE = 1.25  # device pixels to a logical one, from which on a thick line is three


def run_tint(tint: QColor | str, place: int) -> QColor:
    """Colour of the same line of another run, the ``place``th of them."""
    other, share = BEHIND[place % len(BEHIND)]
    return mixed(tint, share, other)


def mixed(tint: QColor | str, share: float, role: str = "card") -> QColor:
    """``share`` of a colour, and the rest of another: of the card's, as it would look if it were transparent."""
    one, other = QColor(tint), colour(role)
    parts = zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()), strict=True)
    return QColor(*(round(share * a + (1 - share) * b) for a, b in parts))


def thin_pen(tint: QColor | str, dash: tuple[float, ...] = ()) -> QPen:
    """One device pixel wide; ``dash`` in logical pixels."""
    pen = pg.mkPen(QColor(tint), width=1)
    if dash:
        ratio = QGuiApplication.primaryScreen().devicePixelRatio()
        pen.setDashPattern([part * ratio for part in dash])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class CurveItem(pg.GraphicsObject):
    """One line; ``thick``: drawn twice or three times, a device pixel apart.

    Less than pyqtgraph's ``PlotCurveItem``: the view clips what it shows, its ranges are chosen beforehand, and a line takes
    no part in the mouse. So no point is looked at for bounds, and no path is stroked for the shape under the pointer.
    """

    def __init__(self, *, thick: bool = False) -> None:
        super().__init__()
        self.thick = thick
        self.points: Points = (np.empty(0), np.empty(0))
        self._path, self._filled = QPainterPath(), QPainterPath()
        self._pen, self._fill = QPen(), QColor()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_pen(self, pen: QPen) -> None:
        self._pen = pen
        self.update()

    def set_fill(self, tint: QColor) -> None:
        """Fill the area from the line down to 0."""
        self._fill = tint
        self._make_filled()
        self.update()

    def show_points(self, points: Points | None) -> None:
        """Show x and y, NaN in y is a gap; nothing for ``None``."""
        self.points = x, y = points if points is not None else (np.empty(0), np.empty(0))
        gaps = bool(len(y)) and not np.isfinite(y).all()
        connect = "finite" if gaps else "all"
        self._path = pg.arrayToQPath(x, y, connect=connect, finiteCheck=gaps) if len(x) else QPainterPath()
        self._make_filled()
        self.update()

    def _make_filled(self) -> None:
        x, _y = self.points
        if self._fill.isValid() and len(x):
            self._filled = QPainterPath(self._path)
            self._filled.lineTo(float(x[-1]), 0.0)
            self._filled.lineTo(float(x[0]), 0.0)

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return view.viewRect() if view is not None else QRectF()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.thick)
        if self._fill.isValid():
            painter.fillPath(self._filled, self._fill)
        painter.setPen(self._pen)
        painter.drawPath(self._path)
        if not self.thick:
            return
        ratio = painter.device().devicePixelRatioF()
        place = painter.transform()
        # To all sides by turns, so that neither a level nor an upright line stays thin.
        for across, down in ((1, 1), (0, 1))[: 1 if ratio < DENSE else 2]:
            painter.setTransform(place * QTransform.fromTranslate(across / ratio, down / ratio))
            painter.drawPath(self._path)
        painter.setTransform(place)


class LineItems:
    """The items of one line in one view box; made when they are needed, kept while their line is shown."""

    def __init__(self, add: Callable[[Any], None]) -> None:
        self._add = add
        self.main = self._made(CurveItem(thick=True), 3)
        self.raw: CurveItem | None = None
        self.rings: pg.ScatterPlotItem | None = None
        self.marks: pg.ScatterPlotItem | None = None
        self.mean: pg.ScatterPlotItem | None = None
        self.best: pg.ScatterPlotItem | None = None
        self.behind: list[CurveItem] = []
        self._style: tuple[Any, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        """All items that there are."""
        yield from (
            item for item in (self.main, self.raw, self.rings, self.marks, self.mean, self.best) if item is not None
        )
        yield from self.behind

    def show(self, line: Line) -> None:
        """Show ``line`` in the theme's colours."""
        if line.raw is not None and self.raw is None:
            self.raw = self._made(CurveItem(), 1)
        if line.rings is not None and len(line.rings[0]) and self.rings is None:
            self.rings = self._made(_scatter(RING), 4)
        if line.marks is not None and self.marks is None:
            self.marks = self._made(_scatter(MARK), 4)
            self.mean = self._made(_scatter(MEAN), 5)
        if line.best is not None and self.best is None:
            self.best = self._made(_scatter(BEST, "star"), 6)
        while len(self.behind) < len(line.behind):
            self.behind.append(self._made(CurveItem(), 2))
        self._colour(line)
        self.main.show_points(line.points)
        if self.raw is not None:
            self.raw.show_points(line.raw)
        _scatter_at(self.rings, line.rings)
        _scatter_at(self.marks, line.marks)
        _scatter_at(self.mean, _one(line.mean))
        _scatter_at(self.best, _one(line.best))
        for place, item in enumerate(self.behind):
            item.show_points(line.behind[place].points if place < len(line.behind) else None)

    def _colour(self, line: Line) -> None:
        """Set the pens where the theme or the line's place has changed."""
        places = tuple(one.place for one in line.behind)
        wanted = (theme().current.name, line.style, line.filled, places, tuple(map(id, self)))
        if wanted == self._style:
            return
        self._style = wanted
        style = line_style(line.style)
        self.main.set_pen(thin_pen(style.colour, tuple(2 * part for part in style.dash)))
        if line.filled:
            self.main.set_fill(mixed(style.colour, FILL))
        if self.raw is not None:
            self.raw.set_pen(thin_pen(mixed(style.colour, FAINT)))
        if self.rings is not None:
            self.rings.setPen(pg.mkPen(QColor(style.colour), width=1.5))
            self.rings.setBrush(colour("card"))
        if self.best is not None:
            self.best.setPen(pg.mkPen(colour("card"), width=1))
            self.best.setBrush(QColor(style.colour))
        if self.marks is not None and self.mean is not None:
            self.marks.setPen(None)
            self.marks.setBrush(mixed(style.colour, 0.6))
            self.mean.setPen(pg.mkPen(QColor(style.colour), width=2))
            self.mean.setBrush(colour("card"))
        for place, item in zip(places, self.behind, strict=False):
            item.set_pen(thin_pen(run_tint(style.colour, place), (4 + 3 * place, 4)))

    def _made(self, item: Any, height: int) -> Any:
        item.setZValue(height)
        self._add(item)
        return item


def _one(place: tuple[float, float] | None) -> Points | None:
    return None if place is None else (np.array([place[0]]), np.array([place[1]]))


def _scatter_at(item: pg.ScatterPlotItem | None, points: Points | None) -> None:
    """Put marks at some points. Most refreshes change none of them, and pyqtgraph would lay each out again."""
    if item is None:
        return
    x, y = points if points is not None else (np.empty(0), np.empty(0))
    if not (np.array_equal(x, item.data["x"]) and np.array_equal(y, item.data["y"])):
        item.setData(x, y)


def _scatter(size: int, symbol: str = "o") -> pg.ScatterPlotItem:
    made = pg.ScatterPlotItem(size=size, symbol=symbol, pxMode=True, antialias=True)
    made.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
    return made
