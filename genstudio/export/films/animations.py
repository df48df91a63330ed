"""Animations: frames as GIF, APNG, WebP or MP4, chosen by the file's suffix.

An MP4 is written frame by frame. The others need their frames twice (a GIF needs one palette for all frames, because a
palette for each flickers), so frames are stored on disk: one at a time is in memory, for films of any length.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.export.files import atomic_file, raise_if
from genstudio.export.images.sheets import enlarge

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance

Progress = Callable[[float, Message], None]
Checked = Iterator[np.ndarray]
FORMATS = (".gif", ".apng", ".webp", ".mp4")
"""File endings of animations."""
FASTEST_GIF = 50.0
"""Frames a second. A GIF counts in 1/100 s and players slow anything under two of them down to ten."""


def save_animation(
    path: str | os.PathLike[str],
    frames: Iterable[np.ndarray],
    *,
    fps: float = 20.0,
    loop: bool = True,
    scale: int = 1,
    crf: int = 16,
    total: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write ``frames`` (uint8 H×W×C, C 1 or 3, all of one size) and return the path written.

    ``fps`` frames a second; ``loop`` repeats without end (an MP4 leaves that to the player); ``scale`` enlarges by a
    whole factor; ``crf`` is H.264's constant rate factor, 0 (best) to 51. ``progress`` gets the part done, when
    ``total`` frames are announced. APNG and WebP are lossless, GIF is too up to 256 colours. Raises
    :class:`UsageError` for an unknown suffix or frames that don't fit, :class:`Cancelled` if ``cancelled()`` is true:
    no partial file is left.
    """
    target = Path(path)
    writer = _writer(target, fps, scale)
    watched = _watch(_check(frames, scale), total, progress, cancelled)
    with atomic_file(target) as temporary:
        writer(
            temporary,
            watched,
            fps=fps,
            loop=loop,
            crf=crf,
            text=provenance.text() if provenance else None,
            cancelled=cancelled,
        )
    if progress is not None:
        progress(1.0, N_("Saved {name}", name=target.name))
    return target


def _writer(target: Path, fps: float, scale: int) -> Callable[..., None]:
    from genstudio.export.films.movies import write_mp4

    suffix = target.suffix.lower()
    writers: dict[str, Callable[..., None]] = {
        ".gif": _write_gif,
        ".apng": _write_apng,
        ".webp": _write_webp,
        ".mp4": write_mp4,
    }
    if suffix not in writers:
        raise UsageError(
            N_("An animation can't be written as '{suffix}'.", suffix=suffix or target.name),
            N_("Choose a name that ends in one of: {names}.", names=", ".join(writers)),
        )
    fastest = FASTEST_GIF if suffix == ".gif" else 240.0
    if not 0.1 <= fps <= fastest:
        raise UsageError(
            N_("{suffix} does not allow {fps} frames per second.", fps=fps, suffix=suffix),
            N_("Choose between 0.1 and {fastest}.", fastest=fastest),
        )
    if scale < 1:
        raise UsageError(
            N_("Frames can't be enlarged {scale} times.", scale=scale),
            N_("Choose a whole number, 1 or more."),
        )
    return writers[suffix]


def _check(frames: Iterable[np.ndarray], scale: int) -> Checked:
    """The frames enlarged. Raises :class:`UsageError` when there is none or their sizes differ."""
    shape: tuple[int, ...] | None = None
    for number, frame in enumerate(frames):
        frame = np.asarray(frame)
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] not in (1, 3) or 0 in frame.shape:
            raise UsageError(
                N_("Frame {n} is {dtype} of shape {shape}.", n=number, dtype=str(frame.dtype), shape=str(frame.shape)),
                N_("Give bytes of height×width×1 or height×width×3."),
            )
        if frame.shape != (shape or frame.shape):
            raise UsageError(
                N_("Frame {n} is {shape}, the first one {first}.", n=number, shape=str(frame.shape), first=str(shape)),
                N_("All frames of an animation must have the same size."),
            )
        shape = frame.shape
        yield enlarge(frame, scale)
    if shape is None:
        raise UsageError(N_("There are no frames to animate."), N_("Choose at least one."))


def _watch(
    frames: Checked, total: int | None, progress: Progress | None, cancelled: Callable[[], bool] | None
) -> Checked:
    for number in itertools.count():
        raise_if(cancelled)
        frame = next(frames, None)
        if frame is None:
            return
        yield frame
        if progress is not None and total:
            progress(min(1.0, (number + 1) / total), N_("Frame {n} of {total}", n=number + 1, total=total))


def _write_gif(temporary: Path, frames: Checked, *, text: str | None, **how: Any) -> None:
    from genstudio.export.films.palette import Palette
    from genstudio.export.films.strip import Strip

    palette = Palette()
    with Strip(palette.watch(frames), how["cancelled"]) as strip:
        palette.settle()
        strip.palette_of(palette)
        # Naming the palette makes Pillow write it once; with one index left over for "as before" it writes
        # only changes.
        strip.save(
            temporary,
            format="GIF",
            save_all=True,
            palette=palette.bytes,
            optimize=palette.transparent is not None,
            disposal=1,
            duration=_spread(len(strip), how["fps"], 10.0),
            comment=text or "",
            **({"loop": 0} if how["loop"] else {}),
            **({} if palette.transparent is None else {"transparency": palette.transparent}),
        )


def _write_apng(temporary: Path, frames: Checked, *, text: str | None, **how: Any) -> None:
    from PIL.PngImagePlugin import PngInfo

    from genstudio.export.films.strip import Strip

    chunks = PngInfo()
    if text:
        chunks.add_text("genstudio", text)
    with Strip(frames, how["cancelled"]) as strip:
        durations = _spread(len(strip), how["fps"], 1.0)
        strip.save(
            temporary, format="PNG", save_all=True, duration=durations, loop=0 if how["loop"] else 1, pnginfo=chunks
        )


def _write_webp(temporary: Path, frames: Checked, *, text: str | None, **how: Any) -> None:
    from PIL import Image

    from genstudio.export.films.strip import Strip

    exif = Image.Exif()
    if text:
        exif[0x010E] = text  # ImageDescription
    with Strip(frames, how["cancelled"]) as strip:
        strip.save(
            temporary,
            format="WEBP",
            save_all=True,
            lossless=True,
            quality=60,
            method=3,
            duration=_spread(len(strip), how["fps"], 1.0),
            loop=0 if how["loop"] else 1,
            exif=exif.tobytes(),
        )


def _spread(n: int, fps: float, tick: float) -> list[int]:
    """Milliseconds for each of ``n`` frames in whole ticks, rounded so that the film as a whole is never off
    by more than one.

    >>> _spread(3, 30, 10.0)
    [30, 40, 30]
    """
    ends = [round((i + 1) * 1000 / fps / tick) for i in range(n)]
    return [int((end - start) * tick) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
