"""Grey levels and binarisation: from bytes to the values that a model gets.

A Bernoulli likelihood needs binary images, so grey pixels have to become bits, and the method belongs beside every
figure: *dynamic* draws them each time (Salakhutdinov & Murray 2008), *fixed* once per image, *threshold* cuts at one
half.
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


def dynamic(values: Tensor, generator: Generator) -> Tensor:
    """Bernoulli bits drawn from ``generator`` with the values as probabilities: float32, 0 or 1.

    values: uint8 (byte b stands for b / 255) or float32 in [0, 1], n×... This runs in every step, so it draws 64 random
    bits for four values at once: several times as fast as ``torch.bernoulli``, and within 2^-16 of its probabilities.
    """
    import torch

    drawn = torch.empty((values.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return _flip(values, drawn.view(torch.int16)[: values.numel()].view(values.shape))


def fixed(values: Tensor, keys: Tensor) -> Tensor:
    """A bit per value as in :func:`dynamic`, but always the same one for an image (its int64 key, shape n).

    The noise of a bit is a hash of the image's key and the value's position, so that it does not depend on the order
    or selection of images, and nothing has to be stored.
    """
    import torch

    per_image = values[0].numel() if len(values) else 0
    places = torch.arange(1, (per_image + 3) // 4 + 1).mul_(_GOLDEN)
    noise = _mix(keys[:, None] + places[None, :]).view(torch.int16)
    return _flip(values, noise[:, :per_image].reshape(values.shape))


def threshold(values: Tensor) -> Tensor:
    """One where the value is at least one half, else zero: float32. Takes float32 in [0, 1], or bytes."""
    import torch

    if values.dtype == torch.uint8:
        return values.bitwise_right_shift(7).float()
    return (values >= 0.5).float()


def image_keys(hashes: Tensor, seed: int) -> Tensor:
    """One int64 key per image for :func:`fixed`, from the images' content hashes (int64 N) and a seed."""
    from genstudio.core.seeding import derive

    return _mix(hashes ^ derive(seed, "fixed binarisation"))


def _flip(values: Tensor, noise: Tensor) -> Tensor:
    """One with probability ``values``, by 16 random bits each (int16, same shape). 0 never wins, 1 always does."""
    import torch

    if values.dtype == torch.uint8:
        # Byte b becomes 257 b - 32768, so that 0 and 255 are the ends of int16; the noise leaves the lower end out.
        noise = noise.clamp(min=-32767)
        return noise.le(values.short().mul_(257).sub_(32768)).view(torch.uint8).float()
    uniform = noise.float().add_(32768.5).div_(65536)
    return (uniform < values).float()


def _mix(x: Tensor) -> Tensor:
    """A hashing bijection of 64-bit numbers; int64 arithmetic wraps as needed."""
    x = x ^ ((x >> 30) & (2**34 - 1))
    x.mul_(_MIX_1)
    x.bitwise_xor_((x >> 27) & (2**37 - 1))
    x.mul_(_MIX_2)
    return x.bitwise_xor_((x >> 31) & (2**33 - 1))
