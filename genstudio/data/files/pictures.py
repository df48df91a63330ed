"""Reader of one picture file of any kind, as bytes of the wanted size and colours.

Rotated by its EXIF tag; the first frame of an animation; transparency on white; 16-bit and real values scaled to bytes
(:mod:`genstudio.data.files.depth`); CMYK, palettes and the rest turned to RGB (embedded colour profiles are not
applied). A large picture is made smaller strip by strip, and only one is in memory at a time.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.messages import N_, Message
from genstudio.data.files.depth import Deep, Levels, Values, levels_of
from genstudio.data.prepare import Fit, fit_picture

if TYPE_CHECKING:
    from PIL.Image import Image

# What is taken for a picture by its name. HEIC can't be read, but its owner should hear of it.
_ENDINGS = """
    .jpg .jpeg .jpe .jfif .png .apng .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm .pbm .pnm .tga .pcx .jp2 .ico .qoi
    .heic .heif
"""
# Only decoders of pictures proper: Pillow's others start Ghostscript or read whole documents.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "PPM", "TGA", "PCX", "JPEG2000", "ICO", "QOI")

# Pixels from which on a picture is large, and pixels that are converted at a time.
_LARGE = 16 * 2**20
_STRIP = 4 * 2**20
_one_large = threading.RLock()
_ORIENTATION = 0x0112


class UnreadableError(Exception):
    """A picture that is left out, and why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


def is_picture(name: str) -> bool:
    """True if a file's name is that of a picture; hidden files and those of operating systems are not."""
    path = PurePosixPath(name)
    return path.suffix.lower() in _ENDINGS.split() and not any(
        part.startswith(".") or part == "__MACOSX" for part in path.parts
    )


def read_size(data: bytes) -> tuple[int, int, bool]:
    """Width and height as displayed, and whether the picture is grey: from its header, without decoding it.

    Raises :class:`UnreadableError`.
    """
    with _open(data) as image:
        width, height = image.size
        return (height, width, _is_grey(image)) if _lies_on_its_side(image) else (width, height, _is_grey(image))


def values_of(data: bytes) -> Values | None:
    """The range of a picture's values, of one that has more than 8 bits; ``None`` for others. Raises
    :class:`UnreadableError`."""
    with _open(data) as image:
        deep = Deep.of(image)
        if deep is None:
            return None
        with _memory_for(image):
            image.load()
            return deep.range_of(np.asarray(strip) for strip in _strips(image, 1))


def read_picture(
    data: bytes, width: int, height: int, grey: bool, fit: Fit = "crop", levels: Levels | None = None
) -> np.ndarray:
    """The picture as uint8 C×height×width, C = 1 (``grey``) or 3. Raises :class:`UnreadableError`.

    ``levels``: black and white values of pictures of more than 8 bits; by default the picture's own range.
    """
    mode = "L" if grey else "RGB"
    with _open(data) as image:
        # JPEG can be decoded at a half, a quarter or an eighth for a fraction of the time; twice the wanted size is kept.
        scale = 2 * max(width, height) / min(image.size)
        if scale < 1:
            image.draft(mode, (round(image.width * scale), round(image.height * scale)))
        with _memory_for(image):
            upright = _upright(image, mode, max(width, height), levels)
        pixels = np.asarray(fit_picture(upright, width, height, fit))
    return pixels[None] if grey else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _upright(image: Image, mode: str, side: int, levels: Levels | None) -> Image:
    """The picture in ``mode``, turned as the camera says; a large one smaller, yet at least three times ``side``."""
    from PIL import Image as pillow
    from PIL import ImageOps

    deep = Deep.of(image)
    image.load()
    black_and_white = deep.black_and_white(levels or _own_levels(image, deep)) if deep else (0.0, 1.0)
    if image.width * image.height > _LARGE:
        factor = max(1, min(image.size) // (3 * side))
        small = pillow.new(mode, (image.width // factor, image.height // factor))
        for i, strip in enumerate(_strips(image, factor)):
            top = i * (_strip_rows(image, factor) // factor)
            small.paste(_flatten(strip, mode, deep, black_and_white).reduce(factor), (0, top))
        with contextlib.suppress(Exception):
            small.getexif()[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)
        image, deep = small, None
    with contextlib.suppress(Exception):  # broken EXIF data must not cost the picture
        ImageOps.exif_transpose(image, in_place=True)
    return _flatten(image, mode, deep, black_and_white)


def _own_levels(image: Image, deep: Deep) -> Levels:
    return levels_of([deep.range_of(np.asarray(strip) for strip in _strips(image, 1))])[0]


def _strips(image: Image, factor: int) -> Iterator[Image]:
    """The picture in horizontal strips of a multiple of ``factor`` rows, without an incomplete block at the end."""
    width, height = image.width // factor * factor, image.height // factor * factor
    rows = _strip_rows(image, factor)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height)))


def _strip_rows(image: Image, factor: int) -> int:
    return factor * max(1, _STRIP // (image.width * factor))


@contextlib.contextmanager
def _memory_for(image: Image) -> Iterator[None]:
    """Large pictures are decoded one at a time, whatever the number of threads."""
    if image.width * image.height > _LARGE:
        with _one_large:
            yield
    else:
        yield


def _flatten(image: Image, mode: str, deep: Deep | None, black_and_white: tuple[float, float]) -> Image:
    """The picture in ``mode`` (L or RGB), 8 bits, opaque."""
    from PIL import Image as pillow

    if deep:
        image = pillow.fromarray(deep.to_bytes(np.asarray(image), black_and_white))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = pillow.new("RGBA", image.size, "white")
        image = pillow.alpha_composite(white, image)
    if image.mode == mode:
        return image
    # Not every mode can become grey directly; all of them can become RGB.
    return image.convert(mode) if image.mode in ("1", "L", "RGB", "RGBA") else image.convert("RGB").convert(mode)


@contextlib.contextmanager
def _open(data: bytes):  # type: ignore[no-untyped-def]
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    limit = pillow.MAX_IMAGE_PIXELS or 2**62
    too_large = N_("it has more than {n} million pixels", n=limit // 10**6)
    try:
        pillow.init()
        image = pillow.open(io.BytesIO(data), formats=[name for name in _FORMATS if name in pillow.OPEN])
    except UnidentifiedImageError as error:
        raise UnreadableError(N_("its format is not one that can be read")) from error
    except pillow.DecompressionBombError as error:
        raise UnreadableError(too_large) from error
    except Exception as error:  # as above: decoders raise whatever comes to hand
        raise UnreadableError(N_("it is damaged or cut off")) from error
    with image:
        if image.width * image.height > limit:
            raise UnreadableError(too_large)
        try:
            yield image
        except Exception as error:  # whatever a decoder trips over in a stranger's file, only this picture is lost
            raise UnreadableError(N_("it is damaged or cut off")) from error


def _is_grey(image: Image) -> bool:
    if image.mode in ("P", "PA"):
        palette = np.array(image.getpalette("RGB") or [0, 0, 0]).reshape(-1, 3)
        return bool((palette == palette[:, :1]).all())
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def _lies_on_its_side(image: Image) -> bool:
    try:
        return image.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    except Exception:  # broken EXIF data: the picture is taken as it lies
        return False
