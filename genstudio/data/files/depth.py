"""Pictures of more than 8 bits: which of their values are black and white.

Cameras store 12 bits in 16, programs write real numbers of any range, and few files state it reliably. A stated range
is used (a TIFF's bits and largest sample value); else one scale applies to the whole data set: the smallest usual
range that contains all its values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.messages import N_, Message

if TYPE_CHECKING:
    from PIL.Image import Image

Kind = Literal["integer", "real"]
Levels = dict[Kind, tuple[float, float]]
"""The values that are black and white, for pictures of whole and of real numbers."""

_BITS = {2.0**bits - 1: bits for bits in (8, 10, 12, 14, 16)}  # by the greatest value
_TAG_BITS, _TAG_PHOTOMETRIC, _TAG_FORMAT = 258, 262, 339
_TAGS_MAXIMUM = (281, 341)  # MaxSampleValue, SMaxSampleValue


@dataclass(frozen=True)
class Values:
    """The least and the greatest finite value of a picture (``inf`` and ``-inf`` without any), and the largest
    possible one that its file states (0: none)."""

    kind: Kind
    low: float
    high: float
    stated: float = 0.0


@dataclass(frozen=True)
class Deep:
    """Value range that a file states for a picture of more than 8 bits.

    ``unsigned``: 32-bit numbers that Pillow reads with a sign, and that have none. ``inverted``: the least is white.
    """

    kind: Kind
    unsigned: bool = False
    inverted: bool = False
    stated: float = 0.0

    @classmethod
    def of(cls, image: Image) -> Deep | None:
        """``None`` for a picture of 8 bits."""
        if image.mode != "F" and not image.mode.startswith("I"):
            return None
        kind: Kind = "real" if image.mode == "F" else "integer"
        tags: Any = getattr(image, "tag_v2", {})
        bits = _number(tags.get(_TAG_BITS))
        unsigned = kind == "integer" and bits == 32 and _number(tags.get(_TAG_FORMAT, 1)) == 1
        stated = max((_number(tags.get(tag)) for tag in _TAGS_MAXIMUM), default=0.0)
        if kind == "integer" and 8 < bits < 16:
            stated = 2.0**bits - 1
        return cls(kind, unsigned, _TAG_PHOTOMETRIC in tags and _number(tags[_TAG_PHOTOMETRIC]) == 0, stated)

    def range_of(self, strips: Iterable[np.ndarray]) -> Values:
        """The range of all values in the strips of a picture (each H×W)."""
        low, high = math.inf, -math.inf
        for strip in strips:
            values = self._true(strip)
            finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        return Values(self.kind, low, high, self.stated)

    def black_and_white(self, levels: Levels) -> tuple[float, float]:
        """The values that are black and white."""
        low, high = levels.get(self.kind, (0.0, 1.0))
        return (high, low) if self.inverted else (low, high)

    def to_bytes(self, values: np.ndarray, black_and_white: tuple[float, float]) -> np.ndarray:
        """``values`` H×W as uint8; NaN is black."""
        black, white = black_and_white
        values = self._true(values)
        # 32-bit whole numbers need more than the 24 bits of float32.
        numbers: Any = values.astype(
            np.float64 if values.dtype.kind != "f" and values.dtype.itemsize > 2 else np.float32
        )
        with np.errstate(over="ignore", invalid="ignore"):
            numbers -= black
            numbers *= 255 / (white - black)
        np.nan_to_num(numbers, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
        return np.round(numbers.clip(0, 255, out=numbers), out=numbers).astype(np.uint8)

    def _true(self, values: np.ndarray) -> np.ndarray:
        return values.view(np.uint32) if self.unsigned and values.dtype == np.int32 else values


def may_be_deep(head: bytes) -> bool:
    """True if a file that begins with ``head`` (32 bytes or more) may have more than 8 bits per value."""
    if head.startswith(b"\x89PNG"):
        return head[24:26] == b"\x10\0"  # 16 bits, grey: of others Pillow gives 8 bits
    return head.startswith((b"II", b"MM", b"P5", b"P2", b"Pf", b"\0\0\0\x0cjP", b"\xff\x4f\xff\x51"))


def levels_of(values: Iterable[Values]) -> tuple[Levels, list[Message]]:
    """One scale for all pictures of a kind, and remarks on what is not plain from the format alone."""
    levels: Levels = {}
    remarks = []
    values = list(values)
    for kind in ("integer", "real"):
        ranges = [one for one in values if one.kind == kind and one.low <= one.high]
        if not ranges:
            continue
        low, high = min(one.low for one in ranges), max(one.high for one in ranges)
        stated = max(one.stated for one in ranges)
        black, white = levels[kind] = (0.0, stated) if low >= 0 and stated >= max(high, 1) else _usual(kind, low, high)
        if (black, white) in ((0, 65535), (0, 1)):
            continue
        if black == 0 and white in _BITS:
            text = N_(
                "{bits}-bit: values 0 to {high} were taken as black to white.", bits=_BITS[white], high=_text(white)
            )
        else:
            text = N_("Values {low} to {high} were taken as black to white.", low=_text(black), high=_text(white))
        remarks.append(text)
    return levels, remarks


def _usual(kind: Kind, low: float, high: float) -> tuple[float, float]:
    """The smallest usual range of which the values fill at least a quarter, else their own range."""
    usual = [(0.0, white) for white in _BITS]
    if kind == "real":
        usual = [(0.0, 1.0), (-1.0, 1.0), *usual]
    for black, white in usual:
        if black <= low and high <= white and max(high, -low) > white / 4:
            return black, white
    if kind == "integer" and low >= 0 and high < 64:
        low = 0.0
    return (low, high) if high > low else (low, low + 1)


def _text(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.4g}"


def _number(value: Any) -> float:
    """The (largest) number in a tag; 0 if there is none."""
    try:
        return max(float(one) for one in (value if isinstance(value, tuple | list) else (value,)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
