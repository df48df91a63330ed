"""Series of a content in files, as the window shows them; CSV with every point."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, translate
from genstudio.export.charts.paper import draw_chart
from genstudio.export.files import atomic_file, chart_suffix
from genstudio.viewing.charts.series import series_chart

if TYPE_CHECKING:
    import numpy as np

    from genstudio.export.provenance import Provenance
    from genstudio.viewing.content import Content

INCHES, DPI = (6.4, 6.4), 150


def draw_series(content: Content, theme: str = "light") -> np.ndarray:
    """uint8 H×W×3: one panel a group, each curve with its marks as dots and a ring at their mean."""
    made = draw_chart(series_chart(content), theme=theme, size=INCHES, dpi=DPI)
    assert made is not None
    return made


def save_series(
    path: str | os.PathLike[str],
    content: Content,
    *,
    theme: Literal["light", "dark"] = "light",
    provenance: Provenance | None = None,
) -> Path:
    """Write the series of ``content`` as PNG, SVG or CSV, by the suffix; returns the path written.

    CSV holds one row a point: group, curve, x and y. Raises :class:`UsageError` for another suffix, or without series.
    """
    target = Path(path)
    suffix = chart_suffix(target)
    if not content.series:
        raise UsageError(N_("There are no curves to save yet."), N_("Wait until they are shown."))
    with atomic_file(target) as temporary:
        if suffix == ".csv":
            _write_csv(temporary, content)
        else:
            draw_chart(series_chart(content), theme=theme, size=INCHES, dpi=DPI, path=temporary, provenance=provenance)
    return target


def _write_csv(path: Path, content: Content) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["group", "curve", translate(content.across) or "x", "y"])
        for one in content.series:
            for x, y in zip(one.x.tolist(), one.y.tolist(), strict=True):
                # repr keeps every digit.
                writer.writerow([translate(one.group), translate(one.name), repr(float(x)), repr(float(y))])
