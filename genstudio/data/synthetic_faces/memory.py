"""Reuse of freed memory, rather than returning it to the system after every portrait."""

from __future__ import annotations

_BLOCK = 30 << 20  # bytes; glibc learns from blocks of up to 32 MiB


def reuse_freed_memory() -> None:
    """Let the C library keep up to 60 MiB of freed memory a thread. It costs microseconds, and imports torch.

    Painting 64 portraits frees and wants about 25 MB again and again. Linux's C library gives that back to the system each
    time, and the system clears every page again: 120 page faults a portrait, a third of the painters' time. The library
    learns from the largest block it has seen freed, so it is shown one. Elsewhere this does nothing.
    """
    import torch

    torch.empty(_BLOCK, dtype=torch.uint8)
