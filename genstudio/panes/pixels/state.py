"""State of the pane Pixel by pixel: which images are drawn, how far, and what was changed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.seeding import derive
from genstudio.viewing.blobs import Blob
from genstudio.viewing.pane_state import PaneState, state

Edit = tuple[int, int, int, tuple[int, ...]]


Branch = tuple[int, int, int, Blob]


OTHER_IMAGES = ("seed", "source", "index", "own", "label", "attributes")
"""Fields of which another value means other images: what was changed by hand belonged to the old ones."""


@state
class PixelsState(PaneState):
    """``position``: how many sub-pixels of the order (y, x, channel) are drawn; beyond the end means the end.

    ``temperature_schedule``: (position, temperature), ascending: from there on that temperature holds. ``edits``:
    (image, y, x, the levels of all its channels). ``own``: uint8 H×W×1 or H×W×3; ``mask``: bool H×W, True where the
    given image is kept (``None``: its upper half).
    """

    OF_RUN = ("position", "temperature_schedule", "edits", "branches")
    OF_IMAGES = ("index", "label", "attributes", "mask")

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
        condition="class",
        titles={-1: N_("any")},
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes to draw, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    position: int = knob(0, help=N_("Number of sub-pixels drawn."), ge=0, control=False)
    enlarged: int = knob(0, help=N_("The image that is shown enlarged."), ge=0, le=63, control=False)
    source: Literal["none", "data", "own"] = knob(
        "none",
        help=N_("The image that the drawing completes: none, an image of the data set, or your own image."),
        label=N_("given"),
        titles={"none": N_("nothing"), "data": N_("a test image"), "own": N_("my image")},
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
        titles={
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
        unbranched = replace(self, temperature_schedule=kept, branches=branches)
        return (
            unbranched
            if unbranched.temperature_at(self.position) == value
            else replace(unbranched, temperature_schedule=(*kept, (self.position, value)))
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
