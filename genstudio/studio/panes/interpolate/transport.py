"""Transport of a path: to its start, from key frame to key frame, play; loop; the time."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.transport import Transport
from genstudio.studio.widgets.card import Running
from genstudio.studio.widgets.controls import IconButton

TICKS = 10_000  # of the slider
ROOMY = 340  # logical pixels: in a narrower pane the time is shown by the slider's position alone
LEAST = 200
FACES = {
    "start": ("to-start", lambda: _("To the start (Home)")),
    "previous": ("pixel-back", lambda: _("To the previous key frame (Page Up)")),
    "play": ("play", lambda: _("Play (Space)")),
    "next": ("pixel-on", lambda: _("To the next key frame (Page Down)")),
}


class PathTransport(Transport):
    """Positions are places on the path, 0 to 1."""

    loop_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(FACES, parent, scale=TICKS)
        self.setMinimumWidth(LEAST)
        self.position.setRange(0, TICKS)
        self.position.setAccessibleName(_("Position on the path"))
        self.position.setToolTip(_("Drag to any position on the path"))
        self.time = Running(self, least=72)
        self.time.setObjectName("fact")
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.loop = IconButton("loop", _("Repeat (L)"), self)
        self.loop.setCheckable(True)
        self.loop.setFixedSize(QSize(28, 28))
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
        self.loop.clicked.connect(self.loop_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.time.setVisible(self.width() >= ROOMY)
        self.buttons["start"].setVisible(self.width() >= ROOMY)

    def show_place(self, place: float, length: float) -> None:
        """Show a place on the path, 0 to 1; all of it takes ``length`` seconds."""
        self.set_position(place)
        text = _("{now} of {all} s", now=f"{place * length:.1f}", all=f"{length:.1f}")
        self.time.setText(text)
        self.position.setAccessibleDescription(text)

    def show_path(self, segments: int, steps: int, loop: bool) -> None:
        """Set the number of segments between key frames, and of steps of the arrow keys in each."""
        self.loop.setChecked(loop)
        self.position.setSingleStep(max(1, round(TICKS / max(segments * steps, 1))))
        self.position.setPageStep(max(1, round(TICKS / max(segments, 1))))
        for part in (self.position, *self.buttons.values()):
            part.setEnabled(segments > 0)
