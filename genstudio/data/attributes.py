"""``attributes.csv``: named numbers per image, in a table beside the pictures.

    file,smile,yaw
    smiling/00001.jpg,0.9,-12.5
    smiling/00002.jpg,,3.0

The first column is called ``file`` and holds paths from the table's own folder. Slashes or backslashes, capital or
small letters, accents composed or decomposed make no difference; the folder and the ending may be missing where only
one picture can be meant. All other columns are numbers. A missing value (an empty cell, a picture without a row) is
NaN: the picture stays, and users of the attribute skip it. Skipped and contradictory lines are reported with their
number.
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from genstudio.core.messages import N_, Message
from genstudio.core.plain_text import shortened
from genstudio.data.files.table import Table, TableError, line_numbers, read_table

NAME = "attributes.csv"


def read_attributes(data: bytes, files: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray, list[Message]]:
    """The names of the attributes (A), their values for ``files`` (float32 N×A, NaN where missing), and the problems.

    data: the table, see :mod:`genstudio.data.files.table`. files: all pictures' paths from the table's folder. An
    unusable table gives no attributes and a reason; it is never fatal.
    """
    try:
        table = read_table(data, lambda table: len(_Pictures(files, table.encoding).of_rows(table)[0]))
        if not table.header or table.header[0].lower() != "file":
            first = table.header[0] if table.header else ""
            raise TableError(
                N_("its first column must be called 'file', and is called '{name}'", name=shortened(first))
            )
    except TableError as error:
        return (), np.zeros((len(files), 0), np.float32), [_problem(error.reason)]
    problems = table.problems
    columns = _columns(table, problems)
    values: dict[str, list[float]] = {}
    for column in columns:
        try:
            values[table.header[column]], remarks = table.numbers(column)
            problems += remarks
        except TableError as error:
            problems.append(error.reason)
    out = np.full((len(files), len(values)), np.nan, np.float32)
    if values:
        row_of, remarks = _Pictures(files, table.encoding).of_rows(table)
        numbers = np.array(list(values.values()), np.float32).reshape(len(values), len(table.rows)).T
        out[list(row_of)] = numbers[list(row_of.values())]
        without = len(files) - len(row_of)
        if without:
            problems.insert(0, N_("it has no row for {n} of the {all} pictures", n=without, all=len(files)))
        problems += remarks
    return tuple(values), out, [_problem(reason) for reason in problems]


def _columns(table: Table, problems: list[Message]) -> list[int]:
    """Columns with a unique name; the others are reported as left out."""
    count = Counter(table.header)
    columns = []
    for column, name in enumerate(table.header[1:], start=1):
        if not name:
            if any(cells[column] for _, cells in table.rows):
                problems.append(N_("column {n} has no name, and was left out", n=column + 1))
        elif count[name] == 1:
            columns.append(column)
    for name, n in count.items():
        if n > 1 and name:
            problems.append(N_("{n} columns are called '{name}', and were left out", n=n, name=name))
    return columns


class _Pictures:
    """Finds the picture that a cell of the table names."""

    def __init__(self, files: Sequence[str], encoding: str) -> None:
        """``encoding``: the table's, which file names that are not UTF-8 may share."""
        self._files = files
        self._exact: dict[str, int] = {}
        # In small letters, with and without the file's ending: whole paths, and all endings of paths.
        self._by_last_part: dict[str, list[int]] = defaultdict(list)
        self._endings: dict[str, list[int]] = defaultdict(list)
        for i, file in enumerate(files):
            path = _path(_as_written(file, encoding))
            self._exact[path] = i
            for tails in (_tails(path), _tails(path.rpartition(".")[0])):
                self._by_last_part[tails[0]].append(i)
                for tail in tails:
                    self._endings[tail].append(i)

    def of_rows(self, table: Table) -> tuple[dict[int, int], list[Message]]:
        """The row for each picture (both by position), and the lines that name no picture, several pictures, or one
        with another row: then the last one counts."""
        row_of: dict[int, int] = {}
        unknown: list[tuple[int, str]] = []
        vague: list[tuple[int, str]] = []
        twice: list[tuple[int, int, int]] = []
        for row, (line, cells) in enumerate(table.rows):
            found = self._find(cells[0])
            if len(found) != 1:
                (vague if found else unknown).append((line, cells[0]))
                continue
            if found[0] in row_of:
                twice.append((table.rows[row_of[found[0]]][0], line, found[0]))
            row_of[found[0]] = row
        problems = []
        if twice:
            first, second, picture = twice[0]
            more = len(twice) - 1
            problems.append(
                N_(
                    "line {a} and line {b} describe the same picture ({name}); the later one is used{more}",
                    a=first, b=second, name=self._files[picture],
                    more=N_("; there are {n} more such lines", n=more) if more else "",
                )
            )  # fmt: skip
        for lines, text in (
            (unknown, N_("line {lines} names a picture that is not there ('{name}')")),
            (vague, N_("line {lines} matches several pictures ('{name}'): give its folder too")),
        ):
            if lines:
                where = line_numbers(line for line, _ in lines)
                problems.append(N_(text.text, lines=where, name=shortened(lines[0][1])))
        return row_of, problems

    def _find(self, cell: str) -> list[int]:
        path = _path(cell)
        if path in self._exact:
            return [self._exact[path]]
        tails = _tails(path)
        if tails[0] in self._endings:
            return self._endings[tails[0]]
        # A path from somewhere else, such as C:\Users\me\set\cat.png: its last parts may be a whole path here.
        return next((self._by_last_part[tail] for tail in tails if tail in self._by_last_part), [])


def _tails(path: str) -> list[str]:
    """All endings of a path in small letters, the longest first."""
    parts = path.casefold().split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _path(name: str) -> str:
    return unicodedata.normalize("NFC", str(PurePosixPath(name.replace("\\", "/"))))


def _as_written(file: str, encoding: str) -> str:
    """The name of a file; bytes that are not UTF-8 are read with ``encoding``."""
    try:
        file.encode()
    except UnicodeEncodeError:
        return os.fsencode(file).decode(encoding, errors="replace")
    return file


def _problem(reason: Message) -> Message:
    return N_("{name}: {reason}.", name=NAME, reason=reason)
