"""The ticks of a schedule: groups of node positions that are evaluated together.

Positions of a node that fall due in one tick are one step, unless they follow each other within a loop.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from genstudio.core.resumable import Pausing
from genstudio.nets.causal.graph import CausalGraph, Draw, Node, Read

NEVER = np.iinfo(np.int32).max // 2
Tables = dict[tuple[str, int], np.ndarray]
"""Positions of the buffer that are read, positions×taps, by node and number of its read."""
Unit = tuple[int, int, int]
"""Number of the draw, position, pixel."""
Grid = tuple[int, int]
Buffers = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Input:
    """One read of a step: ``index`` are the buffer's positions (P * taps), or ``None`` when the same positions were computed
    in this tick and are at hand."""

    buffer: str
    index: Tensor | None
    taps: int


@dataclass(frozen=True)
class Step:
    """Evaluation of the node named ``node`` at ``positions`` (int64 P). ``keep``: outputs that are read later."""

    node: str
    positions: Tensor
    inputs: tuple[Input, ...]
    keep: tuple[bool, ...]


@dataclass(frozen=True)
class PendingDraw:
    """Draw these pixels (int64 P, y * W + x), from ``output``."""

    draw: Draw
    output: Input
    pixels: Tensor


@dataclass(frozen=True)
class Tick:
    steps: tuple[Step, ...]
    draws: tuple[PendingDraw, ...]


def loops_of(graph: CausalGraph) -> list[list[Node]]:
    """The nodes in order, those of one loop together."""
    groups: list[list[Node]] = []
    for node in graph.nodes:
        if node.loop and groups and groups[-1][0].loop == node.loop:
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


class CausalPlan:
    """Makes the ticks of one schedule. ``kept``: buffers that are kept even if no tick here reads them."""

    def __init__(
        self,
        graph: CausalGraph,
        tables: Tables,
        grids: dict[str, Grid],
        units: list[Unit],
        device: str,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self.graph, self.tables, self.grids, self.units, self.device = graph, tables, grids, units, device
        self.kept = {name for name, _ in graph.images} | kept
        self.shared: dict[tuple[object, ...], Tensor] = {}
        self.pending: dict[int, list[Any]] = defaultdict(list)  # by tick: ((place, depth, inner), node, positions)

    def ticks(self, ticks: np.ndarray, final: dict[str, np.ndarray]) -> Pausing[tuple[tuple[Tick, ...], Buffers]]:
        """The ticks, and the buffers that must be kept with their sizes. ``ticks``: of each unit. ``final``: of each node's
        positions, ``NEVER`` where they are not needed."""
        yield from self._find_pending(final)
        drawn: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for tick, (draw, position, pixel) in zip(ticks.tolist(), self.units, strict=True):
            if tick < NEVER:
                drawn[tick][draw].append((position, pixel))
        yield
        found: deque[Any] = deque()
        for tick in range(max([*self.pending, *drawn], default=-1) + 1):
            found.append(self._compile(tick, drawn.pop(tick, {})))
            yield
        made = []
        while found:
            # Outputs that are read later are known only now. Freed bit by bit: all at once takes as long as a dozen ticks.
            steps, draws = found.popleft()
            steps_of_tick = [Step(n.name, p, i, tuple(b in self.kept for b, _ in n.outputs)) for n, p, i in steps]
            made.append(Tick(tuple(steps_of_tick), draws))
            yield
        return tuple(made), self._sizes()

    def _find_pending(self, final: dict[str, np.ndarray]) -> Pausing[None]:
        for place, group in enumerate(loops_of(self.graph)):
            depth = yield from self._depths(group, final)
            for inner, node in enumerate(group):
                level = depth[node.name]
                required = np.flatnonzero(final[node.name] < NEVER)
                when = final[node.name][required].astype(np.int64) * (1 << 24) + level[required]
                sorting = np.argsort(when, kind="stable")
                required, when = required[sorting], when[sorting]
                for part in np.split(required, np.flatnonzero(np.diff(when)) + 1) if len(required) else []:
                    tick, deep = int(final[node.name][part[0]]), int(level[part[0]])
                    self.pending[tick].append(((place, deep, inner), node, part))
                yield

    def _depths(self, group: list[Node], final: dict[str, np.ndarray]) -> Pausing[dict[str, np.ndarray]]:
        """For each node of a loop, by position: how many positions have to be evaluated before it within its tick."""
        names = {buffer: node.name for node in group for buffer, _ in node.outputs}
        depth = {node.name: np.zeros(len(final[node.name]) + 1, np.int32) for node in group}
        # The zeros outside are of no tick.
        when = {node.name: np.append(final[node.name], -1) for node in group}
        own = [
            (node, names[read.buffer], self.tables[node.name, i])
            for node in group
            for i, read in enumerate(node.reads)
            if read.buffer in names
        ]
        changed = True
        while changed:
            changed = False
            for node, source, table in own:
                together = (when[source][table] == when[node.name][:-1, None]) & (when[node.name][:-1, None] < NEVER)
                found = np.where(together, depth[source][table] + 1, 0).max(1)
                changed |= bool((found > depth[node.name][:-1]).any())
                np.maximum(depth[node.name][:-1], found, out=depth[node.name][:-1])
                yield
        return {name: values[:-1] for name, values in depth.items()}

    def _compile(self, tick: int, drawn: dict[int, list[tuple[int, int]]]) -> tuple[list[Any], tuple[PendingDraw, ...]]:
        """One tick: its steps as (node, positions, inputs), and what it draws."""
        fresh: dict[str, bytes] = {}
        steps, draws = [], []
        for _, node, positions in sorted(self.pending.pop(tick, ()), key=lambda one: one[0]):
            same = positions.tobytes()
            inputs = tuple(
                self._input(read, positions, same, fresh, self.tables[node.name, i], node.grid)
                for i, read in enumerate(node.reads)
            )
            fresh.update({buffer: same for buffer, _ in node.outputs})
            steps.append((node, self._tensor(positions, same), inputs))
        for number, units in sorted(drawn.items()):
            draw, positions = self.graph.draws[number], np.array([position for position, _ in units])
            one = self._input(Read(draw.output), positions, positions.tobytes(), fresh, None, draw.grid)
            pixels = np.array([pixel for _, pixel in units])
            draws.append(PendingDraw(draw, one, self._tensor(pixels, pixels.tobytes())))
        return steps, tuple(draws)

    def _sizes(self) -> Buffers:
        """Positions and features of what is kept."""
        sizes = {name: len(channels) + self.graph.features_beside for name, channels in self.graph.images}
        sizes |= {buffer: features for node in self.graph.nodes for buffer, features in node.outputs}
        return {b: (self.grids[b][0] * self.grids[b][1], sizes[b]) for b in self.kept}

    def _input(
        self,
        read: Read,
        positions: np.ndarray,
        same: bytes,
        fresh: dict[str, bytes],
        table: np.ndarray | None,
        grid: tuple[int, int],
    ) -> Input:
        """``same``: the positions as bytes, quick to compare. ``table``: ``None`` reads the positions themselves."""
        if read.is_here and fresh.get(read.buffer) == same:
            return Input(read.buffer, None, 1)
        self.kept.add(read.buffer)
        # Layers of one kind read alike: their indices are made and kept once.
        key = (read.taps, read.stride, read.up, self.grids[read.buffer], grid, same)
        if key not in self.shared:
            index = positions if table is None else table[positions].ravel()
            self.shared[key] = torch.from_numpy(index).to(self.device)
        return Input(read.buffer, self.shared[key], len(read.taps))

    def _tensor(self, positions: np.ndarray, same: bytes) -> Tensor:
        if (same,) not in self.shared:
            self.shared[same,] = torch.from_numpy(positions).to(self.device)
        return self.shared[same,]
