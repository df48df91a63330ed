"""The IDX reader reads valid files and gives a reason for invalid ones, for any bytes."""

from __future__ import annotations

import contextlib
import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core.errors import DataError
from genstudio.data.files.idx import open_idx
from tests.data.idx_files import write_idx

some_files = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_idx(values: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


shapes = st.lists(st.integers(0, 6), min_size=1, max_size=4).map(tuple)


@some_files
@given(shape=shapes, packed=st.booleans(), rows=st.integers(1, 4))
def test_what_was_written_is_read_packed_or_plain_in_chunks_of_any_size(
    tmp_path: Path, shape: tuple[int, ...], packed: bool, rows: int
) -> None:
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    # The name says nothing: browsers unpack without renaming.
    path = write_idx(tmp_path / "file.gz", values, packed=packed)
    read = open_idx(path, len(shape))
    assert read.shape == shape
    assert np.array_equal(read.read(), values)
    assert np.array_equal(np.concatenate([*read.chunks(rows), np.zeros((0, *shape[1:]), np.uint8)]), values)


@some_files
@given(keep=st.floats(0, 1, exclude_max=True), packed=st.booleans())
def test_a_file_cut_off_anywhere_is_refused_by_name(tmp_path: Path, keep: float, packed: bool) -> None:
    data = as_idx(np.random.default_rng(1).integers(0, 256, (9, 5, 5), dtype=np.uint8))
    data = gzip.compress(data, mtime=0) if packed else data
    path = tmp_path / "images-idx3-ubyte"
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(DataError, match="images-idx3-ubyte"):
        open_idx(path, 3).read()


@some_files
@given(data=st.binary(max_size=64), header=st.sampled_from([b"", b"\0\0\x08\x01", b"\0\0\x08\x03", b"\x1f\x8b\x08\0"]))
def test_random_bytes_give_an_error_or_their_content_never_another_exception(
    tmp_path: Path, data: bytes, header: bytes
) -> None:
    path = tmp_path / "random"
    path.write_bytes(header + data)
    for ndim in (1, 3):
        with contextlib.suppress(DataError):
            assert open_idx(path, ndim).read().nbytes <= len(data)


@some_files
@given(sizes=st.tuples(*[st.integers(2**20, 2**32 - 1)] * 3), packed=st.booleans())
def test_huge_declared_sizes_cost_no_memory(tmp_path: Path, sizes: tuple[int, int, int], packed: bool) -> None:
    data = struct.pack(">BBBB3I", 0, 0, 8, 3, *sizes) + bytes(1000)
    path = tmp_path / "huge"
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="declares"):
            open_idx(path, 3).read()
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x89PNG\r\n\x1a\n", "doesn't begin like an IDX file"),
        (struct.pack(">BBBBI", 0, 0, 0x0D, 1, 4) + bytes(16), "float32"),
        (struct.pack(">BBBBI", 0, 0, 0x77, 1, 4) + bytes(4), "0x77"),
        (as_idx(np.zeros((4, 2, 2), np.uint8)), "3 dimensions instead of 1"),
        (as_idx(np.zeros(4, np.uint8)) + b"x", "more data follows"),
        (gzip.compress(as_idx(np.zeros(4, np.uint8)), mtime=0) + b"garbage", "damaged"),
    ],
)
def test_each_fault_has_its_own_message(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "labels"
    path.write_bytes(data)
    with pytest.raises(DataError, match=text):
        open_idx(path, 1).read()


def test_a_missing_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        open_idx(tmp_path / "nowhere", 1)
