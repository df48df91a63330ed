"""Small things said in words."""

from __future__ import annotations


def as_time(seconds: float) -> str:
    """Seconds as 0:48, 12:05 or 1:02:05."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
