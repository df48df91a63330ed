"""The cache: decoded once, complete or absent, with concurrent users, in the memory of one chunk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import Cancelled, DataError
from genstudio.data import cache
from genstudio.data.dataset import open_data


def some_images(n: int = 100, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 1, 8, 8), dtype=np.uint8)


def left_in(own_cache: Path) -> list[str]:
    images = own_cache / "images"
    return sorted(p.name for p in images.iterdir()) if images.exists() else []


def test_images_are_decoded_once_and_read_back_as_they_were(own_cache: Path, make_source: Any) -> None:
    images, labels = some_images(), np.arange(100) % 3
    attributes = np.random.default_rng(1).normal(size=(100, 2)).astype(np.float32)
    columns = {
        "labels": labels,
        "attributes": attributes,
        "class_names": ("a", "b", "c"),
        "attribute_names": ("x", "y"),
    }
    with make_source(images, **columns) as source:
        first, again = open_data("array"), open_data("array", {"binarisation": "dynamic", "levels": 4, "seed": 3})
        assert source.decoded == 1
        for data in (first, again):
            assert np.array_equal(data.bytes(np.arange(100)), images)
            assert np.array_equal(data.labels, labels)
            assert np.array_equal(data.attributes, attributes)
        assert first.spec.class_names == ("a", "b", "c")
        assert first.class_counts() == {"a": 34, "b": 33, "c": 33}
        # Changes of the preparation or of the decoder's version require decoding again.
        open_data("array", {"size": 16})
        source.version = 2
        open_data("array")
        assert source.decoded == 3


def test_a_cancel_leaves_nothing_and_the_next_one_starts_afresh(own_cache: Path, make_source: Any) -> None:
    with make_source(some_images()) as source:
        seen = []
        source.after_chunk = staticmethod(seen.append)
        with pytest.raises(Cancelled):
            open_data("array", cancelled=lambda: len(seen) >= 3)
        assert len(seen) == 3
        assert left_in(own_cache) == []
        assert len(open_data("array")) == 100


def test_a_failing_decoder_leaves_nothing(own_cache: Path, make_source: Any) -> None:
    with make_source(some_images()) as source:
        source.after_chunk = staticmethod(lambda start: 1 / (start - 32))
        with pytest.raises(ZeroDivisionError):
            open_data("array")
        assert left_in(own_cache) == []


KILLED = textwrap.dedent("""
    import os, signal, sys
    import numpy as np
    from genstudio.core.messages import N_
    from genstudio.data import cache
    from genstudio.data.base import Source, data_sets
    from genstudio.data.dataset import open_data

    @data_sets.register("array")
    class Array(Source):
        title, help = N_("Array"), N_("An array.")
        def fingerprint(self): return "array"
        def decode(self, sink, progress, cancelled):
            sink.begin(64, (1, 8, 8))
            sink.add(np.zeros((32, 1, 8, 8), np.uint8))
            if sys.argv[1] == "decoding": os.kill(os.getpid(), signal.SIGKILL)
            sink.add(np.ones((32, 1, 8, 8), np.uint8))

    # The very last moment: everything is written but the name.
    if sys.argv[1] == "renaming":
        cache.Path.rename = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
    open_data("array")
""")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system can't kill so")
@pytest.mark.parametrize("moment", ["decoding", "renaming"])
def test_killed_decode_is_not_used_and_removed(own_cache: Path, make_source: Any, moment: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, moment], env=os.environ.copy(), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(left_in(own_cache)) == 1
    with make_source(some_images()) as source:
        data = open_data("array")
        assert source.decoded == 1
        assert len(data) == 100
    assert [name.split("-")[0] for name in left_in(own_cache)] == ["array"]


def test_two_simultaneous_decodes_are_safe(own_cache: Path, make_source: Any) -> None:
    """While one decodes, another opens the same set and is done first."""
    images = some_images()
    with make_source(images) as source:
        others = []

        def meanwhile(start: int) -> None:
            source.after_chunk = staticmethod(lambda start: None)
            others.append(open_data("array"))

        source.after_chunk = staticmethod(meanwhile)
        mine = open_data("array")
        assert source.decoded == 2
        assert np.array_equal(mine.bytes(np.arange(100)), images)
        assert np.array_equal(others[0].bytes(np.arange(100)), images)
    assert len(left_in(own_cache)) == 1


@pytest.mark.parametrize("damage", ["images.bin", "hashes.npy", "meta.json"])
def test_damaged_cache_is_rebuilt(own_cache: Path, make_source: Any, damage: str) -> None:
    with make_source(some_images()) as source:
        open_data("array")
        (folder,) = (own_cache / "images").iterdir()
        (folder / damage).write_bytes((folder / damage).read_bytes()[:-10])
        assert np.array_equal(open_data("array").bytes([5]), some_images()[5:6])
        assert source.decoded == 2


def test_a_hundred_thousand_images_need_the_memory_of_a_chunk(own_cache: Path, make_source: Any) -> None:
    """100,000 images of 32×32 are 102 MB; decoding, opening and batches need far less."""

    class Endless:
        shape = (100_000, 1, 32, 32)
        dtype = np.dtype(np.uint8)

        def __len__(self) -> int:
            return self.shape[0]

        def __getitem__(self, part: slice) -> np.ndarray:
            start, stop, _ = part.indices(len(self))
            return np.arange(start, stop).repeat(1024).astype(np.uint8).reshape(-1, 1, 32, 32)

    with make_source(Endless(), chunk=2000):
        tracemalloc.start()
        try:
            data = open_data("array")
            data.split("train").batch(torch.arange(100), generator=torch.Generator())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(data) == 100_000
    # A chunk is 2 MB as bytes and 16 MB while this test makes it; labels, hashes and splits are a few numbers an image.
    assert peak < 40e6


def test_full_disk_is_reported_before_decoding(
    own_cache: Path, make_source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with make_source(some_images()), pytest.raises(DataError, match="free"):
        open_data("array")
    assert left_in(own_cache) == []


def test_a_cache_that_can_not_be_written_is_a_plain_error(tmp_path: Path, make_source: Any, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "file"))
    with make_source(some_images()), pytest.raises(DataError, match="GENSTUDIO_CACHE"):
        open_data("array")


def test_progress_rises_and_reaches_one(make_source: Any) -> None:
    shares: list[float] = []
    with make_source(some_images()):
        open_data("array", progress=lambda share, text: shares.append(share))
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert len(shares) > 5
        shares.clear()
        open_data("array", progress=lambda share, text: shares.append(share))
        assert shares[-1] == 1.0


def test_real_values_are_kept_as_they_are(make_source: Any) -> None:
    values = np.random.default_rng(0).random((100, 1, 4, 4)).astype(np.float32)
    with make_source(values):
        data = open_data("array")
        assert data.spec.levels is None
        train = data.split("train")
        batch = train.batch(torch.arange(5), generator=torch.Generator())
        assert np.array_equal(batch.images.numpy(), values[train.indices[:5]])
        assert data.bytes([0]).dtype == np.uint8


@pytest.mark.parametrize(
    "columns",
    [
        {"labels": np.full(100, 3), "class_names": ("a", "b")},
        {"class_names": ("a", "b")},
        {"labels": np.zeros(100, int)},
        {"attributes": np.zeros((100, 1)), "attribute_names": ("x", "y")},
    ],
)
def test_source_that_violates_its_contract_is_reported(
    own_cache: Path, make_source: Any, columns: dict[str, Any]
) -> None:
    with make_source(some_images(), **columns), pytest.raises(ValueError, match=r"labels|attributes"):
        open_data("array")
    assert left_in(own_cache) == []
