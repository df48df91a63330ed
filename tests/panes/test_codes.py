"""Codes: the coordinate of each encoded image in one dimension, beside the prior, and the images of one bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from genstudio.panes.codes.content import CodesState
from genstudio.viewing.decode import encodings
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look


def test_coordinates_are_the_encoder_s_and_stand_beside_the_prior(squares):
    context = make_look(3, data=squares)
    content = final(context, CodesState(dimension=2, counted=50))
    z = encodings(context, 50).z
    assert np.array_equal(content.values["coordinate"], z[:, 1].astype(np.float64))
    assert content.values["variances"] == pytest.approx(z.var(0, dtype=np.float64))
    prior, codes = content.series
    middle = np.abs(prior.x) < 1
    assert prior.y[middle].sum() == pytest.approx(68.3, abs=2), "a standard normal distribution"
    assert codes.y.sum() == pytest.approx(100.0)
    assert content.values["axis"].args == {"k": 2}


def test_most_active_dimension_is_shown_first_and_a_large_number_is_the_last(squares):
    context = make_look(3, data=squares)
    variances = encodings(context, 50).z.var(0)
    assert final(context, CodesState(counted=50)).values["dimension"] == variances.argmax()
    assert final(context, CodesState(counted=50, dimension=99)).values["dimension"] == 2


def test_bar_shows_its_images_in_order(squares):
    context = make_look(2, data=squares)
    state = CodesState(dimension=1, counted=50)
    whole = final(context, state)
    coordinate = whole.values["coordinate"]
    low, high = (float(np.quantile(coordinate, q)) for q in (0.3, 0.7))
    part = final(context, replace(state, low=low, high=high, n=144))
    picture = part.pictures[0]
    shown = picture.values["coordinate"].ravel()[: len(picture)]
    assert np.array_equal(shown, np.sort(coordinate[(coordinate >= low) & (coordinate < high)]))
    index = int(picture.values["index"].ravel()[3])
    split = squares.split("validation")
    place = split.indices.tolist().index(index)
    image = split.batch(torch.tensor([place]), generator=torch.Generator()).images[0, 0]
    levels = (image * 255).round().byte().numpy()
    assert np.array_equal(picture.at(*divmod(3, picture.columns))[..., 0], levels)
    falling = final(context, replace(state, low=low, high=high, n=144, order="falling"))
    assert np.array_equal(falling.pictures[0].values["coordinate"].ravel()[: len(picture)], shown[::-1])


def test_few_of_many_images_span_the_whole_range(squares):
    context = make_look(2, data=squares)
    content = final(context, CodesState(dimension=1, counted=50, n=4))
    shown = content.pictures[0].values["coordinate"].ravel()
    assert (shown.min(), shown.max()) == (content.values["coordinate"].min(), content.values["coordinate"].max())
