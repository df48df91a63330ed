"""The numbers behind the curves: rows in, arrays by key out. No Qt, no drawing."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

    from genstudio.training.telemetry import Row

Axis = Literal["step", "time"]


@dataclass
class Column:
    """One key's points, in the order in which they came."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))


class CurveData:
    """All points of one run by key (``train/kl``). Rows at or before the last step of their key are taken once only, so
    that a file and a live buffer may overlap."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.rows: list[Row] = []  # those that brought something new
        self.images_per_second = 0.0
        self.last_step = 0
        self.version = 0

    def add(self, rows: Iterable[Row]) -> bool:
        """Take in rows; whether anything was new."""
        news = False
        for row in rows:
            self.last_step = max(self.last_step, row.step)
            self.images_per_second = row.images_per_second or self.images_per_second
            fresh = False
            for key, value in row.values.items():
                column = self.columns.setdefault(key, Column())
                if column.steps and row.step <= column.steps[-1]:
                    continue
                column.steps.append(row.step)
                column.seconds.append(row.seconds)
                column.values.append(value)
                fresh = True
            if fresh:
                self.rows.append(row)
                news = True
        self.version += news
        return news

    def names(self) -> list[str]:
        """Names without their split, those with training values first, in order of appearance."""
        found = dict.fromkeys(key.partition("/")[2] for key in self.columns if key.startswith("train/"))
        found |= dict.fromkeys(key.partition("/")[2] for key in self.columns)
        return list(found)

    def has(self, key: str) -> bool:
        return key in self.columns

    def curve(self, key: str, axis: Axis = "step") -> tuple[np.ndarray, np.ndarray]:
        """(x, y), float64 n each; empty for an unknown key. ``time`` is in seconds of training."""
        import numpy as np

        column = self.columns.get(key)
        if column is None:
            return np.empty(0), np.empty(0)
        x = column.steps if axis == "step" else column.seconds
        return np.array(x), np.array(column.values)

    def last(self, key: str) -> float | None:
        """The newest value of a key."""
        column = self.columns.get(key)
        return column.values[-1] if column and column.values else None

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


def thin(x: np.ndarray, y: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """A smooth line with at most about ``points`` points: every nth and the last."""
    if len(x) <= points:
        return x, y
    stride = -(-len(x) // points)
    import numpy as np

    places = np.append(np.arange(0, len(x) - 1, stride), len(x) - 1)
    return x[places], y[places]
