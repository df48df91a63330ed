"""Untrusted names and values as printable text: without control characters, and of bounded length.

File names can contain any byte: escape sequences that recolour a terminal, marks that reverse the reading direction,
bytes that are not UTF-8 (which Python keeps as surrogates, and which no UTF-8 stream can write).
"""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls, surrogates, line and paragraph separators, and the marks that override the direction of text.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LONGEST = 80
_SPACES = "\t\n\v\f\r\u2028\u2029"


def printable(text: str) -> str:
    """``text`` on one line: white space becomes a space, and each other control character a mark (``�``)."""
    return UNSAFE.sub(lambda found: " " if found[0] in _SPACES else "\ufffd", text)


def shortened(value: Any, longest: int = LONGEST) -> str:
    """``value`` as printable text of at most ``longest`` characters, whatever it is: huge numbers and deep nesting too."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # more digits than Python writes, or deeper than it follows
        return "…"
    return printable(text if len(text) <= longest else text[: longest - 1] + "…")
