"""The handful of curves that every feature is made of, each in as few passes over memory as torch allows.

A portrait is some hundred small formulas over maps of samples, so its price is the number of times a map is read and
written. Hence these spell a formula out where a plainer one would take a pass for each of its signs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=1024)
def number(value: float) -> Tensor:
    """A number as torch wants it: it takes a Python float twice as long to begin an operation."""
    import torch

    return torch.tensor(value, dtype=torch.float32)


def line(value: Tensor, slope: float, start: float) -> Tensor:
    """``slope · value + start``."""
    return number(start).add(value, alpha=slope)


def soft(distance: Tensor, width: float, most: float = 1.0) -> Tensor:
    """A shape's cover from the signed distance to its edge (positive inside): a ramp ``width`` wide, up to ``most``."""
    return line(distance, most / width, 0.5 * most).clamp_(0, most)


def smooth(value: Tensor, low: float, high: float, most: float = 1.0) -> Tensor:
    """0 at ``low`` and before it, ``most`` at ``high`` and beyond, 3t² - 2t³ between. ``low`` may be the greater one."""
    t = line(value, 1 / (high - low), -low / (high - low)).clamp_(0, 1)
    rest = line(t, -2.0 * most, 3.0 * most)
    return t.square_().mul_(rest)


def spot(x: Tensor, y: Tensor, width: float, height: float, most: float = 1.0) -> Tensor:
    """A round, soft spot of light or shade: ``most`` in the middle, 0 from ``width``, ``height`` on: (1 - r²)²."""
    return hill(x, y, width, height, most**0.5).square_()


def hill(x: Tensor, y: Tensor, width: float, height: float, most: float = 1.0) -> Tensor:
    """1 - r² times ``most``, and 0 outside the ellipse."""
    return line(x.square(), -most / width**2, most).addcmul_(y, y, value=-most / height**2).clamp_(min=0)


def arch(x: Tensor, width: Tensor | float) -> Tensor:
    """1 - (x / width)², and 0 beyond ``width``."""
    return line((x / width).square_(), -1.0, 1.0).clamp_(min=0)


def less(amount: Tensor) -> Tensor:
    """1 - amount."""
    return line(amount, -1.0, 1.0)


def root_(value: Tensor) -> Tensor:
    """√value in place, 0 where it is negative (and next to nothing at 0: square roots of 0 take torch ten times as long)."""
    return value.clamp_(min=1e-20).sqrt_()


def beyond_(value: Tensor) -> Tensor:
    """1 where ``value`` is positive, else 0, in place: a comparison takes torch ten times as long as arithmetic."""
    return value.mul_(1e30).clamp_(0, 1)
