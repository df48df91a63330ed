"""Warnings about pictures in which hardly anything is visible: black, white, or a single colour."""

from __future__ import annotations

import numpy as np

from genstudio.core.messages import N_, Message


class Contrast:
    """Counter of pictures in which hardly anything is visible."""

    DARK, LIGHT, SHARE = 32, 223, 0.005  # bytes; the share of pixels that may lie beyond

    def __init__(self) -> None:
        self._all = self._black = self._white = self._plain = 0

    def see(self, images: np.ndarray) -> None:
        """Take in images, uint8 n×C×H×W."""
        rows = images.reshape(len(images), -1)
        channels = images.reshape(*images.shape[:2], -1)
        plain = (channels.max(axis=2) == channels.min(axis=2)).all(axis=1)
        black = (rows > self.DARK).mean(axis=1) < self.SHARE
        white = (rows < self.LIGHT).mean(axis=1) < self.SHARE
        self._all += len(images)
        self._plain += int(plain.sum())
        self._black += int((black & ~plain).sum())
        self._white += int((white & ~plain).sum())

    def remarks(self) -> list[Message]:
        """Warnings if this is true for more than half of the pictures."""
        texts = (
            (self._plain, N_("{n} of {all} pictures have a single colour.")),
            (self._black, N_("{n} of {all} pictures are nearly black: stretch their contrast before they are used.")),
            (self._white, N_("{n} of {all} pictures are nearly white: stretch their contrast before they are used.")),
        )
        return [N_(text.text, n=n, all=self._all) for n, text in texts if n > self._all / 2]
