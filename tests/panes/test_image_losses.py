"""Loss per image: -log p(x) of each image, the histogram of all, and the images of one bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.panes.image_losses import content as module
from genstudio.panes.image_losses.content import ImageLossesState
from genstudio.viewing.pane import contents, final
from tests.panes.pane_helpers import make_look
from tests.panes.pixel_helpers import noise, pixel_look


def nll(context, images: torch.Tensor) -> np.ndarray:
    batch = Batch(images, context.spec, torch.arange(len(images)))
    with torch.no_grad():
        return -context.model.log_prob(batch, k=1, generator=noise()).numpy()


def test_losses_are_the_model_s_and_the_highest_stand_first(squares):
    context = pixel_look(data=squares, levels=256)
    content = final(context, ImageLossesState(n=4, counted=16))
    split = squares.split("validation") if len(squares.split("validation")) else squares.split("test")
    n = min(16, len(split))
    wanted = nll(context, split.batch(torch.arange(n), generator=noise()).images)
    assert content.values["nats"] == pytest.approx(wanted, rel=1e-5)
    shown = content.pictures[0].values["nats"].ravel()[:4]
    assert shown == pytest.approx(np.sort(wanted)[::-1][:4], rel=1e-5)
    assert content.pictures[0].values["index"].ravel()[0] == split.indices[int(np.argmax(wanted))]
    assert f"{wanted.mean():,.1f}" in str(content.caption)
    (series,) = content.series
    assert series.y.sum() == pytest.approx(100.0)


def test_bar_shows_its_images_and_scores_nothing_again(squares):
    context = pixel_look(data=squares, levels=256)
    whole = final(context, ImageLossesState(counted=32, split="train"))
    forwards = context.model.full_forwards
    nats = whole.values["nats"]
    low, high = (float(np.quantile(nats, q)) for q in (0.4, 0.6))
    part = final(context, ImageLossesState(counted=32, split="train", low=low, high=high, order="lowest"))
    assert context.model.full_forwards == forwards
    shown = part.pictures[0].values["nats"].ravel()[: len(part.pictures[0])]
    assert np.array_equal(shown, np.sort(nats[(nats >= low) & (nats < high)]))
    assert f"{len(shown)} of 32 training images" in str(part.caption)
    empty = final(context, replace(ImageLossesState(counted=32, split="train"), low=-2.0, high=-1.0))
    assert empty.pictures == ()
    assert "0 of 32" in str(empty.caption)


def test_histogram_grows_while_images_are_scored(squares, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "AT_ONCE_BY_PIXELS", 64)
    context = pixel_look(data=squares, levels=256)
    made = list(contents(context, ImageLossesState(counted=16, split="train")))
    counts = [len(content.values["nats"]) for content in made]
    assert counts[:3] == [1, 2, 3]
    assert counts[-1] == 16
    assert made[0].share == pytest.approx(1 / 16)


def test_bound_of_a_variational_model_is_scored_the_same_each_time(squares):
    one, other = (final(make_look(data=squares), ImageLossesState(counted=20)).values["nats"] for _ in range(2))
    assert np.array_equal(one, other), "the posterior's draws come from a seed"
