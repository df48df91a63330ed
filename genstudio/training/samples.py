"""Sheets of samples during training: the same noise each time, so that one sees what training changes."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from genstudio.core.capabilities import Samples, has
from genstudio.core.conditions.classes import of_class
from genstudio.core.scatter import scatter
from genstudio.core.seeding import generator
from genstudio.core.sheet import columns_for
from genstudio.core.spec import ImageSpec
from genstudio.training.diversity import diversity
from genstudio.training.duplicates import alike_within, duplicates
from genstudio.training.metrics import DIVERSITY, DUPLICATES

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image
    from torch import Tensor

    from genstudio.data.dataset import Split
    from genstudio.models.base import Model

COUNT, GUTTER, SIDE = 64, 2, 512
POINTS = 2_000  # of the plane, on one picture
COMPARED = 1_000  # real images whose pairs say what is nearly alike


def write_samples(model: Model, path: Path, seed: int) -> Tensor | None:
    """Draw and write a sheet as PNG, whole or not at all. Gives what was drawn, N×C×H×W; ``None`` when the model has no
    samples to show."""
    import torch

    from genstudio.training.run.files import write_atomically

    if not has(model, Samples):
        return None
    count, columns, options = POINTS if model.spec.is_point else COUNT, 0, {}
    if 2 <= model.classes <= count // 2:  # each in turn, a column or some each
        columns = columns_for(count, model.classes)
        options["condition"] = of_class(torch.arange(count) % model.classes)
    with torch.inference_mode():
        images = model.sample(count, generator=generator(seed, "samples"), **options)  # type: ignore[operator]
        content = sheet_png(images, columns)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, content)
    return images


class Sheets:
    """Sample sheets of one training, each with its diversity relative to real images, and how often two
    of them are nearly one image."""

    def __init__(self, split: Split, seed: int) -> None:
        self._split, self._seed = split, seed
        self._real: Tensor | None = None
        self._within: float | None = None

    def write(self, model: Model, path: Path) -> dict[str, float] | None:
        """Write one, and say what is seen of it, as values of a row; ``None`` when the model has no samples to show."""
        images = write_samples(model, path, self._seed)
        if images is None:
            return None
        if self._real is None:
            self._real = self._draw_real("beside samples", COUNT)
            if not model.spec.is_point:  # points on a line or a heap are near one another, whatever their number
                self._within = alike_within(self._draw_real("pairs of images", COMPARED))
        shown = images[:COUNT].cpu()
        values = {f"samples/{DIVERSITY}": diversity(shown, self._real)} if len(self._real) > 1 else {}
        return values | ({f"samples/{DUPLICATES}": duplicates(shown, self._within)} if self._within is not None else {})

    def _draw_real(self, stream: str, count: int) -> Tensor:
        """Real images to lay beside a sheet, at most ``count``: the same each time, from dice of their own."""
        import torch

        own = generator(self._seed, stream)
        return self._split.batch(torch.randperm(len(self._split), generator=own)[:count], generator=own).images


def sheet_png(images: Tensor, columns: int = 0) -> bytes:
    """N×C×H×W in [0, 1] as one PNG: near square unless ``columns`` says otherwise, a grey gutter, each pixel enlarged by a
    whole factor up to 512 pixels.

    Points of the plane lie all on one picture.
    """
    from PIL import Image

    if ImageSpec(*images.shape[1:]).is_point:
        points = images.float().clamp(0, 1).flatten(1).cpu().numpy()
        return _png(Image.fromarray(scatter(points, SIDE)[..., 0], "L"))
    n, c, h, w = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    pixels = images.float().clamp(0, 1).mul(255).round().byte().cpu()
    sheet = pixels.new_full((c, rows * (h + GUTTER) + GUTTER, columns * (w + GUTTER) + GUTTER), 128)
    for i, image in enumerate(pixels):
        top, left = (GUTTER + k * (side + GUTTER) for k, side in ((i // columns, h), (i % columns, w)))
        sheet[:, top : top + h, left : left + w] = image
    if c == 1:
        picture = Image.fromarray(sheet[0].numpy(), "L")
    else:
        shown = sheet[:3] if c >= 3 else sheet[:1].expand(3, -1, -1)
        picture = Image.fromarray(shown.permute(1, 2, 0).contiguous().numpy(), "RGB")
    factor = max(1, SIDE // max(picture.size))
    picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    return _png(picture)


def _png(picture: Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
