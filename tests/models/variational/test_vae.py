"""The VAE's mathematics against known answers, and its refusals."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, distributions

from genstudio.core.batch import Batch
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.models.variational.vae import VAE


def bits(n: int, spec: ImageSpec) -> Batch:
    images = torch.rand(n, *spec.shape, generator=torch.Generator().manual_seed(5)).round()
    return Batch(images, spec, torch.arange(n))


@pytest.fixture
def vae() -> VAE:
    torch.manual_seed(0)
    model = build("vae", ImageSpec(1, 2, 2, levels=2), {"latent_dim": 1, "hidden": 8})
    assert isinstance(model, VAE)
    return model.double()


def log_evidence(model: VAE, images: Tensor) -> Tensor:
    """log p(x) by quadrature over a one-dimensional z: the exact value for every bound."""
    z = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    prior = distributions.Normal(0.0, 1.0).log_prob(z)
    output = model.decoder(z[:, None])
    rows = [model.observed.log_prob(x.expand(len(z), -1, -1, -1), output, Draws()) + prior for x in images]
    return torch.stack([torch.logsumexp(row, 0) for row in rows]) + math.log(float(z[1] - z[0]))


def all_images() -> Batch:
    spec = ImageSpec(1, 2, 2, levels=2)
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 4).reshape(16, 1, 2, 2)
    return Batch(images, spec, torch.arange(16))


def test_evidence_of_all_images_sums_to_one(vae: VAE) -> None:
    with torch.no_grad():
        assert log_evidence(vae, all_images().images).exp().sum().item() == pytest.approx(1.0, abs=1e-6)


def test_importance_samples_approach_the_evidence_from_below(vae: VAE) -> None:
    batch = all_images()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        truth = log_evidence(vae, batch.images)
        elbo = torch.stack([vae.log_prob(batch, k=1, generator=generator) for _ in range(400)]).mean(0)
        # exp of the bound is unbiased for p(x) at any k: 200 repeats of k = 200 are 40,000 draws of the same mean.
        repeated = Batch(batch.images.repeat(200, 1, 1, 1), batch.spec, batch.indices.repeat(200))
        bounds = vae.log_prob(repeated, k=200, generator=generator).reshape(200, 16)
    assert (elbo < truth).all()
    assert (elbo < bounds.mean(0)).all()
    torch.testing.assert_close(bounds.exp().mean(0).log(), truth, atol=0.02, rtol=0)


def test_reparameterised_codes_have_the_posterior_as_distribution(vae: VAE) -> None:
    mean, log_var = torch.tensor([[1.5]]).double(), torch.tensor([[math.log(0.25)]]).double()
    z = vae.reparameterise(mean.expand(40000, 1), log_var.expand(40000, 1), Draws(torch.Generator().manual_seed(0)))
    assert z.mean().item() == pytest.approx(1.5, abs=0.01)
    assert z.std().item() == pytest.approx(0.5, abs=0.01)


def test_beta_weighs_the_kl_and_leaves_the_curve_in_nats() -> None:
    spec = ImageSpec(1, 4, 4, levels=2)
    torch.manual_seed(0)
    model = build("vae", spec, {"beta": 4.0, "warmup": 10})

    class StepContext:
        step = 5
        draws = Draws()

        def batch(self) -> Batch:
            return bits(8, spec)

        def noise(self, dim: int) -> Tensor:
            raise AssertionError

    phase = next(model.phases(StepContext()))  # type: ignore[arg-type]
    assert not isinstance(phase, tuple)
    assert phase.weights["kl"] == pytest.approx(2.0)
    loss = phase.loss()
    assert loss is not None
    torch.testing.assert_close(loss, phase.terms["reconstruction"] + 2.0 * phase.terms["kl"])


def test_gradients_agree_with_finite_differences(vae: VAE) -> None:
    batch = bits(3, vae.spec)
    batch = Batch(batch.images.double(), batch.spec, batch.indices)
    weight = next(vae.parameters())

    def loss() -> Tensor:
        terms = vae.elbo_terms(batch, Draws(torch.Generator().manual_seed(3)))
        return (terms["reconstruction"] + terms["kl"]).mean()

    gradient = torch.autograd.grad(loss(), weight)[0]
    step = torch.zeros_like(weight)
    step[0, 0] = 1e-6
    with torch.no_grad():
        weight += step
        above = loss()
        weight -= 2 * step
        below = loss()
    assert gradient[0, 0].item() == pytest.approx(((above - below) / 2e-6).item(), rel=1e-5, abs=1e-8)


def test_gaussian_on_levels_bounds_the_probability_of_the_levels() -> None:
    """The mean score over dequantisation noise stays under the log of the integrated density, and not by much."""
    spec = ImageSpec(1, 1, 1, levels=4)
    model = build("vae", spec, {"likelihood": "gaussian"})
    images = torch.tensor([0.0, 1 / 3, 2 / 3, 1.0]).reshape(4, 1, 1, 1)
    output = torch.zeros(4, 1, 1, 1)
    draws = Draws(torch.Generator().manual_seed(0))
    with torch.no_grad():
        scores = torch.stack([model.observed.log_prob(images, output, draws) for _ in range(2000)]).mean(0)
        normal = distributions.Normal(0.5, float((0.5 * model.observed.log_var).exp()))
        edges = torch.arange(5) / 4
        truth = (normal.cdf(edges[1:]) - normal.cdf(edges[:-1])).log()
    assert (scores < truth + 0.01).all()
    torch.testing.assert_close(scores, truth, atol=0.1, rtol=0)


@pytest.mark.parametrize(
    ("spec", "likelihood"),
    [(ImageSpec(1, 8, 8, levels=256), "bernoulli"), (ImageSpec(1, 8, 8, levels=None), "bernoulli"),
     (ImageSpec(1, 8, 8, levels=None), "logistic")],
)  # fmt: skip
def test_invalid_likelihoods_are_refused_with_an_alternative(spec: ImageSpec, likelihood: str) -> None:
    with pytest.raises(UsageError) as refusal:
        build("vae", spec, {"likelihood": likelihood})
    assert "likelihood" in str(refusal.value)
    assert str(refusal.value.remedy).startswith("Choose")


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (4, 4), (5, 4), (17, 31), (28, 28), (64, 64)])
@pytest.mark.parametrize("scales", [1, 3, 6])
def test_convolutions_work_for_images_of_any_size(size: tuple[int, int], scales: int) -> None:
    spec = ImageSpec(3, *size, levels=256)
    model = build("vae", spec, {"net": "conv", "width": 4, "hidden": 8, "scales": scales, "latent_dim": 3})
    with torch.no_grad():
        assert model.encode(torch.rand(2, *spec.shape)).shape == (2, 3)
        assert model.decode(torch.randn(2, 3)).shape == (2, *spec.shape)
