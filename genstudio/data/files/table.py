"""Tables of numbers as spreadsheets write them: any usual encoding, delimiter, line ending and decimal notation.

The first line may be Excel's own ``sep=;``. Cells are stripped; empty columns and rows are dropped.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from genstudio.core.messages import N_, Message
from genstudio.core.plain_text import printable, shortened

MISSING = frozenset({"", "nan", "na", "n/a", "#n/a", "#nv", "null", "none", "-", "?"})
LARGEST = 3e38  # what fits into float32
# What spreadsheets write when they don't write Unicode: Windows, macOS, DOS.
_OLD_ENCODINGS = ("cp1252", "mac_roman", "cp850")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r'\A\s*"?sep=(.)"?[ \t]*(\r\n|\r|\n|\Z)', re.IGNORECASE)
# 1.234.567,8 and 1,234,567.8
_GROUPED = {",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"), ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")}


class TableError(ValueError):
    """A table that can't be used, and why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Table:
    """``header``: the names of the columns. ``rows``: the lines that have as many cells, with their line numbers.
    ``problems``: what was left out, and where. ``encoding``: as which the bytes were read."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[Message]
    encoding: str
    decimal: str

    def numbers(self, column: int) -> tuple[list[float], list[Message]]:
        """The numbers of one column (NaN for a missing value) and the problems.

        Raises :class:`TableError` naming the first cell that is not a number.
        """
        values, too_large = [], []
        for line, cells in self.rows:
            try:
                value = _number(cells[column], self.decimal)
            except ValueError:
                raise TableError(
                    N_(
                        "the column '{name}' was left out: '{cell}' in line {line} is not a number",
                        name=self.header[column],
                        line=line,
                        cell=shortened(cells[column]),
                    )
                ) from None
            if abs(value) > LARGEST:
                too_large.append(line)
                value = math.nan
            values.append(value)
        if not too_large:
            return values, []
        return values, [
            N_(
                "the column '{name}' has numbers that are too large in line {lines}: they count as missing",
                name=self.header[column],
                lines=line_numbers(too_large),
            )
        ]


def read_table(data: bytes, fits: Callable[[Table], int] = lambda table: 0) -> Table:
    """The table in ``data``. Raises :class:`TableError` with the reason why it can't be used.

    ``fits`` rates a table, for bytes that are not Unicode and fit several old encodings: the highest rating is used.
    """
    encoding = _unicode_encoding(data)
    if encoding is not None:
        return _parse(data.decode(encoding, errors="replace"), encoding)
    guesses = [_parse(data.decode(name, errors="replace"), name) for name in _OLD_ENCODINGS]
    table = max(guesses, key=fits)
    table.problems.append(
        N_(
            "it is not in UTF-8, and was read as {encoding}",
            encoding={"cp1252": "Windows-1252"}.get(table.encoding, table.encoding),
        )
    )
    return table


def line_numbers(lines: Iterable[int]) -> str:
    """``3, 14, 15`` or, of many, the first five and ``…``."""
    lines = list(lines)
    return ", ".join(map(str, lines[:5])) + (", …" if len(lines) > 5 else "")


def _unicode_encoding(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:400]
    if start.count(0) > len(start) // 3:  # UTF-16 without a mark: every second byte of Latin letters is zero
        return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _parse(text: str, encoding: str) -> Table:
    text, delimiter = _delimiter(unicodedata.normalize("NFC", text.lstrip("\ufeff")))
    skipped = 1 if delimiter else 0
    delimiter = delimiter or _best_delimiter(text)
    # newline="": the reader takes CR, LF and CRLF as they come, and keeps those inside of quotes.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                lines.append((start + skipped, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            N_("line {line} can't be read: {error}", line=reader.line_num + skipped, error=str(error))
        ) from None
    if not lines:
        raise TableError(N_("it is empty"))
    header = [printable(cell) for cell in lines[0][1]]
    while header and not header[-1]:
        header.pop()
    table = Table(header, [], [], encoding, "." if delimiter == "," else ",")
    too_long = []
    for line, cells in lines[1:]:
        if any(cells[len(header) :]):
            too_long.append(line)
        else:
            table.rows.append((line, (cells + [""] * len(header))[: len(header)]))
    if too_long:
        table.problems.append(
            N_(
                "line {lines} has more cells than there are columns, and was left out (decimal commas need quotes, or "
                "semicolons between the cells)",
                lines=line_numbers(too_long),
            )
        )
    return table


def _delimiter(text: str) -> tuple[str, str]:
    """The text after a line ``sep=;``, and its delimiter; else the whole text and ``None``."""
    found = _SEPARATOR_LINE.match(text)
    return (text[found.end() :], found[1]) if found else (text, "")


def _best_delimiter(text: str) -> str:
    """The delimiter that makes the most columns of the first line, counted outside of quotes."""
    first = next((line for line in re.split(r"[\r\n]+", text) if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=unquoted.count)


def _number(cell: str, decimal: str) -> float:
    """The number in a cell. Raises :class:`ValueError` for other text."""
    if cell.lower() in MISSING:
        return math.nan
    text = re.sub(r"[\s\u00a0\u202f']", "", cell).replace("\u2212", "-")
    if "_" in text:
        raise ValueError(cell)
    if _GROUPED[decimal].fullmatch(text) and not (decimal == "," and "," not in text and text.count(".") == 1):
        text = text.replace("." if decimal == "," else ",", "")
    return float(text.replace(",", "."))
