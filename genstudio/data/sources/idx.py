"""Source of four IDX files, shared by MNIST and Fashion-MNIST, searched where people keep them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.paths import looked_in
from genstudio.core.seeding import derive
from genstudio.data.base import Cancelled, Progress, Sink, Source, data_sets
from genstudio.data.files.idx import IdxFile, open_idx
from genstudio.data.prepare import prepare, prepared_shape

_STEMS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
MAX_SIDE = 4096


class IdxSource(Source):
    """A data set of four IDX files: training images and labels, test images and labels.

    ``folders``: names of sub-folders that may contain the files, in each search folder, the most specific first;
    ``system``: further folders (a Linux distribution's). ``first_test_labels`` distinguish sets with equal file names;
    ``torchvision_name`` is the class of torchvision that can download them.
    """

    name: ClassVar[str]
    class_names: ClassVar[tuple[str, ...]]
    folders: ClassVar[tuple[str, ...]]
    system: ClassVar[tuple[str, ...]] = ()
    first_test_labels: ClassVar[tuple[int, ...]]
    torchvision_name: ClassVar[str]

    def fingerprint(self) -> str:
        files = self.find()
        return ";".join(f"{stem}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for stem, path in files.items())

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        files = self.find()
        parts = [
            (open_idx(files["train-images"], 3), open_idx(files["train-labels"], 1), False),
            (open_idx(files["t10k-images"], 3), open_idx(files["t10k-labels"], 1), True),
        ]
        for images, labels, _ in parts:
            self._check(images, labels, parts[0][0])
        total = sum(images.shape[0] for images, _, _ in parts)
        keep = _choose(total, self.knobs.limit)
        _, height, width = parts[0][0].shape
        size, colour = self.knobs.size, self.knobs.colour
        sink.begin(int(keep.sum()), prepared_shape((1, height, width), size, colour), class_names=self.class_names)
        start = 0
        for images, labels, test in parts:
            classes = labels.read()
            if classes.size and classes.max() >= len(self.class_names):
                raise DataError(
                    N_("The file {path} has the label {label}.", path=str(labels.path), label=int(classes.max())),
                    N_("Labels of {title} go from 0 to {last}.", title=self.title, last=len(self.class_names) - 1),
                )
            done = 0
            for chunk in images.chunks():
                included = keep[start + done : start + done + len(chunk)]
                few = classes[done : done + len(chunk)][included]
                sink.add(prepare(chunk[included][:, None], size, colour), labels=few, test=test)
                done += len(chunk)
            start += done

    def find(self) -> dict[str, Path]:
        """The four files by stem. Raises :class:`DataError` with the searched folders and how to get them."""
        incomplete: tuple[Path, str] | None = None
        for place in self._places():
            found = {stem: path for stem in _STEMS if (path := _file(place, stem))}
            if len(found) == len(_STEMS) and not self._is_another(found["t10k-labels"]):
                return found
            if 0 < len(found) < len(_STEMS):
                incomplete = incomplete or (place, next(stem for stem in _STEMS if stem not in found))
        if incomplete:
            folder, stem = incomplete
            raise DataError(
                N_("The folder {folder} has no file {name}.", folder=str(folder), name=f"{stem}{_endings(stem)[0]}.gz"),
                N_("Put all four files of {title} there, packed or not.", title=self.title),
            )
        raise DataError(
            N_(
                "The files of {title} were not found. Looked in: {places}.",
                title=self.title,
                places=looked_in([*self.search, *self.system]),
            ),
            N_(
                "Get them with 'genstudio data download {name}', or name their folder with --data or GENSTUDIO_DATA.",
                name=self.name,
            ),
        )

    @classmethod
    def download(cls, folder: Path, progress: Progress, cancelled: Cancelled) -> Path:
        from genstudio.data.files.download import fetch_idx_files

        return fetch_idx_files(cls.torchvision_name, folder / cls.folders[0], progress, cancelled)

    def _places(self) -> Iterator[Path]:
        """Search folders with their named sub-folders first, because related data sets use the same file names."""
        for place in self.search:
            for name in (*self.folders, "", "raw"):
                yield place / name
        yield from map(Path, self.system)

    def _is_another(self, labels: Path) -> bool:
        """True if the files are those of another data set of this kind, recognised by the first test labels."""
        kinds = [kind for _, kind in data_sets.items() if issubclass(kind, IdxSource) and kind is not type(self)]
        beginning = next(open_idx(labels, 1).chunks(len(self.first_test_labels)), np.zeros(0, np.uint8))
        return tuple(beginning.tolist()) in [kind.first_test_labels for kind in kinds]

    def _check(self, images: IdxFile, labels: IdxFile, like: IdxFile) -> None:
        n, *size = images.shape
        if n != labels.shape[0]:
            raise DataError(
                N_(
                    "{path} has {n} images and {labels} has {m} labels.",
                    path=str(images.path),
                    n=n,
                    labels=labels.path.name,
                    m=labels.shape[0],
                ),
                N_("Replace both with new copies."),
            )
        if images.shape[1:] != like.shape[1:] or not all(1 <= side <= MAX_SIDE for side in size):
            raise DataError(
                N_("{path} contains images of {size} pixels.", path=str(images.path), size="×".join(map(str, size))),
                N_("All images must have the same size, at most {most} pixels a side.", most=MAX_SIDE),
            )


def _file(folder: Path, stem: str) -> Path | None:
    names = [f"{stem}{ending}{packed}" for ending in _endings(stem) for packed in (".gz", "")]
    return next((folder / name for name in names if os.path.isfile(folder / name)), None)


def _endings(stem: str) -> tuple[str, str]:
    dimensions = 3 if stem.endswith("images") else 1
    return f"-idx{dimensions}-ubyte", f".idx{dimensions}-ubyte"


def _choose(total: int, limit: int) -> np.ndarray:
    """Mask of the images used among ``total``, bool: ``limit`` of them (0: all), spread over the set by a fixed draw."""
    keep = np.ones(total, bool)
    if 0 < limit < total:
        keep[:] = False
        keep[np.random.default_rng(derive(0, "limit")).permutation(total)[:limit]] = True
    return keep
