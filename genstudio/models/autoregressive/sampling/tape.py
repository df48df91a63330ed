"""A drawing that can be wound back, and played on otherwise: what a person scrubs through and branches from.

What a machine computes at a tick follows from the sub-pixels drawn before, and it keeps each value where no other tick
writes. So any tick can be run again: what was changed there is drawn anew from there on, and what lies before stays, to
the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from genstudio.models.autoregressive.sampling.request import Request

if TYPE_CHECKING:
    from genstudio.models.autoregressive.base import Autoregressive


class Tape:
    """N images drawn in the order of the product rule, each sub-pixel after the ones before it, given ones included: so
    what the model holds of those is known too, and no mask needs a schedule of its own.

    ``units`` are (y, x, channel) by place in that order, E in all (``pixels``: their y and x); ``done`` of them are
    drawn. For those: ``levels`` (int64 E×N), ``entropy`` of what each was drawn from, and ``nats``, -log p of the level
    itself at temperature 1 (E×N each). All begins with :meth:`follow`; each :meth:`play` goes one tick on. The same
    request gives the same numbers, to the bit, whatever was played before.
    """

    def __init__(self, model: Autoregressive, request: Request) -> None:
        self.model, self.n, self.labels = model, len(request), request.labels
        grid = (model.spec.height, model.spec.width)
        groups = [[(y, x, c) for c in channels] for y, x, channels in model.pixel_units()]
        self.units = [unit for group in groups for unit in group]
        self.pixels = np.array([(y, x) for y, x, _ in self.units])  # E×2
        self.starts = np.cumsum([0, *map(len, groups)]).tolist()  # of each tick, and the end
        self.tick_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups]).tolist()
        with torch.no_grad(), model._evaluating():
            blank = torch.zeros_like(request.noise, dtype=model.dtype)
            self.machine = model.machine(blank, np.zeros(grid, bool), request.labels, "raster")
        y, x, channel = torch.tensor(self.units, device=blank.device).T
        self._place = channel * grid[0] * grid[1] + y * grid[1] + x
        self.levels = torch.zeros(self.end, self.n, dtype=torch.int64, device=blank.device)
        self.entropy = torch.zeros(self.end, self.n, dtype=model.dtype, device=blank.device)
        self.nats = torch.zeros_like(self.entropy)
        self.done = 0
        self._fresh: dict[int, Tensor] = {}  # what the last tick was drawn from: asked for after every one
        self._asked: tuple[Any, ...] = (None, None, None)
        self.noise, self.forced, self.temperatures = self._read(request, None)

    @property
    def end(self) -> int:
        """How many sub-pixels there are."""
        return len(self.units)

    def serves(self, request: Request) -> bool:
        """Whether :meth:`follow` can play it: as many images, of the same classes."""
        if len(request) != self.n or (request.labels is None) != (self.labels is None):
            return False
        return request.labels is None or self.labels is None or torch.equal(request.labels, self.labels)

    def stays(self, request: Request, temperatures: Tensor | None = None) -> int:
        """How much of what is drawn by now ``request`` would draw alike."""
        noise, forced, temperature = self._read(request, temperatures)
        same = (noise == self.noise).all(1) & (forced == self.forced).all(1) & (temperature == self.temperatures)
        kept = self.end if bool(same.all()) else int((~same).int().argmax())
        return min(self.done, self.starts[self.tick_of[kept]] if kept < self.end else kept)

    def follow(self, request: Request, temperatures: Tensor | None = None) -> None:
        """Draw as ``request`` says from now on, wound back to where it first differs. ``temperatures`` (float64 E)
        gives each place one of its own, instead of the request's."""
        self.done = self.stays(request, temperatures)
        self.noise, self.forced, self.temperatures = self._read(request, temperatures)

    @torch.no_grad()
    def play(self) -> None:
        """One tick: the next sub-pixel, or all channels of the next pixel where one output serves them."""
        tick, place = self.tick_of[self.done], self.done
        self._fresh = {}
        for due in self.machine.advance(tick):
            for channel in due.channels:
                part, earlier = self._part(due.output[0], channel, place)
                self._draw(place, channel, part, earlier)
                place += 1
            drawn = self.levels[place - len(due.channels) : place].t()
            self.machine.write(due, self.model.to_net(drawn)[None])
        self.done = place

    @torch.no_grad()
    def probabilities(self, place: int) -> Tensor:
        """What the sub-pixel at ``place``, one that is drawn, was drawn from: N×L, after its temperature."""
        if not 0 <= place < self.done:
            raise IndexError(f"place {place} is not drawn yet")
        if place in self._fresh:
            return self._fresh[place]
        tick = self.tick_of[place]
        channel = self.units[place][2]
        for due in self.machine.advance(tick):
            part, earlier = self._part(due.output[0], channel, place)
        return self.model.distribution.probabilities(part, earlier, channel, float(self.temperatures[place]))

    def images(self, place: int) -> Tensor:
        """The levels of the first ``place`` sub-pixels, int64 N×C×H×W; the others are 0."""
        flat = self.levels.new_zeros(self.n, self.end)
        flat[:, self._place[:place]] = self.levels[:place].t()
        return flat.view(self.n, *self.model.spec.shape)

    @property
    def bytes(self) -> int:
        """Memory held, about."""
        buffers = [*getattr(self.machine, "buffers", {}).values(), self.levels, self.entropy, self.nats, self.noise]
        return sum(tensor.numel() * tensor.element_size() for tensor in buffers)

    def _read(self, request: Request, temperatures: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Noise E×N, levels that are given E×N (-1 where none is), temperatures E. Read once: it is asked for again
        when what stays has been found."""
        if self._asked[0] is not request or self._asked[1] is not temperatures:
            forced = torch.where(request.known[:, None], request.given, -1)
            each = temperatures
            if each is None:
                each = torch.full((self.end,), request.temperature, dtype=torch.float64)
            self._asked = (request, temperatures, (self._ordered(request.noise), self._ordered(forced), each))
        return self._asked[2]

    def _ordered(self, values: Tensor) -> Tensor:
        """N×C×H×W in the order of drawing: E×N."""
        return values.flatten(1).index_select(1, self._place).t().contiguous()

    def _part(self, output: Tensor, channel: int, place: int) -> tuple[Tensor, Tensor]:
        distribution = self.model.distribution
        part = distribution.part(output, channel) if distribution.joint else output
        return part, self.levels[place - channel : place].t()

    def _draw(self, place: int, channel: int, part: Tensor, earlier: Tensor) -> None:
        distribution, temperature = self.model.distribution, float(self.temperatures[place])
        u, given = self.noise[place], self.forced[place]
        levels, p, log_p = distribution.draw_and_tell(part, earlier, channel, u, temperature, given)
        self.levels[place] = levels
        self.entropy[place] = -torch.xlogy(p, p).sum(1)
        self.nats[place] = -log_p
        self._fresh[place] = p
