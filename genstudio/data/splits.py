"""Train, validation and test: by a hash of the image's content, never by its position.

Copies of one image are in the same split under any name; adding images moves no other; the order of a folder or a zip
has no effect. The hash is of the prepared image (size, colour), so that two files that are equal for a model can't be
in different splits.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

# Shares of all images, and of those outside the official test split where there is one (MNIST: about 5,000 of 60,000).
TEST, VALIDATION = 0.1, 0.1
VALIDATION_BESIDE_TEST = 1 / 12


def content_hashes(images: np.ndarray) -> np.ndarray:
    """One 64-bit number per image (first axis), uint64 N, from its bytes alone: the same on every machine."""
    rows = np.ascontiguousarray(images).reshape(len(images), -1)
    digests = b"".join(hashlib.blake2b(row.data, digest_size=8, person=b"split").digest() for row in rows)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def assign(hashes: np.ndarray, official_test: np.ndarray | None = None) -> dict[SplitName, np.ndarray]:
    """The positions of each split, int64 and ascending; together they are all N positions.

    hashes: uint64 N; official_test: bool N, or ``None`` where the data set has no test split of its own. An image of
    the training files that also occurs in the official test split stays in training.
    """
    unit = (hashes >> np.uint64(11)).astype(np.float64) / 2.0**53
    if official_test is None:
        test = unit < TEST
        validation = ~test & (unit < TEST + VALIDATION)
    else:
        test = official_test.astype(bool)
        validation = ~test & (unit < VALIDATION_BESIDE_TEST)
    masks: dict[SplitName, np.ndarray] = {"train": ~test & ~validation, "validation": validation, "test": test}
    return {name: np.flatnonzero(mask).astype(np.int64) for name, mask in masks.items()}
