"""MP4 by PyAV: frames go to the encoder one by one, so that a film can be larger than memory."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from genstudio.viewing.pixels import as_rgb

ENCODERS: tuple[tuple[str, dict[str, str]], ...] = (
    # Animation: large even areas and sharp edges, as enlarged pixels are.
    ("libx264", {"preset": "medium", "tune": "animation"}),
    ("libopenh264", {}),
    ("mpeg4", {"qscale": "2"}),
)
"""First to last choice: what plays everywhere, what some builds have instead, what every build has."""
_BT709 = 1


def write_mp4(path: Path, frames: Iterable[np.ndarray], *, fps: float, crf: int, text: str | None, **_: Any) -> None:
    """Write ``frames`` (uint8 H×W×C, checked) as yuv420p in an MP4 that starts playing before it is fully
    read.

    Colours are halved in resolution, so that every player shows it; odd sizes repeat their last row or
    column. ``text`` becomes the container's comment.
    """
    import av

    name, options = encoder()
    if name == "libx264":
        options = {**options, "crf": str(crf)}
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        if text:
            container.metadata["comment"] = text
        stream = container.add_stream(name, rate=rate, options=options)
        for number, pixels in enumerate(frames):
            pixels = _even(pixels)
            if number == 0:
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
                context = stream.codec_context
                context.colorspace, context.color_primaries, context.color_trc = (_BT709,) * 3
                context.color_range = 1  # 16 to 235, what players take for granted
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", src_colorspace="ITU709", dst_colorspace="ITU709")
            frame.pts = number
            frame.time_base = 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def encoder() -> tuple[str, dict[str, str]]:
    """The best encoder of this build of FFmpeg, and its options."""
    import av

    return next((name, options) for name, options in ENCODERS if name in av.codecs_available)


def _even(pixels: np.ndarray) -> np.ndarray:
    """H×W×3 with even height and width: H.264 halves the colours' resolution."""
    pixels = as_rgb(pixels)
    height, width = pixels.shape[:2]
    return np.ascontiguousarray(np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))
