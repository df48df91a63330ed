"""The pane Nearest neighbours: each sample beside the training images that are most like it, and whether it is a copy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Samples
from genstudio.core.errors import DataError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.offload import offloaded
from genstudio.core.resumable import Resumable, Stepper
from genstudio.core.seeding import derive, generator
from genstudio.panes.groups import COMPARE
from genstudio.panes.neighbours.copy_test import AuditResult, check, searched
from genstudio.viewing.charts.histograms import histogram, round_ends
from genstudio.viewing.conditioning import check_data
from genstudio.viewing.content import Content, Picture, Series
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import drawn, grid_of, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from genstudio.evaluate.copying.nearest import ComparisonSpace, Neighbours, Searched

SHAPE = 1.3  # width of the sheet by its height, about
PARTS = (0.02, 0.2)  # of the training images after which there is something to see

PAGE = N_(
    "<p>Each sample, in a frame, is followed by the k training images nearest to it. Under each is its distance, "
    "the root mean square difference d(a, b) = √( ∑<sub>i</sub> (a<sub>i</sub> − b<sub>i</sub>)² / D ) over all "
    "D numbers of an image, in grey levels of 255: at 5 no difference is visible, at 50 two images have little "
    "in common. All training images are searched; identical images count once.</p><p><b>Does it copy?</b> "
    "Distances alone do not tell, because similar images are close in any case. The reference is held-out "
    "images, which the model never saw: a perfect model's samples are as close to the training images as those "
    "are (Meehan, Chaudhuri &amp; Dasgupta 2020). For both, the distance to the nearest training image is taken, "
    "and that distance as a share of the mean over the next fifty: near 1 for an image of its own, near 0 for a "
    "copy, and not lowered by blur, which brings an image closer to <i>all</i> others (Carlini et al. "
    "2023).</p><p>A sample counts as a copy when its relative distance is lower than that of 99 % of the "
    "held-out images and its distance below their median. Without copying, the number of such samples is at most "
    "beta-binomial (Wilks 1942): the verdict is <i>Memorised</i> if that many have a probability under .001. p "
    "is that of the Mann-Whitney test, of the number of pairs in which the sample is closer.</p><p>Held-out "
    "images that are exact copies of training images are left out. Images are assigned to splits by their "
    "content, so such copies occur only if a data set comes with its own test split. For binarised data, samples "
    "are binarised before the audit, because a mean is closer to everything.</p><p><b>By a judge's features.</b> "
    "In pixels, a digit moved by one pixel is farther away than another digit in the same position. A judge is a "
    "small net that learned to tell these images apart; the same distance and audit over its D features (of "
    "variance 1 over the training images, in standard deviations) find images of the same <i>content</i>. It "
    "comes with the program for some data sets, and is made for any other by a run whose plan sets <i>Judge "
    "every</i>, or by <i>genstudio evaluate RUN --measure fid</i>.</p>"
)


NO_JUDGE = N_(
    "There is no judge of these images yet, so pixels are compared. Train with plan.judge_every=500, or run genstudio "
    "evaluate RUN --measure fid: either makes one, in a minute or two."
)


@state
class NeighboursState(PaneState):
    n: int = knob(8, help=N_("How many samples are shown."), label=N_("samples"), ge=1, le=64)
    k: int = knob(3, help=N_("Training images beside each sample."), label=N_("neighbours"), ge=1, le=10)
    order: Literal["nearest", "drawn"] = knob(
        "nearest",
        help=N_("Samples nearest to a training image first, or in the order in which they were drawn."),
        titles={"nearest": N_("nearest first"), "drawn": N_("as drawn")},
    )
    audited: int = knob(
        300,
        help=N_("Samples drawn to test whether the model copies; 0 skips the test."),
        label=N_("audited"),
        titles={0: N_("none")},
        ge=0,
        le=1000,
    )
    beside: int = knob(
        0,
        help=N_("Samples side by side; 0 chooses."),
        label=N_("side by side"),
        ge=0,
        le=16,
        advanced=True,
        control=False,
    )
    curves: Literal["distance", "relative"] = knob(
        "distance",
        help=N_("The distance to the nearest training image, or its ratio to the mean over the next fifty."),
        label=N_("histogram"),
        titles={"distance": N_("distances"), "relative": N_("relative distances")},
    )
    compared: Literal["pixels", "features"] = knob(
        "pixels",
        help=N_("By pixels, or by the features of a judge, a small net that learned to tell these images apart."),
        label=N_("compared by"),
        titles={"pixels": N_("pixels"), "features": N_("features")},
    )
    seed: int = knob(0, help=N_("The seed of the samples."), ge=0, le=2**31 - 1)

    @property
    def needs_images(self) -> bool:
        return True

    def resampled(self) -> NeighboursState:
        """Another seed, which follows from this one, so that a redo draws what was drawn."""
        return replace(self, seed=derive(self.seed, "resample") % 2**31)


@pane(
    "neighbours",
    title=N_("Nearest neighbours"),
    group=COMPARE,
    needs=(Samples,),
    state=NeighboursState,
    help=N_("Samples beside the most similar training images, and a test of copying."),
    page=PAGE,
    slow=True,
)
def neighbours(context: ViewContext, state: NeighboursState) -> Iterator[Content | float | None]:
    """Samples and their neighbours, first among a part of the training images; then the audit."""
    check_data(context)
    # Those of the pane Samples.
    images = yield from drawn(context, state.n, generator(state.seed, "samples"))
    if context.data is None:
        yield _samples_alone(context, images)
        return
    from genstudio.evaluate.copying.nearest import search

    among = yield from searched(context)
    space = yield from _space(context, state)
    shown = NeighbourContents(context, state, images, among, space)
    key = ("neighbours", state.seed, state.n, state.k, space.name)  # not the order nor the curves
    steps = Stepper(context.resume(key, lambda: search(images, among, state.k, space)))
    parts = list(PARTS)
    while steps.advance():
        found = steps.value
        if parts and found.share >= parts[0]:
            yield shown.content(found, coarse=True)
            parts = [part for part in parts if part > found.share]
        else:
            yield found.share
    yield shown.content(steps.result)
    if state.audited:
        yield from _audited(shown)


def _audited(shown: NeighbourContents) -> Iterator[Content | float | None]:
    """The content with what the audit finds, or with why there can be none."""
    content = shown.content()
    try:
        found = yield from check(shown.context, shown.state.audited, shown.state.seed, shown.among, shown.space)
    except DataError as error:
        yield with_audit(content, shown.state, N_("{problem} {remedy}", problem=error.what, remedy=error.remedy))
    else:
        yield with_audit(content, shown.state, found)


def audit_of(context: ViewContext, state: NeighboursState) -> Resumable[AuditResult | Message]:
    """Result of the audit of ``state``, or the reason why there is none. Yields the share done every few
    milliseconds."""
    check_data(context)
    among = yield from searched(context)
    space = yield from _space(context, state)
    try:
        return (yield from check(context, state.audited, state.seed, among, space))
    except DataError as error:
        return N_("{problem} {remedy}", problem=error.what, remedy=error.remedy)


def with_audit(content: Content, state: NeighboursState, found: AuditResult | Message) -> Content:
    """``content`` with the verdict, the numbers and the histogram of an audit."""
    if isinstance(found, Message):
        return replace(content, values=content.values | {"verdict": found})
    series, ends = _series(state, found)
    return replace(content, series=series, values=content.values | found.numbers() | {"ends": ends})


def _space(context: ViewContext, state: NeighboursState) -> Resumable[ComparisonSpace]:
    """:func:`space_of`, beside this thread where a judge may have to be read."""
    if state.compared == "features":
        return (yield from offloaded(partial(space_of, context, state)))
    return space_of(context, state)


def _series(state: NeighboursState, found: AuditResult) -> tuple[tuple[Series, ...], np.ndarray]:
    """Two histograms and the ends of their scale."""
    import numpy as np

    near, held = found.samples, found.held_out
    chosen = (near.relative, held.relative) if state.curves == "relative" else (near.nearest, held.nearest)
    ends = round_ends(np.concatenate(chosen), from_nought=True)
    return histogram({N_("held-out images"): chosen[1], N_("samples"): chosen[0]}, *ends), np.array(ends)


def space_of(context: ViewContext, state: NeighboursState) -> ComparisonSpace:
    """Space in which images are compared: a judge's features if requested and available, else pixels."""
    from genstudio.evaluate.copying.nearest import PIXELS, ComparisonSpace

    if state.compared == "features" and context.data is not None and (judge := context.judge()) is not None:
        from genstudio.panes.neighbours.judge_space import space_of_judge

        return space_of_judge(context.data, judge)
    if context.spec.levels is None:  # points of a plane, for instance
        return ComparisonSpace("values", PIXELS.place, 100.0, N_("% of the scale"))
    return PIXELS


class NeighbourContents:
    """Makes the contents of one state from what is found bit by bit: ``images`` float32 n×C×H×W and their neighbours."""

    def __init__(
        self, context: ViewContext, state: NeighboursState, images: Tensor, among: Searched, space: ComparisonSpace
    ) -> None:
        self.context, self.state, self.images, self.among, self.space = context, state, images, among, space
        self.by_pixels = not space.at_once
        self.found: Neighbours | None = None

    def content(self, found: Neighbours | None = None, *, coarse: bool = False) -> Content:
        """Content so far: samples alone, or with their neighbours."""
        self.found = found or self.found
        cells, values = self._cells()
        per_sample = 1 + (self.found.rows.shape[1] if self.found is not None else 0)
        height, width = self.context.spec.cell
        columns = per_sample * (self.state.beside or beside(len(self.images), per_sample, width / height))
        rows = math.ceil(len(cells) / columns)
        caption = self._caption()
        grids = {name: grid_of(value, rows, columns) for name, value in values.items()}
        picture = Picture(sheet(cells, rows, columns), caption, (height, width), grids, len(cells))
        axis = N_("distance to the nearest, {unit}", unit=self.space.unit)
        if self.state.curves == "relative":
            axis = N_("distance to the nearest / to the next fifty")
        fields: dict[str, Any] = {"unit": self.space.unit, "axis": axis, "seed": self.state.seed}
        fields |= {"decimals": 1} if self.by_pixels else {"decimals": 2}
        if (
            self.state.compared == "features" and self.by_pixels and not self.context.spec.is_point
        ):  # which have no judge
            fields["note"] = NO_JUDGE
        share = self.found.share if self.found is not None and self.found.share < 1 else None
        return Content(caption, (picture,), values=fields, coarse=coarse, share=share)

    def _cells(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each sample before its neighbours, uint8 (n(1+k))×H×W×C, and what is known of each cell."""
        import numpy as np

        own, n = to_pixels(self.images), len(self.images)
        if self.found is None:
            values = {
                "sample": np.arange(n),
                "distance": np.zeros(n),
                "index": np.full(n, -1),
                "copies": np.ones(n, int),
            }
            return own, values
        rows, distances = self.found.rows, self.found.distances
        order = np.argsort(distances[:, 0], kind="stable") if self.state.order == "nearest" else np.arange(n)
        theirs = to_pixels(self.among.images(rows[order].ravel())).reshape(n, -1, *own.shape[1:])
        cells = np.concatenate([own[order, None], theirs], 1).reshape(-1, *own.shape[1:])

        def with_own(first: Any, rest: np.ndarray) -> np.ndarray:
            return np.concatenate([np.broadcast_to(np.reshape(first, (-1, 1)), (n, 1)), rest], 1).ravel()

        return cells, {
            "sample": np.repeat(order, 1 + rows.shape[1]),
            "distance": with_own(0.0, distances[order]),
            "index": with_own(-1, self.among.indices[rows[order]]),
            "copies": with_own(1, self.among.copies[rows[order]]),
        }

    def _caption(self) -> Message:
        fields: dict[str, Any] = {
            "n": len(self.images),
            "of": f"{len(self.among):,}",
            "step": f"{self.context.snapshot.step:,}",
        }
        if self.found is None:
            return N_("{n} samples from step {step}", **fields)
        fields |= {"k": self.found.rows.shape[1], "share": f"{100 * self.found.share:.0f}"}
        if self.found.share < 1:
            return N_(
                "{n} samples from step {step}, their {k} nearest among {share} % of {of} training images", **fields
            )
        if not self.by_pixels:
            return N_("{n} samples from step {step}, their {k} nearest by features of {of} training images", **fields)
        return N_("{n} samples from step {step}, their {k} nearest of {of} training images", **fields)


def beside(n: int, per_sample: int, shape: float) -> int:
    """Number of samples side by side that gives the sheet about the form of a pane."""
    return min(
        range(1, n + 1),
        key=lambda groups: abs(math.log(groups * per_sample * shape / math.ceil(n / groups) / SHAPE)),
    )


def _samples_alone(context: ViewContext, images: Tensor) -> Content:
    n = len(images)
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    caption = N_("{n} samples from step {step}", n=n, step=f"{context.snapshot.step:,}")
    picture = Picture(sheet(to_pixels(images), rows, columns), caption, context.spec.cell, count=n)
    todo = N_("No training images are open. Open the data set that the model was trained on to see the nearest ones.")
    return Content(caption, (picture,), values={"verdict": todo})
