"""One palette for a whole film, so that a GIF does not flicker and has little banding.

Up to 256 different colours the palette is exact: every grey film is. Beyond, it is found by median cut and refined to
the means of its clusters (Lloyd 1982). There is no dither, which crawls from frame to frame and destroys small pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

MOST = 256
"""Colours in a GIF. One fewer leaves an index free to say "as before", and still parts cost nothing."""
_BITS = 6
_ROUNDS = 8
_CLUSTERED = 20_000
"""Boxes, the fullest first, that the palette is made from: more take longer and change nothing that is seen."""


class Palette:
    """Palette of a film: pass all frames through, call :meth:`settle`, then :meth:`indices` for each.

    colours: uint8 m×3 once settled, m at most 256.
    """

    def __init__(self) -> None:
        self.colours = np.empty((0, 3), np.uint8)
        self._exact: np.ndarray | None = np.empty(0, np.int64)
        # Colours in boxes of 4×4×4 levels: how many pixels fell into each, the sum of them, and in the end
        # its colour.
        self._count = np.zeros(1 << 3 * _BITS, np.int64)
        self._sums = np.zeros((1 << 3 * _BITS, 3), np.int64)
        self._owner = np.zeros(1 << 3 * _BITS, np.uint8)

    def watch(self, frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Pass frames (uint8 H×W×C) on, counting their colours."""
        for frame in frames:
            colours, counts = np.unique(_packed(frame), return_counts=True)
            if self._exact is not None:
                merged = np.union1d(self._exact, colours)
                self._exact = merged if len(merged) <= MOST else None
            rgb = _unpacked(colours)
            boxes = _boxes(rgb)
            np.add.at(self._count, boxes, counts)
            np.add.at(self._sums, boxes, rgb * counts[:, None])
            yield frame

    def settle(self) -> None:
        """Choose the colours."""
        if self._exact is not None:
            self.colours = _unpacked(self._exact).astype(np.uint8)
            return
        used = np.flatnonzero(self._count)
        means = self._sums[used] / self._count[used, None]
        # Square roots: a colour that fills the background must not take the shades of a face with it.
        weights = np.sqrt(self._count[used].astype(np.float64))
        heavy = np.argsort(-weights, kind="stable")[:_CLUSTERED]
        self.colours = _cluster(means[heavy], weights[heavy])
        self._owner[used] = nearest(means, self.colours)

    @property
    def transparent(self) -> int | None:
        """The index after the last colour, free to mean "as before"; None when all 256 are taken."""
        return len(self.colours) if len(self.colours) < MOST else None

    @property
    def bytes(self) -> bytes:
        """The colours as RGBRGB..., with one more, unused, if there is space."""
        if self.transparent is None:
            return self.colours.tobytes()
        taken = set(map(tuple, self.colours.tolist()))
        return self.colours.tobytes() + bytes(next(c for c in ((0, 0, b) for b in range(256)) if c not in taken))

    def indices(self, frame: np.ndarray) -> np.ndarray:
        """The nearest colour's index for each pixel of a frame that was watched, uint8 H×W."""
        if self._exact is not None:
            found = np.searchsorted(self._exact, _packed(frame)).astype(np.uint8)
        else:
            found = self._owner[_boxes(frame)]
        return found.reshape(frame.shape[:2])


def _cluster(means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """At most 255 colours, uint8 m×3, that stand for n weighted ones (float n×3)."""
    from PIL import Image

    times = np.ceil(weights * (200_000 / weights.sum())).astype(np.int64)
    line = np.repeat(means.round().astype(np.uint8), times, axis=0)[None]
    image = Image.fromarray(line).quantize(MOST - 1, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    centres = np.asarray(image.getpalette(), np.float64)[: 3 * (MOST - 1)].reshape(-1, 3)
    for _ in range(_ROUNDS):
        owner = nearest(means, centres)
        mass = np.bincount(owner, weights, len(centres))
        for channel in range(3):
            moved = np.bincount(owner, weights * means[:, channel], len(centres))
            np.divide(moved, mass, out=centres[:, channel], where=mass > 0)
    return np.unique(centres.round().astype(np.uint8), axis=0)


def nearest(colours: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """For each of n colours (n×3) the index of the nearest of ``palette`` (m×3), int16 n."""
    colours, palette = colours.astype(np.float32), palette.astype(np.float32)
    found = np.empty(len(colours), np.int16)
    for start in range(0, len(colours), 8192):  # 8192×255 floats: small enough for the cache
        some = colours[start : start + 8192]
        found[start : start + 8192] = ((palette**2).sum(1) - 2 * some @ palette.T).argmin(1)
    return found


def _packed(frame: np.ndarray, bits: int = 8) -> np.ndarray:
    """uint8 ...×C as one number for each pixel, int64, flat."""
    flat = frame.reshape(-1, frame.shape[-1]).astype(np.int64)
    red, green, blue = (flat[:, 0],) * 3 if flat.shape[1] == 1 else flat.T
    return (red << 2 * bits) | (green << bits) | blue


def _boxes(frame: np.ndarray) -> np.ndarray:
    return _packed(frame >> (8 - _BITS), _BITS)


def _unpacked(packed: np.ndarray) -> np.ndarray:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=-1)
