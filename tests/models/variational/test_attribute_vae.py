"""Attribute-conditioned VAE: a bound on images and attributes, with one code."""

from __future__ import annotations

from functools import cache

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Phase, build
from genstudio.models.variational.attribute_vae import AttributeVAE
from genstudio.nets.distributions.parametric import kl_standard_normal

SPEC = ImageSpec(1, 4, 4, levels=2, attribute_names=("left", "top"))


@cache
def squares(n: int) -> Batch:
    """Two numbers, and the image of a bright square at that position."""
    draw = torch.Generator().manual_seed(1)
    where = torch.randint(0, 3, (n, 2), generator=draw)
    images = torch.zeros(n, 1, 4, 4)
    for image, (x, y) in zip(images, where.tolist(), strict=True):
        image[0, y : y + 2, x : x + 2] = 1.0
    return Batch(images, SPEC, torch.arange(n), attributes=where.float())


class Turns:
    step = 1_000_000
    draws = Draws()

    def batch(self) -> Batch:
        return squares(256)


def made(**knobs: object) -> AttributeVAE:
    torch.manual_seed(0)
    model = build("attribute-vae", SPEC, {"latent_dim": 3, "hidden": 32, **knobs})
    assert isinstance(model, AttributeVAE)
    model.prepare(squares(256))
    return model


def learned(model: AttributeVAE, steps: int = 400) -> dict[str, float]:
    """The terms after some steps of Adam on the loss that the model asks for."""
    adam = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(steps):
        (phase,) = model.phases(Turns())  # type: ignore[arg-type]
        assert isinstance(phase, Phase)
        adam.zero_grad()
        phase.loss().backward()
        adam.step()
    return {name: float(term.detach()) for name, term in phase.terms.items()}


def r2_along_lines(model: AttributeVAE) -> list[float]:
    """Of each attribute, from the mean of q(z|x) by least squares."""
    batch = squares(256)
    codes = torch.cat([model.encode(batch.images), torch.ones(256, 1)], 1)
    values = batch.attributes
    assert values is not None
    found = codes @ torch.linalg.lstsq(codes, values).solution
    return (1 - (found - values).square().mean(0) / values.var(0, correction=0)).tolist()


def test_codes_predict_attributes_linearly_only_with_the_term() -> None:
    conditioned, plain = made(attribute_weight=20.0), made(attribute_weight=0.0)
    terms = learned(conditioned)
    learned(plain)
    with torch.no_grad():
        assert min(r2_along_lines(conditioned)) > 0.97
        assert min(r2_along_lines(plain)) < min(r2_along_lines(conditioned))
    assert set(terms) == {"reconstruction", "kl", "attributes"}


def test_the_elbo_that_is_reported_is_of_images_alone() -> None:
    """Comparable with every other VAE's: attributes are not part of it."""
    model, batch = made().eval(), squares(8)
    with torch.no_grad():
        mean, log_var = model.posterior(batch.images)
        z = model.reparameterise(mean, log_var, Draws(torch.Generator().manual_seed(3)))
        expected = model.observed.log_prob(batch.images, model.decoder(z), Draws()) - kl_standard_normal(mean, log_var)
        torch.testing.assert_close(model.log_prob(batch, k=1, generator=torch.Generator().manual_seed(3)), expected)


def test_images_without_attributes_are_refused_with_an_alternative() -> None:
    with pytest.raises(UsageError, match="neither attributes nor classes") as refused:
        build("attribute-vae", ImageSpec(1, 4, 4, levels=2))
    assert "model.name=vae" in str(refused.value.remedy)
