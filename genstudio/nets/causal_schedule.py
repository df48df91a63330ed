"""When each node's position and each pixel of a causal graph can be known, and what is evaluated together.

From the graph's true dependencies follows for every sub-pixel which others its distribution can see (a row of bits). A pixel
is drawn in the first *tick* in which all of these are drawn; all pixels of one tick are one batch. So rows are drawn side
by side like the front of a wave as far as receptive fields allow, vertical stacks fall due once per row, strided layers
when they have what they need, and given pixels cost nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from genstudio.nets.causal_graph import CausalGraph, Draw, Node, Read

Order = Literal["raster", "wavefront"]
NEVER = np.iinfo(np.int32).max // 2


@dataclass(frozen=True)
class Input:
    """One read of a step: ``index`` are the buffer's positions (P * taps), or ``None`` when the same positions were computed
    in this tick and are at hand."""

    buffer: str
    index: Tensor | None
    taps: int


@dataclass(frozen=True)
class Step:
    """Evaluate the node named ``node`` at ``positions`` (int64 P). ``keep`` says which outputs somebody reads later."""

    node: str
    positions: Tensor
    inputs: tuple[Input, ...]
    keep: tuple[bool, ...]


@dataclass(frozen=True)
class DueDraw:
    """Draw these pixels (int64 P, y * W + x), from ``output``."""

    draw: Draw
    output: Input
    pixels: Tensor


@dataclass(frozen=True)
class Tick:
    steps: tuple[Step, ...]
    draws: tuple[DueDraw, ...]


@dataclass(frozen=True)
class Schedule:
    """The ticks, and the buffers that must be kept with their sizes (positions, features). ``past(k)``: all that the first
    k ticks evaluate as one tick, for when what they would draw is known."""

    ticks: tuple[Tick, ...]
    buffers: dict[str, tuple[int, int]]
    past: Callable[[int], Schedule] = field(compare=False, repr=False)


_lock = threading.Lock()  # training thread and render thread both come here
_cache: OrderedDict[tuple[object, ...], Schedule] = OrderedDict()
CACHED = 12


def schedule(graph: CausalGraph, known: np.ndarray, order: Order = "wavefront", device: str = "cpu") -> Schedule:
    """The schedule of ``graph`` when the pixels ``known`` (bool H×W) are given. Kept for graphs of the same structure."""
    # The nodes' functions belong to one set of weights, and a kept schedule must not hold on to them.
    graph = replace(graph, nodes=tuple(replace(node, compute=_nothing) for node in graph.nodes))
    key = (graph, np.packbits(known).tobytes(), order, device)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    made = _Scheduler(graph, known, order, device).run()
    with _lock:
        _cache[key] = made
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return made


def _early(need: np.ndarray, when: np.ndarray, node: Node) -> np.ndarray:
    """Ticks for what is ``need``-ed: a whole row in the tick that first needs one of it, if all can be known by then."""
    wanted = need < NEVER
    if node.loop is not None:
        return np.where(wanted, when, NEVER)
    rows, known = need.reshape(node.grid), np.where(wanted, when, 0).reshape(node.grid)
    first = rows.min(1, keepdims=True)
    together = np.where(known.max(1, keepdims=True) <= first, first, known).ravel()
    return np.where(wanted, together, NEVER)


def _no_past(count: int) -> Schedule:
    raise ValueError("this is the past itself")


def _nothing(inputs: list[Tensor]) -> list[Tensor]:
    return []


class _Scheduler:
    """``when[buffer][position]``: the first tick in which that is known; the last entry stands for the zeros outside."""

    def __init__(self, graph: CausalGraph, known: np.ndarray, order: Order, device: str) -> None:
        self.graph, self.known, self.order, self.device = graph, known.astype(bool).ravel(), order, device
        self.grids = {name: graph.size for name, _ in graph.images}
        self.writer: dict[str, Node] = {}
        for node in graph.nodes:
            for buffer, _ in node.outputs:
                self.writer[buffer], self.grids[buffer] = node, node.grid
        self.tables = {(n.name, i): self._table(n.grid, read) for n in graph.nodes for i, read in enumerate(n.reads)}
        self.loops = self._loops()
        self.units = self._units()
        self.lock = threading.Lock()

    def run(self) -> Schedule:
        ticks = (
            np.arange(len(self.units), dtype=np.int32) if self.order == "raster" else self._draw_ticks(self._reach())
        )
        final = self._needed(ticks, self._earliest(ticks))
        made = self._assemble(ticks, final)
        kept = frozenset(made.buffers)

        @lru_cache(maxsize=4)
        def past(count: int) -> Schedule:
            now = {name: np.where(tick < count, 0, NEVER) for name, tick in final.items()}
            return self._assemble(np.where(ticks < count, 0, NEVER), now, kept)

        return replace(made, past=past)

    # -- structure ---------------------------------------------------------------------------------------------------

    def _table(self, grid: tuple[int, int], read: Read) -> np.ndarray:
        """Positions×taps: which position of the buffer is read, its size (the zeros) where there is none."""
        height, width = self.grids[read.buffer]
        y, x = (axis.reshape(-1, 1) for axis in np.mgrid[: grid[0], : grid[1]])
        dy, dx = np.array(read.taps).T
        row, column = y * read.stride + dy, x * read.stride + dx
        whole = (row % read.up == 0) & (column % read.up == 0)
        row, column = row // read.up, column // read.up
        inside = whole & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return np.where(inside, row * width + column, height * width)

    def _loops(self) -> list[list[Node]]:
        """The nodes in order, those of one loop together."""
        groups: list[list[Node]] = []
        for node in self.graph.nodes:
            if node.loop and groups and groups[-1][0].loop == node.loop:
                groups[-1].append(node)
            else:
                groups.append([node])
        return groups

    def _units(self) -> list[tuple[int, int, int]]:
        """(draw, position, pixel) of all that is to be drawn, in the order of the product rule."""
        width, units = self.graph.size[1], []
        for number, draw in enumerate(self.graph.draws):
            y, x = (axis.ravel() * draw.step for axis in np.mgrid[: draw.grid[0], : draw.grid[1]])
            pixels = y * width + x
            wanted = ~self.known[pixels]
            if draw.skip:
                wanted &= (y % draw.skip != 0) | (x % draw.skip != 0)
            units += [(number, int(p), int(pixels[p])) for p in np.flatnonzero(wanted)]
        draws = self.graph.draws
        return sorted(units, key=lambda unit: (draws[unit[0]].rank, unit[2], draws[unit[0]].channels))

    # -- who sees whom -----------------------------------------------------------------------------------------------

    def _reach(self) -> dict[str, np.ndarray]:
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
            self._settle(group, reach, np.bitwise_or)
        return reach

    def _settle(self, group: list[Node], values: dict[str, np.ndarray], combine: np.ufunc) -> None:
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
            if not changed or group[0].loop is None:
                return

    def _draw_ticks(self, reach: dict[str, np.ndarray]) -> np.ndarray:
        """The tick of each unit: one after the last unit that it sees."""
        ticks = np.zeros(len(self.units), np.int32)
        for number, (draw, position, _) in enumerate(self.units):
            row = reach[self.graph.draws[draw].output][position]
            seen = np.unpackbits(row, count=len(ticks)).view(bool)
            if seen[number:].any():
                raise ValueError(f"{self.graph.draws[draw].output} sees what it is to draw: the graph is not causal")
            if seen.any():
                ticks[number] = ticks[seen].max() + 1
        return ticks

    # -- when ----------------------------------------------------------------------------------------------------------

    def _earliest(self, ticks: np.ndarray) -> dict[str, np.ndarray]:
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
            self._settle(group, when, np.maximum)
        return when

    def _needed(self, ticks: np.ndarray, when: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The tick in which each node's positions are evaluated, by node; ``NEVER`` where nobody needs them."""
        need = {buffer: np.full(len(values), NEVER, np.int32) for buffer, values in when.items()}
        for tick, (draw, position, _) in zip(ticks, self.units, strict=True):
            output = self.graph.draws[draw].output
            need[output][position] = min(need[output][position], tick)
        final: dict[str, np.ndarray] = {}
        for group in reversed(self.loops):
            while True:
                before = [need[b].copy() for node in group for b, _ in node.outputs]
                for node in reversed(group):
                    wanted = np.minimum.reduce([need[buffer][:-1] for buffer, _ in node.outputs])
                    if node.eager:
                        wanted = _early(wanted, when[node.outputs[0][0]][:-1], node)
                    final[node.name] = wanted
                    for i, read in enumerate(node.reads):
                        table = self.tables[node.name, i]
                        np.minimum.at(need[read.buffer], table, np.broadcast_to(wanted[:, None], table.shape))
                after = [need[b] for node in group for b, _ in node.outputs]
                if group[0].loop is None or all(map(np.array_equal, before, after)):
                    break
        return final

    def _depths(self, group: list[Node], final: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
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
        return {name: values[:-1] for name, values in depth.items()}

    # -- what together -------------------------------------------------------------------------------------------------

    def _assemble(
        self, ticks: np.ndarray, final: dict[str, np.ndarray], kept: frozenset[str] = frozenset()
    ) -> Schedule:
        """``kept``: buffers that are kept whether anybody here reads them or not."""
        due: dict[int, list[Any]] = defaultdict(list)  # ((place, depth, inner), node, positions)
        for place, group in enumerate(self.loops):
            depth = self._depths(group, final)
            for inner, node in enumerate(group):
                level = depth[node.name]
                wanted = np.flatnonzero(final[node.name] < NEVER)
                when = final[node.name][wanted].astype(np.int64) * (1 << 24) + level[wanted]
                sorting = np.argsort(when, kind="stable")
                wanted, when = wanted[sorting], when[sorting]
                for part in np.split(wanted, np.flatnonzero(np.diff(when)) + 1) if len(wanted) else []:
                    tick, deep = int(final[node.name][part[0]]), int(level[part[0]])
                    due[tick].append(((place, deep, inner), node, part))
        drawn: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for tick, (draw, position, pixel) in zip(ticks.tolist(), self.units, strict=True):
            if tick < NEVER:
                drawn[tick][draw].append((position, pixel))
        with self.lock:
            return self._compile(due, drawn, kept)

    def _compile(
        self, due: dict[int, list[Any]], drawn: dict[int, dict[int, list[tuple[int, int]]]], kept: frozenset[str]
    ) -> Schedule:
        plans = []
        self.kept = {name for name, _ in self.graph.images} | kept
        self.shared: dict[tuple[object, ...], Tensor] = {}
        for tick in range(max([*due, *drawn], default=-1) + 1):
            fresh: dict[str, bytes] = {}
            steps, draws = [], []
            for _, node, positions in sorted(due[tick], key=lambda one: one[0]):
                same = positions.tobytes()
                inputs = tuple(
                    self._input(read, positions, same, fresh, self.tables[node.name, i], node.grid)
                    for i, read in enumerate(node.reads)
                )
                fresh.update({buffer: same for buffer, _ in node.outputs})
                steps.append((node, self._tensor(positions, same), inputs))
            for number, units in sorted(drawn[tick].items()):
                draw, positions = self.graph.draws[number], np.array([position for position, _ in units])
                one = self._input(Read(draw.output), positions, positions.tobytes(), fresh, None, draw.grid)
                pixels = np.array([pixel for _, pixel in units])
                draws.append(DueDraw(draw, one, self._tensor(pixels, pixels.tobytes())))
            plans.append((steps, tuple(draws)))
        made = tuple(
            Tick(tuple(Step(n.name, p, i, tuple(b in self.kept for b, _ in n.outputs)) for n, p, i in steps), draws)
            for steps, draws in plans
        )
        beside = self.graph.features_beside
        sizes = {name: len(channels) + beside for name, channels in self.graph.images}
        sizes |= {buffer: features for node in self.graph.nodes for buffer, features in node.outputs}
        kept_sizes = {b: (self.grids[b][0] * self.grids[b][1], sizes[b]) for b in self.kept}
        return Schedule(made, kept_sizes, _no_past)

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
