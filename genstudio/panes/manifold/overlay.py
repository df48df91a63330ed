"""Encoded images as points over a plane, coloured by class or by attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.viewing.content import Legend, Points
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import Encodings, Plane, encodings
from genstudio.viewing.palette import CLASSES, CONTINUOUS, class_colours, continuous_colours

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.spec import ImageSpec
    from genstudio.panes.manifold.state import ManifoldState

PLAIN_COLOUR = (86, 180, 233)


def overlay_choices(spec: ImageSpec) -> list[tuple[str, Message | str]]:
    """Choices for the colours of points on this data set: (value of ``overlay``, words)."""
    choices: list[tuple[str, Message | str]] = [("", N_("none")), ("plain", N_("one colour"))]
    if spec.class_names:
        choices.append(("class", N_("class")))
    return choices + [(name, name) for name in spec.attribute_names]


def encoded_points(context: ViewContext, state: ManifoldState, through: Plane) -> Points | None:
    """The encoded validation images that fall into the window, or ``None`` when there is no data to encode.

    Raises :class:`UsageError` when the images have nothing of that name to colour the points by.
    """
    import numpy as np

    found = encodings(context, state.overlay_count)
    if found is None:
        return None
    choices = [value for value, _ in overlay_choices(context.spec) if value]
    if state.overlay not in choices:
        raise UsageError(
            N_("These images have no attribute named '{name}'.", name=state.overlay),
            N_("Colour the points by one of these: {names}.", names=", ".join(choices)),
        )
    u, v = through.places(found.z)
    across, up = map(np.array, state.cell_places())
    x, y = sheet_places(u, across), 1 - sheet_places(v, up)
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    colours, legend, per_point = _coloured(context, state.overlay, found)
    values = {
        "index": found.indices[inside],
        "z": found.z[inside],
        **{k: array[inside] for k, array in per_point.items()},
    }
    return Points(np.stack([x, y], 1)[inside].astype(np.float32), colours[inside], legend, values)


def sheet_places(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Positions of values on the sheet, 0 to 1, when cell i stands for ``cells[i]``: linear between cells, and beyond the
    outermost ones in their own steps (a Gaussian tail would pile up on the rim)."""
    import numpy as np

    n = len(cells)
    places = np.interp(values, cells, np.arange(n, dtype=np.float64))
    before, after = values < cells[0], values > cells[-1]
    places[before] = (values[before] - cells[0]) / (cells[1] - cells[0])
    places[after] = n - 1 + (values[after] - cells[-1]) / (cells[-1] - cells[-2])
    return (places + 0.5) / n


def _coloured(context: ViewContext, by: str, found: Encodings) -> tuple[Any, Legend | None, dict[str, Any]]:
    import numpy as np

    names = context.spec.attribute_names
    if by == "class" and found.labels is not None:
        present = sorted({int(label) for label in found.labels})
        spec_names = context.spec.class_names
        entries = tuple((spec_names[k] if k < len(spec_names) else str(k), CLASSES[k % len(CLASSES)]) for k in present)
        return class_colours(found.labels), Legend(N_("class"), entries), {"label": found.labels}
    if by in names and found.attributes is not None:
        values = found.attributes[:, names.index(by)].astype(np.float64)
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        ends = ((f"{low:.2g}", CONTINUOUS[0]), (f"{high:.2g}", CONTINUOUS[-1]))
        legend = Legend(by, ends, continuous=True)
        return continuous_colours(np.nan_to_num(values, nan=low), low, high), legend, {by: values}
    return np.tile(np.array(PLAIN_COLOUR, np.uint8), (len(found.z), 1)), None, {}
