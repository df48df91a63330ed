"""``attributes.csv``: named numbers per image, in a table beside the pictures.

    file,smile,yaw
    smiling/00001.jpg,0.9,-12.5
    smiling/00002.jpg,,3.0

The first column is called ``file`` and holds paths from the table's own folder, with slashes; a bare name will do where
only one picture has it. All other columns are numbers. What is missing (an empty cell, a picture without a row) is NaN:
the picture stays, and whoever uses the attribute passes over it. A column with anything that is no number is left out,
and noted.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from genstudio.core.messages import N_, Message

NAME = "attributes.csv"
_MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})


def read_attributes(data: bytes, files: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray, list[Message]]:
    """The names of the attributes (A), their values for ``files`` (float32 N×A, NaN where missing), and what was wrong.

    data: the table; commas, semicolons or tabs, UTF-8 or Latin-1. files: the pictures' paths from the table's folder.
    A table that can't be used gives no attributes and says why; it is never fatal.
    """
    nothing = np.zeros((len(files), 0), np.float32)
    try:
        header, rows = _rows(data)
    except (csv.Error, ValueError) as error:
        return (), nothing, [_problem(N_("it can't be read: {error}", error=str(error)))]
    if not header or header[0].lower() != "file":
        return (), nothing, [_problem(N_("its first column must be called 'file'"))]
    if len(set(header)) < len(header) or "" in header:
        return (), nothing, [_problem(N_("every column needs a name of its own"))]
    values, problems = _numbers(header, rows)
    names = tuple(values)
    row_of = _row_of([row[0] for row in rows])
    table = np.array([values[name] for name in names], np.float32).reshape(len(names), len(rows)).T
    out = np.full((len(files), len(names)), np.nan, np.float32)
    counts = Counter(PurePosixPath(file).name for file in files)
    without = 0
    for i, file in enumerate(files):
        bare = PurePosixPath(file).name
        row = row_of.get(file, row_of.get(bare) if counts[bare] == 1 else None)
        if row is None:
            without += 1
        else:
            out[i] = table[row]
    if without and names:
        problems.append(_problem(N_("it has no row for {n} of the {all} pictures", n=without, all=len(files))))
    return names, out, problems


def _rows(data: bytes) -> tuple[list[str], list[list[str]]]:
    """The header and the rows, cells stripped, every row as long as the header."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    lines = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)]
    lines = [row for row in lines if any(row)]
    if not lines:
        return [], []
    width = len(lines[0])
    rows = [(row + [""] * width)[:width] for row in lines[1:]]
    if delimiter == ";":
        # Where the semicolon parts columns, the comma parts the decimals.
        rows = [[row[0], *(cell.replace(",", ".") for cell in row[1:])] for row in rows]
    return lines[0], rows


def _numbers(header: list[str], rows: list[list[str]]) -> tuple[dict[str, list[float]], list[Message]]:
    values: dict[str, list[float]] = {}
    problems: list[Message] = []
    for column, name in enumerate(header[1:], start=1):
        try:
            values[name] = [_number(row[column]) for row in rows]
        except ValueError:
            problems.append(_problem(N_("the column '{name}' doesn't hold numbers, and was left out", name=name)))
    return values, problems


def _number(cell: str) -> float:
    if cell.lower() in _MISSING:
        return math.nan
    number = float(cell)
    return number if abs(number) < 3e38 else math.nan


def _row_of(files: list[str]) -> dict[str, int]:
    return {str(PurePosixPath(file.replace("\\", "/"))): i for i, file in enumerate(files)}


def _problem(reason: Message) -> Message:
    return N_("{name}: {reason}.", name=NAME, reason=reason)
