"""The birthday test of a sheet, on generators with a known number of images."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from genstudio.core.spec import ImageSpec
from genstudio.data.dataset import DataSet, open_data
from genstudio.models.base import Model
from genstudio.training.duplicates import alike_within, duplicates, images_behind
from genstudio.training.health import assess
from genstudio.training.recipe.plan import Plan
from genstudio.training.samples import Sheets
from genstudio.training.telemetry import Row


def noise(n: int, seed: int) -> Tensor:
    return torch.rand(n, 1, 6, 6, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def within() -> float:
    found = alike_within(noise(1_000, 0))
    assert found is not None
    return found


def drawn(images: Tensor, seed: int) -> Tensor:
    """64 samples, each drawn from any of the images."""
    return images[torch.randint(len(images), (64,), generator=torch.Generator().manual_seed(seed))]


@pytest.mark.parametrize("count", [5, 20, 50])
def test_estimate_matches_the_generators_number_of_images(count: int, within: float) -> None:
    found = [duplicates(drawn(noise(count, seed), seed), within) for seed in range(10)]
    mean = sum(found) / len(found)
    assert images_behind(mean) == pytest.approx(count, rel=0.2)


def test_samples_like_the_data_have_one_duplicate_pair_in_two_thousand(within: float) -> None:
    found = [duplicates(noise(64, seed), within) for seed in range(1, 41)]
    assert 0.4 < sum(found) / len(found) < 1.8
    assert max(found) < 12


def test_pale_samples_are_not_duplicates_and_one_image_is_left_to_diversity(within: float) -> None:
    few = drawn(noise(30, 3), 3)
    assert duplicates(0.1 * few + 0.4, within) == pytest.approx(duplicates(few, within), rel=0.05)
    assert duplicates(0.1 * noise(64, 1) + 0.4, within) < 12
    assert duplicates(few[:1].expand(64, -1, -1, -1), within) == 0


def test_too_few_real_images_give_no_value() -> None:
    assert alike_within(noise(149, 0)) is None
    assert alike_within(noise(1, 0).expand(200, -1, -1, -1)) is None


class Few(Model):
    """Draws from the first ``count`` images of a data set; all of them move a little."""

    classes = 0

    def __init__(self, spec: ImageSpec, images: Tensor, count: int) -> None:
        torch.nn.Module.__init__(self)
        self.spec, self._images = spec, images[:count]

    def sample(self, n: int, *, generator: torch.Generator) -> Tensor:
        chosen = self._images[torch.randint(len(self._images), (n,), generator=generator)]
        return (chosen + 0.02 * torch.randn(chosen.shape, generator=generator)).clamp(0, 1)


@pytest.fixture(scope="module")
def faces() -> DataSet:
    return open_data("faces", {"count": 400, "size": 16, "colour": "grey"})


@pytest.mark.parametrize(("count", "alarmed"), [(12, True), (400, False)])
def test_generator_of_few_faces_is_detected_despite_variation(
    count: int, alarmed: bool, faces: DataSet, tmp_path: Path
) -> None:
    train = faces.split("train")
    images = train.batch(torch.arange(len(train)), generator=torch.Generator()).images
    seen = Sheets(train, 0).write(Few(faces.spec, images, count), tmp_path / "000000.png")
    assert seen is not None
    assert seen["samples/diversity"] > 0.6, "which shows nothing"
    told = {"train/D(x)": 0.7, "train/D(G(z))": 0.3}
    told |= {"train/gradient/discriminator": 1.0, "train/gradient/generator": 1.0}

    def verdict(until: int, **knobs: int) -> str:
        rows = [Row(step, 0.0, told | (seen if step % 100 == 0 else {})) for step in range(0, until + 1, 10)]
        found = assess(rows, Plan(), knobs)
        assert found is not None
        return str(found.message) if found.level != "good" else ""

    assert verdict(800, latent_dim=32) == "", "too early"
    text = verdict(1_000, latent_dim=32)
    assert text.startswith("Mode collapse: samples repeat") is alarmed
    assert verdict(1_000, latent_dim=2) == "", "codes of two numbers are near one another"


def test_points_are_not_tested_for_duplicates(tmp_path: Path) -> None:
    points = open_data("toy-2d", {"count": 300})
    train = points.split("train")
    images = train.batch(torch.arange(len(train)), generator=torch.Generator()).images
    seen = Sheets(train, 0).write(Few(points.spec, images, 100), tmp_path / "000000.png")
    assert seen is not None
    assert set(seen) == {"samples/diversity"}
