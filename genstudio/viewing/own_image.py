"""A person's own image, read as it is and brought to what a model draws: size, colour, levels.

Files are read as those of a folder of pictures are (:mod:`genstudio.data.files.pictures`): turned as their EXIF data says,
the first frame of an animation, transparency over white, nothing from decompression bombs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.viewing.pixels import as_image

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from genstudio.core.spec import ImageSpec

LARGEST = 1024
"""The longer side that is kept: no model's images are larger."""


def read_image(path: str | os.PathLike[str]) -> np.ndarray:
    """The image in a file, uint8 H×W×1 or H×W×3, its longer side at most 1024. Raises :class:`UsageError` in plain
    words."""
    from genstudio.data.files.pictures import UnreadableError, read_picture, read_size
    from genstudio.data.files.tree import MAX_FILE_BYTES

    source = Path(path)
    try:
        if source.stat().st_size > MAX_FILE_BYTES:
            raise _unreadable(source, N_("it is too large"))
        data = source.read_bytes()
        width, height, grey = read_size(data)
        scale = min(1.0, LARGEST / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = read_picture(data, *size, grey, "stretch")
    except OSError as error:
        raise _unreadable(source, error.strerror or str(error)) from error
    except UnreadableError as error:
        raise _unreadable(source, error.reason) from error
    return pixels.transpose(1, 2, 0)


def to_spec(pixels: np.ndarray, spec: ImageSpec) -> Tensor:
    """``pixels`` (uint8 H×W×1 or H×W×3, any size) as an image of ``spec``: float32 C×H×W in [0, 1].

    The middle is cut out in the shape of the model's images; grey and levels come about as in a data set, black and
    white by a cut at one half. Raises :class:`UsageError` for channels that no image file has.
    """
    import numpy as np
    import torch

    from genstudio.data import binarise
    from genstudio.data.prepare import fit_picture

    if spec.channels not in (1, 3):
        raise UsageError(
            N_("The model draws images of {n} channels, but a picture has one or three.", n=spec.channels),
            N_("Choose an image of the data set."),
        )
    image = as_image(pixels)
    image = fit_picture(image.convert("L" if spec.channels == 1 else "RGB"), spec.width, spec.height)
    raw = torch.from_numpy(np.array(image).reshape(spec.height, spec.width, spec.channels)).permute(2, 0, 1)
    return binarise.to_unit(raw, spec.levels or 256)


def _unreadable(source: Path, reason: Message | str) -> UsageError:
    return UsageError(
        N_("{name} can't be read: {reason}.", name=source.name, reason=reason),
        N_("Choose a JPEG, PNG or other picture, or open it in another program and save it as one."),
    )
