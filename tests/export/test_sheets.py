from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from genstudio.core.errors import GenstudioError, UsageError
from genstudio.export.images.sheets import save_sheet, sheet
from genstudio.export.provenance import Provenance, read_provenance


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@given(
    n=st.integers(1, 13), height=st.integers(1, 6), width=st.integers(4, 9), channels=st.sampled_from([1, 3]),
    columns=st.none() | st.integers(1, 15), gutter=st.integers(0, 3), scale=st.integers(1, 3),
    layout=st.sampled_from(["hwc", "chw"]),
)  # fmt: skip
def test_every_image_has_its_cell_and_the_rest_is_background(
    n: int, height: int, width: int, channels: int, columns: int | None, gutter: int, scale: int, layout: str
) -> None:
    images = noise(n, height, width, channels)
    given_as = images if layout == "hwc" else images.transpose(0, 3, 1, 2)
    background = (9, 9, 9) if channels == 1 else (9, 200, 7)
    made = sheet(given_as, columns=columns, gutter=gutter, scale=scale, background=background, layout=layout)  # type: ignore[arg-type]

    across = min(n, columns or math.ceil(math.sqrt(n)))
    down = math.ceil(n / across)
    assert made.shape == (
        down * (height * scale + gutter) + gutter, across * (width * scale + gutter) + gutter, channels
    )  # fmt: skip
    rest = np.ones(made.shape[:2], bool)
    for i, image in enumerate(images):
        top = gutter + (i // across) * (height * scale + gutter)
        left = gutter + (i % across) * (width * scale + gutter)
        cell = made[top : top + height * scale, left : left + width * scale]
        # Whole factors: every pixel became a square of one value.
        assert np.array_equal(cell, np.kron(image, np.ones((scale, scale, 1), np.uint8)))
        rest[top : top + height * scale, left : left + width * scale] = False
    assert (made[rest] == background[:channels]).all()


def test_grey_images_on_a_coloured_background_become_colour() -> None:
    made = sheet(noise(2, 4, 4, 1), background=(255, 0, 0))
    assert made.shape[2] == 3
    assert tuple(made[0, 0]) == (255, 0, 0)


@pytest.mark.parametrize(
    ("images", "options"),
    [
        (np.zeros((0, 4, 4, 1), np.uint8), {}),
        (np.zeros((2, 4, 4, 1), np.float32), {}),
        (np.zeros((4, 4, 1), np.uint8), {}),
        (np.zeros((2, 4, 4, 5), np.uint8), {}),
        (np.zeros((2, 4, 4, 1), np.uint8), {"scale": 0}),
        (np.zeros((2, 4, 4, 1), np.uint8), {"gutter": -1}),
        (np.zeros((2, 4, 4, 1), np.uint8), {"columns": 0}),
    ],
)
def test_invalid_sheets_are_refused_with_a_reason(images: np.ndarray, options: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        sheet(images, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 3])
def test_png_has_the_sheet_and_its_provenance(tmp_path: Path, channels: int) -> None:
    images = noise(5, 6, 7, channels)
    told = Provenance(run="faces-3", step=1200, weights="ab" * 32, pane="samples", state={"n": 5, "ü": [1.5, "x"]})
    path = save_sheet(tmp_path / "new" / "sheet.png", images, scale=2, provenance=told)
    with Image.open(path) as image:
        read = np.asarray(image).reshape(image.height, image.width, -1)
    assert np.array_equal(read, sheet(images, scale=2))
    assert read_provenance(path) == told


def test_foreign_picture_has_no_provenance(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    for name in ("plain.png", "broken.png", "missing.png"):
        with pytest.raises(GenstudioError):
            read_provenance(tmp_path / name)


def test_failed_export_leaves_only_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_sheet(tmp_path / "sheet.png", noise(2, 4, 4, 1))
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(GenstudioError, match="No space left"):
        save_sheet(path, noise(3, 4, 4, 1))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_other_suffixes_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="png"):
        save_sheet(tmp_path / "sheet.jpg", noise(2, 4, 4, 1))
    assert not list(tmp_path.iterdir())
