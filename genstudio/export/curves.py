"""Curves in files: PNG and SVG for papers and slides, CSV with every raw point to plot them anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance


class Row(Protocol):
    """What was measured at one step: ``training.telemetry.Row`` is one."""

    @property
    def step(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def values(self) -> Mapping[str, float]: ...


def save_curves(
    path: str | os.PathLike[str],
    rows: Sequence[Row],
    *,
    keys: Sequence[str] | None = None,
    units: Mapping[str, str] | None = None,
    log: bool = False,
    smoothing: float = 0.9,
    x: Literal["step", "time"] = "step",
    theme: Literal["light", "dark"] = "light",
    title: str = "",
    provenance: Provenance | None = None,
) -> Path:
    """Write the curves of a run as PNG, SVG or CSV, by the suffix; returns the path written.

    ``rows`` are what was measured (:class:`Row`); ``keys`` choose among their values (default: all, in order
    of appearance). In pictures each unit (``units``: key -> "nats", "bits/dim", "") has axes of its own, raw
    points stand faintly behind their debiased moving average of weight ``smoothing``, and curves differ by
    colour and by dash. CSV holds all raw points: columns step, seconds, then one per key, empty where a row
    has no such value. Raises :class:`UsageError` for another suffix, an unknown key or no rows.
    """
    raise NotImplementedError
