"""The path on screen: its key frames, what model and data allow, the place on it; played as a timeline from 0 to 1."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from genstudio.core.messages import _, translate
from genstudio.latent.points import LatentPoint, title_for
from genstudio.panes.interpolate.content import InterpolateState
from genstudio.studio.pane_view.player import Timeline

if TYPE_CHECKING:
    import numpy as np

AT_KEY = 1e-6  # of a segment: so near to a key frame one is at it


@dataclass(frozen=True)
class CodeSources:
    """Facts on model and data: class names, number of classes the model is conditioned on, whether it encodes."""

    names: tuple[str, ...] = ()
    model_classes: int = 0
    encodes: bool = True

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names; numbers where the data have none and the model is conditioned on a class."""
        return self.names or tuple(map(str, range(self.model_classes)))

    def title(self, frame: LatentPoint) -> str:
        return translate(title_for(frame, self.names, self.model_classes))

    def kinds(self, now: str = "") -> list[tuple[str, str]]:
        """Kinds that a key frame may have, and their titles; ``now`` is the one that it has."""
        found = [("seed", _("drawn"))]
        if self.encodes or now == "image":
            found.append(("image", _("image of the data")))
        if self.encodes or now == "own":
            found.append(("own", _("my image")))
        if self.names or now == "class":
            found.append(("class", _("typical of a class")))
        if now == "z":
            found.append(("z", _("a z that was sent")))
        return found


class ShownPath(Timeline):
    """Positions are places on the path, 0 to 1; it is played by the time that really passes. A picture that is late is
    left out, and the next one is in time."""

    state: InterpolateState

    def __init__(self, state: InterpolateState) -> None:
        self.state = state
        self.known = CodeSources()
        self.place = 0.0
        self._left_out: tuple[tuple[LatentPoint, ...], dict[int, str]] = ((), {})  # of these key frames, which, and why

    # -- key frames ----------------------------------------------------------------------------------------------

    @property
    def left_out(self) -> dict[int, str]:
        """Why some of the key frames have no code, as far as that is known of those there are now."""
        frames, why = self._left_out
        return why if frames == self.state.frames else {}

    def set_left_out(self, frames: tuple[LatentPoint, ...], why: dict[int, str]) -> None:
        """Set which of ``frames`` have no code, and why."""
        self._left_out = (frames, why)

    def is_left_out(self, frames: tuple[LatentPoint, ...], why: dict[int, str]) -> bool:
        """True if that was set last."""
        return self._left_out == (frames, why)

    @property
    def numbers(self) -> list[int]:
        """Numbers of the key frames through which the path goes."""
        return [k for k in range(len(self.state.frames)) if k not in self.left_out]

    @property
    def segments(self) -> int:
        """Number of these from which the path goes on to another."""
        return replace(self.state, frames=self.state.frames[len(self.left_out) :]).n_segments

    @property
    def length(self) -> float:
        """Seconds that the path takes."""
        return self.segments * self.state.seconds

    def place_of(self, k: int) -> float | None:
        """Place of key frame ``k``, where the path goes through it."""
        numbers = self.numbers
        return numbers.index(k) / self.segments if k in numbers and self.segments else None

    def key_position(self, place: float) -> float | None:
        """``place`` in key frames from the first of the row: past those that are left out the path takes no time."""
        numbers = self.numbers
        if not numbers:
            return None
        at = min(place, 1.0) * self.segments
        k = int(at)
        around = [*numbers, numbers[0] + len(self.state.frames)]
        if at == k:
            return float(numbers[k % len(numbers)])
        return around[k] + (at - k) * (around[k + 1] - around[k])

    def nearest(self, places: np.ndarray, place: float) -> int:
        """Number of the picture of a strip that is nearest to ``place``."""
        apart = abs(places - place)
        if self.state.closed:
            apart = abs((apart + 0.5) % 1.0 - 0.5)
        return int(apart.argmin())

    # -- played --------------------------------------------------------------------------------------------------

    @property
    def end(self) -> float:  # type: ignore[override]
        return 1.0 if self.length > 0 else 0.0

    @property
    def position(self) -> float:
        return self.state.place

    @property
    def reached(self) -> float:
        return self.place

    @property
    def at_end(self) -> bool:
        return self.length <= 0 or (self.place >= 1 and not self.state.loop)

    def state_at(self, position: float) -> InterpolateState:
        return replace(self.state, place=position)

    def begin(self) -> bool:
        """Begin at the start where the state is at the end of a path that does not loop."""
        self.place = 0.0 if self.state.place >= 1 else self.state.place
        return self.length > 0

    def advance(self, seconds: float) -> float:
        place = self.place + seconds / self.length
        self.place = min(place, 1.0) if place >= 1 and not self.state.loop else place % 1.0
        return self.place

    def target(self, button: str) -> float:
        """Place of a button; also of ``end``, ``back`` and ``on``."""
        segments, at = self.segments, self.state.place * self.segments
        step = 1 / (self.state.between + 1)
        places = {
            "start": 0,
            "end": segments,
            "previous": math.ceil(at - AT_KEY) - 1,
            "next": math.floor(at + AT_KEY) + 1,
            "back": at - step,
            "on": at + step,
        }
        return places[button] / segments if segments else self.state.place

    def step_text(self, button: str = "") -> str:
        return _("go along the path")
