"""Keys of the pane Pixel by pixel, and their actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_Key = Qt.Key
KEYS: dict[tuple[int, bool], str] = {
    (_Key.Key_Space, False): "transport:play",
    (_Key.Key_Right, False): "transport:pixel",
    (_Key.Key_Left, False): "transport:back",
    (_Key.Key_Right, True): "transport:channel",
    (_Key.Key_Left, True): "transport:channel back",
    (_Key.Key_Down, False): "transport:row",
    (_Key.Key_Up, False): "transport:row back",
    (_Key.Key_Home, False): "transport:start",
    (_Key.Key_End, False): "transport:end",
    (_Key.Key_Plus, False): "nudge:1",
    (_Key.Key_Equal, False): "nudge:1",
    (_Key.Key_Minus, False): "nudge:-1",
    (_Key.Key_R, False): "request:resample",
    (_Key.Key_PageUp, False): "request:previous",
    (_Key.Key_PageDown, False): "request:next",
    (_Key.Key_X, False): "tool:erase",
    (_Key.Key_K, False): "tool:keep",
    (_Key.Key_Escape, False): "tool:point",
    (_Key.Key_E, False): "overlay:entropy",
    (_Key.Key_F, False): "overlay:field",
    (_Key.Key_M, False): "overlay:mask",
}
"""Action by (key, with Shift), for keys that the widget with the focus ignores."""


def action_of(event: QKeyEvent) -> tuple[str, str]:
    """Kind and object of the action of a key, such as ("transport", "play"); empty where it has none."""
    if event.modifiers() & _OTHERS:
        return "", ""
    action = KEYS.get((event.key(), bool(event.modifiers() & _SHIFT)), KEYS.get((event.key(), False), ""))
    kind, _colon, what = action.partition(":")
    return kind, what
