"""Unsuitable images and settings: the reason and the remedy."""

from __future__ import annotations

import pytest
import torch
from autoregressive_nets import make

from genstudio.core.batch import Batch
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build, models

NAMES = [name for name in models if models[name].family == "autoregressive"]


def score(spec: ImageSpec, mine: int = 4) -> None:
    model = make("pixelcnn", levels=mine).float()
    images = torch.zeros(2, *spec.shape)
    model.log_prob(Batch(images, spec, torch.arange(2)), k=1, generator=torch.Generator())


@pytest.mark.parametrize("name", NAMES)
def test_real_valued_images_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"real-valued.*data.levels"):
        build(name, ImageSpec(1, 8, 8, levels=None))


@pytest.mark.parametrize("levels", [2, 256, None])
def test_another_number_of_levels_is_not_scored(levels: int | None) -> None:
    """The same floats would be other levels, so the nats would be meaningless."""
    with pytest.raises(UsageError, match=r"has 4 levels.*data.levels=4"):
        score(ImageSpec(1, 6, 5, levels=levels))


@pytest.mark.parametrize("shape", [(1, 5, 6), (3, 6, 5)])
def test_images_of_another_size_or_colour_are_not_scored(shape: tuple[int, int, int]) -> None:
    with pytest.raises(UsageError, match=r"data.size"):
        score(ImageSpec(*shape, levels=4))


def test_a_conditional_model_needs_classes() -> None:
    with pytest.raises(UsageError, match=r"conditional=false"):
        build("gated-pixelcnn", ImageSpec(1, 8, 8, levels=2), {"conditional": True})
    model = make("gated-classes").float()
    with pytest.raises(UsageError, match=r"needs the class"):
        model.surprise(Batch(torch.zeros(2, 1, 6, 5), model.spec, torch.arange(2)))


def test_fewer_features_than_colours_are_refused() -> None:
    with pytest.raises(UsageError, match=r"width of at least 3"):
        build("pixelcnn", ImageSpec(3, 8, 8, levels=4), {"width": 2})


def test_a_dense_net_too_large_for_a_computer_is_refused_before_it_is_built() -> None:
    with pytest.raises(UsageError, match=r"data.levels"):
        build("fvbn", ImageSpec(3, 64, 64, levels=256))
