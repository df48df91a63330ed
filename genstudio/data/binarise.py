"""From bytes to what a model sees: grey levels, and black or white.

A Bernoulli likelihood is one of binary images, so grey pixels have to become bits, and how they do belongs beside
every figure: *dynamic* draws them anew each time (Salakhutdinov & Murray 2008), *fixed* once per image, *threshold*
cuts at one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator, Tensor

# The two odd multipliers and three shifts of the finaliser of splitmix64 (Steele, Lea & Flood 2014), as signed numbers.
_MIX_1 = 0xBF58476D1CE4E5B9 - 2**64
_MIX_2 = 0x94D049BB133111EB - 2**64
_GOLDEN = 0x9E3779B97F4A7C15 - 2**64


def to_unit(values: Tensor, levels: int) -> Tensor:
    """Bytes (uint8) as float32 in [0, 1] of ``levels`` values.

    level = floor(byte * levels / 256), image = level / (levels - 1): with 256 levels byte / 255. Values that are real
    already (float32) are rounded down to levels alike, unless ``levels`` is 256.
    """
    import torch

    if values.dtype == torch.uint8:
        if levels == 256:
            return values.float().div_(255)
        return values.int().mul_(levels).bitwise_right_shift_(8).float().div_(levels - 1)
    if levels == 256:
        return values
    return values.mul(levels).floor_().clamp_(0, levels - 1).div_(levels - 1)


def dynamic(images: Tensor, generator: Generator) -> Tensor:
    """A bit per value in [0, 1] with its value as probability, from ``generator``: float32, 0 or 1."""
    return images.bernoulli(generator=generator)


def dynamic_bytes(values: Tensor, generator: Generator) -> Tensor:
    """A bit per byte with probability byte / 255, from ``generator``: float32, 0 or 1; uint8 n×... in.

    This runs in every step, so it draws 64 random bits for four values at once: several times as fast as
    :func:`dynamic`, exact for 0 and 255 and within 2^-16 of byte / 255 for all others.
    """
    import torch

    drawn = torch.empty((values.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None, generator=generator)
    # Levels of uniform noise -32767...32767 (the first one twice as likely) against byte * 257 - 32768: byte 0 never wins,
    # byte 255 always does.
    noise = drawn.view(torch.int16)[: values.numel()].clamp_(min=-32767).view(values.shape)
    return noise.le(values.short().mul_(257).sub_(32768)).view(torch.uint8).float()


def threshold(images: Tensor) -> Tensor:
    """One where the value is at least one half, else zero: float32. Takes values in [0, 1], or bytes."""
    import torch

    if images.dtype == torch.uint8:
        return images.bitwise_right_shift(7).float()
    return (images >= 0.5).float()


def fixed(images: Tensor, keys: Tensor) -> Tensor:
    """A bit per value with its value as probability, the same whenever the image (its int64 key) comes again: float32.

    images: n×...; keys: int64 n. The uniform number behind a bit is a hash of the key and the value's place, so that neither
    the order nor the company of images matters, and nothing has to be stored.
    """
    import torch

    flat = images.reshape(len(images), -1)
    places = torch.arange(1, flat.shape[1] + 1).mul_(_GOLDEN)
    mixed = _mix(keys[:, None] + places[None, :])
    uniform = mixed.bitwise_right_shift_(40).bitwise_and_(0xFFFFFF).float().div_(2**24)
    return (uniform < flat).float().view_as(images)


def image_keys(hashes: Tensor, seed: int) -> Tensor:
    """One int64 key per image for :func:`fixed`, from the images' content hashes (int64 N) and a seed."""
    from genstudio.core.seeding import derive

    return _mix(hashes ^ derive(seed, "fixed binarisation"))


def _mix(x: Tensor) -> Tensor:
    """A bijection of 64-bit numbers that leaves no pattern of the input; int64 arithmetic wraps as it should."""
    x = x ^ ((x >> 30) & (2**34 - 1))
    x.mul_(_MIX_1)
    x.bitwise_xor_((x >> 27) & (2**37 - 1))
    x.mul_(_MIX_2)
    return x.bitwise_xor_((x >> 31) & (2**33 - 1))
