from __future__ import annotations

import json
import math

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec


def test_a_spec_is_a_value_that_survives_json() -> None:
    spec = ImageSpec(3, 32, 24, 256, ("a", "b"), ("smile",))
    assert ImageSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert {spec: 1}[ImageSpec(3, 32, 24, 256, ["a", "b"], ["smile"])] == 1  # type: ignore[arg-type]
    assert (spec.shape, spec.values, str(spec)) == ((3, 32, 24), 2304, "24×32 colour")


@pytest.mark.parametrize("wrong", [(0, 8, 8), (1, 0, 8), (1, 8, -1), (1, 8, 8, 1), (1, 8, 8, 257), (1, 8, 8, 0)])
def test_impossible_image_is_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(UsageError):
        ImageSpec(*wrong)


def test_two_channels_of_one_pixel_are_a_point_of_the_plane() -> None:
    point = ImageSpec(2, 1, 1)
    assert (point.is_point, str(point)) == (True, "points of the plane")
    assert not any(ImageSpec(*shape).is_point for shape in ((1, 1, 1), (2, 1, 2), (3, 1, 1), (2, 2, 1)))
    assert ImageSpec(3, 32, 24).cell == (32, 24)


def test_nats_become_bits_per_dim() -> None:
    # A uniform guess over 256 levels costs 8 bits for each of them, whatever the image's size.
    spec = ImageSpec(3, 16, 16, 256)
    assert spec.bits_per_dim(spec.values * math.log(256)) == pytest.approx(8)
    assert spec.dequantisation_nats == pytest.approx(spec.values * math.log(256))
    assert ImageSpec(3, 16, 16).dequantisation_nats == 0


@pytest.mark.parametrize("levels", [2, 3, 16, 255, 256])
def test_levels_come_back_exactly_from_floats(levels: int) -> None:
    wanted = torch.arange(levels).reshape(1, 1, 1, levels)
    images = wanted.float() / (levels - 1)
    batch = Batch(images, ImageSpec(1, 1, levels, levels), torch.zeros(1, dtype=torch.long))
    assert torch.equal(batch.levels, wanted)
    assert batch.levels.dtype == torch.int64
    assert len(batch) == 1


def test_real_valued_images_have_no_levels() -> None:
    with pytest.raises(ValueError, match="real-valued"):
        _ = Batch(torch.zeros(1, 1, 2, 2), ImageSpec(1, 2, 2), torch.zeros(1, dtype=torch.long)).levels
