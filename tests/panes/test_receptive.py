"""Receptive field by gradients: zero where the architecture forbids influence, nonzero where it allows it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.conditions.classes import of_class
from genstudio.core.seeding import generator
from genstudio.panes.pixels.receptive import PROJECTIONS, receptive_field
from genstudio.panes.pixels.state import PixelsState
from genstudio.viewing.pane import contents, final
from tests.models.autoregressive.autoregressive_nets import VARIANTS, make
from tests.panes.pixel_helpers import noise, pixel_look

COLOURED = ("made", "pixelcnn", "gated-classes", "diagonal-lstm-scales", "pp")
ABOVE_AND_LEFT = {(-1, -1), (-1, 0), (-1, 1), (0, -1)}


def field_of(context, unit, image=None) -> np.ndarray:
    model = context.model
    spec = context.spec
    image = torch.randint(0, spec.levels, spec.shape, generator=noise(3)) if image is None else image
    return receptive_field(model, image, unit, NO_CONDITION).numpy()


def reach(blocks: int, y: int, x: int, size: int) -> np.ndarray:
    """Receptive field of a plain PixelCNN of 3×3 windows at (y, x): one masked step, then up to ``blocks`` more."""
    seen = {(y + dy, x + dx) for dy, dx in ABOVE_AND_LEFT}
    for _ in range(blocks):
        inside = {(a, b) for a, b in seen if 0 <= a < size and 0 <= b < size}
        seen = inside | {(a + dy, b + dx) for (a, b), (dy, dx) in itertools.product(inside, ABOVE_AND_LEFT)}
    made = np.zeros((size, size), bool)
    for a, b in seen:
        if 0 <= a < size and 0 <= b < size:
            made[a, b] = True
    return made


@pytest.mark.parametrize("blocks", [0, 2, 6])
def test_plain_pixelcnn_has_a_cone_with_a_blind_spot(blocks: int):
    field = field_of(pixel_look("pixelcnn", 1, 9, 9, kernel=3, blocks=blocks), (6, 4, 0))
    assert np.array_equal(field > 0, reach(blocks, 6, 4, 9))
    assert field.max() == 1
    # The blind spot: right above, beyond the diagonal. The order allows it, and no depth ever reaches it.
    assert field[5, 6] == 0
    assert field[4, 7] == 0


def test_gated_pixelcnn_has_no_blind_spot():
    context = pixel_look("gated-pixelcnn", 1, 9, 9, layers=7)
    field = field_of(context, (6, 4, 0))
    before = np.zeros((9, 9), bool)
    before.ravel()[: 6 * 9 + 4] = True
    assert np.array_equal(field > 0, before)


def test_masked_autoencoder_depends_on_all_previous_pixels():
    field = field_of(pixel_look("made", levels=3, hidden=600), (2, 5, 0))
    assert np.array_equal(np.flatnonzero(field), np.arange(2 * 8 + 5))


def test_later_colour_depends_on_earlier_ones_of_its_pixel():
    context = pixel_look("pixelcnn", 3, levels=4, blocks=1)
    red, green = field_of(context, (4, 4, 0)), field_of(context, (4, 4, 1))
    assert red[4, 4] == 0
    assert green[4, 4] > 0


def test_field_of_two_levels_is_the_gradient_of_the_log_odds():
    context = pixel_look()
    model, image = context.model, torch.randint(0, 2, (1, 8, 8), generator=noise(1))
    x = model.to_net(image)[None].requires_grad_(True)
    out = model(x)[0, :, 4, 4]
    (gradient,) = torch.autograd.grad(out[1] - out[0], x)
    wanted = gradient[0, 0].abs() / gradient.abs().max()
    assert field_of(context, (4, 4, 0), image) == pytest.approx(wanted.numpy(), abs=1e-6)


def test_pixels_not_drawn_yet_have_no_influence():
    context = pixel_look(levels=4)
    one = torch.randint(0, 4, (1, 8, 8), generator=noise(1))
    other = one.clone()
    other[:, 4, 4:], other[:, 5:] = 0, 3
    assert np.array_equal(field_of(context, (4, 4, 0), one), field_of(context, (4, 4, 0), other))


def in_one_piece(model: Any, levels: torch.Tensor, unit: tuple[int, int, int], condition: Condition) -> np.ndarray:
    """The field by one forward pass of as many images as there are mixtures, and one backward pass of autograd."""
    y, x, channel = unit
    distribution = model.distribution
    odds = not distribution.joint and distribution.levels == 2
    image = model.to_net(levels)[None].repeat(1 if odds else PROJECTIONS, 1, 1, 1).requires_grad_(True)
    output = model(image, condition.rows(torch.zeros(len(image), dtype=torch.int64)))
    part = distribution.part(output[:, :, y, x], channel)
    mixtures = torch.randn(part.shape, generator=generator(0, "receptive field"), dtype=part.dtype)
    if odds:
        mixtures = torch.tensor([[-1.0, 1.0]], dtype=part.dtype)
    elif not distribution.joint:
        mixtures = mixtures - mixtures.mean(1, keepdim=True)
    (gradient,) = torch.autograd.grad((part * mixtures).sum(), image)
    strength = gradient.square().sum((0, 1)).sqrt()
    return (strength / strength.max().clamp_min(1e-300)).numpy()


@pytest.mark.parametrize("size", [(6, 5), (9, 8), (4, 11)])
@pytest.mark.parametrize("variant", VARIANTS)
def test_parts_equal_the_whole(variant: str, size: tuple[int, int]):
    coloured = variant in COLOURED
    model = make(variant, 3 if coloured else 1, *size, levels=4 if coloured else 2)
    levels = torch.randint(0, model.distribution.levels, model.spec.shape, generator=noise(2))
    condition = of_class(torch.tensor([1])) if model.classes else NO_CONDITION
    for y, x in ((0, 0), (0, size[1] - 1), (size[0] // 2, size[1] // 2), (size[0] - 1, 1)):
        unit = (y, x, model.spec.channels - 1)
        expected = in_one_piece(model, levels, unit, condition)
        found = receptive_field(model, levels, unit, condition).numpy()
        assert np.array_equal(found > 0, expected > 0), unit
        assert found == pytest.approx(expected, abs=1e-6), unit


def test_the_pane_shows_the_field_of_the_pixel_drawn_last():
    context = pixel_look(levels=4)
    content = final(context, PixelsState(n=2, enlarged=1, position=37, overlay="field"))
    image = torch.from_numpy(content.values["large"]).permute(2, 0, 1).long()
    assert np.array_equal(content.values["field"], field_of(context, (4, 4, 0), image))
    over, plain = content.pictures[2].pixels, content.pictures[1].pixels
    assert not np.array_equal(over, plain)
    assert "field" not in final(context, PixelsState(n=2, overlay="field")).values, "nothing is drawn yet"


def test_picture_comes_before_the_field():
    seen = list(contents(pixel_look(levels=4), PixelsState(n=2, position=37, overlay="field")))
    assert [(content.coarse, "field" in content.values) for content in seen[-2:]] == [(True, False), (False, True)]
    assert seen[-2].values["drawn"] == seen[-1].values["drawn"] == 37


def test_class_reaches_the_net():
    context = pixel_look(classes=("a", "b"), conditional=True)
    fields = [
        final(context, PixelsState(n=1, position=37, overlay="field", label=label)).values["field"] for label in (0, 1)
    ]
    assert not np.array_equal(*fields)
