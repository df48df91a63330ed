"""evaluate(): no effect on a model in training, and documented numbers."""

from __future__ import annotations

import json

import pytest
import torch

from genstudio.core.errors import Cancelled, UsageError
from genstudio.evaluate.base import evaluate, flatten


def test_measurement_does_not_affect_training(blobs, vae):
    """Default generator, each module's mode, and every weight and buffer are as they were."""
    data = blobs(binarisation="dynamic")
    model = vae(data).train()
    model.decoder.eval()  # frozen, say
    generator = torch.get_rng_state()
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    evaluate(model, data, names=["elbo", "nll", "active_units", "reconstruction_error"], options={"nll": {"k": 3}})

    assert torch.equal(torch.get_rng_state(), generator)
    assert model.training
    assert model.encoder.training
    assert not model.decoder.training
    assert all(torch.equal(tensor, weights[name]) for name, tensor in model.state_dict().items())
    model.log_prob(data.split("train").batch(torch.arange(4), generator=torch.Generator()), k=1,
                   generator=torch.Generator()).sum().backward()  # fmt: skip


def test_measured_in_eval_mode(blobs, vae):
    data = blobs(binarisation="fixed")
    model = vae(data)
    seen = []
    model.encoder.register_forward_hook(lambda module, *_: seen.append((module.training, torch.is_grad_enabled())))
    evaluate(model.train(), data, names=["elbo"])
    assert set(seen) == {(False, False)}


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(blobs, vae):
    data = blobs(binarisation="dynamic")
    model = vae(data)
    first, again, other = (flatten(evaluate(model, data, seed=s), "validation") for s in (1, 1, 2))
    assert first == again
    assert first["validation/elbo"] != other["validation/elbo"]


def test_flat_names_are_those_of_the_metrics_file(blobs, vae):
    data = blobs(binarisation="fixed")
    flat = flatten(evaluate(vae(data), data, split="test"), "test")
    assert set(flat) == {
        "test/elbo", "test/elbo_bits_per_dim", "test/reconstruction", "test/kl", "test/active_units",
    }  # fmt: skip
    assert flat["test/elbo"] == pytest.approx(-flat["test/reconstruction"] - flat["test/kl"])
    assert flat["test/elbo_bits_per_dim"] == pytest.approx(-flat["test/elbo"] / (64 * 0.6931471805599453))


def test_limit_takes_the_same_images_for_any_seed(blobs, vae):
    data = blobs(binarisation="none", levels=2)
    model = vae(data, likelihood="bernoulli")
    results = [evaluate(model, data, names=["active_units"], limit=7, seed=seed)["active_units"] for seed in (0, 1)]
    assert results[0].protocol["n"] == 7
    assert results[0].protocol["of"] == len(data.split("validation"))
    assert results[0].protocol["variances"] == results[1].protocol["variances"]


def test_the_protocol_says_what_was_measured_and_survives_json(blobs, vae):
    data = blobs(binarisation="dynamic")
    result = evaluate(vae(data), data, names=["nll"], limit=20, seed=5, options={"nll": {"k": 4}})["nll"]
    protocol = json.loads(json.dumps(result.to_json()))["protocol"]
    assert protocol.pop("standard_error") > 0
    assert protocol == {
        "data": "measured-blobs", "split": "validation", "n": 20, "of": len(data.split("validation")), "seed": 5,
        "levels": 2, "binarisation": "dynamic", "likelihood": "Bernoulli on binarised images", "exact": False, "k": 4,
    }  # fmt: skip


def test_stop_takes_effect_between_batches_and_restores_the_model(blobs, vae):
    data = blobs(binarisation="fixed")
    model = vae(data).train()
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        evaluate(model, data, names=["elbo", "nll", "active_units"], cancelled=lambda: next(asked))
    assert model.training
    assert model.encoder.training


def test_unknown_measure_suggests_the_nearest(blobs, vae):
    data = blobs(binarisation="fixed")
    with pytest.raises(UsageError, match="Did you mean 'elbo'"):
        evaluate(vae(data), data, names=["elbow"])


def test_measure_names_the_capability_that_a_model_lacks(blobs):
    data = blobs(binarisation="fixed")
    with pytest.raises(UsageError, match="computes the likelihood of images") as error:
        evaluate(torch.nn.Linear(1, 1), data, names=["elbo"])
    assert error.value.exit_code == 2
    assert evaluate(torch.nn.Linear(1, 1), data) == {}


def test_empty_split_is_refused(blobs, vae):
    data = blobs(binarisation="fixed", limit=500)
    data.split("test").indices = data.split("test").indices[:0]
    assert evaluate(vae(data), data, split="test") == {}
