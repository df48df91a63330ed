"""The transport of a path: to its start, from key frame to key frame, play; a slider over all of it; over and over."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.controls import Button, IconButton
from genstudio.studio.widgets.transport import Scrub
from genstudio.studio.widgets.transport_button import show_playing, transport_button

PLACES = 10_000  # of the slider
ROOMY = 340  # logical pixels: in a narrower pane the time is told by the slider's place alone
LEAST = 200
BUTTONS = {
    "start": ("to-start", lambda: _("To the start (Home)")),
    "previous": ("pixel-back", lambda: _("To the previous key frame (Page Up)")),
    "play": ("play", lambda: _("Play (Space)")),
    "next": ("pixel-on", lambda: _("To the next key frame (Page Down)")),
}


class PathTransport(QWidget):
    """Says what a person wants and shows how it stands; it moves nothing by itself.

    ``pressed`` carries one of ``BUTTONS``; ``scrubbed`` a place, 0 to 1; ``drag_started`` and ``drag_ended`` frame
    one drag of it.
    """

    pressed = Signal(str)
    scrubbed = Signal(float)
    loop_chosen = Signal(bool)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Transport"))
        self.setMinimumWidth(LEAST)
        self.position: QSlider = Scrub(Qt.Orientation.Horizontal, self)
        self.position.setRange(0, PLACES)
        self.position.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.position.setAccessibleName(_("Position on the path"))
        self.position.setToolTip(_("Drag to any position on the path"))
        self.time = Running(self, least=72)
        self.time.setObjectName("fact")
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.loop = IconButton("loop", _("Repeat (L)"), self)
        self.loop.setCheckable(True)
        self.loop.setFixedSize(QSize(28, 28))
        self.buttons = {name: self._button(name) for name in BUTTONS}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for button in self.buttons.values():
            line.addWidget(button)
        line.addSpacing(8)
        line.addWidget(self.position, 1)
        line.addSpacing(6)
        line.addWidget(self.time)
        line.addSpacing(6)
        line.addWidget(self.loop)
        self.position.valueChanged.connect(self._moved)
        self.position.sliderPressed.connect(self.drag_started)
        self.position.sliderReleased.connect(self.drag_ended)
        self.loop.clicked.connect(self.loop_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.time.setVisible(self.width() >= ROOMY)
        self.buttons["start"].setVisible(self.width() >= ROOMY)

    def show_place(self, place: float, length: float) -> None:
        """Where on the path one is, 0 to 1; all of it takes ``length`` seconds."""
        with QSignalBlocker(self.position):
            if not self.position.isSliderDown():
                self.position.setValue(round(place * PLACES))
        words = _("{now} of {all} s", now=f"{place * length:.1f}", all=f"{length:.1f}")
        self.time.setText(words)
        self.position.setAccessibleDescription(words)

    def show_path(self, ways: int, steps: int, loop: bool) -> None:
        """Set the number of ways between key frames and of steps of the arrow keys in each."""
        self.loop.setChecked(loop)
        self.position.setSingleStep(max(1, round(PLACES / max(ways * steps, 1))))
        self.position.setPageStep(max(1, round(PLACES / max(ways, 1))))
        for part in (self.position, *self.buttons.values()):
            part.setEnabled(ways > 0)

    def show_playing(self, playing: bool) -> None:
        show_playing(self.buttons["play"], playing)

    def _button(self, name: str) -> Button | IconButton:
        made = transport_button(name, BUTTONS[name], self)
        made.clicked.connect(self._clicked)
        return made

    @Slot()
    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QWidget):
            self.pressed.emit(sender.property("which"))

    @Slot(int)
    def _moved(self, value: int) -> None:
        self.scrubbed.emit(value / PLACES)
