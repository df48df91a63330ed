"""The pane Plane: for data that are points of the plane, the data, the samples, and what the discriminator thinks of every
place, all on one picture (after GAN Lab: Kahng et al. 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import Discriminates, Samples, has
from genstudio.core.conditions.base import NO_CONDITION
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing
from genstudio.core.seeding import generator
from genstudio.panes.groups import ADVERSARIAL
from genstudio.panes.plane.drawing import (
    FIELD,
    MIDDLE,
    draw_arrows,
    draw_points,
    draw_zero_line,
    enlarged,
    field_colours,
)
from genstudio.panes.plane.state import PlaneState
from genstudio.viewing.charts.field import FieldChart, arrow_lines, zero_line
from genstudio.viewing.conditioning import check_data, chosen_condition, classes_of
from genstudio.viewing.content import Content, Legend, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import drawn, without_gradients
from genstudio.viewing.discriminator import per_image
from genstudio.viewing.pane import pane

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from genstudio.core.spec import ImageSpec

SIDE = 640  # pixels, for a picture not fitted to a pane
SMALLEST = 16  # pixels
GRID = 64  # places along each side at which the discriminator is asked
ARROWS = 120  # more would hide one another
LONGEST = 0.09  # an arrow, of the picture's side
DATA, SAMPLES, ARROW = (0, 38, 92), (158, 32, 0), (30, 30, 30)

PAGE = N_(
    "<p>A point of the plane is an image of two values, x to the right and y upwards. So one picture shows "
    "everything that a generative model does: <b>the data</b> (dark blue discs), <b>the samples</b> (red "
    "diamonds, from the same noise at every step), and behind them <b>the discriminator's "
    "field</b>.</p><p><b>The field.</b> The field shows the discriminator's output at each position. Where its "
    "output is a logit a, the colour shows D = 1/(1 + e<sup>-a</sup>): blue means real, orange generated, pale "
    "undecided, and the grey line is D = 1/2. A critic's output has no such scale: there the middle is half-way "
    "between the mean over the data and the mean over the samples, and the colours reach as far as the output "
    "does. For a fixed generator the best discriminator is D(x) = p<sub>data</sub>(x) / (p<sub>data</sub>(x) + "
    "p<sub>G</sub>(x)), so that at the end everything is pale.</p><p><b>Arrows</b> show the gradient of the "
    "output at a sample: the direction in which it becomes more real to the discriminator. The generator's "
    "gradient follows them, scaled by the slope of its loss.</p><p><b>Modes.</b> Where the centres are known, a "
    "mode counts as covered when it gets at least a quarter of an even share of the samples, within 3σ. A "
    "generator that gives the same few modes for any noise has <i>collapsed</i>: its samples are good, and most "
    "of the data is missing.</p><p>Wheel: zoom about the pointer. Drag: move. Home: back to the whole square.</p>"
)


def unsupported(spec: ImageSpec) -> UsageError | None:
    """Why images of ``spec`` can't be laid out on the plane."""
    if spec.is_point:
        return None
    return UsageError(
        N_(
            "The plane shows data of two numbers, and an image of {spec} has {n}.", spec=str(spec), n=f"{spec.values:,}"
        ),
        N_(
            "Open a run on the data set toy-2d, or start the recipe toy-gan; for images there are Samples and Manifold."
        ),
    )


@dataclass(frozen=True, eq=False)
class Field:
    """Discriminator outputs on a grid: raw float32 G×G (row 0 is the top), the boundary value, and their readable form.

    ``shares``: the same from -1 (generated) to 1 (real). ``scale``: what the colours mean.
    """

    raw: np.ndarray
    shares: np.ndarray
    scale: Legend


@pane(
    "plane",
    title=N_("Plane"),
    group=ADVERSARIAL,
    needs=(Samples,),
    state=PlaneState,
    help=N_("Data and samples as points of the plane, over the discriminator's output at every position."),
    page=PAGE,
    gradients=True,
    unsupported=unsupported,
    preferred_for=lambda spec: spec.is_point,
)
def plane_field(context: ViewContext, state: PlaneState) -> Iterator[Content | None]:
    """One picture, side×side; ``values`` hold the points (x, y), the raw field, and how many modes are covered."""
    import numpy as np

    side = max(SMALLEST, state.side or SIDE)
    data = _data(context, state)
    samples = yield from _samples(context, state)
    field = _field(context, state, data, samples) if state.field and has(context.model, Discriminates) else None
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = MIDDLE
    if field is not None:
        shown = enlarged(field.shares, side)
        canvas[:] = field_colours(shown)
        draw_zero_line(canvas, shown)
    radius = side / 320
    if state.data and data is not None:
        draw_points(canvas, _pixels(state, data, side), DATA, 0.9 * radius)
    discriminates = has(context.model, Discriminates)
    values: dict[str, Any] = {"discriminates": discriminates, "classes": classes_of(context) if discriminates else 0}
    if field is not None:
        values["field"] = field.raw
    if state.samples:
        draw_points(canvas, _pixels(state, samples, side), SAMPLES, 1.25 * radius, "diamond")
    if state.arrows and has(context.model, Discriminates):
        values["gradients"] = _draw_arrows(canvas, context, state, samples[:ARROWS])
    values |= {"samples_xy": samples} | ({} if data is None else {"data_xy": data})
    covered = _covered(context, samples)
    values |= covered
    caption = _caption(context, state, data is not None, covered)
    chart = _chart(state, data if state.data else None, samples, field, values.get("gradients"))
    picture, legend = Picture(canvas, label=caption), _legend(state, data, field)
    yield Content(caption, (picture,), values=values, legend=legend, field_chart=chart)


def _chart(
    state: PlaneState, data: np.ndarray | None, samples: np.ndarray, field: Field | None, gradients: np.ndarray | None
) -> FieldChart:
    """Field, points and arrows of the picture as a chart."""
    import numpy as np

    left, top = state.corner
    extent = (left, left + 1 / state.zoom, top - 1 / state.zoom, top)
    arrows = None
    if gradients is not None:
        longest = max(float(np.hypot(*gradients.T).max(initial=0)), 1e-12)
        arrows = arrow_lines(samples[: len(gradients)], gradients * (LONGEST / (longest * state.zoom)))
    return FieldChart(
        extent,
        None if field is None else field_colours(field.shares),
        None if field is None else zero_line(field.shares, extent),
        data,
        samples if state.samples else None,
        arrows,
    )


def _samples(context: ViewContext, state: PlaneState) -> Pausing[np.ndarray]:
    """float32 n×2."""
    images = yield from without_gradients(drawn(context, state.n, generator(state.seed, "samples")))
    points: np.ndarray = images.clamp(0, 1).flatten(1).numpy()
    return points


def _data(context: ViewContext, state: PlaneState) -> np.ndarray | None:
    """The first n training points, float32 n×2, or ``None`` without data."""
    if context.data is None:
        return None
    check_data(context)
    split: Any = context.data.split("train")
    points: np.ndarray = context.data.points(split.indices[: state.n])
    return points


def _field(context: ViewContext, state: PlaneState, data: np.ndarray | None, samples: np.ndarray) -> Field:
    """The discriminator asked at the middles of GRID×GRID squares of what is shown."""
    import numpy as np
    import torch

    with torch.no_grad():
        raw = _output_grid(context, state, GRID)
        if _is_logit(context):
            fields = torch.from_numpy(raw).sigmoid().mul(2).sub(1).numpy()
            return Field(raw, fields, _scale(N_("D"), N_("0, generated"), N_("1, real")))
        # Over the whole square, so that a zoom changes no colour.
        unzoomed = _output_grid(context, replace(state, zoom=1.0), GRID // 2)
        middle = _middle(context, state, data, samples)
    reach = max(float(np.quantile(np.abs(unzoomed - middle), 0.99)), 1e-6)
    scale = _scale(
        N_("critic"), N_("−{reach}, generated", reach=f"{reach:.2g}"), N_("+{reach}, real", reach=f"{reach:.2g}")
    )
    return Field(raw, (raw - middle) / reach, scale)


def _middle(context: ViewContext, state: PlaneState, data: np.ndarray | None, samples: np.ndarray) -> float:
    """The output that is neither: the objective's boundary, or half-way between the means of the data and the samples,
    where only differences count."""
    import torch

    boundary = getattr(getattr(context.model, "objective", None), "boundary", None)
    if boundary is not None:
        return float(boundary)
    means = [
        float(_outputs(context, state, torch.from_numpy(part)).mean()) for part in (samples, data) if part is not None
    ]
    return sum(means) / len(means)


def _output_grid(context: ViewContext, state: PlaneState, n: int) -> np.ndarray:
    """The discriminator's raw output at the middles of n×n squares of what is shown, float32; row 0 is the top."""
    import numpy as np
    import torch

    steps = (np.arange(n) + 0.5) / (n * state.zoom)
    left, top = state.corner
    points = np.stack(np.meshgrid(left + steps, top - steps), -1).reshape(-1, 2).astype(np.float32)
    outputs: np.ndarray = _outputs(context, state, torch.from_numpy(points)).reshape(n, n).numpy()
    return outputs


def _outputs(context: ViewContext, state: PlaneState, points: Tensor) -> Tensor:
    """The discriminator's raw output for points n×2: n."""
    condition = chosen_condition(context, state, len(points), NO_CONDITION)
    out: Tensor = context.require(Discriminates).discriminate(points.reshape(-1, 2, 1, 1), condition)
    return per_image(out).float()


def _is_logit(context: ViewContext) -> bool:
    """True if the output is a logit of being real, rather than an unbounded value."""
    return getattr(getattr(context.model, "objective", None), "output", "logit") == "logit"


def _draw_arrows(canvas: np.ndarray, context: ViewContext, state: PlaneState, samples: np.ndarray) -> np.ndarray:
    """An arrow at each of the samples along the output's gradient there, the longest as long as ``LONGEST``; the gradients,
    float32 n×2."""
    import numpy as np
    import torch

    at = torch.from_numpy(samples.copy()).requires_grad_(True)
    (gradient,) = torch.autograd.grad(_outputs(context, state, at).sum(), at)
    found: np.ndarray = gradient.numpy()
    side = len(canvas)
    longest = max(float(np.hypot(*found.T).max(initial=0)), 1e-12)
    along = found * np.array([1, -1]) * (LONGEST * side / longest)
    draw_arrows(canvas, _pixels(state, samples, side), along, ARROW, max(1.4, side / 450))
    return found


def _pixels(state: PlaneState, points: np.ndarray, side: int) -> np.ndarray:
    """Points n×2 as places on the picture in pixels, n×2: column, row."""
    import numpy as np

    left, top = state.corner
    return np.stack([points[:, 0] - left, top - points[:, 1]], 1).astype(np.float64) * (state.zoom * side)


def _covered(context: ViewContext, samples: np.ndarray) -> dict[str, Any]:
    """Number of modes that the samples cover, where the modes are known."""
    from genstudio.evaluate.measures.modes import coverage

    known = context.data.modes if context.data is not None else None
    if known is None:
        return {}
    found = coverage(samples, known)
    return {
        "modes": len(known),
        "covered": int(found.covered.sum()),
        "high_quality": found.high_quality,
        "samples_at_modes": found.counts,
    }


def _scale(title: Message, low: Message | str, high: Message | str) -> Legend:
    between = [("", colour) for colour in FIELD[1:-1]]
    return Legend(title, ((low, FIELD[0]), *between, (high, FIELD[-1])), continuous=True)


def _legend(state: PlaneState, data: np.ndarray | None, field: Field | None) -> Legend:
    entries: list[tuple[Message | str, tuple[int, int, int]]] = []
    if state.data and data is not None:
        entries.append((N_("data"), DATA))
    if state.samples:
        entries.append((N_("samples"), SAMPLES))
    return Legend("", tuple(entries), scale=None if field is None else field.scale)


def _caption(context: ViewContext, state: PlaneState, has_data: bool, covered: dict[str, Any]) -> Message:
    fields = {"n": f"{state.n:,}", "seed": state.seed, "step": f"{context.snapshot.step:,}"}
    if has_data and state.data:
        caption = N_("{n} samples and as many points of the data, seed {seed}, from step {step}", **fields)
    else:
        caption = N_("{n} samples, seed {seed}, from step {step}", **fields)
    if covered:
        caption = N_(
            "{k} of {all} modes covered, {share} % within 3σ · {caption}",
            caption=caption,
            k=covered["covered"],
            all=covered["modes"],
            share=f"{100 * covered['high_quality']:.0f}",
        )
    if state.field and not has(context.model, Discriminates):
        caption = N_("{caption} · no field: this model has no discriminator", caption=caption)
    return caption
