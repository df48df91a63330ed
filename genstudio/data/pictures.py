"""Read one picture file, of whatever kind, as bytes of the wanted size and colours.

Turned as its EXIF data says; the first frame of an animation; transparency laid over white; 16-bit and real values scaled
to bytes; CMYK, palettes and the rest turned to RGB (embedded colour profiles are not applied).
"""

from __future__ import annotations

import contextlib
import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.messages import N_, Message
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


class UnreadableError(Exception):
    """A picture that is left out, and why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


def is_picture(name: str) -> bool:
    """Whether a file looks like a picture by its name; hidden files and what systems strew about don't."""
    path = PurePosixPath(name)
    return path.suffix.lower() in _ENDINGS.split() and not any(
        part.startswith(".") or part == "__MACOSX" for part in path.parts
    )


def look_at(data: bytes) -> tuple[int, int, bool]:
    """Width and height as displayed, and whether the picture is grey: from its header, without decoding it.

    Raises :class:`UnreadableError`.
    """
    with _open(data) as image:
        width, height = image.size
        return (height, width, _is_grey(image)) if _lies_on_its_side(image) else (width, height, _is_grey(image))


def read_picture(data: bytes, width: int, height: int, grey: bool, fit: Fit = "crop") -> np.ndarray:
    """The picture as uint8 C×height×width, C = 1 (``grey``) or 3. Raises :class:`UnreadableError`."""
    with _open(data) as image:
        return _read(image, width, height, "L" if grey else "RGB", fit)


def _read(image: Image, width: int, height: int, mode: str, fit: Fit) -> np.ndarray:
    from PIL import ImageOps

    # JPEG can be decoded at a half, a quarter or an eighth for a fraction of the time; twice the wanted size is kept.
    scale = 2 * max(width, height) / min(image.size)
    if scale < 1:
        image.draft(mode, (round(image.width * scale), round(image.height * scale)))
    image.load()
    with contextlib.suppress(Exception):  # broken EXIF data must not cost the picture
        ImageOps.exif_transpose(image, in_place=True)
    pixels = np.asarray(fit_picture(_flatten(image, mode), width, height, fit))
    return pixels[None] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _flatten(image: Image, mode: str) -> Image:
    """The picture in ``mode`` (L or RGB), 8 bits, opaque."""
    from PIL import Image as pillow

    if image.mode.startswith("I") or image.mode == "F":
        image = pillow.fromarray(_scaled_to_bytes(np.asarray(image)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = pillow.new("RGBA", image.size, "white")
        image = pillow.alpha_composite(white, image)
    if image.mode == mode:
        return image
    # Not every mode can become grey directly; all of them can become RGB.
    return image.convert(mode) if image.mode in ("1", "L", "RGB", "RGBA") else image.convert("RGB").convert(mode)


def _scaled_to_bytes(values: np.ndarray) -> np.ndarray:
    """16-bit numbers by 1/257; whole numbers that fit in bytes, and real ones beyond 1, as they are; [0, 1] by 255."""
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    if values.dtype.kind == "f":
        numbers = numbers * 255 if numbers.max(initial=0.0) <= 1 else numbers
    elif values.dtype.itemsize == 2 or numbers.max(initial=0.0) > 255:
        numbers = numbers / 257
    return np.round(numbers.clip(0, 255)).astype(np.uint8)


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
        raise UnreadableError(N_("it is no picture of a kind that can be read")) from error
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
        return image.getexif().get(0x0112) in (5, 6, 7, 8)
    except Exception:  # broken EXIF data: the picture is taken as it lies
        return False
