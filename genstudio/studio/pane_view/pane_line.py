"""The line under a pane: text on what is shown, what is being computed, the time, help, and where the pane can go."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.computing_line import ComputingLine
from genstudio.studio.widgets.card import Running, Sentence
from genstudio.studio.widgets.controls import IconButton

ROOM_FOR_TIME = 400  # logical pixels; in a narrower pane the text needs all there is


class PaneLine(QWidget):
    """``buttons``: help, show beside, move to a window of its own; the first two can be checked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        self.caption = Sentence(parent=self)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.time = Running(self, least=56)
        self.time.setObjectName("fact")
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.time.setToolTip(_("Time that the render thread took for this picture"))
        help_button = IconButton("help", _("Explanation of this pane, with the mathematics (F1)"), self)
        beside_button = IconButton("beside", _("Show beside the other pane"), self)
        window_button = IconButton("new-window", _("Move to new window"), self)
        help_button.setCheckable(True)
        beside_button.setCheckable(True)
        self.buttons = (help_button, beside_button, window_button)
        self.computing = ComputingLine(self)
        line.addWidget(self.caption, 1)
        line.addWidget(self.computing)
        line.addWidget(self.time)
        line.addSpacing(8)
        for button in self.buttons:
            line.addWidget(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.time.setVisible(self.width() >= ROOM_FOR_TIME)


def milliseconds_text(milliseconds: float) -> str:
    """ "8.2 ms", "214 ms"."""
    return _("{ms} ms", ms=f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:.0f}")
