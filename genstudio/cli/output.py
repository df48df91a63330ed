"""What commands say: words for people, and with ``--json`` one object for programs, the last line of stdout."""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TextIO


class Output:
    """Where a command's words go: to stdout, or to stderr when stdout belongs to the JSON object."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    @property
    def stream(self) -> TextIO:
        return sys.stderr if self.as_json else sys.stdout

    def say(self, text: str = "") -> None:
        print(text, file=self.stream, flush=True)

    def table(self, rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> None:
        """Aligned columns, two spaces apart. Numbers stand to the right, where their digits line up."""
        for line in columns(rows, header):
            self.say(line)

    def result(self, value: Any) -> None:
        """The JSON object, when it was asked for."""
        if self.as_json:
            print(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False), flush=True)


def complain(text: str) -> None:
    """One line on stderr."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def columns(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> list[str]:
    """The lines of a table. Wide letters count as two cells, as terminals draw them."""
    everything = [list(map(str, row)) for row in ([header, *rows] if header else rows)]
    if not everything:
        return []
    widths = [max(_cells(row[i]) for row in everything) for i in range(len(everything[0]))]
    right = [bool(rows) and all(_is_number(row[i]) for row in rows) for i in range(len(widths))]
    lines = []
    for row in everything:
        padded = [
            " " * (width - _cells(cell)) + cell if at_right else cell + " " * (width - _cells(cell))
            for cell, width, at_right in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def duration(seconds: float) -> str:
    """``0:07``, ``12:30``, ``1:02:03``."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def number(value: float) -> str:
    """Four significant figures and never fewer than the whole part: ``-148.3``, ``0.0132``, ``12,345``."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 8)}f}"


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "") or "0")
    except ValueError:
        return False
    return True


def _plain(value: Any) -> Any:
    """JSON has no NaN and no infinity: such a number is ``null``."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
