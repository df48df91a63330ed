"""The interpolate pane: a path through key frames in latent space, at one place of it, and all of it as a strip."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.abilities import Decodes
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import derive
from genstudio.explore.base import Blob, Content, Look, PaneState, Picture, knob, pane, state
from genstudio.explore.latent.frames import Frame, code_of, labels_of, words_of
from genstudio.explore.latent.paths import Easing, How, along, segments
from genstudio.explore.latents import chunks, decoded, sheet, to_pixels

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

FIRST = tuple(Frame("seed", seed) for seed in range(4))
MOST_FRAMES = 24

PAGE = N_(
    "<p>A path through latent space: from key frame to key frame, each a code z, everything between decoded. If neighbours "
    "in z are alike, nothing jumps: what lies between two faces is a face.</p>"
    "<ul><li><b>Spherical</b> turns from a to b by the angle θ between them: z(t) = |z|(t) · (sin((1-t)θ) a/|a| + sin(tθ) "
    "b/|b|) / sin θ, the length changing evenly (Shoemake 1985). Codes of a prior N(0, I) lie near a shell of radius √d, "
    "and a straight line between two of them crosses its inside, where nothing was learned (White 2016).</li>"
    "<li><b>Linear</b> takes the straight line z(t) = (1-t) a + t b.</li></ul>"
    "<p><b>Easing</b> slows down at each key frame, by 3t² - 2t³. <b>Truncation</b> ψ multiplies each z: under 1 the "
    "pictures are more typical and less varied. A <b>closed</b> path comes back to where it began.</p>"
    "<p>A key frame is a drawn code (its seed), an encoded image, what is typical of a class, or a z sent from another "
    "pane. A model that knows classes is asked, between two key frames of different classes, for shares of both.</p>"
)


@state
class InterpolateState(PaneState):
    """``place`` is where on the path one is: 0 at the first key frame, 1 at the end (of a closed one at the first again)."""

    show: Literal["picture", "strip"] = knob(
        "picture", help=N_("One picture, at one place of the path; or all of the path as a strip."), label=N_("show")
    )
    frames: tuple[Frame, ...] = knob(FIRST, help=N_("The key frames, in order."))
    how: How = knob(
        "spherical",
        help=N_("The way between two key frames: along the shell on which codes lie, or straight."),
        label=N_("path"),
    )
    closed: bool = knob(True, help=N_("Back to the first key frame at the end."), label=N_("closed"))
    easing: Easing = knob("even", help=N_("At even speed, or slower at each key frame."), label=N_("easing"))
    truncation: float = knob(
        1.0, help=N_("ψ: each z is multiplied by it. Under 1 gives more typical pictures."), label=N_("truncation"),
        ge=0.0, le=2.0,
    )  # fmt: skip
    place: float = knob(0.0, help=N_("Where on the path one is, from 0 to 1."), label=N_("place"), ge=0.0, le=1.0)
    between: int = knob(
        7, help=N_("Pictures from each key frame to the next in the strip."), label=N_("pictures between"), ge=1, le=31
    )
    seconds: float = knob(
        2.0, help=N_("How long the way from one key frame to the next takes."), label=N_("seconds between"), unit="s",
        ge=0.2, le=30.0,
    )  # fmt: skip

    def with_z(self, z: Blob) -> InterpolateState:
        """A z that was sent becomes one more key frame, the last."""
        return self.inserted(len(self.frames), Frame("z", blob=z)) if len(self.frames) < MOST_FRAMES else self

    def inserted(self, at: int, frame: Frame) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], frame, *self.frames[at:]))

    def without(self, at: int) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], *self.frames[at + 1 :]))

    def moved(self, before: int, after: int) -> InterpolateState:
        """Key frame ``before`` taken to the place ``after``."""
        frame = self.frames[before]
        return self.without(before).inserted(after, frame)

    def replaced(self, at: int, frame: Frame) -> InterpolateState:
        return replace(self, frames=(*self.frames[:at], frame, *self.frames[at + 1 :]))

    def resampled(self) -> InterpolateState:
        """Every drawn key frame drawn anew, from a seed that follows from its own; the others stay."""
        drawn = (
            replace(one, number=derive(one.number, "another", k) % 2**31) if one.kind == "seed" else one
            for k, one in enumerate(self.frames)
        )
        return replace(self, frames=tuple(drawn))

    @property
    def ways(self) -> int:
        """From how many key frames the path goes on to another."""
        return len(self.frames) if self.closed and len(self.frames) > 1 else max(len(self.frames) - 1, 0)

    @property
    def length(self) -> float:
        """Seconds that the whole path takes."""
        return self.ways * self.seconds

    @property
    def needs_images(self) -> bool:
        return any(one.kind in ("image", "class", "own") for one in self.frames)


@pane(
    "interpolate",
    title=N_("Interpolate"),
    group="latent",
    needs=(Decodes,),
    state=InterpolateState,
    help=N_("A path through key frames: from picture to picture, with everything between."),
    page=PAGE,
)
def interpolate(look: Look, state: InterpolateState) -> Iterator[Content]:
    """Pictures: what is shown (the picture at ``place``, or the strip), then the key frames side by side, each with
    ``values["z"]``. Of a strip each row is the way from one key frame to the next, and a row with the last alone ends an
    open path."""
    import numpy as np

    if not state.frames:
        raise UsageError(N_("There are no key frames."), N_("Add one: a drawn code, an image, or a z of another pane."))
    words = tuple(words_of(look, one) for one in state.frames)
    stops = np.stack([code_of(look, one).double().numpy() for one in state.frames])
    keys = _keys(look, state, stops)
    values = {"ways": state.ways, "frames": words, "place": state.place}
    if look.spec.class_names:
        values["class_names"] = look.spec.class_names
    if state.show == "picture":
        z, labels = path_codes(look, state, np.array([state.place]))
        picture = Picture(_pixels(look, z, labels)[0], values={"z": z.numpy()[None]})
        yield Content(_words(look, state, words), pictures=(picture, keys), values=values)
        return
    columns = state.between + 1 if state.ways else 1
    places = strip_places(state)
    rows = math.ceil(len(places) / columns)
    z, labels = path_codes(look, state, places)
    shown: list[np.ndarray] = []
    codes = np.zeros((rows * columns, z.shape[1]), np.float32)
    codes[: len(places)] = z.numpy()
    for part in chunks(len(places), look):
        shown.append(_pixels(look, z[part], None if labels is None else labels[part]))
        cells = sheet(np.concatenate(shown), rows, columns)
        picture = Picture(cells, cell=look.spec.cell, values={"z": codes.reshape(rows, columns, -1)}, count=len(places))
        yield Content(_words(look, state, words), pictures=(picture, keys), values=values)


def strip_places(state: InterpolateState) -> np.ndarray:
    """The places of a strip, float n in [0, 1]: ``between`` after each key frame that the path goes on from, and the end of
    an open path."""
    import numpy as np

    n = state.ways * (state.between + 1)
    if n == 0:
        return np.zeros(1)
    return np.arange(n if state.closed else n + 1) / n


def path_codes(look: Look, state: InterpolateState, places: np.ndarray) -> tuple[Tensor, Tensor | None]:
    """The codes at ``places`` (float n in [0, 1]), float32 n×D, and the shares of classes asked for there, float32 n×K or
    ``None``."""
    import numpy as np
    import torch

    stops = np.stack([code_of(look, one).double().numpy() for one in state.frames])
    z = along(stops, places, state.how, closed=state.closed, easing=state.easing) * state.truncation
    shares = labels_of(look, state.frames)
    labels = None
    if shares is not None:
        labels = torch.from_numpy(
            along(shares, places, "linear", closed=state.closed, easing=state.easing).astype(np.float32)
        )
    return torch.from_numpy(z.astype(np.float32)), labels


def _keys(look: Look, state: InterpolateState, stops: np.ndarray) -> Picture:
    """The key frames as they are on the path, in one row; kept, since playing changes nothing about them."""
    import numpy as np
    import torch

    def make() -> Picture:
        z = torch.from_numpy((stops * state.truncation).astype(np.float32))
        shares = labels_of(look, state.frames)
        labels = None if shares is None else torch.from_numpy(shares.astype(np.float32))
        cells = _pixels(look, z, labels)
        return Picture(sheet(cells, 1, len(cells)), cell=look.spec.cell, values={"z": z.numpy()[None]})

    kept: dict[Any, Picture] = look.once("interpolate: keys", dict)
    asked = (state.frames, state.truncation)
    if asked not in kept:
        kept.clear()
        kept[asked] = make()
    return kept[asked]


def _pixels(look: Look, z: Tensor, labels: Tensor | None) -> np.ndarray:
    """Pictures of codes, uint8 n×h×w×C. Raises :class:`UsageError` where they are no finite numbers."""
    import torch

    images = decoded(look, z, labels)
    if not bool(torch.isfinite(images).all()):
        raise UsageError(
            N_("The model's pictures are not made of finite numbers: it broke in training."),
            N_("Go back to a checkpoint from before it did."),
        )
    return to_pixels(images)


def _words(look: Look, state: InterpolateState, words: tuple[Message, ...]) -> Message:
    import numpy as np

    how = N_("along the shell") if state.how == "spherical" else N_("straight")
    told: dict[str, Any] = {
        "how": how,
        "n": len(state.frames),
        "step": f"{look.snapshot.step:,}",
        "closed": N_(", closed") if state.closed and state.ways else "",
        "psi": N_(", ψ = {psi}", psi=f"{state.truncation:g}") if state.truncation != 1 else "",
    }
    if state.show == "strip":
        return N_("{n} key frames, {how}{closed}{psi}, from step {step}", **told)
    k, t = segments(len(state.frames), np.array([state.place]), closed=state.closed)
    at, share = int(k[0]), float(t[0])
    if share < 0.005 or not state.ways:
        return N_("key frame {k} of {n}: {frame}{psi}, from step {step}", k=at + 1, frame=words[at], **told)
    after = (at + 1) % len(state.frames)
    return N_(
        "{share} % of the way from key frame {k} ({frame}) to {after} ({next}), {how}{closed}{psi}, from step {step}",
        share=f"{100 * share:.0f}", k=at + 1, frame=words[at], after=after + 1, next=words[after], **told,
    )  # fmt: skip
