"""Choice of device and precision: the best available, unless set by the user."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message, N_n
from genstudio.core.plain_text import shortened

if TYPE_CHECKING:
    import torch


def choose_device(requested: str = "auto") -> torch.device:
    """``auto`` takes CUDA, then MPS, then the CPU. Raises :class:`UsageError` for a device that is not there."""
    import torch

    requested = requested.strip().lower()
    there: dict[str, Callable[[], bool]] = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
        "cpu": lambda: True,
    }
    if requested == "auto":
        return torch.device(next(name for name, is_there in there.items() if is_there()))
    match = re.fullmatch(r"(cuda|mps|cpu)(?::([0-9]{1,4}))?", requested)
    kind, number = match.groups() if match else ("", None)
    count = {"cuda": torch.cuda.device_count}.get(kind, lambda: 1)
    if kind not in there or not there[kind]() or (number is not None and int(number) >= count()):
        present = [name for name, is_there in there.items() if is_there()]
        raise UsageError(
            N_("There is no device '{name}' on this computer.", name=shortened(requested)),
            N_("Choose one of: {names}.", names=", ".join(["auto", *present])),
        )
    return torch.device(kind) if number is None else torch.device(kind, int(number))


def autocast(device: torch.device, precision: str) -> Any:
    """The context in which a model computes its terms.

    ``auto`` uses bf16 if it is faster on the hardware (CUDA with bf16) and float32 elsewhere; ``bf16`` forces it.
    """
    import torch

    if precision == "auto":
        precision = "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "float32"
    if precision == "bf16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def describe_device(device: torch.device) -> Message:
    """Name of the device, for the status line and (in English) for provenance."""
    import torch

    if device.type == "cuda":
        return N_("{name}", name=torch.cuda.get_device_name(device))
    if device.type == "mps":
        return N_("MPS")
    return cpu_title(torch.get_num_threads())


def cpu_title(threads: int) -> Message:
    """The processor with the number of threads that compute on it."""
    return N_n("CPU, 1 thread", "CPU, {n} threads", n=threads)
