"""The keys of *Pixel by pixel*, for whatever has the focus and no use for them: (key, with Shift) to what it does."""

from __future__ import annotations

from PySide6.QtCore import Qt

_Key = Qt.Key
OVERLAY_KEYS = {"E": "entropy", "F": "field", "M": "mask"}
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
    (_Key.Key_R, False): "ask:resample",
    (_Key.Key_PageUp, False): "ask:previous",
    (_Key.Key_PageDown, False): "ask:next",
    (_Key.Key_X, False): "tool:erase",
    (_Key.Key_K, False): "tool:keep",
    (_Key.Key_Escape, False): "tool:point",
    **{(getattr(_Key, f"Key_{letter}"), False): f"overlay:{letter}" for letter in OVERLAY_KEYS},
}
