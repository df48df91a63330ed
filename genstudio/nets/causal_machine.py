"""Runs a causal graph tick by tick: each node is evaluated once at each position, many positions and images in one matrix
product, and never the whole image again.

Buffers lie position-major, (positions + 1) × images × features, so that what any set of positions reads is one gather; the
last position holds the zeros outside of the image.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from genstudio.nets.causal_graph import CausalGraph
from genstudio.nets.causal_schedule import Input, Schedule, Step, Tick

ROWS = 1024
"""Positions times images that are evaluated without a pause: a few milliseconds' worth."""


@dataclass(frozen=True)
class Due:
    """Sub-pixels that can be drawn now: ``pixels`` (int64 P, y * W + x), ``channels`` one after the other from ``output``,
    P×N×Q."""

    pixels: Tensor
    channels: tuple[int, ...]
    output: Tensor
    into: str = ""


class GraphMachine:
    """``images`` are N×C×H×W in [-1, 1] with the given pixels in place; what they hold elsewhere is never read.

    Ticks come in order, and any may be gone back to: a tick reads only what earlier ones wrote, and each position of a
    buffer is written in one tick alone."""

    def __init__(self, graph: CausalGraph, schedule: Schedule, images: Tensor) -> None:
        self.nodes = {node.name: node for node in graph.nodes}
        self.schedule, self.n = schedule, len(images)
        self.holds = dict(graph.images)
        self.buffers = {
            name: images.new_zeros(positions + 1, self.n, features)
            for name, (positions, features) in schedule.buffers.items()
        }
        # The image buffers' channels, without what stands beside them.
        self.drawn = {name: self.buffers[name][:, :, : len(channels)] for name, channels in graph.images}
        if graph.beside is not None:
            for name, channels in graph.images:
                self.buffers[name][:-1, :, len(channels) :] = graph.beside.flatten(1).t().to(images)[:, None]
        self.give(images)

    @property
    def ticks(self) -> int:
        return len(self.schedule.ticks)

    def give(self, images: Tensor) -> None:
        """Put these pixels in place: N×C×H×W in [-1, 1]."""
        for name, channels in self.holds.items():
            self.drawn[name][:-1] = images[:, list(channels)].flatten(2).permute(2, 0, 1)

    def advance(self, tick: int, keep: bool = True) -> Iterator[Due | None]:
        """Evaluate what falls due in ``tick`` and give what is to be drawn; :meth:`write` it before the next tick. ``None``
        comes where one may pause. Without ``keep``, a tick that was played already is asked again and changes nothing."""
        return self._run(self.schedule.ticks[tick], keep)

    def past(self, ticks: int) -> Iterator[Due | None]:
        """As if the first ``ticks`` had been played and had drawn what was given by :meth:`give`: everything at once, with
        what each was to be drawn from."""
        whole = self.schedule.past(ticks)
        for name, (positions, features) in whole.buffers.items():
            if name not in self.buffers:
                some = next(iter(self.buffers.values()))
                self.buffers[name] = some.new_zeros(positions + 1, self.n, features)
        for tick in whole.ticks:
            yield from self._run(tick, True)

    def _run(self, now: Tick, store: bool) -> Iterator[Due | None]:
        fresh: dict[str, Tensor] = {}
        n, buffers = self.n, self.buffers
        for step in now.steps:
            node, positions = self.nodes[step.node], step.positions
            outputs: Sequence[Tensor]
            if len(positions) * n > ROWS:
                outputs = yield from self._by_parts(step, fresh)
            else:
                inputs = [fresh[one.buffer] if one.index is None else self._take(one) for one in step.inputs]
                outputs = node.compute(inputs)
            for (buffer, features), values, keep in zip(node.outputs, outputs, step.keep, strict=True):
                fresh[buffer] = values
                if keep and store:
                    buffers[buffer].index_copy_(0, positions, values.view(-1, n, features))
            yield None
        for due in now.draws:
            output = fresh[due.output.buffer] if due.output.index is None else self._take(due.output)
            yield Due(due.pixels, due.draw.channels, output.view(-1, self.n, output.shape[-1]), due.draw.into)

    def _by_parts(self, step: Step, fresh: dict[str, Tensor]) -> Generator[None, None, list[Tensor]]:
        """What a step at many positions gives, a few of them at a time: so that one may pause between."""
        compute, several = self.nodes[step.node].compute, max(1, ROWS // self.n)
        parts = []
        for start in range(0, len(step.positions), several):
            end = min(start + several, len(step.positions))
            inputs = [
                fresh[one.buffer][start * self.n : end * self.n]
                if one.index is None
                else self._take(replace(one, index=one.index[start * one.taps : end * one.taps]))
                for one in step.inputs
            ]
            parts.append(compute(inputs))
            yield
        return [torch.cat(values) for values in zip(*parts, strict=True)]

    def write(self, due: Due, values: Tensor) -> None:
        """Put what was drawn, P×N×channels in [-1, 1], where the nodes read it."""
        self.drawn[due.into].index_copy_(0, due.pixels, values)

    def _take(self, one: Input) -> Tensor:
        """(positions * images) × (taps * features), from a buffer."""
        gathered = self.buffers[one.buffer].index_select(0, one.index)
        features = gathered.shape[-1]
        if one.taps == 1:
            return gathered.view(-1, features)
        if self.n == 1:
            return gathered.view(-1, one.taps * features)
        return gathered.view(-1, one.taps, self.n, features).transpose(1, 2).reshape(-1, one.taps * features)
