"""Collects terms and watched numbers step by step, and reads them once every few steps: one wait for the device, not ten."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


class Meter:
    """Means over an interval. Sums are exact (``fsum``), so that they do not depend on where a run was stopped."""

    def __init__(self) -> None:
        self._pending: dict[str, list[Tensor | float]] = {}

    def add(self, values: Mapping[str, Tensor | float]) -> None:
        """Note one value each, without looking at it: scalars of any device, or numbers."""
        pending = self._pending
        for name, value in values.items():
            if isinstance(value, Tensor):
                # On the CPU a number is at hand; elsewhere asking for it would make the CPU wait.
                value = value.item() if value.device.type == "cpu" else value.detach()
            if name in pending:
                pending[name].append(value)
            else:
                pending[name] = [value]

    def read(self) -> dict[str, list[float]]:
        """Everything noted so far as numbers, kept."""
        tensors = [v for values in self._pending.values() for v in values if isinstance(v, Tensor)]
        numbers = iter(torch.stack([t.reshape(()).float() for t in tensors]).tolist() if tensors else ())
        for name, values in self._pending.items():
            self._pending[name] = [next(numbers) if isinstance(v, Tensor) else float(v) for v in values]
        return self._pending  # type: ignore[return-value]

    def means(self) -> dict[str, float]:
        """The mean of each since the last call; forgets them."""
        means = {f"train/{name}": _mean(values) for name, values in self.read().items()}
        self._pending = {}
        return means

    def state(self) -> dict[str, Any]:
        return {name: list(values) for name, values in self.read().items()}

    def restore(self, state: dict[str, Any]) -> None:
        self._pending = {name: list(values) for name, values in state.items()}


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.nan
