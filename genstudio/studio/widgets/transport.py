"""The transport: to the start, back, play, one pixel, one row, to the end; a slider over every position; the speed."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.messages import N_n, _, translate
from genstudio.studio.widgets.card import Fact, Running
from genstudio.studio.widgets.controls import Button, IconButton
from genstudio.studio.widgets.transport_button import show_playing, transport_button

ROOMY = 320  # logical pixels: in a narrower pane the speed is told by its slider alone
BEHIND = 0.8  # of the chosen speed: below it what is really reached is said

BUTTONS = {
    "start": ("to-start", lambda: _("To the start (Home)")),
    "back": ("pixel-back", lambda: _("One pixel back (Left)")),
    "play": ("play", lambda: _("Play (Space)")),
    "pixel": ("pixel-on", lambda: _("Draw one pixel (Right)")),
    "row": ("row-on", lambda: _("Draw one row (Down)")),
    "end": ("to-end", lambda: _("To the end (End)")),
}


class Scrub(QSlider):
    """Goes where it is clicked, and heeds no wheel."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            style = self.style()
            handle = style.subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                room = self.width() - handle.width()
                x = round(event.position().x() - handle.width() / 2)
                self.setSliderDown(True)
                self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, room))
                self.setSliderDown(False)
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Transport(QWidget):
    """Says what a person wants and shows how it stands; it moves nothing by itself.

    ``pressed`` carries one of ``BUTTONS``; ``scrubbed`` a position; ``speed_chosen`` the place on the speed slider, of which
    there are ``len(speeds)``; ``drag_started`` and ``drag_ended`` frame one drag of the position.
    """

    pressed = Signal(str)
    scrubbed = Signal(int)
    speed_chosen = Signal(float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, speeds: tuple[float, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speeds = speeds
        self.setAccessibleName(_("Transport"))
        self.position = Scrub(Qt.Orientation.Horizontal, self)
        self.position.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.position.setAccessibleName(_("Position of the drawing"))
        self.position.setToolTip(_("Drag to any pixel: the drawing is always the same"))
        self.count = Running(self)
        self.count.setObjectName("fact")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.buttons = {name: self._button(name) for name in BUTTONS}
        self.speed = QSlider(Qt.Orientation.Horizontal, self)
        self.speed.setRange(0, len(speeds) - 1)
        self.speed.setMinimumWidth(48)
        self.speed.setMaximumWidth(120)
        self.speed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.speed.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.speed.setAccessibleName(_("Speed of the drawing"))
        self.speed.setToolTip(_("From one pixel a second to as fast as it goes"))
        self.speed_words = Fact(parent=self)
        self.speed_words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self.position.valueChanged.connect(self.scrubbed)
        self.position.sliderPressed.connect(self.drag_started)
        self.position.sliderReleased.connect(self.drag_ended)
        self.speed.valueChanged.connect(self._speed_moved)

    def show_place(self, drawn: int, end: int, channels: int) -> None:
        """The slider alone: cheap, for every frame."""
        with QSignalBlocker(self.position):
            if self.position.maximum() != end:
                self.position.setRange(0, max(end, 1))
                self.position.setSingleStep(channels)
                self.position.setPageStep(max(channels, end // 28))
            if not self.position.isSliderDown():
                self.position.setValue(drawn)

    def show_position(self, drawn: int, wanted: int, end: int, channels: int) -> None:
        """Show the position of the drawing, in sub-pixels and as text; ``wanted`` is its target."""
        self.show_place(drawn, end, channels)
        self.count.setText(_("{n} of {end}", n=f"{drawn // channels:,}", end=f"{end // channels:,}"))
        self.position.setAccessibleDescription(_("pixel {n} of {end}", n=drawn // channels, end=end // channels))
        for name in ("start", "back"):
            self.buttons[name].setEnabled(wanted > 0)
        for name in ("pixel", "row", "end"):
            self.buttons[name].setEnabled(wanted < end)

    def show_playing(self, playing: bool) -> None:
        show_playing(self.buttons["play"], playing)

    def show_speed(self, pixels_per_second: float, measured: float | None = None) -> None:
        """The chosen speed; while it plays, ``measured`` is the one that it has."""
        with QSignalBlocker(self.speed):
            self.speed.setValue(self._speeds.index(pixels_per_second))
        wanted = f"{pixels_per_second:,.0f}"
        if measured and measured < BEHIND * pixels_per_second:
            words = _("{n} pixels/s", n=f"{measured:,.0f}")
            if not math.isinf(pixels_per_second):
                words = _("{n} of {wanted} pixels/s", n=f"{measured:,.0f}", wanted=wanted)
        elif math.isinf(pixels_per_second):
            words = _("as fast as it goes")
        else:
            words = translate(N_n("1 pixel/s", "{n:,} pixels/s", n=round(pixels_per_second)))
        self.speed_words.setText(words)
        self.speed.setAccessibleDescription(words)
        self.speed.setToolTip(f"{words}. " + _("From one pixel a second to as fast as it goes"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.speed_words.setVisible(self.width() >= ROOMY)

    def _button(self, name: str) -> Button | IconButton:
        made = transport_button(name, BUTTONS[name], self, repeats=name in ("back", "pixel", "row"))
        made.clicked.connect(self._clicked)
        return made

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
        lower.addWidget(self.speed_words, 2)
        column.addLayout(upper)
        column.addLayout(lower)

    @Slot()
    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QWidget):
            self.pressed.emit(sender.property("which"))

    @Slot(int)
    def _speed_moved(self, place: int) -> None:
        self.speed_chosen.emit(self._speeds[place])
