"""Choice of the fastest sampling method by measurement, once per net, batch size and computer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.models.autoregressive.sampling.request import Method, Request

CANDIDATES: tuple[Method, ...] = ("cached", "jacobi")
"""The naive sampler does no less than either."""


@dataclass
class Pace:
    """Seconds by method for batches of about one size: ``seconds["16"]["cached"]``, keyed by the power of two at or above
    the batch. A run keeps it on disk, so that the next program that opens it needs no trial. ``used`` is the method by
    which was last drawn."""

    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    used: Method = field(default="cached", compare=False)

    def best(self, n: int) -> Method | None:
        """The fastest of the methods for a batch of ``n``; ``None`` before they were measured."""
        measured = self.seconds.get(self.key(n), {})
        if not all(method in measured for method in CANDIDATES):
            return None
        return min(CANDIDATES, key=lambda method: measured[method])

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
                if isinstance(seconds, int | float) and method in CANDIDATES and str(key).isdecimal():
                    pace.seconds.setdefault(str(key), {})[method] = float(seconds)
        return pace


def choose(model: SampledModel, request: Request, pace: Pace) -> Tensor:
    """Draw by the method that ``pace`` finds fastest; the first time by each of them, the second given only as long as the
    first took. All draw the same images.

    Every drawing is measured, so that a trial which something else disturbed is put right by the next.
    """
    n = len(request)
    best = pace.best(n)
    pace.used = best or "cached"
    if best is not None:
        began = _clock(request)
        images = model.draw_by(best, request)
        pace.note(n, best, _clock(request) - began)
        return images
    # The schedule is made once for all batches: it is no part of what a drawing costs.
    model.machine(model.to_net(request.given), request.known.all(0).cpu().numpy(), request.labels, "wavefront")
    began = _clock(request)
    images = model.draw_by("cached", request)
    spent = _clock(request) - began
    pace.note(n, "cached", spent)
    pace.note(n, "jacobi", _try_jacobi(model, request, limit=spent))
    return images


def _try_jacobi(model: SampledModel, request: Request, limit: float) -> float:
    """Seconds that Jacobi iteration takes; more than ``limit`` when it was given up."""
    from genstudio.models.autoregressive.sampling.jacobi import jacobi

    began = _clock(request)
    for unsettled, _ in jacobi(model, request):
        if unsettled and _clock(request) - began > limit:
            break
    return _clock(request) - began


def _clock(request: Request) -> float:
    """Seconds: on a CPU those of this thread, since what else the computer does says nothing about a method."""
    if request.noise.is_cuda:
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.thread_time()
