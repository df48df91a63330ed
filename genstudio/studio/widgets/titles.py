"""Texts for names and durations."""

from __future__ import annotations

from genstudio.core.plain_text import printable


def literal(name: str) -> str:
    """A name as the text of a menu entry or a button, where a single ``&`` would underline the next letter instead."""
    return printable(name).replace("&", "&&")


def as_time(seconds: float) -> str:
    """Seconds as 0:48, 12:05 or 1:02:05."""
    total = max(0, round(seconds))
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
