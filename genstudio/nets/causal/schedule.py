"""When each node's position and each pixel of a causal graph can be known, and what is evaluated together.

From the graph's true dependencies follows for every sub-pixel which others its distribution can see (a row of bits). A pixel
is drawn in the first *tick* in which all of these are drawn; all pixels of one tick are one batch. So rows are drawn side
by side like the front of a wave as far as receptive fields allow, vertical stacks fall due once per row, strided layers
when they have what they need, and given pixels cost nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from torch import Tensor

from genstudio.core.resumable import Pausing, run
from genstudio.nets.causal.graph import CausalGraph, Node, Read
from genstudio.nets.causal.plan import NEVER, CausalPlan, Tables, Tick, Unit, loops_of

Order = Literal["raster", "wavefront"]


@dataclass(frozen=True)
class Schedule:
    """The ticks, and the buffers that must be kept with their sizes (positions, features). ``past(k)``: all that the first
    k ticks evaluate as one tick, for when what they would draw is known."""

    ticks: tuple[Tick, ...]
    buffers: dict[str, tuple[int, int]]
    past: Callable[[int], Pausing[Schedule]] = field(compare=False, repr=False)


_lock = threading.Lock()  # used by the training thread and the render thread
_cache: OrderedDict[tuple[object, ...], Schedule] = OrderedDict()
CACHED = 12
PASTS = 4  # of a schedule, kept


def schedule(graph: CausalGraph, known: np.ndarray, order: Order = "wavefront", device: str = "cpu") -> Schedule:
    """The schedule of ``graph`` when the pixels ``known`` (bool H×W) are given. Kept for graphs of the same structure."""
    return run(resumable_schedule(graph, known, order, device))


def resumable_schedule(
    graph: CausalGraph, known: np.ndarray, order: Order = "wavefront", device: str = "cpu"
) -> Pausing[Schedule]:
    """:func:`schedule`, where it has to be made, in parts of about a millisecond."""
    # The nodes' functions belong to one set of weights, and a kept schedule must not hold on to them.
    graph = replace(graph, nodes=tuple(replace(node, compute=_nothing) for node in graph.nodes))
    key = (graph, np.packbits(known).tobytes(), order, device)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    made = yield from _Scheduler(graph, known, order, device).run()
    with _lock:
        _cache[key] = made
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return made


def _early(need: np.ndarray, when: np.ndarray, node: Node) -> np.ndarray:
    """Ticks for what is ``need``-ed: a whole row in the tick that first needs one of it, if all can be known by then."""
    required = need < NEVER
    if node.loop is not None:
        return np.where(required, when, NEVER)
    rows, known = need.reshape(node.grid), np.where(required, when, 0).reshape(node.grid)
    first = rows.min(1, keepdims=True)
    together = np.where(known.max(1, keepdims=True) <= first, first, known).ravel()
    return np.where(required, together, NEVER)


def _nothing(inputs: list[Tensor]) -> list[Tensor]:
    return []


class _Scheduler:
    """``when[buffer][position]``: the first tick in which that is known; the last entry is for the zeros outside."""

    def __init__(self, graph: CausalGraph, known: np.ndarray, order: Order, device: str) -> None:
        self.graph, self.known, self.order, self.device = graph, known.astype(bool).ravel(), order, device
        self.grids = {name: graph.size for name, _ in graph.images}
        self.grids |= {buffer: node.grid for node in graph.nodes for buffer, _ in node.outputs}
        self.tables: Tables = {}
        self.loops = loops_of(graph)
        self.units = self._units()
        self.pasts: OrderedDict[int, Schedule] = OrderedDict()

    def run(self) -> Pausing[Schedule]:
        yield from self._make_tables()
        if self.order == "raster":
            ticks = np.arange(len(self.units), dtype=np.int32)
        else:
            reach = yield from self._reach()
            ticks = yield from self._draw_ticks(reach)
        when = yield from self._earliest(ticks)
        final = yield from self._needed(ticks, when)
        plan = CausalPlan(self.graph, self.tables, self.grids, self.units, self.device)
        made, buffers = yield from plan.ticks(ticks, final)
        kept = frozenset(buffers)

        def past(count: int) -> Pausing[Schedule]:
            found = self.pasts.get(count)
            if found is None:
                now = {name: np.where(tick < count, 0, NEVER) for name, tick in final.items()}
                plan = CausalPlan(self.graph, self.tables, self.grids, self.units, self.device, kept)
                found = Schedule(*(yield from plan.ticks(np.where(ticks < count, 0, NEVER), now)), past)
                with _lock:
                    self.pasts[count] = found
                    while len(self.pasts) > PASTS:
                        self.pasts.popitem(last=False)
            return found

        return Schedule(made, buffers, past)

    # -- structure ---------------------------------------------------------------------------------------------------

    def _make_tables(self) -> Pausing[None]:
        """Layers of one kind read alike: they share a table."""
        shared: dict[tuple[object, ...], np.ndarray] = {}
        for node in self.graph.nodes:
            for i, read in enumerate(node.reads):
                key = (read.taps, read.stride, read.up, self.grids[read.buffer], node.grid)
                if key not in shared:
                    shared[key] = self._table(node.grid, read)
                    yield
                self.tables[node.name, i] = shared[key]

    def _table(self, grid: tuple[int, int], read: Read) -> np.ndarray:
        """Positions×taps: which position of the buffer is read, its size (the zeros) where there is none."""
        height, width = self.grids[read.buffer]
        y, x = (axis.reshape(-1, 1) for axis in np.mgrid[: grid[0], : grid[1]])
        dy, dx = np.array(read.taps).T
        row, column = y * read.stride + dy, x * read.stride + dx
        even = (row % read.up == 0) & (column % read.up == 0)
        row, column = row // read.up, column // read.up
        inside = even & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return np.where(inside, row * width + column, height * width)

    def _units(self) -> list[Unit]:
        """(draw, position, pixel) of all that is to be drawn, in the order of the product rule."""
        width, units = self.graph.size[1], []
        for number, draw in enumerate(self.graph.draws):
            y, x = (axis.ravel() * draw.step for axis in np.mgrid[: draw.grid[0], : draw.grid[1]])
            pixels = y * width + x
            required = ~self.known[pixels]
            if draw.skip:
                required &= (y % draw.skip != 0) | (x % draw.skip != 0)
            units += [(number, int(p), int(pixels[p])) for p in np.flatnonzero(required)]
        draws = self.graph.draws
        return sorted(units, key=lambda unit: (draws[unit[0]].rank, unit[2], draws[unit[0]].channels))

    # -- dependencies -----------------------------------------------------------------------------------------------

    def _reach(self) -> Pausing[dict[str, np.ndarray]]:
        """For each buffer, positions×bits: the units that it depends on."""
        size, n_bytes = self.graph.size[0] * self.graph.size[1], (len(self.units) + 7) // 8
        reach: dict[str, np.ndarray] = {}
        for name, _ in self.graph.images:
            reach[name] = np.zeros((size + 1, n_bytes), np.uint8)
        for number, (draw, _, pixel) in enumerate(self.units):
            reach[self.graph.draws[draw].into][pixel, number // 8] |= 128 >> number % 8
        for group in self.loops:
            for node in group:
                for buffer, _ in node.outputs:
                    reach[buffer] = np.zeros((node.grid[0] * node.grid[1] + 1, n_bytes), np.uint8)
            yield from self._settle(group, reach, np.bitwise_or)
        return reach

    def _settle(self, group: list[Node], values: dict[str, np.ndarray], combine: np.ufunc) -> Pausing[None]:
        """Combine over reads, and again until nothing changes where nodes read themselves."""
        while True:
            changed = False
            for node in group:
                total = values[node.outputs[0][0]][:-1].copy()
                for i, read in enumerate(node.reads):
                    source, table = values[read.buffer], self.tables[node.name, i]
                    for tap in range(table.shape[1]):
                        combine(total, source[table[:, tap]], out=total)
                changed |= not np.array_equal(total, values[node.outputs[0][0]][:-1])
                for buffer, _ in node.outputs:
                    values[buffer][:-1] = total
                yield
            if not changed or group[0].loop is None:
                return

    def _draw_ticks(self, reach: dict[str, np.ndarray]) -> Pausing[np.ndarray]:
        """The tick of each unit: one after the last unit that it sees."""
        ticks = np.zeros(len(self.units), np.int32)
        for number, (draw, position, _) in enumerate(self.units):
            row = reach[self.graph.draws[draw].output][position]
            visible = np.unpackbits(row, count=len(ticks)).view(bool)
            if visible[number:].any():
                raise ValueError(f"{self.graph.draws[draw].output} sees what it is to draw: the graph is not causal")
            if visible.any():
                ticks[number] = ticks[visible].max() + 1
            yield
        return ticks

    # -- when ----------------------------------------------------------------------------------------------------------

    def _earliest(self, ticks: np.ndarray) -> Pausing[dict[str, np.ndarray]]:
        """When each buffer's positions can be known."""
        size = self.graph.size[0] * self.graph.size[1]
        when = {name: np.zeros(size + 1, np.int32) for name, _ in self.graph.images}
        for tick, (draw, _, pixel) in zip(ticks, self.units, strict=True):
            into = self.graph.draws[draw].into
            when[into][pixel] = max(when[into][pixel], tick + 1)
        for group in self.loops:
            for node in group:
                for buffer, _ in node.outputs:
                    when[buffer] = np.zeros(node.grid[0] * node.grid[1] + 1, np.int32)
            yield from self._settle(group, when, np.maximum)
        return when

    def _needed(self, ticks: np.ndarray, when: dict[str, np.ndarray]) -> Pausing[dict[str, np.ndarray]]:
        """Tick in which each node's positions are evaluated, by node; ``NEVER`` where they are not read."""
        need = {buffer: np.full(len(values), NEVER, np.int32) for buffer, values in when.items()}
        for tick, (draw, position, _) in zip(ticks, self.units, strict=True):
            output = self.graph.draws[draw].output
            need[output][position] = min(need[output][position], tick)
        final: dict[str, np.ndarray] = {}
        for group in reversed(self.loops):
            while True:
                before = [need[b].copy() for node in group for b, _ in node.outputs]
                for node in reversed(group):
                    required = np.minimum.reduce([need[buffer][:-1] for buffer, _ in node.outputs])
                    if node.eager:
                        required = _early(required, when[node.outputs[0][0]][:-1], node)
                    final[node.name] = required
                    for i, read in enumerate(node.reads):
                        table = self.tables[node.name, i]
                        np.minimum.at(need[read.buffer], table, np.broadcast_to(required[:, None], table.shape))
                        yield
                after = [need[b] for node in group for b, _ in node.outputs]
                if group[0].loop is None or all(map(np.array_equal, before, after)):
                    break
        return final
