"""Rows of a slider bank, in groups with titles: the top of each, and which are between two heights."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from genstudio.studio.panes.sliders.bank_painting import HEADER, ROW


@dataclass(frozen=True)
class BankRow:
    """``name`` identifies it, ``title`` is shown, ``note`` is a longer text about it. Rows of one ``group`` follow on its
    title."""

    name: str
    title: str
    group: str
    note: str = ""


class Rows:
    """``rows`` in their order, ``tops`` of them in logical pixels from the top of all rows, which are ``length`` high.
    ``headers``: (top, title) of the groups."""

    def __init__(self, rows: Sequence[BankRow] = ()) -> None:
        self.rows = tuple(rows)
        self.tops: list[int] = []
        self.headers: list[tuple[int, str]] = []
        top, group = 0, None
        for row in self.rows:
            if row.group != group:
                group = row.group
                self.headers.append((top, group))
                top += HEADER
            self.tops.append(top)
            top += ROW
        self.length = top
        self._places = {row.name: k for k, row in enumerate(self.rows)}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, k: int) -> BankRow:
        return self.rows[k]

    def __iter__(self) -> Iterator[BankRow]:
        return iter(self.rows)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def place(self, name: str, otherwise: int = -1) -> int:
        """Index of a row."""
        return self._places.get(name, otherwise)

    def between(self, low: int, high: int) -> range:
        """Rows that are partly between two heights."""
        return range(bisect_right(self.tops, low - ROW), bisect_left(self.tops, high + 1))

    def at(self, y: int) -> int:
        """The row at a height, or -1: a header, or beyond the end."""
        found = self.between(y, y)
        return found[0] if found else -1

    def top_with_header(self, k: int) -> int:
        """The top of row ``k``, or of the title above it where it is the first of its group."""
        top = self.tops[k]
        return top - HEADER if any(at == top - HEADER for at, _ in self.headers) else top
