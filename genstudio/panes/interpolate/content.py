"""The interpolate pane: a path through key frames in latent space, at one place of it, and all of it as a strip."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.conditions.base import Condition
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Cache, mapped
from genstudio.core.seeding import derive
from genstudio.latent.interpolation import Easing, How, along, segments
from genstudio.latent.points import LatentPoint, code_of, labels_of, seek, title_of_point
from genstudio.panes.groups import LATENT
from genstudio.viewing.blobs import Blob
from genstudio.viewing.conditioning import classes_of
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, decoded, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

FIRST = tuple(LatentPoint("seed", seed) for seed in range(4))
MOST_FRAMES = 24

PAGE = N_(
    "<p>A path through latent space between key frames, each a code z; the pictures between them are decoded. "
    "Nearby codes give similar pictures, so the picture changes smoothly: between two faces lie other "
    "faces.</p><ul><li><b>Spherical</b> turns from a to b by the angle θ between them: z(t) = |z|(t) · "
    "(sin((1-t)θ) a/|a| + sin(tθ) b/|b|) / sin θ, the length changing evenly (Shoemake 1985). Codes of a prior "
    "N(0, I) lie near a shell of radius √d, and a straight line between two of them passes through its inside, "
    "where the model saw no codes in training (White 2016).</li><li><b>Linear</b> uses the straight line z(t) = "
    "(1-t) a + t b.</li></ul><p><b>Easing</b> slows down at each key frame, by 3t² - 2t³. <b>Truncation</b> ψ "
    "multiplies each z: under 1 the pictures are more typical and less varied. A <b>closed</b> path comes back "
    "to where it began.</p><p>A key frame is a drawn code (its seed), an encoded image, the typical code of a "
    "class, or a z sent from another pane. With a class-conditional model, the pictures between key frames of "
    "two classes are conditioned on shares of both.</p>"
)


@state
class InterpolateState(PaneState):
    """``place`` is where on the path one is: 0 at the first key frame, 1 at the end (of a closed one at the first again)."""

    show: Literal["picture", "strip"] = knob(
        "picture",
        help=N_("One picture at a position on the path, or the path as a strip."),
        label=N_("show"),
        titles={"picture": N_("one picture"), "strip": N_("all as a strip")},
    )
    frames: tuple[LatentPoint, ...] = knob(FIRST, help=N_("The key frames, in order."), control=False)
    how: How = knob(
        "spherical",
        help=N_("Path between two key frames: along the shell on which codes lie, or straight."),
        label=N_("path"),
        titles={"spherical": N_("spherical"), "linear": N_("linear")},
    )
    closed: bool = knob(True, help=N_("Back to the first key frame at the end."), label=N_("closed"))
    easing: Easing = knob(
        "even",
        help=N_("Constant speed, or slower at each key frame."),
        label=N_("speed"),
        titles={"even": N_("even"), "smooth": N_("slow at key frames")},
    )
    truncation: float = knob(
        1.0,
        help=N_("ψ: each z is multiplied by it. Under 1 gives more typical pictures."),
        label=N_("truncation"),
        shown_as="ψ = {value:.2f}",
        ge=0.0,
        le=2.0,
    )
    place: float = knob(
        0.0, help=N_("Position on the path, from 0 to 1."), label=N_("place"), ge=0.0, le=1.0, control=False
    )
    between: int = knob(
        7, help=N_("Pictures from each key frame to the next in the strip."), label=N_("pictures between"), ge=1, le=31
    )
    seconds: float = knob(
        2.0,
        help=N_("Time from one key frame to the next."),
        label=N_("seconds between"),
        unit="s",
        log=True,
        shown_as="{value:.1f} s",
        ge=0.2,
        le=30.0,
    )
    loop: bool = knob(
        True,
        help=N_("Plays again from the start after the end; saved animations do so too."),
        label=N_("loop"),
        control=False,
    )

    def with_z(self, z: Blob) -> InterpolateState:
        """A z that was sent becomes one more key frame, the last. Raises :class:`UsageError` where there is no room."""
        if len(self.frames) >= MOST_FRAMES:
            raise UsageError(
                N_("The path already has {n} key frames, which is the maximum.", n=MOST_FRAMES),
                N_("Remove one in Interpolate, and send it again."),
            )
        return self.inserted(len(self.frames), LatentPoint("z", blob=z))

    def inserted(self, at: int, frame: LatentPoint) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], frame, *self.frames[at:]))

    def without(self, at: int) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], *self.frames[at + 1 :]))

    def moved(self, before: int, after: int) -> InterpolateState:
        """Key frame ``before`` taken to the place ``after``."""
        frame = self.frames[before]
        return self.without(before).inserted(after, frame)

    def replaced(self, at: int, frame: LatentPoint) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], frame, *self.frames[at + 1 :]))

    def resampled(self) -> InterpolateState:
        """Redraw every drawn key frame from a seed that follows from its own; the others stay."""
        drawn = (
            replace(one, number=derive(one.number, "another", k) % 2**31) if one.kind == "seed" else one
            for k, one in enumerate(self.frames)
        )
        return replace(self, frames=tuple(drawn))

    def morphed(self, a: int, b: int, conditional: bool) -> InterpolateState:
        """Two key frames: of the classes ``a`` and ``b``. A class-conditional model draws both from one seed."""
        seed = next((one.number for one in self.frames if one.kind == "seed"), 0)
        two = (
            (LatentPoint("seed", seed, label=a), LatentPoint("seed", seed, label=b))
            if conditional
            else (LatentPoint("class", a), LatentPoint("class", b))
        )
        return replace(self, frames=two, place=0.0)

    @property
    def n_segments(self) -> int:
        """Number of key frames from which the path continues to another."""
        return len(self.frames) if self.closed and len(self.frames) > 1 else max(len(self.frames) - 1, 0)

    @property
    def length(self) -> float:
        """Seconds that the whole path takes."""
        return self.n_segments * self.seconds

    @property
    def needs_images(self) -> bool:
        return any(one.kind in ("image", "class", "own") for one in self.frames)


@dataclass(frozen=True, eq=False)
class Route:
    """The key frames that have a code: a path through those. ``numbers``: which of all they are, counted from 0;
    ``left_out``: why the others have none."""

    state: InterpolateState
    numbers: tuple[int, ...]
    left_out: dict[int, UsageError]


@pane(
    "interpolate",
    title=N_("Interpolate"),
    group=LATENT,
    needs=(Decodes,),
    state=InterpolateState,
    help=N_("A path of pictures through latent space, from key frame to key frame."),
    page=PAGE,
)
def interpolate(context: ViewContext, state: InterpolateState) -> Iterator[Content | None]:
    """Pictures: what is shown (the picture at ``place``, or the strip), then the key frames side by side, each with
    ``values["z"]``. Of a strip each row is the way from one key frame to the next, and a row with the last alone ends an
    open path. The path leaves out key frames that have no code, and ``values["left_out"]`` says why (by number)."""
    import numpy as np

    for one in state.frames:
        yield from _searched(context, one)
    route = route_of(context, state)
    caption = tuple(title_of_point(context, one) for one in state.frames)
    keys = _keys(context, state, route)
    values: dict[str, Any] = {
        "ways": route.state.n_segments, "frames": caption, "place": state.place, "numbers": route.numbers,
        "left_out": {k: str(error) for k, error in route.left_out.items()},
        "classes": classes_of(context), "encodes": has(context.model, Encodes),
    }  # fmt: skip
    if context.spec.class_names:
        values["class_names"] = tuple(context.spec.class_names)
    if state.show == "picture":
        z, condition = path_codes(context, route.state, np.array([state.place]))
        picture = Picture(pictures_of(context, z, condition)[0], values={"z": z.numpy()[None]})
        yield Content(_caption(context, route, caption), pictures=(picture, keys), values=values)
        return
    values["places"] = strip_places(route.state)
    for picture in _strip(context, route.state):
        yield Content(_caption(context, route, caption), pictures=(picture, keys), values=values)


def route_of(context: ViewContext, state: InterpolateState) -> Route:
    """The path through those of the key frames that have a code. Raises :class:`UsageError` when there is none."""
    if not state.frames:
        raise UsageError(N_("There are no key frames."), N_("Add one: a drawn code, an image, or a z of another pane."))
    left_out: dict[int, UsageError] = {}
    for k, one in enumerate(state.frames):
        try:
            code_of(context, one)
        except UsageError as error:
            left_out[k] = error
    numbers = tuple(k for k in range(len(state.frames)) if k not in left_out)
    if not numbers:
        raise left_out[0]
    used = replace(state, frames=tuple(state.frames[k] for k in numbers)) if left_out else state
    return Route(used, numbers, left_out)


def strip_places(state: InterpolateState) -> np.ndarray:
    """The places of a strip, float n in [0, 1]: ``between`` after each key frame that the path goes on from, and the end of
    an open path."""
    import numpy as np

    n = state.n_segments * (state.between + 1)
    if n == 0:
        return np.zeros(1)
    return np.arange(n if state.closed else n + 1) / n


def path_codes(context: ViewContext, state: InterpolateState, places: np.ndarray) -> tuple[Tensor, Condition | None]:
    """The codes at ``places`` (float n in [0, 1]), float32 n×D, and the shares of classes there, or ``None``."""
    import numpy as np
    import torch

    stops = np.stack([code_of(context, one).double().numpy() for one in state.frames])
    z = along(stops, places, state.how, closed=state.closed, easing=state.easing) * state.truncation
    shares = labels_of(context, state.frames)
    condition = None
    if shares is not None:
        there = along(shares, places, "linear", closed=state.closed, easing=state.easing).astype(np.float32)
        condition = of_class(torch.from_numpy(there))
    return torch.from_numpy(z.astype(np.float32)), condition


def pictures_of(context: ViewContext, z: Tensor, condition: Condition | None) -> np.ndarray:
    """Pictures of codes, uint8 n×h×w×C. Raises :class:`UsageError` where they are no finite numbers."""
    import torch

    images = decoded(context, z, condition)
    if not bool(torch.isfinite(images).all()):
        raise UsageError(
            N_("The model's pictures contain values that are not finite: its training diverged."),
            N_("Go back to an earlier checkpoint."),
        )
    return to_pixels(images)


def _searched(context: ViewContext, frame: LatentPoint) -> Iterator[None]:
    """Pause while a code is searched for."""
    with contextlib.suppress(UsageError):  # raised again, and shown, when the code is used
        yield from mapped(seek(context, frame), lambda share: None)


def _strip(context: ViewContext, state: InterpolateState) -> Iterator[Picture]:
    """More and more of the strip; it is cached by what changes it, which the place on it does not."""
    key = replace(state, place=0.0, seconds=1.0, loop=True)
    strips = context.latest("interpolate: strips", key, Cache)
    yield (yield from strips.resume("strip", lambda: _strip_parts(context, state)))


def _strip_parts(context: ViewContext, state: InterpolateState) -> Generator[Picture, None, Picture]:
    import numpy as np

    columns = state.between + 1 if state.n_segments else 1
    places = strip_places(state)
    rows = math.ceil(len(places) / columns)
    z, condition = path_codes(context, state, places)
    codes = np.zeros((rows * columns, z.shape[1]), np.float32)
    codes[: len(places)] = z.numpy()
    shown: list[np.ndarray] = []
    for part in chunks(len(places), context):
        shown.append(pictures_of(context, z[part], None if condition is None else condition.rows(part)))
        cells = sheet(np.concatenate(shown), rows, columns)
        picture = Picture(
            cells, cell=context.spec.cell, values={"z": codes.reshape(rows, columns, -1)}, count=len(places)
        )
        if part.stop < len(places):
            yield picture
    return picture


def _keys(context: ViewContext, state: InterpolateState, route: Route) -> Picture:
    """All key frames as they are on the path, in one row, black where there is no code; kept, since playing changes nothing
    about them."""
    import numpy as np
    import torch

    def make() -> Picture:
        stops = torch.stack([code_of(context, one).float() for one in route.state.frames])
        z = (stops.double() * state.truncation).float()
        shares = labels_of(context, route.state.frames)
        condition = None if shares is None else of_class(torch.from_numpy(shares.astype(np.float32)))
        made = pictures_of(context, z, condition)
        cells = np.zeros((len(state.frames), *made.shape[1:]), np.uint8)
        codes = np.zeros((len(state.frames), z.shape[1]), np.float32)
        cells[list(route.numbers)], codes[list(route.numbers)] = made, z.numpy()
        return Picture(sheet(cells, 1, len(cells)), cell=context.spec.cell, values={"z": codes[None]})

    return context.latest("interpolate: keys", (state.frames, state.truncation, route.numbers), make)


def _caption(context: ViewContext, route: Route, caption: tuple[Message, ...]) -> Message:
    import numpy as np

    state, numbers = route.state, route.numbers
    how = N_("along the shell") if state.how == "spherical" else N_("straight")
    fields: dict[str, Any] = {
        "how": how,
        "n": len(caption),
        "step": f"{context.snapshot.step:,}",
        "closed": N_(", closed") if state.closed and state.n_segments else "",
        "psi": N_(", ψ = {psi}", psi=f"{state.truncation:g}") if state.truncation != 1 else "",
    }
    if state.show == "strip":
        return N_("{n} key frames, {how}{closed}{psi}, from step {step}", **fields)
    k, t = segments(len(state.frames), np.array([state.place]), closed=state.closed)
    at, share = int(k[0]), float(t[0])
    if share > 0.995 and state.n_segments:
        at, share = (at + 1) % len(numbers), 0.0
    here = numbers[at]
    if share < 0.005 or not state.n_segments:
        return N_("key frame {k} of {n}: {frame}{psi}, from step {step}", k=here + 1, frame=caption[here], **fields)
    after = numbers[(at + 1) % len(numbers)]
    return N_(
        "{share} % of the way from key frame {k} ({frame}) to {after} ({next}), {how}{closed}{psi}, from step {step}",
        share=f"{100 * share:.0f}", k=here + 1, frame=caption[here], after=after + 1, next=caption[after], **fields,
    )  # fmt: skip
