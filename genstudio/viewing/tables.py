"""The numbers of a content, for a file: arrays by name, and a table with one row a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.content import Content, Series


def arrays_of(content: Content) -> dict[str, np.ndarray]:
    """Everything in ``content`` that is a number, for an npz: pixels and z of each picture, points, series, values."""
    import numpy as np

    found: dict[str, Any] = {"words": np.array(str(content.caption))}
    for k, picture in enumerate(content.pictures):
        tail = "" if k == 0 else f"_{k + 1}"
        found[f"pixels{tail}"] = picture.cells()
        for name, values in picture.values.items():
            found[f"{name}{tail}"] = values.reshape(-1, *values.shape[2:])[: len(picture)]
    if content.points is not None:
        found["points_xy"] = content.points.xy
        found |= {f"points_{name}": values for name, values in content.points.values.items()}
    for k, series in enumerate(content.series):
        found[f"series{k + 1}_x"], found[f"series{k + 1}_y"] = series.x, series.y
        if series.marks is not None:
            found[f"series{k + 1}_marks"] = series.marks
    for name, value in content.values.items():
        if isinstance(value, int | float | str | np.ndarray):
            found.setdefault(name, np.asarray(value))
    return found


def table_of(content: Content) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table: row, column, z and what else is one number of each cell of the first picture; the floats
    read back exactly.

    A content without pictures gives its series: name, whether it is of the curve or a mark on it, x, y. One picture that is
    no sheet gives the points on it, where ``values`` hold any as ``NAME_xy``.
    """
    if not content.pictures:
        rows = [
            [str(s.name), what, repr(float(x)), repr(float(y))]
            for s in content.series
            for what, xs, ys in _curves_of(s)
            for x, y in zip(xs, ys, strict=True)
        ]
        return ["series", "what", "x", "y"], rows
    picture = content.pictures[0]
    scattered = {name.removesuffix("_xy"): xy for name, xy in content.values.items() if name.endswith("_xy")}
    if picture.cell is None and scattered:
        return ["what", "x", "y"], [
            [name, *(f"{float(value):.9g}" for value in point)] for name, xy in scattered.items() for point in xy
        ]
    z = picture.values.get("z")
    single = {name: values for name, values in picture.values.items() if values.ndim == 2}
    header = ["row", "column"] + ([f"z{k + 1}" for k in range(z.shape[-1])] if z is not None else []) + list(single)
    rows = []
    for number in range(len(picture)):
        row, column = divmod(number, picture.columns)
        # A float32 printed with nine digits reads back as the same float32.
        codes = [f"{float(value):.9g}" for value in z[row, column]] if z is not None else []
        numbers = [repr(values[row, column].item()) for values in single.values()]
        rows.append([str(row), str(column), *codes, *numbers])
    return header, rows


def _curves_of(series: Series) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """A curve's points, and the marks on it."""
    curve = [("curve", series.x, series.y)]
    return curve if series.marks is None else [*curve, ("mark", series.marks, series.at(series.marks))]
