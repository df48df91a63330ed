"""Layout of a sheet of cells in device pixels: integer factors, a gutter, and a QImage that owns its memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.content import Picture


@dataclass(frozen=True)
class SheetLayout:
    """Places of the cells of a sheet, in device pixels from the widget's corner.

    cell_w, cell_h: size of a drawn cell; gutter: between cells; x, y: of the first cell; factor: how often a pixel is
    repeated, 0 when the sheet is too big for one device pixel a pixel and has to be reduced; below: room under each row,
    for words.
    """

    rows: int
    columns: int
    cell_w: int
    cell_h: int
    gutter: int
    x: int
    y: int
    factor: int
    below: int = 0

    @property
    def pitch(self) -> int:
        """Distance from one row to the next."""
        return self.cell_h + self.gutter + self.below

    @property
    def width(self) -> int:
        return self.columns * (self.cell_w + self.gutter) - self.gutter

    @property
    def height(self) -> int:
        return self.rows * self.pitch - self.gutter

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, column) under a device pixel; the gutter belongs to the cell before it. ``None`` outside."""
        column, row = int((x - self.x) // (self.cell_w + self.gutter)), int((y - self.y) // self.pitch)
        inside = (
            0 <= row < self.rows and 0 <= column < self.columns and x < self.x + self.width and y < self.y + self.height
        )
        return (row, column) if inside else None

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """The device pixel of a cell's corner."""
        return self.x + column * (self.cell_w + self.gutter), self.y + row * self.pitch

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A device pixel as a place on the sheet, 0 to 1 from its left and top edges (outside that, outside the sheet)."""
        return (x - self.x + self.gutter / 2) / (self.width + self.gutter), (y - self.y + self.gutter / 2) / (
            self.height + self.gutter
        )

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """The inverse of :meth:`place`."""
        return (
            x * (self.width + self.gutter) - self.gutter / 2 + self.x,
            y * (self.height + self.gutter) - self.gutter / 2 + self.y,
        )


def lay_out(picture: Picture, width: int, height: int, *, margin: int, gutter: int, below: int = 0) -> SheetLayout:
    """The largest whole factor at which ``picture`` fits ``width``×``height`` device pixels, in the middle.

    Margin and gutter give way where that gains a factor: a crisp picture is worth more than the lines between its cells.
    """
    if picture.rows * picture.columns == 1:
        gutter = 0
    tries = [_fit(picture, width, height, m, g, below) for m, g in ((margin, gutter), (2, gutter), (2, 0))]
    best = max(tries, key=lambda layout: layout.factor)  # the first of equals: the roomiest
    x, y = (width - best.width) // 2, (height - best.height) // 2
    return replace(best, x=x, y=y)


def _fit(picture: Picture, width: int, height: int, margin: int, gutter: int, below: int) -> SheetLayout:
    rows, columns = picture.rows, picture.columns
    h, w = picture.cell or picture.pixels.shape[:2]
    room_w = max(columns, width - 2 * margin - (columns - 1) * gutter)
    room_h = max(rows, height - 2 * margin - (rows - 1) * gutter - rows * below)
    factor = min(room_w // (columns * w), room_h // (rows * h))
    if factor >= 1:
        return SheetLayout(rows, columns, w * factor, h * factor, gutter, 0, 0, factor, below)
    shrink = min(room_w / (columns * w), room_h / (rows * h))
    return SheetLayout(rows, columns, max(1, int(w * shrink)), max(1, int(h * shrink)), gutter, 0, 0, 0, below)


def compose(
    picture: Picture, layout: SheetLayout, surround: QColor, *, smooth: bool = False, into: QImage | None = None
) -> QImage:
    """The sheet as it is on screen, gutters in the surround's colour.

    One gutter wider and higher than the layout: what is over has the surround's colour. ``into`` is an image that an earlier
    call gave, used again where it fits. The image owns its memory; nothing of ``picture`` is referred to afterwards.
    """
    import numpy as np

    rows, columns, gutter = layout.rows, layout.columns, layout.gutter
    size = QSize(columns * (layout.cell_w + gutter), rows * layout.pitch)
    image = into if into is not None and into.size() == size else QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(1.0)
    image.fill(surround)
    if smooth and layout.factor > 1:
        _paint_smoothly(image, picture, layout)
    else:
        factor = max(1, layout.factor)
        h, w = layout.cell_h // factor, layout.cell_w // factor
        source = _packed(picture.pixels if layout.factor else _reduced(picture, layout)).reshape(rows, h, columns, w)
        # A row is width × 4 bytes, always aligned to 32 bits: no padding to skip.
        flat: Any = np.frombuffer(image.bits(), np.uint32)
        target = flat.reshape(rows, layout.pitch, columns, layout.cell_w + gutter)
        for k in range(factor):
            target[:, 0 : layout.cell_h : factor, :, k : layout.cell_w : factor] = source
        for k in range(1, factor):
            target[:, k : layout.cell_h : factor] = target[:, 0 : layout.cell_h : factor]
    if len(picture) < rows * columns:
        _clear_after(image, layout, len(picture), surround)
    return image


def _clear_after(image: QImage, layout: SheetLayout, count: int, surround: QColor) -> None:
    painter = QPainter(image)
    for number in range(count, layout.rows * layout.columns):
        row, column = divmod(number, layout.columns)
        x, y = column * (layout.cell_w + layout.gutter), row * layout.pitch
        painter.fillRect(x, y, layout.cell_w, layout.cell_h, surround)
    painter.end()


def _packed(pixels: np.ndarray) -> np.ndarray:
    """uint8 H×W×C as 0xffRRGGBB, uint32 H×W."""
    import numpy as np

    if pixels.shape[2] == 1:
        greys = np.arange(256, dtype=np.uint32) * np.uint32(0x010101) | np.uint32(0xFF000000)
        return greys[pixels[..., 0]]
    # Native byte order: Qt's RGB32 is a number, not a sequence of bytes.
    packed = pixels[..., 0].astype(np.uint32)
    for channel in (1, 2):
        packed <<= np.uint32(8)
        packed |= pixels[..., channel]
    packed |= np.uint32(0xFF000000)
    return packed


def qimage(pixels: np.ndarray) -> QImage:
    """uint8 H×W×C, C = 1 or 3, as an image that owns its memory."""
    import numpy as np

    kind = QImage.Format.Format_Grayscale8 if pixels.shape[2] == 1 else QImage.Format.Format_RGB888
    held = np.ascontiguousarray(pixels)
    return QImage(held.data, held.shape[1], held.shape[0], held.shape[1] * held.shape[2], kind).copy()


def _reduced(picture: Picture, layout: SheetLayout) -> np.ndarray:
    """The whole sheet reduced; cell borders fall on whole pixels, so that neighbours hardly bleed."""
    import numpy as np

    ignore, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    size = QSize(layout.columns * layout.cell_w, layout.rows * layout.cell_h)
    small = qimage(picture.pixels).scaled(size, ignore, smooth).convertToFormat(QImage.Format.Format_RGB888)
    flat: Any = np.frombuffer(small.constBits(), np.uint8).reshape(size.height(), small.bytesPerLine())
    return flat[:, : size.width() * 3].reshape(size.height(), size.width(), 3).copy()


def _paint_smoothly(image: QImage, picture: Picture, layout: SheetLayout) -> None:
    """Each cell by itself: Qt interpolates inside the source rectangle only, so neighbours do not bleed."""
    h, w = picture.cell or picture.pixels.shape[:2]
    source = qimage(picture.pixels).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number in range(len(picture)):
        row, column = divmod(number, layout.columns)
        x, y = column * (layout.cell_w + layout.gutter), row * layout.pitch
        painter.drawImage(QRectF(x, y, layout.cell_w, layout.cell_h), source, QRectF(column * w, row * h, w, h))
    painter.end()
