"""Pictures of one or three channels in the form that a writer needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image


def as_rgb(pixels: np.ndarray) -> np.ndarray:
    """Pixels ...×1 or ...×3 with three channels."""
    import numpy as np

    return np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels


def as_image(pixels: np.ndarray) -> Image:
    """uint8 H×W×1 or H×W×3 as an image of Pillow, grey or RGB."""
    import numpy as np
    from PIL import Image

    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))
