"""Base of a player's transport: a slider over every position, play, and buttons for steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import Button, IconButton

Face = tuple[str, Callable[[], str]]
"""An icon, and the text of the tooltip."""


class Scrub(QSlider):
    """Slider that goes where it is clicked and ignores the wheel."""

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
    """Shows what a :class:`~genstudio.studio.pane_view.player.Player` does and emits what the user asks for.

    ``pressed`` carries a name of ``faces`` ("play" is the large button); ``scrubbed`` a position in the timeline's unit, of
    which the slider has ``scale`` ticks each; ``drag_started`` and ``drag_ended`` frame one drag of it. Subclasses lay out.
    """

    pressed = Signal(str)
    scrubbed = Signal(float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        faces: Mapping[str, Face],
        parent: QWidget | None = None,
        *,
        scale: int = 1,
        repeating: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self._scale = scale
        self.setAccessibleName(_("Transport"))
        self.position = Scrub(Qt.Orientation.Horizontal, self)
        self.position.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.buttons = {name: self._button(name, face, name in repeating) for name, face in faces.items()}
        self.position.valueChanged.connect(self._moved)
        self.position.sliderPressed.connect(self.drag_started)
        self.position.sliderReleased.connect(self.drag_ended)

    def set_position(self, position: float) -> None:
        """Move the slider without a signal, unless it is being dragged."""
        with QSignalBlocker(self.position):
            if not self.position.isSliderDown():
                self.position.setValue(round(position * self._scale))

    def show_playing(self, playing: bool) -> None:
        """Show the play button as one that pauses, while it plays."""
        play = self.buttons["play"]
        play.set_icon("pause" if playing else "play")
        text = _("Pause (Space)") if playing else _("Play (Space)")
        play.setToolTip(text)
        play.setAccessibleName(text)

    def _button(self, name: str, face: Face, repeating: bool) -> Button | IconButton:
        icon_name, text = face
        made: Button | IconButton
        if name == "play":
            made = Button("", text(), self, icon_name=icon_name, primary=True)
            made.setFixedSize(QSize(40, 28))
        else:
            made = IconButton(icon_name, text(), self)
            made.setFixedSize(QSize(28, 28))
            made.setAutoRepeat(repeating)
        made.setAccessibleName(text())
        made.setProperty("which", name)
        made.clicked.connect(self._clicked)
        return made

    @Slot()
    def _clicked(self) -> None:
        self.pressed.emit(self.sender().property("which"))

    @Slot(int)
    def _moved(self, value: int) -> None:
        self.scrubbed.emit(value / self._scale)
