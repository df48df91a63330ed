"""Drawings that a person plays, scrubs through and branches from, kept from one pane state to the next.

A tape (:mod:`genstudio.models.autoregressive.sampling.replay`) holds what is drawn. A state that differs further on
(another pixel edited, a temperature changed half way, the mask painted on) winds it back to there; one that differs in
nothing but where one stands costs nothing. What is drawn follows from the state alone, whatever was on the tape before.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from genstudio.core.capabilities import SamplesPixels
from genstudio.core.conditions.base import NO_CONDITION
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import SLICE
from genstudio.core.seeding import generator
from genstudio.viewing.conditioning import GivenImage, check_label, chosen_condition, classes_of, given
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.models.autoregressive.sampling.replay import Replay
    from genstudio.models.autoregressive.sampling.request import SampleRequest
    from genstudio.panes.pixels.state import PixelsState

REPLAYS = 2  # a look: two panes side by side don't take each other's
MOST_BYTES = 256 * 2**20


@dataclass(eq=False)
class Drawing:
    """A tape, the state it plays, and what was given."""

    replay: Replay
    key: PixelsState | None = None
    given: GivenImage | None = None
    first: int = 0  # so many sub-pixels at the start are given: nothing is drawn there
    kept: Tensor | None = None  # bool E×N: drawn earlier, and kept before a pixel that was changed
    shelf: list[Drawing] = field(default_factory=list, repr=False)

    @property
    def end(self) -> int:
        return self.replay.end

    def play(self, place: int) -> None:
        """Draw on towards ``place``, for about ``SLICE``."""
        end = time.perf_counter() + SLICE
        while self.replay.done < place:
            self.replay.play(lambda: time.perf_counter() > end)
            if time.perf_counter() > end:
                return


def drawing_of(context: ViewContext, state: PixelsState) -> Drawing:
    """The drawing that ``state`` shows, wound back where it has to be. Raises :class:`UsageError` for what can't be
    drawn."""
    key = score(state)
    shelf: list[Drawing] = context.once("drawings", list)
    drawing = next((one for one in shelf if one.key == key), None)
    if drawing is None:
        what = given(context, state.source, state.index, state.own, state.mask)
        request, kept = request_of(context, state, what)
        temperatures = temperatures_of(state, context.spec.values)
        drawing = _replay_for(context, shelf, request, temperatures)
        drawing.replay.follow(request, temperatures)
        drawing.key, drawing.given = key, what
        y, x = drawing.replay.pixels.T
        drawing.kept = kept[:, y, x].t()
        drawing.first = int(((drawing.replay.forced < 0) | drawing.kept).any(1).int().argmax())
    shelf.remove(drawing)
    shelf.append(drawing)
    _used(drawing)
    return drawing


def score(state: PixelsState) -> PixelsState:
    """``state`` without where one stands and looks: equal for states that show one drawing."""
    return replace(state, position=0, enlarged=0, overlay="none", run="", at="latest")


def request_of(context: ViewContext, state: PixelsState, what: GivenImage | None) -> tuple[SampleRequest, Tensor]:
    """Request to the model, and the mask (bool N×H×W) of what was drawn earlier and stays. Edits that lie outside
    of its images, or were made in another run's, are passed over."""
    import torch

    model = context.require(SamplesPixels)
    spec, n = context.spec, state.n
    images = known = None
    kept = torch.zeros(n, context.spec.height, context.spec.width, dtype=torch.bool)
    size = (n, spec.height, spec.width)
    edits = [
        e
        for e in state.edits
        if all(0 <= a < b for a, b in zip(e[:3], size, strict=True)) and len(e[3]) == spec.channels
    ]
    if what is not None or edits:
        images = torch.zeros(n, *spec.shape) if what is None else what.image.expand(n, *spec.shape).clone()
        known = torch.zeros(size, dtype=torch.bool)
        if what is not None:
            known |= what.known
        last = (spec.levels or 256) - 1
        for image, y, x, drawn in _drawn_before(context, state):
            kept[image].view(-1)[: y * spec.width + x] = True
            kept[image] &= ~known[image]
            images[image][:, kept[image]] = drawn[:, kept[image]].clamp(max=last) / last
        known |= kept
        for image, y, x, levels in edits:
            images[image, :, y, x] = torch.tensor([min(max(level, 0), last) for level in levels]) / last
            known[image, y, x] = True
            kept[image, y, x] = False
    if state.label >= 0 and classes_of(context):
        check_label(context, state.label)
    request: SampleRequest = model.request(
        n,
        generator=generator(state.seed, "samples"),
        images=images,
        known=known,
        condition=chosen_condition(context, state, n, NO_CONDITION if what is None else what.condition.repeat(n)),
        temperature=state.temperature,
    )
    return request, kept


def _drawn_before(context: ViewContext, state: PixelsState) -> Iterator[tuple[int, int, int, Tensor]]:
    """(image, y, x, levels C×H×W) of each branch that is of such images; levels count before (y, x)."""
    import torch

    spec = context.spec
    for image, y, x, blob in state.branches:
        levels = context.blobs.get_array(blob)
        if image < state.n and levels.shape == (spec.height, spec.width, spec.channels):
            yield image, y, x, torch.from_numpy(levels.astype("int64")).permute(2, 0, 1)


def temperatures_of(state: PixelsState, end: int) -> Tensor:
    """One a place, float64 E: ``state.temperature``, and from each place in ``state.temperature_schedule`` on another."""
    import torch

    made = torch.full((end,), state.temperature, dtype=torch.float64)
    for place, temperature in state.temperature_schedule:
        if not 0 < temperature <= 100:
            raise UsageError(
                N_("A temperature of {value} is not possible.", value=temperature),
                N_("Choose more than 0 and at most 100."),
            )
        made[max(0, place) :] = temperature
    return made


def _replay_for(context: ViewContext, shelf: list[Drawing], request: SampleRequest, temperatures: Tensor) -> Drawing:
    """The tape of which most stays; a new one where nothing does and there is room; else the one not used for
    longest."""
    model = context.require(SamplesPixels)
    serving = [one for one in shelf if one.replay.serves(request)]
    kept = [one.replay.stays(request, temperatures) for one in serving]
    large = bool(serving) and REPLAYS * serving[0].replay.bytes > MOST_BYTES // 2  # stands alone
    if serving and (max(kept) > 0 or large or len(shelf) >= REPLAYS):
        return serving[kept.index(max(kept))]
    while len(shelf) >= REPLAYS:
        shelf.pop(0)
    made = Drawing(model.replay(request), shelf=shelf)
    shelf.append(made)
    return made


_lock = threading.Lock()
_every: list[weakref.ref[Drawing]] = []  # of all looks, that used last at the end


def _used(drawing: Drawing) -> None:
    """Note that ``drawing`` was used now; drop the oldest of all looks while they hold too much."""
    with _lock:
        alive = [one for one in (ref() for ref in _every) if one is not None and one is not drawing]
        total = drawing.replay.bytes + sum(one.replay.bytes for one in alive)
        while alive and total > MOST_BYTES:
            oldest = alive.pop(0)
            total -= oldest.replay.bytes
            if oldest in oldest.shelf:
                oldest.shelf.remove(oldest)
        _every[:] = [weakref.ref(one) for one in (*alive, drawing)]
