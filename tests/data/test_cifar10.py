"""CIFAR-10 in its Python 2 pickles of arrays, without executing anything else in a pickle."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import DataError
from genstudio.data.dataset import open_data
from genstudio.data.sources.cifar10 import read_batch

NAMES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


def write(folder: Path, per_file: int = 4) -> np.ndarray:
    """Six files with images that differ; gives all images in order."""
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (6 * per_file, 3 * 32 * 32), dtype=np.uint8)
    for i, name in enumerate(NAMES):
        part = images[i * per_file : (i + 1) * per_file]
        told = {"batch_label": name, "labels": [i] * per_file, "data": part, "filenames": ["x.png"] * per_file}
        (folder / name).write_bytes(pickle.dumps(told, protocol=2))
    return images.reshape(-1, 3, 32, 32)


def test_images_labels_and_the_official_test_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    images = write(tmp_path / "cifar-10-batches-py")
    data = open_data("cifar10", {}, search=[tmp_path])
    assert data.spec.shape == (3, 32, 32)
    assert data.spec.levels == 256
    assert data.spec.class_names[3] == "cat"
    assert np.array_equal(data.bytes(range(24)), images)
    assert data.labels is not None
    assert data.labels.tolist() == [i for i in range(6) for _ in range(4)]
    assert data.split("test").indices.tolist() == [20, 21, 22, 23]


def test_pickle_with_code_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({"data": Evil(), "labels": []}, protocol=2))
    with pytest.raises(DataError, match="mkdir"):
        read_batch(tmp_path / "data_batch_1")
    assert not (tmp_path / "ran").exists()


def test_missing_or_broken_files_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DataError, match="download cifar10"):
        open_data("cifar10", {}, search=[tmp_path])
    write(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "test_batch").write_bytes(b"no pickle")
    with pytest.raises(DataError, match="test_batch"):
        open_data("cifar10", {}, search=[tmp_path])
