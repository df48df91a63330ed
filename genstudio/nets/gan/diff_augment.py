"""Differentiable augmentation (Zhao et al. 2020): the same random changes to real and generated images wherever the
discriminator looks, so that it can't learn a small data set by heart, and the generator's gradient goes through them."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from genstudio.core.draws import Draws

Augment = Literal["none", "translation", "translation+cutout", "colour+translation+cutout"]
SHIFT = 0.125  # of height and width, either way
CUTOUT = 0.5  # side of the square that is blanked, of height and width


def augmented(images: Tensor, policy: Augment, draws: Draws) -> Tensor:
    """``images`` (N×C×H×W in [0, 1]) changed at random, each in its own way."""
    for change in policy.split("+"):
        images = CHANGES[change](images, draws)
    return images


def colour(images: Tensor, draws: Draws) -> Tensor:
    """Brightness by up to one half, saturation by 0 to 2, contrast by one half to three halves."""
    n, device = len(images), images.device

    def draw() -> Tensor:
        return draws.uniform(n, 1, 1, 1, device=device)

    images = images + (draw() - 0.5)
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * (2.0 * draw())
    mean = images.mean((1, 2, 3), keepdim=True)
    return mean + (images - mean) * (draw() + 0.5)


def translation(images: Tensor, draws: Draws) -> Tensor:
    """Shifted by up to an eighth of the side, what comes in being 0."""
    n, _, h, w = images.shape
    down, right = (_random_shifts(draws, n, round(side * SHIFT), images.device) for side in (h, w))
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1))
    y = (torch.arange(h, device=images.device) + 1 + down).clamp(0, h + 1)
    x = (torch.arange(w, device=images.device) + 1 + right).clamp(0, w + 1)
    rows = torch.arange(n, device=images.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[rows, y[:, :, None], x[:, None, :]].permute(0, 3, 1, 2)


def cutout(images: Tensor, draws: Draws) -> Tensor:
    """A square of half the side blanked, its middle anywhere in the image."""
    n, _, h, w = images.shape
    device = images.device
    high, wide = max(1, round(h * CUTOUT)), max(1, round(w * CUTOUT))
    top = draws.integers(0, h + 1 - high % 2, n, 1, device=device) - high // 2
    left = draws.integers(0, w + 1 - wide % 2, n, 1, device=device) - wide // 2
    y, x = torch.arange(h, device=device), torch.arange(w, device=device)
    rows, columns = (y >= top) & (y < top + high), (x >= left) & (x < left + wide)
    return images * ~(rows[:, None, :, None] & columns[:, None, None, :])


def _random_shifts(draws: Draws, n: int, most: int, device: torch.device) -> Tensor:
    """n×1 whole numbers from -most to most."""
    return draws.integers(-most, most + 1, n, 1, device=device)


CHANGES = {"none": lambda images, draws: images, "colour": colour, "translation": translation, "cutout": cutout}
