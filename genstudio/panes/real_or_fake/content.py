"""The pane Real or fake?: samples among real images, in the order in which the discriminator takes them for real."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Discriminates, Samples
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing
from genstudio.core.seeding import derive, generator
from genstudio.panes.groups import ADVERSARIAL
from genstudio.viewing.charts.histograms import histogram, round_ends
from genstudio.viewing.conditioning import check_data, chosen_condition, classes_of, drawn_condition, taken
from genstudio.viewing.content import Content, Picture, Series
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import drawn, grid_of, sheet, to_pixels, without_gradients
from genstudio.viewing.discriminator import AT_ONCE, boundary_of, discriminated, is_logit
from genstudio.viewing.heat import heat
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from genstudio.core.conditions.base import Condition

GROUPS: dict[str, Message] = {"train": N_("training images"), "held_out": N_("held-out images"), "fake": N_("samples")}
COVERS = 0.85  # how much of an image the strongest heat hides

PAGE = N_(
    "<p>The discriminator gives each image one number: a logit a, shown as D = 1 / (1 + e<sup>-a</sup>), or a "
    "critic's value without bounds. Higher is more real. Samples and real images are sorted by that number; the "
    "real ones have a frame and a folded corner. <i>Hide which is which</i> (H) and guess: a click shows the "
    "answer.</p><p>An image passes for real if its output lies above the point at which both answers have the "
    "same loss: D &gt; ½, above 0 for a hinge, above ½ for least squares. A Wasserstein critic and one that "
    "compares pairs have no such boundary, because only differences count. For these the pane shows how often a "
    "sample scores higher than a held-out image, P(D(G(z)) &gt; D(x)): ½ if both look alike.</p><p><b>The "
    "histogram</b> has three curves. Samples far from the real images: the discriminator is winning. Training "
    "images far above held-out images: it has memorised its training images, and its gradients help the "
    "generator less. At the equilibrium all three curves coincide (Goodfellow et al. 2014, proposition "
    "1).</p><p><b>Heat</b> shows the pixels that matter most: the sum over the colours of |∂a/∂x|, the change of "
    "its output with each pixel. It uses the logit, because D itself hardly changes where the discriminator is "
    "certain. It is averaged over 3 × 3 pixels, and each image has its own scale.</p><p>All values are computed "
    "in evaluation mode. With batch normalisation this differs from training, where statistics come from the "
    "minibatch; here they are averages over many minibatches. So these numbers and the curves of D(x) can "
    "differ, and early in training they do.</p>"
)


@state
class RealOrFakeState(PaneState):
    OF_IMAGES = ("label", "attributes")

    n: int = knob(32, help=N_("Number of samples, and of held-out images."), label=N_("of each"), ge=2, le=128)
    order: Literal["real", "fake", "none"] = knob(
        "real",
        help=N_("Most real first, most fake first, or in the order in which they were drawn."),
        titles={"real": N_("real first"), "fake": N_("fake first"), "none": N_("shuffled")},
    )
    real: bool = knob(True, help=N_("Held-out images among the samples."), label=N_("real images too"))
    hide: bool = knob(
        False, help=N_("Hides the marks: guess, and click to see the answer."), label=N_("hide which is which")
    )
    overlay: Literal["none", "heat"] = knob(
        "none",
        help=N_("The pixels that influence the discriminator, over each image."),
        label=N_("show over it"),
        titles={"none": N_("nothing"), "heat": N_("where it looks")},
    )
    label: int = knob(
        -1,
        help=N_("The class to draw, for class-conditional models; -1 draws any."),
        label=N_("class"),
        ge=-1,
        condition="class",
        titles={-1: N_("any")},
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes to draw, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    seed: int = knob(0, help=N_("The seed of the samples and of the choice of images."), ge=0, le=2**31 - 1)
    counted: int = knob(
        128, help=N_("Images of each kind that the histogram counts."), label=N_("counted"), ge=16, le=1024,
        advanced=True,
    )  # fmt: skip

    def resampled(self) -> RealOrFakeState:
        """Another seed, which follows from this one, so that a redo draws what was drawn."""
        from dataclasses import replace

        return replace(self, seed=derive(self.seed, "resample") % 2**31)


@dataclass(frozen=True, eq=False)
class Scores:
    """``images`` float32 N×C×H×W and the ``outputs`` of the discriminator, float64 N; ``heat`` float32 N×H×W or ``None``;
    ``indices``: their numbers in the data set, or of the draw."""

    images: Tensor
    outputs: np.ndarray
    heat: np.ndarray | None
    indices: np.ndarray


@pane(
    "real_or_fake",
    title=N_("Real or fake?"),
    group=ADVERSARIAL,
    needs=(Samples, Discriminates),
    state=RealOrFakeState,
    help=N_("Samples and real images, sorted by how real the discriminator considers them."),
    page=PAGE,
    gradients=True,
)
def real_or_fake(context: ViewContext, state: RealOrFakeState) -> Iterator[Content | None]:
    """A sheet of samples and held-out images, with the histogram of the outputs; it counts more images as it goes on."""
    check_data(context)
    shown = {}
    for name in ("fake", "held_out"):
        shown[name] = yield from _scores_of(context, state, name, 0, state.n, heated=True)
    # All three are counted from the beginning, so that each curve keeps its colour.
    first_ones = shown | {"train": (yield from _scores_of(context, state, "train", 0, state.n))}
    counted = {name: [one.outputs] for name, one in first_ones.items() if one is not None}
    yield _content(context, state, shown, counted)
    size = max(8, AT_ONCE // context.spec.values)
    for name in GROUPS:
        start = state.n if name in counted else 0
        for first in range(start, max(state.counted, start), size):
            more = yield from _scores_of(context, state, name, first, min(size, state.counted - first))
            if more is None:
                break
            counted.setdefault(name, []).append(more.outputs)
            done = (list(GROUPS).index(name) + min(1.0, (first + size) / state.counted)) / len(GROUPS)
            yield replace(_content(context, state, shown, counted), share=done)
    yield _content(context, state, shown, counted)


# -- what is looked at ---------------------------------------------------------------------------------------------------


def _scores_of(
    context: ViewContext, state: RealOrFakeState, name: str, first: int, n: int, *, heated: bool = False
) -> Pausing[Scores | None]:
    """Images ``first`` to ``first + n`` of one of :data:`GROUPS`, fewer where there are no more; ``None`` without any."""
    if name == "fake":
        images, condition, indices = yield from _samples(context, state, first, n)
    else:
        found = _real(context, state, name, first, n)
        if found is None:
            return None
        images, condition, indices = found
    yield
    outputs, maps = yield from discriminated(context, images, condition, heated=heated)
    return Scores(images, outputs, maps, indices)


def _samples(
    context: ViewContext, state: RealOrFakeState, first: int, n: int
) -> Pausing[tuple[Tensor, Condition | None, np.ndarray]]:
    import numpy as np

    condition = chosen_condition(context, state, n, drawn_condition(context, n, state.seed, first))
    # The first ones are those that the pane Samples draws from this seed.
    noise = generator(state.seed, "samples") if first == 0 else generator(state.seed, "samples", first)
    images = yield from without_gradients(drawn(context, n, noise, condition=condition))
    return images, condition, np.arange(first, first + n)


def _real(
    context: ViewContext, state: RealOrFakeState, name: str, first: int, n: int
) -> tuple[Tensor, Condition | None, np.ndarray] | None:
    """Real images in an order that the seed decides."""
    import torch

    if context.data is None:
        return None
    data: Any = context.data
    names = ("train",) if name == "train" else ("validation", "test")
    split = next((part for part in map(data.split, names) if len(part)), None)
    if split is None or first >= len(split):
        return None
    order = torch.randperm(len(split), generator=generator(state.seed, "real", split.name))
    batch = split.batch(order[first : first + n], generator=generator(state.seed, "bits", split.name, first))
    return batch.images, taken(context, batch.condition) or None, batch.indices.numpy()


# -- what is shown -------------------------------------------------------------------------------------------------------


def _content(
    context: ViewContext, state: RealOrFakeState, scores: dict[str, Scores | None], counted: dict[str, list[np.ndarray]]
) -> Content:
    import numpy as np

    fake, held_out = scores["fake"], scores["held_out"]
    assert fake is not None
    parts = [fake] + ([held_out] if state.real and held_out is not None else [])
    outputs = np.concatenate([part.outputs for part in parts])
    real = np.repeat(np.arange(len(parts)), [len(part.outputs) for part in parts])
    pixels, warmth = _pixels(parts)
    order = _order(state, outputs)
    over = _over(pixels, warmth) if state.overlay == "heat" and not context.spec.is_point else pixels
    columns = math.ceil(math.sqrt(len(order)))
    rows = math.ceil(len(order) / columns)
    per_cell = {
        "output": outputs, "real": real, "index": np.concatenate([part.indices for part in parts]),
    }  # fmt: skip
    if not context.spec.is_point:  # where in an image: a point has no such places
        per_cell |= {"image": pixels, "heat": heat(warmth, 1.0)}
    values = {name: grid_of(value[order], rows, columns) for name, value in per_cell.items()}
    caption = _caption(context, fake.outputs, held_out.outputs if held_out is not None else None)
    picture = Picture(sheet(over[order], rows, columns), caption, context.spec.cell, values, len(order))
    series, ends = _histogram(context, counted)
    fields: dict[str, Any] = {f"outputs_{name}": np.concatenate(parts) for name, parts in counted.items()}
    fields |= {
        "boundary": boundary_of(context.model),
        "ends": np.array(ends),
        "seed": state.seed,
        "logit": is_logit(context.model),
    }
    fields["axis"] = N_("D") if fields["logit"] else N_("output")
    fields["class_names"] = context.spec.class_names if classes_of(context) else ()
    return Content(caption, (picture,), series, values=fields)


def _pixels(parts: list[Scores]) -> tuple[np.ndarray, np.ndarray]:
    """All images as uint8 N×H×W×3, and their maps float32 N×H×W, each from 0 to about 1."""
    import numpy as np
    import torch

    pixels = to_pixels(torch.cat([part.images for part in parts]))
    maps = np.concatenate([part.heat for part in parts if part.heat is not None])
    tops = np.maximum(np.quantile(maps.reshape(len(maps), -1), 0.995, axis=1), 1e-12)
    return np.broadcast_to(pixels, (*pixels.shape[:3], 3)).copy(), maps / tops[:, None, None]


def _over(pixels: np.ndarray, warmth: np.ndarray) -> np.ndarray:
    """Heat over the images made grey: the warmer, the less is seen through it."""
    import numpy as np

    grey = pixels.mean(3, keepdims=True)
    share = COVERS * np.clip(warmth, 0, 1)[..., None]
    mixed: np.ndarray = (grey * (1 - share) + heat(warmth, 1.0) * share).round().astype(np.uint8)
    return mixed


def _order(state: RealOrFakeState, outputs: np.ndarray) -> np.ndarray:
    import numpy as np
    import torch

    if state.order != "none":
        return np.argsort(-outputs if state.order == "real" else outputs, kind="stable")
    shuffled: np.ndarray = torch.randperm(len(outputs), generator=generator(state.seed, "shuffled")).numpy()
    return shuffled


def _histogram(
    context: ViewContext, counted: dict[str, list[np.ndarray]]
) -> tuple[tuple[Series, ...], tuple[float, float]]:
    import numpy as np

    groups = {GROUPS[name]: np.concatenate(counted[name]) for name in GROUPS if name in counted}
    ends = (0.0, 1.0) if is_logit(context.model) else round_ends(np.concatenate(list(groups.values())))
    return histogram(groups, *ends), ends


def _caption(context: ViewContext, fake: np.ndarray, held_out: np.ndarray | None) -> Message:
    fields: dict[str, Any] = {"n": len(fake), "step": f"{context.snapshot.step:,}", "mean": f"{fake.mean():.3g}"}
    boundary = boundary_of(context.model)
    if held_out is None:
        if boundary is None:
            return N_("{n} samples, on average {mean}, from step {step}; open data to see real images too", **fields)
        fields["passed"] = int((fake > boundary).sum())
        return N_("{passed} of {n} samples pass for real, from step {step}; open data to see real images too", **fields)
    fields |= {"m": len(held_out)}
    if boundary is None:
        above = (fake[:, None] > held_out).mean() + (fake[:, None] == held_out).mean() / 2
        fields["above"] = f"{100 * above:.0f}"
        return N_(
            "A sample scores higher than a held-out image in {above} % of {n} × {m} pairs, from step {step}", **fields
        )
    fields |= {"passed": int((fake > boundary).sum()), "real": int((held_out > boundary).sum())}
    return N_("{passed} of {n} samples pass for real, {real} of {m} held-out images; from step {step}", **fields)
