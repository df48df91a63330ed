"""A drawing that can be wound back, and played on otherwise: what a person scrubs through and branches from.

What a machine computes at a tick follows from the sub-pixels drawn before, and it keeps each value where no other tick
writes. So any tick can be run again: what was changed there is drawn again from there on, and what lies before stays, to
the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from genstudio.models.autoregressive.sampling.request import SampleRequest

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import Machine, SampledModel


PART = 200_000  # numbers of a distribution: a few milliseconds' worth


class Replay:
    """N images drawn in the order of the product rule, each sub-pixel after the ones before it, given ones included: so
    what the model holds of those is known too, and no mask needs a schedule of its own.

    ``units`` are (y, x, channel) by place in that order, E in all (``pixels``: their y and x); ``done`` of them are
    drawn. For those: ``levels`` (int64 E×N), ``entropy`` of what each was drawn from, and ``nats``, -log p of the level
    itself at temperature 1 (E×N each). All begins with :meth:`follow`; each :meth:`play` goes one tick on. The ticks at the
    start whose sub-pixels are given in all images (``given`` of them) are taken at once, together or not at all. The same
    request gives the same numbers, to the bit, whatever was played before.
    """

    def __init__(self, model: SampledModel, request: SampleRequest) -> None:
        self.model, self.n, self.condition = model, len(request), request.condition
        grid = (model.spec.height, model.spec.width)
        groups = [[(y, x, c) for c in channels] for y, x, channels in model.pixel_units()]
        self.units = [unit for group in groups for unit in group]
        order = np.array(self.units)
        self.pixels = order[:, :2]  # E×2
        self.starts = np.cumsum([0, *map(len, groups)]).tolist()  # of each tick, and the end
        self.tick_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups]).tolist()
        device = request.noise.device
        self.machine: Machine  # made by the first plays, which may pause in it
        self._making = self._make(torch.zeros_like(request.noise, dtype=model.dtype))
        y, x, channel = torch.from_numpy(order).to(device).T
        self._place = channel * grid[0] * grid[1] + y * grid[1] + x
        self._place_of = torch.argsort(self._place).view(-1, grid[0] * grid[1])  # channel×pixel
        self.levels = torch.zeros(self.end, self.n, dtype=torch.int64, device=device)
        self.entropy = torch.zeros(self.end, self.n, dtype=model.dtype, device=device)
        self.nats = torch.zeros_like(self.entropy)
        self.done = 0
        self._fresh: dict[int, Tensor] = {}  # what the last tick was drawn from: asked for after every one
        self._in_progress: Iterator[None] | None = None  # a tick that paused
        self._ordered_for: tuple[Any, ...] = (None, None, None)
        self.noise, self.forced, self.temperatures = self._read(request, None)
        self.given = self._given(self.forced)

    @property
    def end(self) -> int:
        """Number of sub-pixels."""
        return len(self.units)

    def serves(self, request: SampleRequest) -> bool:
        """True if :meth:`follow` accepts ``request``: as many images, under the same condition."""
        return len(request) == self.n and request.condition.equals(self.condition)

    def stays(self, request: SampleRequest, temperatures: Tensor | None = None) -> int:
        """Number of sub-pixels drawn so far that ``request`` would draw alike."""
        noise, forced, temperature = self._read(request, temperatures)
        same = (noise == self.noise).all(1) & (forced == self.forced).all(1) & (temperature == self.temperatures)
        kept = self.end if bool(same.all()) else int((~same).int().argmax())
        given = self._given(forced)
        if given != self.given or kept < self.starts[given]:
            return 0  # what is taken at once is taken whole, so that it is always the same to the bit
        return min(self.done, self.starts[self.tick_of[kept]] if kept < self.end else kept)

    def follow(self, request: SampleRequest, temperatures: Tensor | None = None) -> None:
        """Draw as ``request`` says from now on, wound back to where it first differs. ``temperatures`` (float64 E)
        gives each place one of its own, instead of the request's."""
        self.done, self._in_progress = self.stays(request, temperatures), None
        self.noise, self.forced, self.temperatures = self._read(request, temperatures)
        self.given = self._given(self.forced)

    @torch.no_grad()
    def play(self, pause: Callable[[], bool] = lambda: False) -> None:
        """One tick: the next sub-pixel, or all channels of the next pixel where one output serves them; or all that is given
        at the start. ``pause`` is asked between its parts; where it says so, the next call goes on. The first call also
        makes what draws."""
        if self._in_progress is None:
            self._in_progress = self._next()
        for _ in self._in_progress:
            if pause():
                return
        self._in_progress = None

    def _next(self) -> Iterator[None]:
        # Not delegated to, which would end it too when a drawing is wound back while it is made.
        for _ in self._making:
            yield
        yield from self._take_given() if self.done < self.starts[self.given] else self._tick()

    def _make(self, blank: Tensor) -> Iterator[None]:
        known = np.zeros(blank.shape[2:], bool)
        self.machine = yield from self.model.resumable_machine(blank, known, self.condition, "raster")

    def _tick(self) -> Iterator[None]:
        tick, place = self.tick_of[self.done], self.done
        fresh: dict[int, Tensor] = {}
        for pending in self.machine.advance(tick):
            if pending is None:
                yield
                continue
            for channel in pending.channels:
                part, earlier = self._part(pending.output[0], channel, place)
                fresh[place] = self._draw(place, channel, part, earlier)
                place += 1
                yield
            drawn = self.levels[place - len(pending.channels) : place].t()
            self.machine.write(pending, self.model.to_net(drawn)[None])
        self.done, self._fresh = place, fresh

    def _take_given(self) -> Iterator[None]:
        """All that is given at the start, at once, and what the model thinks of it."""
        end = self.starts[self.given]
        self.levels[:end], self.done = self.forced[:end], 0
        self.machine.give(self.model.to_net(self.images(end)))
        for pending in self.machine.past(self.given):
            yield
            for channel in pending.channels if pending is not None else ():
                assert pending is not None
                places = self._place_of[channel, pending.pixels]
                for some in torch.arange(len(places), device=places.device).split(self._rows()):
                    self._record(places[some], channel, pending.output[some])
                    yield
        self.done, self._fresh = end, {}

    def _rows(self) -> int:
        """Number of places whose probabilities are computed at once: a few milliseconds' worth."""
        distribution = self.model.distribution
        each = self.n * distribution.levels * getattr(distribution, "components", 1)
        return max(1, PART // each)

    def _record(self, places: Tensor, channel: int, output: Tensor) -> None:
        """Entropy and nats of these places (P, of one channel), whose levels are given, from outputs P×N×Q."""
        distribution = self.model.distribution
        back = torch.arange(-channel, 0, device=places.device)
        for temperature in self.temperatures[places].unique().tolist():
            own = self.temperatures[places] == temperature
            now, rows = places[own], output[own].flatten(0, 1)
            part = distribution.part(rows, channel) if distribution.joint else rows
            earlier = self.levels[now[:, None] + back].movedim(1, -1).flatten(0, 1)
            levels = self.levels[now].flatten()
            u = self.noise[now].flatten()
            _, p, log_p = distribution.draw_with_likelihoods(part, earlier, channel, u, temperature, levels)
            self.entropy[now] = -torch.xlogy(p, p).sum(1).view(-1, self.n)
            self.nats[now] = -log_p.view(-1, self.n)

    @torch.no_grad()
    def probabilities(self, place: int) -> Tensor:
        """Probabilities that the sub-pixel at ``place`` was drawn from: N×L, after its temperature."""
        if not 0 <= place < self.done:
            raise IndexError(f"place {place} is not drawn yet")
        if place in self._fresh:
            return self._fresh[place]
        tick = self.tick_of[place]
        channel = self.units[place][2]
        for pending in self.machine.advance(tick, keep=False):
            if pending is not None:
                part, earlier = self._part(pending.output[0], channel, place)
        return self.model.distribution.probabilities(part, earlier, channel, float(self.temperatures[place]))

    def images(self, place: int) -> Tensor:
        """The levels of the first ``place`` sub-pixels, int64 N×C×H×W; the others are 0."""
        flat = self.levels.new_zeros(self.n, self.end)
        flat[:, self._place[:place]] = self.levels[:place].t()
        return flat.view(self.n, *self.model.spec.shape)

    @property
    def bytes(self) -> int:
        """Memory held, about."""
        buffers = [
            *getattr(getattr(self, "machine", None), "buffers", {}).values(),
            self.levels,
            self.entropy,
            self.nats,
            self.noise,
        ]
        return sum(tensor.numel() * tensor.element_size() for tensor in buffers)

    def _read(self, request: SampleRequest, temperatures: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Noise E×N, levels that are given E×N (-1 where none is), temperatures E. Read once: it is asked for again
        when what stays has been found."""
        if self._ordered_for[0] is not request or self._ordered_for[1] is not temperatures:
            forced = torch.where(request.known[:, None], request.given, -1)
            each = temperatures
            if each is None:
                each = torch.full((self.end,), request.temperature, dtype=torch.float64)
            self._ordered_for = (request, temperatures, (self._ordered(request.noise), self._ordered(forced), each))
        return self._ordered_for[2]

    def _ordered(self, values: Tensor) -> Tensor:
        """N×C×H×W in the order of drawing: E×N."""
        return values.flatten(1).index_select(1, self._place).t().contiguous()

    def _part(self, output: Tensor, channel: int, place: int) -> tuple[Tensor, Tensor]:
        distribution = self.model.distribution
        part = distribution.part(output, channel) if distribution.joint else output
        return part, self.levels[place - channel : place].t()

    def _given(self, forced: Tensor) -> int:
        """Number of ticks at the start with nothing to draw."""
        free = (forced < 0).any(1)
        return int(self.tick_of[int(free.int().argmax())]) if bool(free.any()) else len(self.starts) - 1

    def _draw(self, place: int, channel: int, part: Tensor, earlier: Tensor) -> Tensor:
        """Draws it, and gives what it was drawn from: N×L."""
        distribution, temperature = self.model.distribution, float(self.temperatures[place])
        u, given = self.noise[place], self.forced[place]
        levels, p, log_p = distribution.draw_with_likelihoods(part, earlier, channel, u, temperature, given)
        self.levels[place] = levels
        self.entropy[place] = -torch.xlogy(p, p).sum(1)
        self.nats[place] = -log_p
        return p
