"""A matrix of numbers with the names of its rows and columns in a file: PNG and SVG for papers and slides."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.files import atomic_file

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance

CELL = 0.42  # inches along a side of one number
MOST_WRITTEN = 30  # columns up to which the numbers themselves are written into their cells


def save_matrix(
    path: str | os.PathLike[str],
    numbers: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    top: float,
    title: str = "",
    theme: Literal["light", "dark"] = "light",
    provenance: Provenance | None = None,
) -> Path:
    """Write numbers len(rows)×len(columns) as coloured cells, NaN left empty; returns the path written. ``top`` and -``top``
    have the strongest colours. Raises :class:`UsageError` for another suffix than .png and .svg."""
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in (".png", ".svg"):
        raise UsageError(
            N_("A matrix can't be written as '{suffix}'.", suffix=suffix or target.name),
            N_("Choose a name that ends in .png or .svg; Data… writes its numbers."),
        )
    with atomic_file(target) as temporary:
        _draw(temporary, numbers, rows, columns, top, title, theme, provenance)
    return target


def _draw(
    path: Path,
    numbers: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    top: float,
    title: str,
    theme: str,
    provenance: Provenance | None,
) -> None:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from genstudio.export.charts.paper import COLOURS, LOCK, fonts, metadata, settings
    from genstudio.viewing.heat import signed

    colours = COLOURS[theme]
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        size = (CELL * len(columns) + 2.2, CELL * len(rows) + 2.0)
        figure = Figure(figsize=size, dpi=160, layout="constrained", facecolor=colours.card)
        FigureCanvasAgg(figure)
        axes: Any = figure.subplots()
        pixels = signed(numbers, top)
        axes.imshow(pixels, interpolation="nearest", aspect="equal")
        axes.set_xticks(range(len(columns)), columns, rotation=55, ha="right", rotation_mode="anchor", fontsize=8)
        axes.set_yticks(range(len(rows)), rows, fontsize=8)
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        if len(columns) <= MOST_WRITTEN:
            for (i, j), value in np.ndenumerate(numbers):
                if np.isfinite(value):
                    ink = "#15171c" if pixels[i, j].astype(float) @ (0.299, 0.587, 0.114) > 128 else "#ffffff"
                    text = f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−").replace("0.", ".")
                    axes.text(j, i, text, ha="center", va="center", fontsize=6.5, color=ink)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight=600, color=colours.text)
        figure.savefig(path, facecolor=colours.card, metadata=metadata(path, provenance))
