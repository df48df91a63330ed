"""Choice of the fastest sampling method by measurement, once per net, batch size and computer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.models.autoregressive.sampling.jacobi import jacobi
from genstudio.models.autoregressive.sampling.methods import draw_by

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.models.autoregressive.sampling.request import Method, SampleRequest

MEASURED: tuple[Method, ...] = ("cached", "naive", "jacobi")


@dataclass
class Pace:
    """Seconds by method for batches of about one size: ``seconds["16"]["cached"]``, keyed by the power of two at or above
    the batch. A run keeps it on disk, so that the next program that opens it needs no trial. ``used`` is the method by
    which was last drawn."""

    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    used: Method = field(default="cached", compare=False)

    def best(self, n: int, candidates: Sequence[Method] = ("cached", "jacobi")) -> Method | None:
        """The fastest of ``candidates`` for a batch of ``n``; ``None`` before all of them were measured."""
        measured = self.seconds.get(self.key(n), {})
        if not all(method in measured for method in candidates):
            return None
        return min(candidates, key=lambda method: measured[method])

    def note(self, n: int, method: str, seconds: float) -> None:
        self.seconds.setdefault(self.key(n), {})[method] = seconds

    @staticmethod
    def key(n: int) -> str:
        return str(1 << max(0, n - 1).bit_length())

    def to_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    @classmethod
    def from_json(cls, value: Any) -> Pace:
        """Restore from the result of :meth:`to_json`; anything else gives an empty one."""
        table = value.get("seconds", {}) if isinstance(value, dict) else {}
        pace = cls()
        for key, methods in table.items() if isinstance(table, dict) else ():
            for method, seconds in methods.items() if isinstance(methods, dict) else ():
                if isinstance(seconds, int | float) and method in MEASURED and str(key).isdecimal():
                    pace.seconds.setdefault(str(key), {})[method] = float(seconds)
        return pace


def choose(model: SampledModel, request: SampleRequest, pace: Pace) -> Tensor:
    """Draw by the method that ``pace`` finds fastest, of Jacobi iteration and the model's first one (cached, or naive where
    there is no graph); the first time by each of them, the second given only as long as the first took.

    Every drawing is measured, so that a trial which something else disturbed is put right by the next.
    """
    n, first = len(request), model.methods()[0]
    best = pace.best(n, (first, "jacobi"))
    pace.used = best or first
    if best is not None:
        began = _clock(request)
        images = draw_by(model, best, request)
        pace.note(n, best, _clock(request) - began)
        return images
    if first == "cached":  # the schedule is made once for all batches: it is no part of the cost of a drawing
        model.machine(model.to_net(request.given), request.known.all(0).cpu().numpy(), request.condition, "wavefront")
    began = _clock(request)
    images = draw_by(model, first, request)
    spent = _clock(request) - began
    pace.note(n, first, spent)
    pace.note(n, "jacobi", _try_jacobi(model, request, limit=spent))
    return images


def _try_jacobi(model: SampledModel, request: SampleRequest, limit: float) -> float:
    """Seconds that Jacobi iteration takes; more than ``limit`` when it was given up."""
    began = _clock(request)
    for unsettled, _ in jacobi(model, request):
        if unsettled and _clock(request) - began > limit:
            break
    return _clock(request) - began


def _clock(request: SampleRequest) -> float:
    """Seconds: on a CPU those of this thread, since what else the computer does says nothing about a method."""
    if request.noise.is_cuda:
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.thread_time()
