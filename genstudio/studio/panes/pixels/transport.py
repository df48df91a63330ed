"""Transport of a drawing: to the start, back, play, one pixel, one row, to the end; its speed."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from genstudio.core.messages import N_n, _, translate
from genstudio.studio.pane_view.transport import Transport
from genstudio.studio.widgets.card import Fact, Running

ROOMY = 320  # logical pixels: in a narrower pane the speed is shown by its slider alone
BEHIND = 0.8  # of the chosen speed: below it the measured speed is shown
SPEEDS = (*(step * 10.0**k for k in range(4) for step in (1, 2, 3, 5, 7)), math.inf)  # pixels a second
FACES = {
    "start": ("to-start", lambda: _("To the start (Home)")),
    "back": ("pixel-back", lambda: _("One pixel back (Left)")),
    "play": ("play", lambda: _("Play (Space)")),
    "pixel": ("pixel-on", lambda: _("Draw one pixel (Right)")),
    "row": ("row-on", lambda: _("Draw one row (Down)")),
    "end": ("to-end", lambda: _("To the end (End)")),
}


class DrawingTransport(Transport):
    """Positions are sub-pixels. ``speed_chosen`` carries one of ``SPEEDS``."""

    speed_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(FACES, parent, repeating=("back", "pixel", "row"))
        self.position.setAccessibleName(_("Position of the drawing"))
        self.position.setToolTip(_("Drag to any pixel: the drawing is always the same"))
        self.count = Running(self)
        self.count.setObjectName("fact")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.speed = QSlider(Qt.Orientation.Horizontal, self)
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setMinimumWidth(48)
        self.speed.setMaximumWidth(120)
        self.speed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.speed.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.speed.setAccessibleName(_("Speed of the drawing"))
        self.speed.setToolTip(_("From one pixel a second to as fast as it goes"))
        self.speed_text = Fact(parent=self)
        self.speed_text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self.speed.valueChanged.connect(self._speed_moved)

    def show_place(self, drawn: int, end: int, channels: int) -> None:
        """Move the slider alone: cheap, for every frame."""
        with QSignalBlocker(self.position):
            if self.position.maximum() != end:
                self.position.setRange(0, max(end, 1))
                self.position.setSingleStep(channels)
                self.position.setPageStep(max(channels, end // 28))
        self.set_position(drawn)

    def show_position(self, drawn: int, target: int, end: int, channels: int) -> None:
        """Show the position of the drawing, in sub-pixels and as text; ``target`` is its target."""
        self.show_place(drawn, end, channels)
        self.count.setText(_("{n} of {end}", n=f"{drawn // channels:,}", end=f"{end // channels:,}"))
        self.position.setAccessibleDescription(_("pixel {n} of {end}", n=drawn // channels, end=end // channels))
        for name in ("start", "back"):
            self.buttons[name].setEnabled(target > 0)
        for name in ("pixel", "row", "end"):
            self.buttons[name].setEnabled(target < end)

    def show_speed(self, pixels_per_second: float, measured: float | None = None) -> None:
        """The chosen speed; while it plays, ``measured`` is the one that it has."""
        with QSignalBlocker(self.speed):
            self.speed.setValue(SPEEDS.index(pixels_per_second))
        target = f"{pixels_per_second:,.0f}"
        if measured and measured < BEHIND * pixels_per_second:
            text = _("{n} pixels/s", n=f"{measured:,.0f}")
            if not math.isinf(pixels_per_second):
                text = _("{n} of {target} pixels/s", n=f"{measured:,.0f}", target=target)
        elif math.isinf(pixels_per_second):
            text = _("as fast as it goes")
        else:
            text = translate(N_n("1 pixel/s", "{n:,} pixels/s", n=round(pixels_per_second)))
        self.speed_text.setText(text)
        self.speed.setAccessibleDescription(text)
        self.speed.setToolTip(f"{text}. " + _("From one pixel a second to as fast as it goes"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.speed_text.setVisible(self.width() >= ROOMY)

    def _lay_out(self) -> None:
        upper, lower, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        upper.setSpacing(8)
        upper.addWidget(self.position, 1)
        upper.addWidget(self.count)
        lower.setSpacing(2)
        for name, button in self.buttons.items():
            lower.addWidget(button)
            if name in ("start", "back", "play"):
                lower.addSpacing(2)
        lower.addSpacing(12)
        lower.addWidget(self.speed, 1)
        lower.addSpacing(8)
        lower.addWidget(self.speed_text, 2)
        column.addLayout(upper)
        column.addLayout(lower)

    @Slot(int)
    def _speed_moved(self, place: int) -> None:
        self.speed_chosen.emit(SPEEDS[place])
