"""Each measure on a case with an independently known answer."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from genstudio.core.messages import N_
from genstudio.evaluate.base import evaluate
from genstudio.evaluate.baselines import IndependentPixels
from genstudio.evaluate.images import Images
from genstudio.evaluate.measures.reconstruction_error import principal_components


class Exact(nn.Module):
    """Independent pixels as a model: its log p(x) is known, and is the baseline."""

    def __init__(self, images: Images) -> None:
        super().__init__()
        self.pixels = IndependentPixels(images)

    def likelihood(self):
        return N_("independent {what}", what="pixels")

    def log_prob(self, batch, *, k, generator):
        assert k == 1, "an exact likelihood is asked once"
        return self.pixels.log_prob(batch.images)

    def is_exact(self):
        return True


@pytest.mark.parametrize("knobs", [{"binarisation": "fixed"}, {}, {"levels": 5}])
def test_an_exact_model_is_measured_at_its_known_likelihood(blobs, knobs):
    data = blobs(**knobs)
    model = Exact(Images(data))
    results = evaluate(model, data, names=["elbo", "nll"])
    split = data.split("validation")
    batch = split.batch(torch.arange(len(split)), generator=torch.Generator())
    expected = float(model.pixels.log_prob(batch.images).mean())
    assert results["elbo"].value == pytest.approx(expected, rel=1e-5)
    assert results["elbo"].baselines["independent_pixels"] == pytest.approx(expected, rel=1e-5)
    assert results["nll"].value == pytest.approx(-expected, rel=1e-5)
    assert results["nll"].protocol["exact"] is True
    assert results["nll"].protocol["likelihood"] == "independent pixels"
    assert "kl" not in results["elbo"].extra


@pytest.mark.parametrize("levels", [2, 5, 256])
def test_the_probabilities_of_all_levels_sum_to_one(blobs, levels):
    """Otherwise bits/dim of the baseline could not be compared with a model's."""
    pixels = IndependentPixels(Images(blobs(levels=levels)))
    every = torch.arange(levels).div(levels - 1).view(-1, 1, 1, 1)
    one_pixel = IndependentPixels.__new__(IndependentPixels)
    one_pixel.levels = levels
    for row, column in ((0, 0), (3, 3), (4, 6)):
        here = (slice(None), slice(row, row + 1), slice(column, column + 1))
        for name in ("probability", "mean", "variance"):
            setattr(one_pixel, name, getattr(pixels, name)[here])
        log_prob = one_pixel.log_prob(every)
        assert torch.isfinite(log_prob).all()
        assert float(log_prob.exp().sum()) == pytest.approx(1, abs=1e-4)


def test_a_baseline_for_real_values_is_a_density(blobs):
    data = blobs()
    pixels = IndependentPixels(Images(data))
    pixels.levels = None
    x = torch.zeros(1, 1, 8, 8)
    expected = torch.distributions.Normal(pixels.mean, pixels.variance.sqrt()).log_prob(x).sum()
    assert float(pixels.log_prob(x)) == pytest.approx(float(expected), rel=1e-5)


def test_more_importance_samples_tighten_the_bound(blobs, vae):
    data = blobs(binarisation="fixed")
    model = vae(data)
    torch.manual_seed(0)
    nn.init.normal_(model.encoder[1][-1].weight, std=0.5)  # a poor posterior leaves room to tighten
    values = [evaluate(model, data, names=["nll"], options={"nll": {"k": k}})["nll"] for k in (1, 5, 50)]
    assert values[0].value > values[1].value > values[2].value
    assert values[2].baselines["minus_elbo"] == pytest.approx(values[0].value, rel=0.05)
    assert values[2].extra["nll_bits_per_dim"] == pytest.approx(values[2].value / (64 * math.log(2)))


def test_active_units_counts_those_that_vary(blobs, vae):
    data = blobs(binarisation="fixed")
    model = vae(data, latent_dim=5)
    with torch.no_grad():
        head = model.encoder[1][-1]  # rows 0 to 4 give the means
        head.weight *= 20
        head.weight[3:5] = 0
        head.bias[3:5] = 7  # far from 0, but the same for every image
    result = evaluate(model, data, names=["active_units"])["active_units"]
    assert result.value == 3
    assert result.baselines == {"latent_dim": 5}


def test_the_active_threshold_is_a_variance_of_one_hundredth(blobs):
    class Scaled(nn.Module):
        latent_dim = 2

        def encode(self, images):
            first = images.flatten(1)[:, 27]
            unit = (first - first.mean()) / first.std(correction=0)
            return torch.stack([unit * 0.011**0.5, unit * 0.009**0.5], 1)

    data = blobs()
    assert evaluate(Scaled(), data, names=["active_units"])["active_units"].value == 1


def test_reconstruction_error_of_pca_is_the_baseline_of_pca(blobs):
    class Pca(nn.Module):
        latent_dim = 4

        def __init__(self, images):
            super().__init__()
            self.mean, self.basis = principal_components(images, 4)

        def prior(self, n, *, generator):
            return torch.randn(n, 4, generator=generator, dtype=torch.float64)

        def encode(self, images):
            return (images.flatten(1).double() - self.mean) @ self.basis

        def decode(self, z):
            return (z @ self.basis.T + self.mean).view(-1, 1, 8, 8).float()

    data = blobs()
    result = evaluate(Pca(Images(data)), data, names=["reconstruction_error"])["reconstruction_error"]
    assert result.value == pytest.approx(result.baselines["pca"], rel=1e-4)
    assert result.baselines["pca"] < 0.5 * result.baselines["mean_image"]
