"""Sheets of samples during training: the same noise each time, so that one sees what training changes."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from genstudio.core.abilities import Samples, has
from genstudio.core.seeding import generator

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from genstudio.models.base import Model

COUNT, GUTTER, SIDE = 64, 2, 512


def write_samples(model: Model, path: Path, seed: int) -> bool:
    """Draw and write a sheet as PNG, whole or not at all. False when the model has no samples to show."""
    import torch

    from genstudio.training.files import write_atomically

    if not has(model, Samples):
        return False
    noise, classes = generator(seed, "samples"), model.classes
    with torch.inference_mode():
        if 2 <= classes <= COUNT // 2:  # each in turn, a column each
            n = COUNT // classes * classes
            images = model.sample(n, generator=noise, label=torch.arange(n) % classes)  # type: ignore[operator]
            content = sheet_png(images, classes)
        else:
            content = sheet_png(model.sample(COUNT, generator=noise))  # type: ignore[operator]
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, content)
    return True


def sheet_png(images: Tensor, columns: int = 0) -> bytes:
    """N×C×H×W in [0, 1] as one PNG: near square unless ``columns`` says otherwise, a grey gutter, each pixel enlarged by a
    whole factor up to 512 pixels."""
    from PIL import Image

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
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
