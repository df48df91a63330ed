"""Pictures of more than 8 bits keep their contrast, and large ones need bounded memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from genstudio.data.dataset import DataSet, open_data
from genstudio.data.files import pictures
from genstudio.data.files.pictures import read_picture

RAMP = np.tile(np.linspace(0, 1, 64), (64, 1))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def written(folder: Path, values: np.ndarray, kind: str = "TIFF", **options: Any) -> DataSet:
    """A data set of twenty pictures with these values, each with another pixel."""
    folder.mkdir(exist_ok=True)
    for i in range(20):
        other = values.copy()
        other[i, 0] = values[-1, -1]
        (folder / f"{i}.{kind[:3].lower()}").write_bytes(encoded(Image.fromarray(other), kind, **options))
    return open_data("folder", {"path": str(folder), "size": 64, "colour": "as-is"}, search=[])


def remarks(data: DataSet) -> str:
    return " ".join(map(str, data.problems))


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ((RAMP * 4095).astype(np.uint16), "TIFF", "12-bit: values 0 to 4,095 were taken as black to white"),
        ((RAMP * 4095).astype(np.uint16), "PNG", "12-bit: values 0 to 4,095"),
        ((RAMP * 4095).astype(">u2"), "TIFF", "12-bit: values 0 to 4,095"),
        ((RAMP * 1023).astype(np.uint16), "TIFF", "10-bit: values 0 to 1,023"),
        ((RAMP * 16383).astype(np.uint16), "TIFF", "14-bit: values 0 to 16,383"),
        ((RAMP * 255).astype(np.uint16), "TIFF", "8-bit: values 0 to 255"),
        ((RAMP * 65535).astype(np.uint16), "TIFF", ""),
        ((RAMP * 65535).astype(np.uint16), "PNG", ""),
        ((RAMP * 65535).astype(np.int32), "TIFF", ""),
        ((RAMP * 1e6).astype(np.int32), "TIFF", "Values 0 to 1,000,000 were taken as black to white"),
        ((RAMP * 2e9 - 1e9).astype(np.int32), "TIFF", "Values -1,000,000,000 to 1,000,000,000"),
        (RAMP.astype(np.float32), "TIFF", ""),
        ((RAMP * 65535).astype(np.float32), "TIFF", ""),
        ((RAMP * 255).astype(np.float32), "TIFF", "8-bit: values 0 to 255"),
        ((RAMP * 2 - 1).astype(np.float32), "TIFF", "Values -1 to 1"),
        ((RAMP * 0.01).astype(np.float32), "TIFF", "Values 0 to 0.01"),
        ((RAMP * 50 - 80).astype(np.float32), "TIFF", "Values -80 to -30"),
        ((RAMP * 1e6).astype(np.float32), "TIFF", "Values 0 to 1,000,000"),
        ((RAMP * 3).astype(np.uint16), "PNG", "Values 0 to 3"),
    ],
)
def test_no_depth_becomes_dark_or_white(tmp_path: Path, values: np.ndarray, kind: str, text: str) -> None:
    data = written(tmp_path, values, kind)
    assert data.spec.channels == 1
    images = data.bytes(range(20))
    steps = np.round((values.astype(float) - values.min()) / (values.max() - float(values.min())) * 255)
    assert np.abs(images[:, 0, 40].astype(int) - steps[40]).max() <= 1
    assert text in remarks(data) if text else not data.problems


def test_one_scale_serves_the_whole_set(tmp_path: Path) -> None:
    """A dim picture beside a bright one stays dim."""
    written(tmp_path, (RAMP * 4000).astype(np.uint16))
    (tmp_path / "dim.tif").write_bytes(encoded(Image.fromarray((RAMP * 500).astype(np.uint16)), "TIFF"))
    data = open_data("folder", {"path": str(tmp_path), "size": 64}, search=[])
    assert data.bytes([20]).max() == round(500 / 4095 * 255)


def test_value_range_in_the_file_is_used(tmp_path: Path) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[341] = 8191
    tags.tagtype[341] = 3
    data = written(tmp_path, (RAMP * 4095).astype(np.uint16), tiffinfo=tags)
    assert data.bytes([0])[0, 0, 40].max() == 127
    assert "Values 0 to 8,191" in remarks(data)


def test_nan_is_black_and_does_not_affect_the_scale(tmp_path: Path) -> None:
    values = RAMP.astype(np.float32)
    values[5, 50], values[5, 51], values[5, 52] = np.nan, np.inf, -np.inf
    data = written(tmp_path, values)
    assert data.bytes([0])[0, 0, 5, 50:53].tolist() == [0, 255, 0]
    assert not data.problems


def test_smallest_value_can_be_white() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    data = bytearray(encoded(Image.fromarray((RAMP * 65535).astype(np.uint16)), "TIFF"))
    at = data.index(struct.pack("<HHI", 262, 3, 1))
    data[at + 8 : at + 10] = struct.pack("<H", 0)
    pixels = read_picture(bytes(data), 64, 64, grey=True)
    assert pixels[0, 0, 0] == 255
    assert pixels[0, 0, -1] == 0


@pytest.mark.parametrize(("level", "text"), [(6, "20 of 20 pictures are nearly black"), (250, "nearly white")])
def test_nearly_invisible_pictures_are_reported(tmp_path: Path, level: int, text: str) -> None:
    values = np.random.default_rng(0).integers(level - 5, level + 5, (64, 64)).astype(np.uint8)
    assert text in remarks(written(tmp_path, values, "PNG"))


def test_single_colour_and_identical_pictures_are_reported(tmp_path: Path) -> None:
    for i in range(20):
        Image.new("RGB", (8, 8), (i, 100, 100)).save(tmp_path / f"{i}.png")
    assert "20 of 20 pictures have a single colour" in remarks(
        open_data("folder", {"path": str(tmp_path), "size": 8}, search=[])
    )
    from genstudio.core.errors import DataError

    for i in range(20):
        Image.new("RGB", (8, 8), (100, 100, 100)).save(tmp_path / f"{i}.png")
    try:
        text = remarks(open_data("folder", {"path": str(tmp_path), "size": 8}, search=[]))
    except DataError as error:
        text = str(error)
    assert "All 20 images are the same" in text or "only one image, 20 times" in text


def large_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + np.linspace(0, 65535, side).astype(">u2").tobytes()
    pixels = zlib.compress(row * side, 1)
    header = struct.pack(">IIBBBBB", side, side, 16, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_large_picture_of_16_bits_is_made_smaller_strip_by_strip() -> None:
    """Pillow's own memory is not counted; the test is that no full-size array is made."""
    side = 4600
    data = large_png(side)
    read_picture(large_png(8), 8, 8, grey=True)
    tracemalloc.start()
    pixels = read_picture(data, 64, 64, grey=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * pictures._STRIP * 4
    assert np.abs(pixels[0, 5].astype(int) - np.linspace(2, 253, 64)).max() <= 2


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
@pytest.mark.parametrize("grey", [True, False])
def test_large_pictures_of_every_kind_look_like_small_ones(
    mode: str, grey: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize((400, 300)).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(image, "TIFF" if mode == "CMYK" else "PNG", **({} if mode == "CMYK" else {"exif": exif}))
    small = read_picture(data, 24, 24, grey)
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    monkeypatch.setattr(pictures, "_STRIP", 7000)
    large = read_picture(data, 24, 24, grey)
    assert np.abs(small.astype(int) - large).mean() < 3
