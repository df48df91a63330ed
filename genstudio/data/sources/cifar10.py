"""CIFAR-10: 60,000 photographs, 32×32 colour (Krizhevsky 2009), in the files that torchvision keeps on disk.

The official 10,000 test images are the test split. The files are Python pickles, which could run any code: they are
read by an unpickler that allows arrays only.
"""

from __future__ import annotations

import os
import pickle
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.paths import looked_in
from genstudio.core.seeding import derive
from genstudio.data.base import Cancelled, DataKnobs, Progress, Sink, Source, data_sets
from genstudio.data.prepare import prepare, prepared_shape

_FILES = (*((f"data_batch_{i}", False) for i in range(1, 6)), ("test_batch", True))
_FOLDER = "cifar-10-batches-py"
_PLACES = ("", "cifar10", "CIFAR10", "cifar-10")


@data_sets.register("cifar10")
class Cifar10(Source):
    title = N_("CIFAR-10")
    help = N_("60,000 photographs of ten kinds of animals and vehicles, 32×32 colour.")
    class_names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

    class Knobs(DataKnobs):
        """The knobs that every data set has."""

    def fingerprint(self) -> str:
        return ";".join(f"{p.name}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in self.find())

    def find(self) -> list[Path]:
        """The six files. Raises :class:`DataError` with the searched folders and how to get them."""
        for place in self.search:
            for name in _PLACES:
                for folder in (place / name / _FOLDER, place / name):
                    files = [folder / file for file, _ in _FILES]
                    if all(os.path.isfile(file) for file in files):  # Path's own raises where one may not look
                        return files
        raise DataError(
            N_("The files of CIFAR-10 were not found. Looked in: {places}.", places=looked_in(self.search)),
            N_("Get them with 'genstudio data download cifar10', or name their folder with --data or GENSTUDIO_DATA."),
        )

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        batches = list(self._batches())
        total = sum(len(images) for images, _, _ in batches)
        keep = np.ones(total, bool)
        if 0 < self.knobs.limit < total:
            keep[np.random.default_rng(derive(0, "limit")).permutation(total)[self.knobs.limit :]] = False
        size, colour = self.knobs.size, self.knobs.colour
        sink.begin(int(keep.sum()), prepared_shape((3, 32, 32), size, colour), class_names=self.class_names)
        start = 0
        for images, labels, test in batches:
            included = keep[start : start + len(images)]
            for part in np.array_split(np.flatnonzero(included), max(1, int(included.sum()) // 1000)):
                sink.add(prepare(images[part], size, colour), labels=labels[part], test=test)
            start += len(images)

    def _batches(self) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
        for path, (_, test) in zip(self.find(), _FILES, strict=True):
            yield *read_batch(path), test

    @classmethod
    def download(cls, folder: Path, progress: Progress, cancelled: Cancelled) -> Path:
        from torchvision.datasets import CIFAR10

        from genstudio.data.files.download import fetch

        target = folder / "cifar10" / CIFAR10.filename
        text = N_("Downloading {name}", name=CIFAR10.filename)
        fetch(CIFAR10.url, target, CIFAR10.tgz_md5, lambda share: progress(share, text), cancelled)
        _unpack(target)
        target.unlink()
        progress(1.0, N_("Downloaded to {folder}", folder=str(target.parent)))
        return target.parent


def read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """uint8 N×3×32×32 and int64 N of one file. Raises :class:`DataError` for any other file."""
    try:
        with open(path, "rb") as file:
            pickled = _ArraysOnly(file, encoding="latin1").load()
        images, labels = np.asarray(pickled["data"]), np.asarray(pickled["labels"], np.int64)
        if images.dtype != np.uint8 or images.shape != (len(labels), 3 * 32 * 32):
            raise ValueError("the arrays have other sizes")
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(Cifar10.class_names):
            raise ValueError("there are labels beyond the ten classes")
    except Exception as error:
        raise DataError(
            N_(
                "{path} is not a file of CIFAR-10: {reason}.", path=str(path), reason=str(error) or type(error).__name__
            ),
            N_("Replace it with a new copy ('genstudio data download cifar10')."),
        ) from error
    return images.reshape(-1, 3, 32, 32), labels


class _ArraysOnly(pickle.Unpickler):
    """Unpickler of numpy arrays; a pickle that names anything else is refused before it runs."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype")}:
            return getattr(np, name)
        if module in {"numpy.core.multiarray", "numpy._core.multiarray"} and name == "_reconstruct":
            # The function that both names stand for, wherever this numpy keeps it.
            return np.empty(0).__reduce__()[0]
        if (module, name) == ("_codecs", "encode"):
            import codecs

            return codecs.encode  # how Python 3 writes bytes into old pickles
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _unpack(archive: Path) -> None:
    """The six files out of the archive, each whole or not at all."""
    folder = archive.parent / _FOLDER
    folder.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        for name, _ in _FILES:
            source = tar.extractfile(f"{_FOLDER}/{name}")
            if source is None:
                raise DataError(
                    N_("{path} has no file {name}.", path=str(archive), name=name), N_("Download it again.")
                )
            temporary = folder / f".{name}-{uuid.uuid4().hex[:8]}"
            temporary.write_bytes(source.read())
            os.replace(temporary, folder / name)
