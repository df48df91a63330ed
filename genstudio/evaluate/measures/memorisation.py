"""Memorisation: share of samples that are copies of training images, compared with held-out images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from genstudio.core.capabilities import Samples
from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.resumable import Resumable, mapped, run
from genstudio.core.seeding import generator
from genstudio.evaluate.base import Result, measure
from genstudio.evaluate.copying.audit import FURTHER, Nearness, audit, verdict
from genstudio.evaluate.copying.nearest import PIXELS, ComparisonSpace, Searched, search

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import Split
    from genstudio.evaluate.images import Images

MOST = 1000
"""Samples, and held-out images: enough to see one copy in fifty."""
AT_ONCE = 64
COPIED = 200  # by the baseline that copies
NOISE = 0.02  # that it adds: five grey levels of 255, which no eye sees


@measure(
    "memorisation",
    title=N_("Memorisation"),
    unit="",
    better="lower",
    needs=(Samples,),
    help=N_(
        "Share of the samples that are as close to one training image, compared with the next ones, as only 1 % "
        "of the held-out images are: 0.01 or less without copying."
    ),
    heavy=True,
    curve_title=N_("memorisation"),
)
def memorisation(model: Any, images: Images, *, samples: int = 0, space: ComparisonSpace = PIXELS) -> Result:
    """See :mod:`genstudio.evaluate.copying.audit`. ``samples`` are drawn, as many as there are held-out images by
    default and 1,000 at most.

    Held-out images that are exact copies of training images are left out, and copies among the training images count once.
    Baselines: one half of the held-out images against the other, and training images with a little noise, which are copies.
    """
    among, noise = Searched(images.data), generator(images.seed, "memorisation")

    def near(these: Tensor) -> Nearness:
        return run(nearness(these, among, space), lambda share: images.stop_if_cancelled())

    unseen, copies_left_out = held_out(images.split, among, images.positions)
    held = near(unseen)
    drawn = torch.cat(list(_stopping(draw(model, samples or min(len(images), MOST), noise, images.spec), images)))
    found = audit(near(drawn), held)
    copied = among.images(np.arange(min(len(among), COPIED)))
    spread = NOISE * (1.0 if images.spec.levels else float(copied.std()))
    copied += spread * torch.randn(copied.shape, generator=noise)
    middle = max(1, len(held) // 2)
    baselines = {
        "held_out": audit(held.part(slice(middle)), held.part(slice(middle if len(held) > 1 else 0, None))).copies,
        "copier": audit(near(as_data(copied, images.spec, noise)), held).copies,
    }
    protocol = images.protocol() | {
        "samples": found.samples, "held_out": found.held_out, "held_out_copies_left_out": copies_left_out,
        "searched": len(among), "neighbours": FURTHER + 1, "space": space.name, "verdict": str(verdict(found)),
    }  # fmt: skip
    extra = {
        "memorisation_z": found.z, "memorisation_z_relative": found.z_relative, "memorisation_p": found.p_copies,
        "memorisation_near_1": found.near_1, "memorisation_near_5": found.near_5,
    }  # fmt: skip
    return Result(found.copies, protocol, baselines, extra)


def nearness(images: Tensor, among: Searched, space: ComparisonSpace = PIXELS) -> Resumable[Nearness]:
    """Distances of ``images`` (float32 N×C×H×W) to the training images, with a pause between two blocks."""
    k = min(FURTHER + 1, max(2, len(among) // 2))
    found = yield from mapped(search(images, among, k, space, exact=1), lambda found: found.share)
    return Nearness.of(found.distances)


def held_out(split: Split, among: Searched, positions: Tensor | None = None) -> tuple[Tensor, int]:
    """Images of ``split`` (at ``positions``, of all by default, ``MOST`` at most and spread evenly) as a model sees them,
    without those that the training images hold too, and how many those were.

    Splits go by content, so that there are such copies only where a data set's makers drew the line themselves. Raises
    :class:`DataError` when nothing is left.
    """
    chosen = np.arange(len(split)) if positions is None else positions.numpy()
    hashes = among.data.hashes
    is_in_training = np.isin(hashes[split.indices[chosen]], hashes[among.indices])
    remaining = chosen[~is_in_training]
    if not len(remaining):
        raise DataError(
            N_(
                "There are no held-out images to compare with: the split '{split}' has none of its own.",
                split=split.name,
            ),
            N_("Train on more images, or choose another split."),
        )
    remaining = remaining[np.linspace(0, len(remaining) - 1, min(len(remaining), MOST)).round().astype(np.int64)]
    return split.batch(torch.from_numpy(remaining), generator=generator(0, "held out")).images, int(
        is_in_training.sum()
    )


def draw(model: Any, n: int, noise: torch.Generator, spec: ImageSpec) -> Iterator[Tensor]:
    """``n`` samples as images of the data's kind, a few at a time, on the CPU."""
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    own = noise if device.type == "cpu" else generator(noise.initial_seed(), "samples", device=str(device))
    for start in range(0, n, AT_ONCE):
        made = model.sample(min(AT_ONCE, n - start), generator=own).float().cpu()
        yield as_data(made, spec, noise)


def as_data(images: Tensor, spec: ImageSpec, noise: torch.Generator) -> Tensor:
    """Images in [0, 1] as the data are: bits drawn where those are bits (a smooth mean lies nearer to everything than the
    bits it stands for), else the nearest level, else as they are."""
    if spec.levels is None:
        return images
    if spec.levels == 2:
        return torch.bernoulli(images.clamp(0, 1), generator=noise)
    return images.clamp(0, 1).mul(spec.levels - 1).round().div(spec.levels - 1)


def _stopping(parts: Iterator[Tensor], images: Images) -> Iterator[Tensor]:
    for part in parts:
        images.stop_if_cancelled()
        yield part
