"""The pane Pixel by pixel: images as they are drawn, with the distribution of the pixel being drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from genstudio.core.capabilities import SamplesPixels
from genstudio.core.messages import N_
from genstudio.core.resumable import in_slices
from genstudio.panes.groups import PIXELS
from genstudio.panes.pixels.drawing import drawing_of
from genstudio.panes.pixels.state import PixelsState
from genstudio.panes.pixels.view import resumable_field, view
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import pane

SLICES = 2  # of drawing to one picture of it

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


@pane(
    "pixels",
    title=N_("Pixel by pixel"),
    group=PIXELS,
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
        field = yield from in_slices(resumable_field(state, drawing, place))
        yield None
    yield view(context, state, drawing, place, field)
