"""A user's own image: read as displayed elsewhere, and refused in plain words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.viewing.conditioning import fitted_mask, kept_part
from genstudio.viewing.own_image import LARGEST, read_image, to_spec


def test_image_is_rotated_by_its_camera_tag(tmp_path: Path):
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20] = (250, 0, 0)  # the left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise: left becomes top
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    read = read_image(tmp_path / "a.png")
    assert read.shape == (40, 20, 3)
    assert read[5, 10, 0] > 200 > 50 > read[35, 10, 0]


def test_transparency_is_on_white_and_an_animation_gives_its_first_frame(tmp_path: Path):
    Image.new("RGBA", (6, 4), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png") == 255).all()
    frames = [Image.new("L", (6, 4), grey) for grey in (40, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert np.abs(read_image(tmp_path / "a.gif").astype(int) - 40).max() <= 1


def test_grey_stays_grey_and_large_images_are_reduced(tmp_path: Path):
    Image.new("L", (3000, 1000), 90).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").shape == (round(LARGEST / 3), LARGEST, 1)


def test_other_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(UsageError, match=r"a\.png can't be read.*format is not one.*Choose a JPEG"):
        read_image(tmp_path / "a.png")
    Image.new("L", (64, 64)).save(tmp_path / "b.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:60])
    with pytest.raises(UsageError, match="damaged or cut off"):
        read_image(tmp_path / "b.png")
    with pytest.raises(UsageError, match="No such file"):
        read_image(tmp_path / "c.png")
    with pytest.raises(UsageError, match="can't be read"):
        read_image(tmp_path)
    Image.new("L", (64, 64)).save(tmp_path / "d.png")
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 1000)  # a bomb is a picture of more pixels than anyone would make
    with pytest.raises(UsageError, match="million pixels"):
        read_image(tmp_path / "d.png")


@pytest.mark.parametrize("levels", [2, 16, 256])
def test_image_is_cropped_to_the_middle_and_quantised(levels: int):
    pixels = np.zeros((10, 20, 1), np.uint8)
    pixels[:, 2:18] = 200  # more than the middle, so that no edge is near
    image = to_spec(pixels, ImageSpec(1, 5, 5, levels=levels))
    assert image.shape == (1, 5, 5)
    level = {2: 1, 16: 12, 256: 200}[levels]
    assert (image == level / (levels - 1)).all()


def test_halves_and_masks():
    assert kept_part((5, 4), "top").sum() == 2 * 4
    assert kept_part((5, 4), "bottom").sum() == 2 * 4
    assert kept_part((4, 5), "left")[:, :2].all()
    assert kept_part((4, 5), "right").sum() == 4 * 2
    mask = np.zeros((2, 2), bool)
    mask[0, 1] = True
    assert np.array_equal(fitted_mask(mask, 4, 4), np.kron(mask, np.ones((2, 2), bool)))
    assert np.array_equal(fitted_mask(np.eye(6, dtype=bool), 6, 6), np.eye(6, dtype=bool))
