"""Runs a causal graph tick by tick: each node is evaluated once at each position, many positions and images in one matrix
product, and never the whole image again.

Buffers lie position-major, (positions + 1) × images × features, so that what any set of positions reads is one gather; the
last position holds the zeros outside of the image.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from genstudio.nets.causal.graph import CausalGraph
from genstudio.nets.causal.plan import Step, Tick
from genstudio.nets.causal.schedule import Schedule

ROWS = 512
"""Positions times images that are evaluated without a pause: a millisecond or two's worth."""


@dataclass(frozen=True)
class Pending:
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
        self.buffers: dict[str, Tensor] = {}
        self._add(schedule.buffers, images)
        # The image buffers' channels, without the features beside them.
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

    def advance(self, tick: int, keep: bool = True) -> Iterator[Pending | None]:
        """Evaluate what falls due in ``tick`` and give what is to be drawn; :meth:`write` it before the next tick. ``None``
        comes where one may pause. Without ``keep``, a tick that was played before is computed again and changes nothing."""
        return self._run(self.schedule.ticks[tick], keep, {})

    def past(self, ticks: int) -> Iterator[Pending | None]:
        """Play the first ``ticks`` at once, as if they had drawn what was given by :meth:`give`. Yields what each was
        to be drawn from."""
        all_of_them = yield from self.schedule.past(ticks)
        self._add(all_of_them.buffers, next(iter(self.buffers.values())))
        fresh: dict[str, Tensor] = {}
        for tick in all_of_them.ticks:
            yield from self._run(tick, True, fresh)
        while fresh:
            fresh.popitem()  # one by one: to free them all takes milliseconds
            yield None

    def _add(self, buffers: dict[str, tuple[int, int]], like: Tensor) -> None:
        """Allocate a buffer of zeros: positions outside the image stay zero, all others are written before they are read."""
        for name, (positions, features) in buffers.items():
            if name not in self.buffers:
                self.buffers[name] = like.new_empty(positions + 1, self.n, features)
                self.buffers[name][-1] = 0

    def _run(self, now: Tick, store: bool, fresh: dict[str, Tensor]) -> Iterator[Pending | None]:
        """``fresh`` collects what was computed now, by buffer."""
        for step in now.steps:
            node, positions = self.nodes[step.node], step.positions
            outputs: Sequence[Tensor]
            if len(positions) * self.n > ROWS:
                outputs = yield from self._in_row_blocks(step, store, fresh)
            else:
                inputs = [
                    fresh[one.buffer] if one.index is None else self._take(one.buffer, one.index, one.taps)
                    for one in step.inputs
                ]
                outputs = node.compute(inputs)
                if store:
                    self._store(step, positions, outputs)
            for (buffer, _), values in zip(node.outputs, outputs, strict=True):
                fresh[buffer] = values
            yield None
        for pending in now.draws:
            one = pending.output
            output = fresh[one.buffer] if one.index is None else self._take(one.buffer, one.index, one.taps)
            yield Pending(
                pending.pixels, pending.draw.channels, output.view(-1, self.n, output.shape[-1]), pending.draw.into
            )

    def _store(self, step: Step, positions: Tensor, outputs: Sequence[Tensor]) -> None:
        """Store the outputs that later steps read, at some of the step's positions."""
        for (buffer, features), values, keep in zip(self.nodes[step.node].outputs, outputs, step.keep, strict=True):
            if keep:
                self.buffers[buffer].index_copy_(0, positions, values.view(-1, self.n, features))

    def _in_row_blocks(self, step: Step, store: bool, fresh: dict[str, Tensor]) -> Generator[None, None, list[Tensor]]:
        """Evaluate a step at many positions in parts, with a possible pause between them."""
        compute, several = self.nodes[step.node].compute, max(1, ROWS // self.n)
        parts = []
        for start in range(0, len(step.positions), several):
            end = min(start + several, len(step.positions))
            inputs = [
                fresh[one.buffer][start * self.n : end * self.n]
                if one.index is None
                else self._take(one.buffer, one.index[start * one.taps : end * one.taps], one.taps)
                for one in step.inputs
            ]
            parts.append(compute(inputs))
            if store:
                self._store(step, step.positions[start:end], parts[-1])
            yield
        return [torch.cat(values) for values in zip(*parts, strict=True)]

    def write(self, pending: Pending, values: Tensor) -> None:
        """Put what was drawn, P×N×channels in [-1, 1], where the nodes read it."""
        self.drawn[pending.into].index_copy_(0, pending.pixels, values)

    def _take(self, buffer: str, index: Tensor, taps: int) -> Tensor:
        """(positions * images) × (taps * features)."""
        gathered = self.buffers[buffer].index_select(0, index)
        features = gathered.shape[-1]
        if taps == 1:
            return gathered.view(-1, features)
        if self.n == 1:
            return gathered.view(-1, taps * features)
        return gathered.view(-1, taps, self.n, features).transpose(1, 2).reshape(-1, taps * features)
