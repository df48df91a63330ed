"""Output of commands: text for people, and with ``--json`` one object for programs, the last line of stdout."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from genstudio.core.plain_text import UNSAFE, printable


def steady_streams() -> None:
    """Replace closed standard streams, and make the others accept every character.

    A closed stream is ``None`` in Python, and the next opened file would get its descriptor: warnings of libraries
    would be written into a checkpoint.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - stays until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Output:
    """Text output of a command: on stdout, or on stderr if stdout is reserved for the JSON object."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    def print_line(self, text: str = "") -> None:
        """Lines for a person."""
        lines = "\n".join(map(printable, text.split("\n")))
        if self.as_json:
            _print_on_stderr(lines)
        else:
            print(lines, flush=True)

    def table(self, rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> None:
        """Aligned columns, two spaces apart. Numbers are right-aligned."""
        for line in columns(rows, header):
            self.print_line(line)

    def result(self, value: Any) -> None:
        """Print the JSON object if requested: on one line, in characters that the stream can encode."""
        if not self.as_json:
            return
        text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)
        try:
            text.encode(sys.stdout.encoding or "utf-8", errors="surrogatepass")
        except (UnicodeEncodeError, LookupError):
            text = json.dumps(_plain(value), allow_nan=False)
        print(UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text), flush=True)


def complain(text: str) -> None:
    """One line on stderr."""
    _print_on_stderr(printable(" ".join(text.split())))


def _print_on_stderr(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # no reader any more, or a full disk: no reason to stop the work
        print(text, file=sys.stderr, flush=True)


def columns(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> list[str]:
    """Lines of a table. Wide characters count as two cells, as in terminals."""
    everything = [[printable(str(cell)) for cell in row] for row in ([header, *rows] if header else rows)]
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
    total = max(0, round(seconds))
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def number(value: float) -> str:
    """Four significant figures, and always the whole integer part: ``-148.3``, ``0.0132``, ``12,345``."""
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
