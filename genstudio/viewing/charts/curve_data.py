"""The numbers behind the curves: rows in, arrays by key out. No Qt, no drawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from genstudio.training.telemetry import Row
    from genstudio.viewing.charts.chart import Points

Axis = Literal["step", "time"]
BEGIN_WITH = 256  # points of a new column
ASIDE = ("validation", "test", "samples")  # splits that are measured now and then, beside training


class Column:
    """One key's points, in the order in which they came. What has been written is never written again: a view of it may be
    read on another thread while more come."""

    def __init__(self) -> None:
        import numpy as np

        self._buffer = np.empty((3, BEGIN_WITH))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, step: float, seconds: float, value: float) -> None:
        if self._count == self._buffer.shape[1]:
            import numpy as np

            grown = np.empty((3, 2 * self._count))
            grown[:, : self._count] = self._buffer
            self._buffer = grown
        self._buffer[:, self._count] = step, seconds, value
        self._count += 1

    def view(self, axis: Axis) -> Points:
        """(x, values), float64 n each; nothing is copied."""
        n = self._count
        return self._buffer[0 if axis == "step" else 1, :n], self._buffer[2, :n]

    @property
    def last_step(self) -> float:
        return float(self._buffer[0, self._count - 1]) if self._count else 0.0

    @property
    def last(self) -> float | None:
        return float(self._buffer[2, self._count - 1]) if self._count else None


class CurveData:
    """All points of one run by key (``train/kl``). Rows at or before the last step of their key are taken once only, so
    that a file and a live buffer may overlap."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.columns: dict[str, Column] = {}
        self.rows: list[Row] = []  # those that brought something new
        self.images_per_second = 0.0
        self.last_step = 0
        self.add(rows)

    def add(self, rows: Iterable[Row]) -> bool:
        """Take in rows; whether anything was new."""
        news = False
        for row in rows:
            self.last_step = max(self.last_step, row.step)
            self.images_per_second = row.images_per_second or self.images_per_second
            fresh = False
            for key, value in row.values.items():
                column = self.columns.get(key)
                if column is None:
                    column = self.columns[key] = Column()
                if column and row.step <= column.last_step:
                    continue
                column.append(row.step, row.seconds, value)
                fresh = True
            if fresh:
                self.rows.append(row)
                news = True
        return news

    def names(self) -> list[str]:
        """Names without their split, those with training values first, in order of appearance."""
        found = dict.fromkeys(key.partition("/")[2] for key in self.columns if key.startswith("train/"))
        found |= dict.fromkeys(key.partition("/")[2] for key in self.columns)
        return list(found)

    def has(self, key: str) -> bool:
        return key in self.columns

    def curve(self, key: str, axis: Axis = "step") -> Points:
        """(x, y), float64 n each, not to be written to; empty for an unknown key. ``time`` is in seconds of training."""
        import numpy as np

        column = self.columns.get(key)
        return column.view(axis) if column is not None else (np.empty(0), np.empty(0))

    def held_out(self, name: str, axis: Axis = "step") -> Points:
        """Key of the metric on held-out images: validation's, else test's, else of its samples."""
        return self.curve(self.held_out_key(name), axis)

    def held_out_key(self, name: str) -> str:
        """The key of a name's values that come now and then."""
        split = next((split for split in ASIDE if self.has(f"{split}/{name}")), ASIDE[0])
        return f"{split}/{name}"

    def seconds_at(self, step: float) -> float:
        """Seconds of training at ``step``, between the points around it."""
        import numpy as np

        longest = max(self.columns.values(), key=len, default=None)
        return float(np.interp(step, longest.view("step")[0], longest.view("time")[0])) if longest is not None else 0.0

    def last(self, key: str) -> float | None:
        """The newest value of a key."""
        column = self.columns.get(key)
        return column.last if column is not None else None

    def nearest(self, key: str, x: float, axis: Axis = "step") -> tuple[float, float] | None:
        """The point of a key whose x is nearest: (x, value)."""
        import numpy as np

        xs, ys = self.curve(key, axis)
        if not len(xs):
            return None
        place = int(np.clip(np.searchsorted(xs, x), 1, max(1, len(xs) - 1)))
        place = min(place, len(xs) - 1)
        if place and abs(xs[place - 1] - x) <= abs(xs[place] - x):
            place -= 1
        return float(xs[place]), float(ys[place])
