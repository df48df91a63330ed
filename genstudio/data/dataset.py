"""Data sets as the other floors use them: opened once, split by content, read in batches.

data = open_data("mnist", {"binarisation": "dynamic"})
train = data.split("train")
batch = train.batch(torch.randint(len(train), (100,)), generator=generator)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.batch import Batch
from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import DataError
from genstudio.core.knobs import Knobs, parse_knobs
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.data import binarise
from genstudio.data.base import Binarisation, Cancelled, Progress, data_sets
from genstudio.data.cache import CachedImages, cached_images
from genstudio.data.modes import Modes
from genstudio.data.splits import SPLITS, SplitName, assign

if TYPE_CHECKING:
    import torch


def open_data(
    name: str,
    values: Knobs | dict[str, Any] | None = None,
    *,
    search: Sequence[Path] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> DataSet:
    """The data set ``name`` with the knobs, or knob values, given, decoded into the cache if it isn't there yet.

    ``search``: folders to search for files, in order (:func:`genstudio.core.paths.data_dirs` by default). ``progress``
    is called with a share that reaches 1 and a message; ``cancelled`` is called often and ends the work with
    :class:`genstudio.core.errors.Cancelled`. Raises :class:`UsageError` for unknown names and values that don't fit,
    :class:`DataError` for images that are missing or broken.
    """
    kind = data_sets[name]
    knobs = values if isinstance(values, kind.Knobs) else parse_knobs(kind.Knobs, dict(values or {}))
    source = kind(knobs, search)
    report = progress or (lambda share, text: None)
    is_cancelled = cancelled or (lambda: False)
    if is_cancelled():
        raise CancelledError(N_("Opening the images was cancelled."))
    data = DataSet(name, source.knobs, cached_images(name, source, report, is_cancelled))
    data.place, data.anchored = source.place(), source.anchored()
    data.search = tuple(Path(os.path.abspath(place)) for place in source.search)
    report(1.0, N_("{n} images are ready.", n=len(data)))
    return data


class DataSet:
    """Images N×C×H×W with what is known about them. Made by :func:`open_data`; safe to read from any thread.

    spec: as batches are (two levels when binarised). labels: int64 N or ``None``. attributes: float32 N×A or ``None``;
    NaN where a number isn't known. problems: what was left out, and why. fingerprint: a hash of all images and what is
    known about them, equal on every machine. place, search: the folder where they were found, and the folders
    searched. anchored: knob values that find them from any current folder.
    """

    def __init__(self, name: str, knobs: Any, cached: CachedImages) -> None:
        self.name = name
        self.knobs = knobs
        self.fingerprint = cached.fingerprint
        self.labels = cached.labels
        self.attributes = cached.attributes
        self.has_official_test = cached.test is not None
        self.place: Path | None = None
        self.anchored: dict[str, Any] = knobs.model_dump(mode="json")
        self.search: tuple[Path, ...] = ()
        self.cache = cached
        n, channels, height, width = cached.images.shape
        self.spec = ImageSpec(
            channels,
            height,
            width,
            _levels(knobs, cached.images.dtype),
            cached.class_names,
            cached.attribute_names,
        )
        positions = assign(cached.hashes, cached.test)
        empty = [split for split in SPLITS if not len(positions[split])]
        # Copies of one image fall on one side: all the same, all in one split.
        is_one = len(empty) == len(SPLITS) - 1 and len(np.unique(cached.hashes)) == 1
        if "train" in empty:
            what = N_("All {n} images belong to validation and test: none is left to train on.", n=n)
            if is_one:
                what = N_(
                    "All {n} images are copies of one, which belongs to one split: none is left to train on.", n=n
                )
            if n == 1:
                what = N_("There is only one image, and it belongs to validation or test: none is left to train on.")
            raise DataError(what, N_("Add more images that differ."))
        if is_one and n > 1:
            self.problems = (*cached.problems, N_("All {n} images are the same: there is nothing to compare.", n=n))
        else:
            self.problems = cached.problems + tuple(
                N_("With {n} images the split '{split}' is empty.", n=n, split=split) for split in empty
            )
        self._splits: dict[str, Split] = {split: Split(split, self, positions[split]) for split in SPLITS}

    def __len__(self) -> int:
        return len(self.cache.images)

    @property
    def modes(self) -> Modes | None:
        """The known modes, for the few data sets that have them."""
        return data_sets[self.name].modes(self.knobs)

    @property
    def hashes(self) -> np.ndarray:
        """uint64 N: one number per image, from its content."""
        return self.cache.hashes

    def bytes(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """uint8 n×C×H×W straight from the cache, before grey levels and binarisation: for thumbnails and overlays."""
        rows = self.cache.images[np.asarray(indices, dtype=np.int64)]
        return rows if rows.dtype == np.uint8 else np.round(rows * 255).astype(np.uint8)

    def points(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """float32 n×2, x and y in [0, 1], of a data set of points of the plane, before levels: for pictures of them."""
        rows = self.cache.images[np.asarray(indices, dtype=np.int64)].reshape(-1, 2)
        return rows.astype(np.float32) / 255 if rows.dtype == np.uint8 else rows

    def split(self, name: SplitName) -> Split:
        """``train``, ``validation`` or ``test``: disjoint, and together the whole set."""
        if name not in self._splits:
            raise KeyError(f"there is no split {name!r}: there are {', '.join(SPLITS)}")
        return self._splits[name]

    def unchanged(self) -> DataSet:
        """Split of the same images before grey levels and binarisation; itself where there is neither."""
        plain = {"binarisation": "none", "levels": 256}
        if all(getattr(self.knobs, name) == value for name, value in plain.items()):
            return self
        return DataSet(self.name, self.knobs.with_values(**plain), self.cache)

    def class_counts(self) -> dict[str, int]:
        """Number of images per class, in the order of ``spec.class_names``; empty without classes."""
        if self.labels is None:
            return {}
        counts = np.bincount(self.labels, minlength=len(self.spec.class_names))
        return dict(zip(self.spec.class_names, counts.tolist(), strict=True))


class Split:
    """One part of a data set. ``indices``: int64, the positions of its images in the whole set, ascending."""

    def __init__(self, name: str, data: DataSet, indices: np.ndarray) -> None:
        self.name = name
        self.indices = indices
        self.spec = data.spec
        self.binarisation = _binarisation(data.knobs)
        self._data = data
        images = data.cache.images
        self._rows = images.reshape(len(images), -1)

    def __len__(self) -> int:
        return len(self.indices)

    @cached_property
    def labels(self) -> torch.Tensor | None:
        """Class of each image, int64 N, or ``None`` where there are none."""
        import torch

        return None if self._data.labels is None else torch.from_numpy(self._data.labels[self.indices])

    def batch(self, positions: torch.Tensor, *, generator: torch.Generator) -> Batch:
        """The images at ``positions`` (int64 n, within the split) on the CPU.

        Dynamic binarisation draws its bits from ``generator``; nothing else does.
        """
        import torch

        indices = self.indices[positions.numpy()]
        data, knobs = self._data, self._data.knobs
        rows = torch.from_numpy(self._rows.take(indices, axis=0))
        if self.binarisation == "none" or knobs.levels < 256:
            rows = binarise.to_unit(rows, knobs.levels)
        if self.binarisation == "dynamic":
            rows = binarise.dynamic(rows, generator)
        elif self.binarisation == "threshold":
            rows = binarise.threshold(rows)
        elif self.binarisation == "fixed":
            keys = torch.from_numpy(data.hashes[indices].view(np.int64))
            rows = binarise.fixed(rows, binarise.image_keys(keys, knobs.seed))
        return Batch(
            rows.view(len(indices), *self.spec.shape),
            self.spec,
            torch.from_numpy(indices),
            None if data.labels is None else torch.from_numpy(data.labels[indices]),
            None if data.attributes is None else torch.from_numpy(data.attributes[indices]),
        )


def _binarisation(knobs: Any) -> Binarisation:
    """``none`` for images that are no pictures."""
    return getattr(knobs, "binarisation", "none")


def _levels(knobs: Any, dtype: np.dtype[Any]) -> int | None:
    if _binarisation(knobs) != "none":
        return 2
    return None if dtype != np.uint8 and knobs.levels == 256 else knobs.levels
