"""Surprise: nats per pixel that add up to -log p(x), as a map on a stated scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.errors import UsageError
from genstudio.panes.surprise import content as module
from genstudio.panes.surprise.content import SurpriseState
from genstudio.viewing.heat import heat, table
from genstudio.viewing.pane import contents, final
from tests.panes.pixel_helpers import noise, pixel_look


def nll(context, images: torch.Tensor, labels: torch.Tensor | None = None) -> np.ndarray:
    batch = Batch(images, context.spec, torch.arange(len(images)), labels)
    with torch.no_grad():
        return -context.model.log_prob(batch, k=1, generator=noise()).numpy()


def test_the_maps_add_up_to_the_negative_log_likelihood(squares):
    context = pixel_look(data=squares, levels=256)
    content = final(context, SurpriseState(n=5, index=3))
    batch = squares.split("test").batch(torch.arange(3, 8), generator=noise())
    wanted = nll(context, batch.images)
    assert content.values["nats"] == pytest.approx(wanted, rel=1e-6)
    assert content.values["maps"].astype(float).sum((1, 2)) == pytest.approx(wanted, rel=1e-5)
    assert content.values["bits_per_dim"] == pytest.approx(wanted / (64 * math.log(2)), rel=1e-6)
    assert f"{wanted.mean():.2f} nats" in str(content.caption)
    assert "Test images 3 to 7" in str(content.caption)


def test_each_image_is_beside_its_heat_map(squares):
    context = pixel_look(data=squares, levels=256)
    content = final(context, SurpriseState(n=4, top=6.0))
    cells = content.pictures[0].cells().reshape(4, 2, 8, 8, 3)
    images = squares.split("test").batch(torch.arange(4), generator=noise()).images
    assert np.array_equal(cells[:, 0, :, :, 0], (images[:, 0] * 255).round().byte().numpy())
    assert np.array_equal(cells[:, 1], heat(content.values["maps"], 6.0))
    assert content.pictures[0].values["nats"].ravel()[2] == content.values["nats"][1]
    assert "maps 0 to 6 nats per pixel" in str(content.caption)


def test_scale_has_two_figures_and_is_shared(squares):
    context = pixel_look(data=squares, levels=256)
    content = final(context, SurpriseState(n=6))
    top, maps = content.values["top"], content.values["maps"]
    assert np.quantile(maps, 0.995) <= top <= 1.1 * np.quantile(maps, 0.995) + 1e-9
    assert f"{top:.2g}" == f"{top:.4g}"


def test_images_are_scored_a_few_at_a_time(squares, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "AT_ONCE", 2 * 64)
    context = pixel_look(data=squares, levels=256)
    seen = [len(content.values["nats"]) for content in contents(context, SurpriseState(n=5))]
    assert seen == [2, 4, 5]


def test_own_image_is_scored_with_the_most_likely_class():
    context = pixel_look(levels=4, classes=("a", "b", "c"), conditional=True)
    picture = np.random.default_rng(2).integers(0, 256, (8, 8, 1), dtype=np.uint8)
    state = SurpriseState(source="own", own=context.blobs.put_array(picture))
    image = torch.from_numpy(picture).permute(2, 0, 1)[None].int().mul(4).bitwise_right_shift(8).double() / 3
    each = [float(nll(context, image, torch.tensor([k]))[0]) for k in range(3)]
    assert np.argmin(each) == 1
    content = final(context, state)
    assert content.values["nats"] == pytest.approx([min(each)], rel=1e-6)
    assert f"Your image as {'abc'[int(np.argmin(each))]}" in str(content.caption)
    assert final(context, replace(state, label=2)).values["nats"] == pytest.approx([each[2]], rel=1e-6)
    with pytest.raises(UsageError, match=r"no class 3.*0 to 2"):
        final(context, replace(state, label=3))


def test_without_data_the_model_scores_what_it_draws():
    context = pixel_look()
    content = final(context, SurpriseState(n=3, seed=2))
    images = context.model.sample(3, generator=noise(2)).double()
    assert content.values["nats"] == pytest.approx(nll(context, images), rel=1e-6)
    assert "drawn by the model" in str(content.caption)


def test_images_of_other_levels_are_refused(squares):
    context = pixel_look()
    context.data = squares
    with pytest.raises(UsageError, match="Open the data set"):
        final(context, SurpriseState())


# -- the colours ---------------------------------------------------------------------------------------------------------


def lightness(rgb: np.ndarray) -> np.ndarray:
    """CIE L* of uint8 N×3: an independent measure of lightness."""
    linear = np.where(rgb / 255 <= 0.04045, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return 116 * np.where(y > 0.008856, np.cbrt(y), 7.787 * y + 16 / 116) - 16


def test_heat_grows_evenly_in_lightness_from_black_to_nearly_white():
    light = lightness(table().astype(float))
    steps = np.diff(light[::15])
    assert (steps > 0).all()
    assert steps.max() < 2.2 * steps.min()
    assert light[0] < 5
    assert light[-1] > 90


def test_values_outside_take_the_colour_of_the_nearer_end():
    ends = heat(np.array([-1.0, 0.0, 5.0, 9.0, np.nan]), 5.0)
    assert np.array_equal(ends[0], ends[1])
    assert np.array_equal(ends[2], ends[3])
    assert np.array_equal(ends[4], ends[0])
    assert heat(np.zeros((3, 2)), 0.0).shape == (3, 2, 3)
