"""Snapshots: frozen copies of the (averaged) weights at one step, for display and measures.

The training thread clones, on demand and at most four times a second; explorers load the copy into a module of their
own. So looking never changes training: no race with an optimiser, no flip of BatchNorm's mode, no shared random numbers.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from genstudio.core import aliases
from genstudio.core.errors import RunError
from genstudio.core.messages import N_
from genstudio.core.resumable import Pausing, run
from genstudio.core.spec import ImageSpec

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from genstudio.models.base import Model

SHORTEST_PAUSE = 0.25  # seconds between two snapshots: a clone of 10 million weights takes some 10 ms of training


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything needed to build the model as it was at ``step`` of the run named ``run``.

    ``weights`` are CPU tensors by state-dict name, never written to; ``averaged`` says whether they are the moving
    average. ``model_knobs`` are complete, as live changes left them.
    """

    run: str
    step: int
    model: str
    model_knobs: dict[str, Any]
    spec: ImageSpec
    weights: Mapping[str, Tensor] = field(repr=False)
    averaged: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights (names, types, shapes and bytes), 64 hex digits: part of provenance."""
        return digest_of(self.weights)


def digest_of(weights: Mapping[str, Tensor]) -> str:
    """SHA-256 of named tensors, whatever their order. Renaming a tensor leaves it: it is taken under its first name."""
    import torch

    made = hashlib.sha256()
    by_first_name = {aliases.first_name("weights", name): tensor for name, tensor in weights.items()}
    for name in sorted(by_first_name):
        tensor = by_first_name[name].detach().cpu().contiguous()
        made.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        made.update(tensor.reshape(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return made.hexdigest()


def load_model(snapshot: Snapshot, device: torch.device | str = "cpu") -> Model:
    """The snapshot's model in eval mode, its weights frozen. Safe on any thread while another one trains.

    Models of one snapshot share its memory: their weights must not be written. Raises :class:`RunError` when the weights
    are not those of such a model, :class:`UsageError` when there is no such model here.
    """
    return run(resumable_load_model(snapshot, device))


def resumable_load_model(snapshot: Snapshot, device: torch.device | str = "cpu") -> Pausing[Model]:
    """:func:`load_model`, with a pause between the net and its weights: 5 to 10 ms each for a large one."""
    from genstudio.core.knobs import parse_knobs
    from genstudio.models.base import models

    kind = models[snapshot.model]
    knobs = parse_knobs(kind.Knobs, snapshot.model_knobs)
    try:
        return (
            yield from _assembled(kind, snapshot.spec, knobs, {k: v.to(device) for k, v in snapshot.weights.items()})
        )
    except RuntimeError as error:
        raise RunError(
            N_("The weights of {run} at step {step} do not fit the model.", run=snapshot.run, step=snapshot.step),
            N_("It was made by another version of the model: {reason}", reason=str(error).splitlines()[-1].strip()),
        ) from error


def assemble(kind: type[Model], spec: ImageSpec, knobs: Any, weights: Mapping[str, Tensor]) -> Model:
    """A model in eval mode that looks through ``weights``, without gradients.

    Built on the meta device, so that nothing is drawn from torch's default generator, and the weights are assigned, not
    copied. Raises ``RuntimeError`` when they do not fit.
    """
    return run(_assembled(kind, spec, knobs, weights))


def _assembled(kind: type[Model], spec: ImageSpec, knobs: Any, weights: Mapping[str, Tensor]) -> Pausing[Model]:
    import torch
    from torch.overrides import TorchFunctionMode

    class Uninitialised(TorchFunctionMode):
        """Skips ``torch.nn.init``: what it writes has no place on the meta device, and takes half a second there for a
        large net."""

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(function, "__module__", "") == "torch.nn.init":
                return args[0] if args else (kwargs or {})["tensor"]
            return function(*args, **(kwargs or {}))

    with torch.device("meta"), Uninitialised():
        model = kind(spec, knobs)
    yield
    model.load_state_dict(dict(weights), assign=True)
    return model.eval().requires_grad_(False)


class SnapshotBoard:
    """Exchange between the loop, which offers its newest snapshot, and its readers: only the newest is held."""

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._latest: Snapshot | None = None
        self._offered = -1e9

    def request(self) -> None:
        """Ask for a fresh one. Cheap, from any thread, any number of times."""
        self._requested.set()

    @property
    def latest(self) -> Snapshot | None:
        """The newest one, or ``None`` before the first."""
        return self._latest

    def is_requested(self) -> bool:
        """True if the loop should offer one now: one was requested, and the last is a quarter of a second old."""
        return self._requested.is_set() and time.monotonic() - self._offered >= SHORTEST_PAUSE

    @property
    def pending(self) -> bool:
        """True while a request has no answer; once it is false, ``latest`` answers the last request."""
        return self._requested.is_set()

    def offer(self, take: Callable[[], Snapshot]) -> None:
        """Called on the training thread between steps: ``take`` clones the weights."""
        self._latest = take()
        self._offered = time.monotonic()
        self._requested.clear()  # last: who asked meanwhile, between the same two steps, has the answer too
