"""IDX files for tests."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np


def write_idx(path: Path, values: np.ndarray, *, packed: bool = False) -> Path:
    data = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def write_digits(folder: Path, *, train: int = 60, test: int = 20, side: int = 28, seed: int = 0) -> Path:
    """Four IDX files of random images whose label is their first pixel, one of them packed, as people have them."""
    rng = np.random.default_rng(seed)
    for stem, n in (("train", train), ("t10k", test)):
        labels = rng.integers(0, 10, n)
        images = rng.integers(0, 256, (n, side, side))
        images[:, 0, 0] = labels
        write_idx(folder / f"{stem}-images-idx3-ubyte.gz", images, packed=True)
        write_idx(folder / f"{stem}-labels-idx1-ubyte", labels)
    return folder
