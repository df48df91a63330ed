"""Measures of samples on cases with an independently known answer."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from torch import Tensor, nn

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.errors import Cancelled, UsageError
from genstudio.core.spec import ImageSpec
from genstudio.evaluate.base import evaluate
from genstudio.evaluate.judge.judge import Judge
from genstudio.evaluate.measures.fid import frechet_distance, moments
from genstudio.evaluate.measures.kid import kernel_distances, squared_mmd
from genstudio.evaluate.measures.prdc import neighbourhoods

QUICK = ["fid", "prdc", "diversity", "class_coverage"]
ALL = [*QUICK, "kid"]


def normal(n: int, dim: int, seed: int) -> Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class Coordinates(nn.Module):
    """A judge whose features are an image's projections on four directions, and whose classes are ten shades of grey."""

    feature_dim = 4

    def judge_output(self, images: Tensor) -> JudgeOutput:
        pixels = images.flatten(1)
        shade = (pixels.mean(1) * 10).long().clamp(0, 9)
        features = pixels @ normal(pixels.shape[1], 4, 0).float()
        return JudgeOutput(features, nn.functional.one_hot(shade, 10).float(), pixels[:, :0])


def a_judge(spec: ImageSpec) -> Judge:
    named = dataclasses.replace(spec, class_names=tuple("0123456789"))
    return Judge(Coordinates(), "coordinates", "c0ffee", named)


class Draws(nn.Module):
    """A model that draws given samples."""

    def __init__(self, how) -> None:
        super().__init__()
        self.how = how

    def sample(self, n, *, generator):
        return self.how(n, generator)


# --- Fréchet distance ------------------------------------------------------------------------------------------------


def test_the_distance_of_gaussians_has_a_closed_form():
    """For covariances that commute: |m1 - m2|^2 + sum (s1 - s2)^2, with s the standard deviations."""
    turn = torch.linalg.qr(normal(5, 5, 1)).Q
    s1, s2 = torch.tensor([1.0, 2.0, 3.0, 0.5, 0.0]).double(), torch.tensor([2.0, 2.0, 0.0, 1.5, 1.0]).double()
    m1, m2 = normal(1, 5, 2)[0], normal(1, 5, 3)[0]
    found = frechet_distance(m1, turn @ torch.diag(s1**2) @ turn.T, m2, turn @ torch.diag(s2**2) @ turn.T)
    # Where a spread is 0, its variance comes out as some 1e-16, and the root of that counts: 1e-8.
    assert found == pytest.approx(float((m1 - m2).square().sum() + (s1 - s2).square().sum()), abs=1e-6)


def test_covariances_that_do_not_commute_agree_with_the_root_of_the_product():
    a, b = normal(6, 6, 4), normal(6, 6, 5)
    c1, c2 = a @ a.T, b @ b.T
    root = torch.linalg.eigvals(c1 @ c2).real.clamp_min(0).sqrt().sum()  # another way to the same eigenvalues
    zero = torch.zeros(6).double()
    assert frechet_distance(zero, c1, zero, c2) == pytest.approx(float(c1.trace() + c2.trace() - 2 * root), rel=1e-8)


def test_distance_of_shifted_and_scaled_features_follows_the_formula():
    x = normal(500, 8, 6) * torch.arange(1, 9)
    mean, covariance = moments(x)
    assert torch.allclose(covariance, torch.cov(x.T))
    assert frechet_distance(mean, covariance, *moments(x)) == pytest.approx(0, abs=1e-9)
    shifted = frechet_distance(mean, covariance, *moments(x + 3))
    assert shifted == pytest.approx(8 * 9, rel=1e-9)
    scaled = frechet_distance(*moments(x - mean), *moments(2 * (x - mean)))
    assert scaled == pytest.approx(float(covariance.trace()), rel=1e-9), "(2s - s)^2 in each direction"


def test_fewer_images_than_features_work():
    few, more = normal(3, 64, 7), normal(4, 64, 8)
    assert 0 < frechet_distance(*moments(few), *moments(more)) < 1_000
    assert frechet_distance(*moments(few[:1]), *moments(few[:1])) == 0


# --- kernel distance -------------------------------------------------------------------------------------------------


def test_kernel_distance_of_two_numbers_each_by_hand():
    """x = 1, 0 and y = 2, 1, one feature: k(a, b) = (ab + 1)^3.

    Within x: k(1, 0) = 1. Within y: k(2, 1) = 27. Between: (27 + 8 + 1 + 1) / 4 = 9.25. So 1 + 27 - 2 * 9.25 = 9.5.
    """
    x, y = torch.tensor([[1.0], [0.0]]).double(), torch.tensor([[2.0], [1.0]]).double()
    assert float(squared_mmd(x, y)) == pytest.approx(9.5)


def test_equal_distributions_have_a_distance_near_zero():
    """KID is unbiased: it has either sign, and is small compared with its spread over subsets; FID of so few
    samples is far from 0."""
    x, y = normal(1_500, 32, 9), normal(1_500, 32, 10)
    same = kernel_distances(x, y, subsets=20, size=200)
    assert abs(float(same.mean())) < 3 * float(same.std()) / math.sqrt(20) + 0.002
    assert bool((same < 0).any())
    far = kernel_distances(x + 0.5, y, subsets=20, size=200)
    assert float(far.mean()) > 20 * float(same.std())


# --- precision, recall, density, coverage ----------------------------------------------------------------------------


def test_a_hand_drawn_case():
    """Real images at 0, 1, 2, 10 with k = 1: balls of radius 1, 1, 1, 8. Samples at 0.5 and 3: radius 2.5 each."""
    real = torch.tensor([[0.0], [1.0], [2.0], [10.0]]).double()
    samples = torch.tensor([[0.5], [3.0]]).double()
    four = neighbourhoods(samples, real, k=1)
    # 0.5 lies in the balls of 0 and 1; 3 in that of 10 alone (2 is at a distance of exactly 1, which is outside).
    assert four == {"precision": 1.0, "recall": 0.75, "density": 1.5, "coverage": 0.75}


def test_a_gaussian_against_itself():
    """The expectations that Naeem et al. derive for k = 5: density 1, coverage 1 - 2^-5. (Their example of 10,000 draws in
    1,000 dimensions, precision .477 and recall .471, takes 15 seconds: ``benchmarks/prdc_gaussian.py``.)"""
    found = [neighbourhoods(normal(1_500, 64, s).float(), normal(1_500, 64, s + 1).float()) for s in (20, 30, 40)]
    means = {key: sum(four[key] for four in found) / len(found) for key in found[0]}
    assert means["coverage"] == pytest.approx(1 - 2**-5, abs=0.01)
    assert means["density"] == pytest.approx(1, abs=0.06)
    assert means["precision"] == pytest.approx(means["recall"], abs=0.05)


def test_half_of_the_classes_halves_recall_and_coverage_but_not_precision():
    near, far = normal(300, 4, 50), normal(300, 4, 51) + 100
    four = neighbourhoods(normal(600, 4, 52), torch.cat([near, far]))
    assert four["precision"] > 0.9
    assert four["recall"] <= 0.5
    assert 0.4 < four["coverage"] <= 0.5


def test_chunks_change_nothing(monkeypatch):
    x, y = normal(130, 3, 60), normal(90, 3, 61)
    whole = neighbourhoods(x, y)
    monkeypatch.setattr("genstudio.evaluate.measures.prdc.CHUNK", 7)
    assert neighbourhoods(x, y) == whole


# --- through a model, a data set and a judge -------------------------------------------------------------------------


def through(data, how, names, **options):
    return evaluate(Draws(how), data, names=names, judge=a_judge(data.spec), samples=400, **options)


def test_data_has_no_distance_to_itself_and_the_same_diversity(blobs):
    data = blobs()
    split = data.split("train")

    def real(n, generator):
        return split.batch(torch.randint(len(split), (n,), generator=generator), generator=generator).images

    results = through(data, real, QUICK)
    fid = results["fid"]
    assert fid.value < 0.02 * fid.baselines["mean_image"]
    assert fid.baselines["held_out_images"] < 0.1 * fid.baselines["mean_image"]
    assert results["diversity"].value == pytest.approx(1, abs=0.1)
    assert results["class_coverage"].value == 1
    assert results["prdc"].value > 0.8
    assert fid.protocol["judge"] == "coordinates"
    assert fid.protocol["judge_hash"] == "c0ffee"
    assert fid.protocol["resizer"] == "none"
    assert fid.protocol["reference"] == len(split)


def test_one_repeated_image(blobs):
    results = through(blobs(), lambda n, generator: torch.full((n, 1, 8, 8), 0.25), QUICK)
    assert results["diversity"].value == 0
    assert results["class_coverage"].value == pytest.approx(1 / results["class_coverage"].protocol["classes"])
    assert results["class_coverage"].extra["class_entropy"] == 0
    assert results["prdc"].extra["recall"] == 0
    assert len(results["class_coverage"].protocol["missing"]) == results["class_coverage"].protocol["classes"] - 1


def test_one_of_ten_classes_and_all_ten_evenly(blobs, monkeypatch):
    data = blobs()
    seen = torch.arange(1_000) % 10
    from genstudio.evaluate.measures.class_coverage import covered, entropy, shares

    even = shares(seen, 10)
    one = shares(torch.full((1_000,), 3), 10)
    slip = shares(torch.cat([torch.full((995,), 3), torch.arange(5)]), 10)
    assert float(covered(one, even).double().mean()) == 0.1
    assert entropy(one) == 0
    assert float(covered(even, even).double().mean()) == 1
    assert entropy(even) == pytest.approx(math.log(10))
    assert float(covered(slip, even).double().mean()) == 0.1, "a slip in thousands covers nothing"
    assert data.spec.class_names == ()


def test_samples_are_drawn_once_for_all_measures_and_baselines_once_for_a_data_set(blobs):
    data, drawn, looked = blobs(), [], []
    judge = a_judge(data.spec)
    real_verdict = judge.model.judge_output
    judge.model.judge_output = lambda images: looked.append(len(images)) or real_verdict(images)

    def how(n, generator):
        drawn.append(n)
        return torch.rand(n, 1, 8, 8, generator=generator)

    evaluate(Draws(how), data, names=ALL, judge=judge, samples=100)
    assert sum(drawn) == 100
    looked.clear()
    evaluate(Draws(how), data, names=ALL, judge=judge, samples=100)
    assert sum(looked) == 100, "only the samples are new"


def test_a_judge_is_made_only_when_a_measure_needs_one(blobs, vae):
    data, made = blobs(binarisation="fixed"), []

    def make():
        made.append(torch.is_inference_mode_enabled())
        return a_judge(data.spec)

    evaluate(vae(data), data, names=["active_units"], judge=make)
    assert made == []
    evaluate(vae(data), data, names=["fid", "diversity"], judge=make, samples=30)
    assert made == [False], "once, and where it could be trained"
    with pytest.raises(UsageError, match="without a judge"):
        evaluate(vae(data), data, names=["fid"])


def test_classes_are_not_counted_without_classes(blobs, vae):
    data = blobs(binarisation="fixed")
    judge = dataclasses.replace(a_judge(data.spec), spec=data.spec)
    with pytest.raises(UsageError, match="no classes that a judge can tell apart"):
        evaluate(vae(data), data, names=["class_coverage"], judge=judge, samples=20)


def test_stop_takes_effect_between_two_batches_of_samples(blobs):
    drawn = []

    def how(n, generator):
        drawn.append(n)
        return torch.rand(n, 1, 8, 8, generator=generator)

    with pytest.raises(Cancelled):
        evaluate(
            Draws(how), blobs(), names=["diversity"], judge=a_judge(blobs().spec), samples=5_000,
            cancelled=lambda: len(drawn) > 1,
        )  # fmt: skip
    assert len(drawn) < 4


# --- a judge's eyes --------------------------------------------------------------------------------------------------


def test_images_of_another_size_or_colour_are_converted_once():
    judge = a_judge(ImageSpec(1, 8, 8))
    colour = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    fitted = judge.fit(colour)
    assert fitted.shape == (2, 1, 8, 8)
    assert 0 <= float(fitted.min()) <= float(fitted.max()) <= 1
    assert judge.protocol(ImageSpec(3, 16, 16))["resizer"] == "bicubic, antialiased, 16x16 to 8x8"
    assert torch.equal(judge.fit(torch.full((1, 3, 8, 8), 0.5)), torch.full((1, 1, 8, 8), 0.5))
    with pytest.raises(UsageError, match="2"):
        judge.fit(torch.rand(1, 2, 8, 8))


def test_a_pattern_too_fine_for_the_judge_fades_instead_of_flickering():
    """Without antialiasing every other column of a striped image would be black, or white."""
    stripes = torch.zeros(1, 1, 32, 32)
    stripes[..., ::2] = 1
    inner = a_judge(ImageSpec(1, 8, 8)).fit(stripes)[..., 1:-1]
    assert torch.allclose(inner, torch.full_like(inner, 0.5), atol=0.02)
