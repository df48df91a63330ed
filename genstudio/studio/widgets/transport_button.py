"""The buttons of a transport: play, larger and filled, and quiet ones beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import Button, IconButton

Face = tuple[str, Callable[[], str]]
"""An icon, and what the button does, in words."""


def transport_button(name: str, face: Face, parent: QWidget, *, repeats: bool = False) -> Button | IconButton:
    """The button ``name`` ("play" is the large one), which it carries as the property "which"."""
    icon_name, words = face
    made: Button | IconButton
    if name == "play":
        made = Button("", words(), parent, icon_name=icon_name, primary=True)
        made.setFixedSize(QSize(40, 28))
    else:
        made = IconButton(icon_name, words(), parent)
        made.setFixedSize(QSize(28, 28))
        made.setAutoRepeat(repeats)
    made.setAccessibleName(words())
    made.setProperty("which", name)
    return made


def show_playing(play: Button | IconButton, playing: bool) -> None:
    """The play button as one that pauses, while it plays."""
    play.set_icon("pause" if playing else "play")
    words = _("Pause (Space)") if playing else _("Play (Space)")
    play.setToolTip(words)
    play.setAccessibleName(words)
