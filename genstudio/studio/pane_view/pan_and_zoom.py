"""Pan and zoom of a grid of pictures: the wheel zooms about the pointer, a drag moves, Home goes back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.studio.widgets.image_grid import ImageGrid

NOTCH = 1.2  # factor of one notch of the wheel
WHEEL_PAUSE_MS = 400  # a pause that ends one turn of the wheel, which undo takes back as one


class PanAndZoom(QObject):
    """Turns the mouse and the keys of ``grid`` into zooms and moves. Places are 0 to 1 from the sheet's left and top edges.

    ``drag_started`` and ``drag_ended`` frame one drag or one turn of the wheel: one undo command.
    """

    drag_started = Signal()
    drag_ended = Signal()
    pressed = Signal()  # a drag begins: the moves that follow are from what is shown now
    moved = Signal(
        float, float, float, float
    )  # from the place (x, y) that was pressed to the place (x, y) of the pointer
    zoomed = Signal(float, float, float)  # the place (x, y) that stays where it is, and the factor
    home_requested = Signal()

    def __init__(self, grid: ImageGrid, *, zooms: bool = True) -> None:
        super().__init__(grid)
        self._pressed_at: tuple[float, float] | None = None
        self._wheel_pause = QTimer(self)
        self._wheel_pause.setSingleShot(True)
        self._wheel_pause.setInterval(WHEEL_PAUSE_MS)
        self._wheel_pause.timeout.connect(self.drag_ended)
        if zooms:
            grid.wheeled.connect(self._wheeled)
        grid.drag_began.connect(self._drag_began)
        grid.dragged.connect(self._dragged)
        grid.drag_ended.connect(self._drag_ended)
        grid.went_home.connect(self.home_requested)

    @property
    def zooming(self) -> bool:
        """True while the wheel turns: its zooms are one command."""
        return self._wheel_pause.isActive()

    @Slot(float, float, float)
    def _wheeled(self, x: float, y: float, notches: float) -> None:
        if not self.zooming:
            self.drag_started.emit()
        self._wheel_pause.start()
        self.zoomed.emit(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0), NOTCH**notches)

    @Slot(float, float)
    def _drag_began(self, x: float, y: float) -> None:
        self._pressed_at = (x, y)
        self.pressed.emit()
        self.drag_started.emit()

    @Slot(float, float)
    def _dragged(self, x: float, y: float) -> None:
        if self._pressed_at is not None:
            self.moved.emit(*self._pressed_at, x, y)

    @Slot()
    def _drag_ended(self) -> None:
        self._pressed_at = None
        self.drag_ended.emit()
