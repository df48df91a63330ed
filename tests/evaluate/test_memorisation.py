"""Memorisation: statistics with a known distribution, and verdicts on models that copy and that don't."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import betabinom, mannwhitneyu
from torch import nn

from genstudio.core.errors import DataError
from genstudio.core.messages import N_
from genstudio.core.seeding import generator
from genstudio.data.base import Source, data_sets
from genstudio.data.dataset import open_data
from genstudio.evaluate.base import evaluate
from genstudio.evaluate.copying.audit import Nearness, audit, exceedance, mann_whitney, normal_cdf, verdict
from genstudio.evaluate.copying.nearest import ComparisonSpace, Searched, nearest, search
from genstudio.evaluate.measures.memorisation import held_out

NAME = "memorisable-discs"


def discs(count: int, seed: int) -> np.ndarray:
    """Six random soft discs per image, so that no two images are alike, as with photographs. uint8 N×1×8×8."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[:8, :8]
    cx, cy, r, grey = (draw.uniform(low, high, (count, 6, 1, 1)) for low, high in ((0, 8), (0, 8), (0.5, 2), (60, 200)))
    images = (grey / (1 + np.exp(3 * (np.hypot(x - cx, y - cy) - r)))).sum(1)
    return images.clip(0, 255).round().astype(np.uint8)[:, None]


class Discs(Source):
    """400 images to train on, 300 to test with; the first three of the test are in the training images too, one twice."""

    title, help = N_("Discs"), N_("For tests.")

    def fingerprint(self) -> str:
        return NAME

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        train, test = discs(400, 1), discs(300, 2)
        train[:3], train[3] = test[:3], test[0]
        sink.begin(700, (1, 8, 8))
        sink.add(train, test=False)
        sink.add(test, test=True)


class FewDiscs(Discs):
    """Thirteen training images, few enough to memorise, and 200 test images."""

    def fingerprint(self) -> str:
        return f"{NAME}-few"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        sink.begin(216, (1, 8, 8))
        sink.add(discs(16, 1), test=False)
        sink.add(discs(200, 2), test=True)


if NAME not in data_sets:
    data_sets.register(NAME)(Discs)
    data_sets.register(f"{NAME}-few")(FewDiscs)


class Sampler(nn.Module):
    """A model with fixed samples."""

    def __init__(self, images: torch.Tensor, noise: float = 0.0) -> None:
        super().__init__()
        self.images, self.noise = images, noise

    def sample(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        chosen = self.images[torch.randint(len(self.images), (n,), generator=generator)]
        return (chosen + self.noise * torch.randn(chosen.shape, generator=generator)).clamp(0, 1)


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    return open_data(NAME, {})


def unit(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).float() / 255


def training(data: Any) -> torch.Tensor:
    return Searched(data).images(slice(None))


# -- the search ----------------------------------------------------------------------------------------------------------


def test_search_agrees_with_pairwise_comparison(data, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("genstudio.evaluate.copying.nearest.PRODUCTS", 5 * 64 * 37)  # blocks of 37
    images, among = unit(discs(5, 9)), Searched(data)
    every = (images[:, None].double() - among.images(slice(None))[None].double()).square().mean((2, 3, 4)).sqrt() * 255
    found = nearest(images, among, 4)
    wanted = every.sort(1)
    assert np.array_equal(found.rows, wanted.indices[:, :4].numpy())
    assert found.distances == pytest.approx(wanted.values[:, :4].numpy(), rel=1e-5)
    shares = [so_far.share for so_far in search(images, among, 4)]
    assert shares == sorted(shares)
    assert found.share == 1
    assert len(shares) > 5


def test_copy_has_distance_zero_and_duplicates_count_once(data):
    among = Searched(data)
    assert len(among) == len(set(data.hashes[data.split("train").indices].tolist()))
    twice = int(np.flatnonzero(among.copies == 2)[0])
    found = nearest(among.images(np.array([twice, *range(40)])), among, 2)
    assert (found.distances[:, 0] == 0).all()
    assert found.rows[:, 0].tolist() == [twice, *range(40)]
    assert (found.distances[:, 1] > 1).all()


def test_other_coordinates_are_one_line(data):
    """Other coordinates, such as a judge's features: here the brightness alone."""
    brightness = ComparisonSpace("brightness", lambda images: images.flatten(1).mean(1, keepdim=True), 100, N_("%"))
    images, among = unit(discs(3, 9)), Searched(data)
    every = (images.mean((1, 2, 3))[:, None] - among.images(slice(None)).mean((1, 2, 3))[None]).abs()
    found = nearest(images, among, 1, brightness)
    assert found.distances[:, 0] == pytest.approx(every.min(1).values.numpy() * 100, abs=1e-3)


# -- the statistics ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lowest", [0, 2, 9], ids=["larger", "ties", "smaller"])
def test_mann_whitney_agrees_with_scipy(lowest: int):
    draw = np.random.default_rng(0)
    first, second = draw.integers(lowest, lowest + 9, 40).astype(float), draw.integers(2, 11, 70).astype(float)
    expected = mannwhitneyu(first, second, alternative="less", method="asymptotic", use_continuity=False).pvalue
    assert normal_cdf(mann_whitney(first, second)) == pytest.approx(expected, rel=1e-9)
    assert mann_whitney(np.ones(5), np.ones(7)) == 0


@pytest.mark.parametrize(
    ("count", "n", "place", "m"), [(1, 1, 3, 9), (0, 20, 3, 9), (6, 50, 5, 99), (40, 2000, 21, 2000)]
)
def test_count_below_an_order_statistic_is_beta_binomial(count: int, n: int, place: int, m: int):
    assert exceedance(count, n, place, m) == pytest.approx(betabinom(n, place, m + 1 - place).sf(count - 1), rel=1e-9)


def spread(images: np.ndarray, train: np.ndarray) -> Nearness:
    """Of points N×D."""
    return Nearness.of(np.sort(np.linalg.norm(images[:, None] - train[None], axis=2), 1)[:, :51])


@pytest.mark.parametrize("dimensions", [1, 2])
def test_fresh_gaussian_draws_pass_and_copies_of_a_third_are_found(dimensions: int):
    draw = np.random.default_rng(3)
    train, held, fresh = (draw.normal(size=(n, dimensions)) for n in (500, 400, 300))
    against = spread(held, train)
    mine = audit(spread(fresh, train), against)
    assert mine.copies <= 0.03
    assert abs(mine.z) < 3
    assert mine.near_5 == pytest.approx(0.05, abs=0.04)
    copies = fresh.copy()
    copies[::3] = train[:100]
    found = audit(spread(copies, train), against)
    assert found.copies == pytest.approx(1 / 3, abs=0.03)
    assert str(verdict(found)).startswith(f"Memorised: {100 * found.copies:.0f} % of the samples")


def test_z_is_standard_normal_without_copying_and_false_alarms_are_rare():
    draw = np.random.default_rng(5)
    found = []
    for _ in range(200):
        train, held, fresh = (draw.normal(size=(n, 2)) for n in (100, 150, 100))
        found.append(audit(spread(fresh, train), spread(held, train)))
    z = np.array([one.z for one in found])
    assert abs(z.mean()) < 0.25
    assert z.std() == pytest.approx(1, abs=0.2)
    assert np.mean([one.p_copies < 0.05 for one in found]) < 0.08
    assert sum(str(verdict(one)).startswith("Memorised") for one in found) <= 2, "one in a thousand is to be expected"


def test_farther_samples_are_bad_but_not_copies():
    draw = np.random.default_rng(3)
    train, held = draw.normal(size=(300, 2)), draw.normal(size=(200, 2))
    found = audit(spread(4 * draw.normal(size=(200, 2)), train), spread(held, train))
    assert found.z > 3
    assert "farther" in str(verdict(found))


# -- models --------------------------------------------------------------------------------------------------------------


def measured(model: Any, data: Any, **options: Any) -> Any:
    return evaluate(model, data, names=["memorisation"], split="test", options={"memorisation": options})[
        "memorisation"
    ]


def test_model_that_returns_noisy_training_images_is_detected(data):
    found = measured(Sampler(training(data), noise=0.03), data)
    assert found.value > 0.6
    assert found.protocol["verdict"].startswith("Memorised: ")
    assert found.extra["memorisation_z"] < -10
    assert found.baselines["copier"] > 0.6
    assert found.baselines["held_out"] < 0.05


def test_one_copy_in_five_is_measured_as_one_in_five(data):
    mixed = torch.cat([training(data)[:100], unit(discs(400, 7))])
    assert measured(Sampler(mixed), data).value == pytest.approx(0.2, abs=0.06)


@pytest.mark.parametrize("seed", [7, 8])
def test_fresh_samples_of_the_data_distribution_are_not_reported(data, seed: int):
    found = measured(Sampler(unit(discs(2000, seed))), data)
    assert found.value < 0.04
    assert abs(found.extra["memorisation_z"]) < 3
    assert found.protocol["verdict"].startswith("No sign of memorising: samples are as far")


def test_blurred_images_are_nearer_but_not_copies(data):
    """An average of images is near to all of them: by distance alone it would count as memorised."""
    fresh = unit(discs(2000, 7))
    blurred = fresh[:1000] * 0.5 + fresh.mean(0) * 0.5
    found = measured(Sampler(blurred), data)
    assert found.extra["memorisation_z"] < -8
    assert found.extra["memorisation_near_5"] > 0.15, "three times what is to be expected"
    assert found.value < 0.02
    assert "to many of them alike, as smooth images are" in found.protocol["verdict"]


def test_overfitted_model_is_detected(data, tmp_path):
    """A VAE with one latent dimension and a tiny KL weight on thirteen images: its prior is divided among them."""
    from genstudio.training.job import new_job
    from genstudio.training.recipe.recipe import recipe_from_dict

    recipe = {
        "model": {"name": "vae", "latent_dim": 1, "hidden": 64, "likelihood": "gaussian", "beta": 0.3},
        "data": {"name": f"{NAME}-few"},
        "plan": {
            "steps": 250, "batch_size": 13, "save_every": 0, "evaluate_every": 0, "sample_every": 0, "log_every": 250,
            "players": {"model": {"lr": 0.01}},
        },
    }  # fmt: skip
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    job = new_job(recipe_from_dict(recipe, "few"), out=tmp_path / "few-1")
    untrained = measured(job.model, job.data, samples=200)
    for _ in job.events():
        pass
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    trained = measured(job.model, job.data, samples=200)
    assert not untrained.protocol["verdict"].startswith("Memorised")
    assert trained.protocol["verdict"].startswith("Memorised")
    assert trained.value > 0.2


def test_held_out_images_that_are_training_images_too_are_left_out(data):
    images, left_out = held_out(data.split("test"), Searched(data))
    assert (len(images), left_out) == (297, 3)
    assert nearest(images, Searched(data), 1).distances.min() > 0
    with pytest.raises(DataError, match="no held-out images"):
        held_out(data.split("test"), Searched(data), torch.arange(3))


def test_bits_are_compared_with_bits(tmp_path_factory, monkeypatch):
    """The mean of a Bernoulli is nearer to the greys than bits are: a model that returns the held-out greys, as a
    VAE does, is not reported."""
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    data = open_data(NAME, {"binarisation": "dynamic"})
    fresh = measured(Sampler(unit(discs(2000, 7))), data)
    assert abs(fresh.extra["memorisation_z"]) < 3
    assert fresh.baselines["copier"] > fresh.baselines["held_out"]
    drawn = held_out(data.split("test"), Searched(data))[0]
    assert set(drawn.unique().tolist()) == {0.0, 1.0}


def test_it_stops_on_request(data):
    from genstudio.core.errors import Cancelled

    with pytest.raises(Cancelled):
        evaluate(Sampler(training(data)), data, names=["memorisation"], split="test", cancelled=lambda: True)


def test_seed_of_the_generator_determines_the_samples(data):
    model = Sampler(training(data), noise=0.03)
    assert measured(model, data) == measured(model, data)
    assert generator(0, "memorisation").initial_seed() != generator(1, "memorisation").initial_seed()
