"""The pane Codes: a histogram of one latent dimension over encoded images beside the prior, and the images of one bar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Decodes, Encodes
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import in_slices
from genstudio.core.seeding import generator
from genstudio.panes.groups import LATENT
from genstudio.viewing.bar_state import BarState
from genstudio.viewing.charts.histograms import histogram
from genstudio.viewing.conditioning import check_data
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import encoding, grid_of, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import state

if TYPE_CHECKING:
    import numpy as np

ENDS = (-4.0, 4.0)
"""Ends of the histogram: the prior has 99.99 % between them."""
PRIOR_DRAWS = 20_000
UNUSED = 0.01  # variance of a mean below which a unit is inactive (Burda et al. 2016, section 5.2)

PAGE = N_(
    "<p>An encoder gives each image a code z, here the mean of q(z|x). The histogram shows one dimension of z over "
    "held-out images, beside the prior, a standard normal distribution. All codes together should cover the prior: "
    "where the model draws and no image has its code, its samples are of nothing that it has seen.</p><p><b>Click a "
    "bar</b> to see the images whose code lies there, sorted by it; a second click shows the whole range again, evenly "
    "spread. Their order tells what the dimension stands for.</p><p>The means are narrower than the prior, since q(z|x) "
    "has a width of its own: the variance of the means and the mean variance of q(z|x) add up to about 1. A dimension "
    "whose means vary by less than .01 is <i>inactive</i>: the decoder does not use it, and its KL is near 0 (Burda et "
    "al. 2016).</p>"
)


@state
class CodesState(BarState):
    OF_RUN = ("dimension", *BarState.OF_RUN)

    dimension: int = knob(
        0, help=N_("Which dimension of z."), label=N_("dimension"), ge=0, le=4095, titles={0: N_("the most active")}
    )
    counted: int = knob(
        1000, help=N_("Number of images that are encoded."), label=N_("encoded"), ge=50, le=8000, log=True
    )
    n: int = knob(48, help=N_("Number of images that are shown."), label=N_("shown"), ge=4, le=144)
    order: Literal["rising", "falling"] = knob(
        "rising", help=N_("The order of the images."), titles={"rising": N_("rising"), "falling": N_("falling")}
    )


@pane(
    "codes",
    title=N_("Codes"),
    group=LATENT,
    needs=(Encodes, Decodes),
    state=CodesState,
    help=N_("A histogram of one dimension of z over images, beside the prior, and the images of one bar."),
    page=PAGE,
)
def codes(context: ViewContext, state: CodesState) -> Iterator[Content | float | None]:
    """A sheet of images in the order of their coordinate, with the histogram; ``values["coordinate"]`` holds that of each
    encoded image, ``values["variances"]`` the variance of each dimension of the means."""
    import numpy as np

    check_data(context)
    found = yield from in_slices(encoding(context, state.counted))
    if found is None:
        caption = N_("Open the data to see where its images lie in z, step {step}.", step=f"{context.snapshot.step:,}")
        yield Content(caption, values={"ends": np.array(ENDS), "axis": N_("z")})
        return
    variances = found.z.var(0, dtype=np.float64)
    shown = _dimension(state, variances)
    coordinate = found.z[:, shown].astype(np.float64)
    prior = context.once("codes of the prior", _prior)
    series = histogram({N_("prior"): prior, N_("codes of held-out images"): coordinate}, *ENDS)
    inside = state.inside(coordinate)
    places = np.flatnonzero(inside)
    places = places[np.argsort(coordinate[places], kind="stable")]
    if len(places) > state.n:  # evenly over the whole range, its ends included
        places = places[np.linspace(0, len(places) - 1, state.n).round().astype(int)]
    if state.order == "falling":
        places = places[::-1]
    caption = _caption(context, state, shown, coordinate, int(inside.sum()), variances)
    yield None
    pictures = _pictures(context, caption, found.indices[places], coordinate[places]) if len(places) else ()
    values: dict[str, Any] = {
        "coordinate": coordinate, "index": found.indices, "variances": variances, "dimension": shown,
        "ends": np.array(ENDS), "axis": N_("z{k}", k=shown + 1),
    }  # fmt: skip
    yield Content(caption, pictures, series, values=values)


def _dimension(state: CodesState, variances: np.ndarray) -> int:
    """Number of the dimension that is shown, from 0: the chosen one, or the one whose means vary most."""
    if state.dimension:
        return min(state.dimension, len(variances)) - 1
    return int(variances.argmax())


def _prior() -> np.ndarray:
    import torch

    made: np.ndarray = torch.randn(PRIOR_DRAWS, generator=generator(0, "prior of codes")).double().numpy()
    return made


def _pictures(
    context: ViewContext, caption: Message, indices: np.ndarray, coordinate: np.ndarray
) -> tuple[Picture, ...]:
    """The images with these numbers in the data set."""
    import numpy as np
    import torch

    data: Any = context.data
    split = data.split("validation") if len(data.split("validation")) else data.split("train")
    places = {int(index): place for place, index in enumerate(np.asarray(split.indices).tolist())}
    chosen = torch.tensor([places[int(index)] for index in indices])
    batch = split.batch(chosen, generator=generator(0, "codes"))
    columns = math.ceil(math.sqrt(len(indices)))
    rows = math.ceil(len(indices) / columns)
    cells = {"coordinate": coordinate, "index": indices}
    values = {name: grid_of(value, rows, columns) for name, value in cells.items()}
    picture = sheet(to_pixels(batch.images), rows, columns)
    return (Picture(picture, caption, context.spec.cell, values, len(indices)),)


def _caption(
    context: ViewContext, state: CodesState, shown: int, coordinate: np.ndarray, inside: int, variances: np.ndarray
) -> Message:
    facts: dict[str, Any] = {
        "k": shown + 1,
        "n": f"{len(coordinate):,}",
        "mean": f"{coordinate.mean():+.2f}".replace("-", "−"),
        "spread": f"{coordinate.std():.2f}",
        "active": int((variances >= UNUSED).sum()),
        "all": len(variances),
        "step": f"{context.snapshot.step:,}",
    }
    if state.is_part:
        facts |= {"inside": f"{inside:,}", "low": f"{state.low:+.2f}", "high": f"{state.high:+.2f}"}
        return N_(
            "{inside} of {n} images have z{k} from {low} to {high}, step {step}; click the bar again for all", **facts
        )
    return N_(
        "z{k} of {n} images: {mean} ± {spread}; {active} of {all} dimensions are active, step {step}; click a bar",
        **facts,
    )
