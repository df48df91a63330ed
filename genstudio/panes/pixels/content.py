"""The pane Pixel by pixel: images as they are drawn, with the distribution of the pixel being drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from genstudio.core.capabilities import SamplesPixels
from genstudio.core.messages import N_
from genstudio.core.resumable import in_slices
from genstudio.core.seeding import derive
from genstudio.panes.pixels.drawing import drawing_of
from genstudio.panes.pixels.view import field_by_parts, view
from genstudio.viewing.base import Blob, Content, PaneState, ViewContext, knob, pane, state

SLICES = 2  # of drawing to one picture of it
Edit = tuple[int, int, int, tuple[int, ...]]
Branch = tuple[int, int, int, Blob]
OTHER_IMAGES = ("seed", "source", "index", "own", "label")
"""Fields of which another value means other images: what was changed by hand belonged to the old ones."""

PAGE = N_(
    "<p>An autoregressive model writes the probability of an image as a product, one factor a sub-pixel in a "
    "fixed order: p(x) = ∏<sub>i</sub> p(x<sub>i</sub> | x<sub>1</sub>, …, x<sub>i-1</sub>). This pane shows an "
    "image being drawn by that rule. For each sub-pixel the net gives a distribution over the levels (the bars); "
    "one uniform number u picks the level by the inverse of the cumulative distribution: the number of levels l "
    "with CDF(l) ≤ u. u comes from the seed alone.</p><ul><li><b>Entropy</b> H = -∑ p log p, in nats: how "
    "uncertain the model is at that pixel. 0 means that it is certain.</li><li><b>Nats so far</b>: -∑ log p of "
    "the levels drawn, at temperature 1. At the end it is the image's -log p(x).</li><li><b>Temperature</b> τ "
    "divides the logits (p ∝ p<sup>1/τ</sup>; for a mixture it also scales the widths): below 1 gives more "
    "typical images. Changed on the way, it holds from the current pixel on.</li><li><b>Receptive field</b>: |∂ "
    "output / ∂ x<sub>j</sub>| for each pixel j, by backpropagation: the pixels that influence the output. "
    "<b>Mask</b>: the pixels that the order allows.</li><li><b>Completion</b>: given pixels stay, the others are "
    "drawn in order. A drawn pixel does not depend on given pixels that come later in the order.</li><li><b>What "
    "if</b>: change a drawn pixel, and everything after it is drawn again from the same u.</li></ul><p>Space: "
    "play and pause. Right, Left: one pixel (with Shift: one channel). Down, Up: one row. Home, End: to the "
    "start, to the end. Click: select a drawn pixel, or draw up to there. + and -: its level. R: another seed. "
    "E, F, M: entropy, receptive field, mask. X, K: erase, keep; arrows move the brush, Enter paints, Escape "
    "puts it away. Page Up, Page Down: another image to complete.</p>"
)


@state
class PixelsState(PaneState):
    """``position``: how many sub-pixels of the order (y, x, channel) are drawn; beyond the end means the end.

    ``temperature_schedule``: (position, temperature), ascending: from there on that temperature holds. ``edits``:
    (image, y, x, the levels of all its channels). ``own``: uint8 H×W×1 or H×W×3; ``mask``: bool H×W, True where the
    given image is kept (``None``: its upper half).
    """

    OF_RUN = ("position", "temperature_schedule", "edits", "branches")
    OF_IMAGES = ("index", "label", "mask")

    n: int = knob(16, help=N_("Number of images drawn side by side."), label=N_("images"), ge=1, le=64)
    seed: int = knob(0, help=N_("The seed of the noise: one uniform number a sub-pixel."), ge=0, le=2**31 - 1)
    temperature: float = knob(1.0, help=N_("Below 1 images become more typical, above 1 more varied."), ge=0.05, le=4.0)
    temperature_schedule: tuple[tuple[int, float], ...] = knob(
        (), help=N_("Temperatures that apply from a position on."), control=False
    )
    label: int = knob(
        -1,
        help=N_("The class to draw, for class-conditional models; -1 draws any."),
        label=N_("class"),
        ge=-1,
        classes=True,
        choices={-1: N_("any")},
    )
    position: int = knob(0, help=N_("Number of sub-pixels drawn."), ge=0, control=False)
    enlarged: int = knob(0, help=N_("The image that is shown enlarged."), ge=0, le=63, control=False)
    source: Literal["none", "data", "own"] = knob(
        "none",
        help=N_("The image that the drawing completes: none, an image of the data set, or your own image."),
        label=N_("given"),
        choices={"none": N_("nothing"), "data": N_("a test image"), "own": N_("my image")},
    )
    index: int = knob(
        0, help=N_("The image of the test split that is completed."), label=N_("image"), ge=0, control=False
    )
    own: Blob | None = knob(None, help=N_("Your own image."), control=False)
    mask: Blob | None = knob(None, help=N_("The pixels of the given image that are kept."), control=False)
    edits: tuple[Edit, ...] = knob((), help=N_("Pixels that were changed by hand."), control=False)
    branches: tuple[Branch, ...] = knob(
        (), help=N_("What was drawn before the changed pixels, which stays."), control=False
    )
    overlay: Literal["none", "entropy", "field", "mask"] = knob(
        "none",
        help=N_(
            "Shown over the large image: the uncertainty of each pixel (entropy), the pixels that influence the "
            "current one (field), or those that may (mask)."
        ),
        label=N_("show over it"),
        choices={
            "none": N_("nothing"),
            "entropy": N_("entropy"),
            "field": N_("what it uses"),
            "mask": N_("what it may use"),
        },
    )

    def temperature_at(self, position: int) -> float:
        """The temperature by which the sub-pixel after ``position`` is drawn."""
        return next(
            (value for start, value in reversed(self.temperature_schedule) if start <= position), self.temperature
        )

    def with_temperature(self, value: float, end: int, here: tuple[int, int] = (0, 0)) -> PixelsState:
        """Another temperature: for the whole drawing at its start or its ``end``, else from the current position on,
        which lies in the pixel (row, column) ``here``. What branches keep from there on is drawn again."""
        if not 0 < self.position < end:
            return replace(self, temperature=value, temperature_schedule=(), branches=())
        kept = tuple(pair for pair in self.temperature_schedule if pair[0] < self.position)
        branches = tuple((image, *min((y, x), here), blob) for image, y, x, blob in self.branches)
        whole = replace(self, temperature_schedule=kept, branches=branches)
        return (
            whole
            if whole.temperature_at(self.position) == value
            else replace(whole, temperature_schedule=(*kept, (self.position, value)))
        )

    def edited(self, image: int, y: int, x: int, levels: tuple[int, ...], before: Blob | None = None) -> PixelsState:
        """Set the levels (one per channel) of one pixel of one image; what follows it is redrawn.

        ``before``: the levels of the image, uint8 H×W×C, of which those before the pixel stay, whatever weights draw it
        from now on.
        """
        others = [edit for edit in self.edits if edit[:3] != (image, y, x)]
        branches = [branch for branch in self.branches if branch[0] != image]
        if before is not None:
            branches.append((image, y, x, before))
        edits = sorted([*others, (image, y, x, tuple(map(int, levels)))])
        return replace(self, edits=tuple(edits), branches=tuple(branches))

    def as_drawn(self, image: int, y: int, x: int) -> PixelsState:
        """Undo the edit of one pixel of one image. What was drawn before it stays as long as others are changed."""
        edits = tuple(edit for edit in self.edits if edit[:3] != (image, y, x))
        branches = [branch for branch in self.branches if branch[0] != image]
        branches += [(i, *min((by, bx), (y, x)), blob) for i, by, bx, blob in self.branches if i == image]
        left = {edit[0] for edit in edits}
        kept = tuple(branch for branch in branches if branch[0] in left)
        return replace(self, edits=edits, branches=kept)

    def with_fields(self, **fields: Any) -> PixelsState:
        """Some fields changed. What was changed by hand goes with the images that it belonged to; with another mask,
        what was kept before it."""
        changed = replace(self, **fields)
        if any(getattr(changed, name) != getattr(self, name) for name in OTHER_IMAGES):
            return replace(changed, edits=(), branches=())
        return changed if changed.mask == self.mask else replace(changed, branches=())

    def resampled(self) -> PixelsState:
        """Another seed, which follows from this one; what was changed by hand belonged to the old drawing."""
        return self.with_fields(seed=derive(self.seed, "resample") % 2**31)

    def rewound(self) -> PixelsState:
        """The drawing rewound to its start."""
        return replace(self, position=0)


@pane(
    "pixels",
    title=N_("Pixel by pixel"),
    group="pixels",
    needs=(SamplesPixels,),
    state=PixelsState,
    help=N_("Images drawn one pixel after the other, with the distribution of each pixel."),
    page=PAGE,
    gradients=True,
    slow=True,
)
def pixels(context: ViewContext, state: PixelsState) -> Iterator[Content | None]:
    """The sheet, the large image, and the large image under its overlay; see :mod:`genstudio.panes.pixels.view`."""
    drawing = drawing_of(context, state)
    place = min(state.position, drawing.end)
    shown, slices, field = -1, 0, None
    yield None
    while drawing.replay.done < place:
        drawing.play(place)
        slices += 1
        yield None
        if slices % SLICES == 0 and shown != drawing.replay.done < place:
            shown = drawing.replay.done
            yield view(context, state, drawing, shown)
    if state.overlay == "field" and place:
        yield replace(view(context, state, drawing, place), coarse=True)
        field = yield from in_slices(field_by_parts(state, drawing, place))
        yield None
    yield view(context, state, drawing, place, field)
