"""Sums of codes with a known answer: a model whose code *is* what a judge reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.data.base import Source, data_sets
from genstudio.data.dataset import open_data
from genstudio.evaluate.base import evaluate
from genstudio.evaluate.equations import Equation, Sides, equations_for, matching
from genstudio.evaluate.judge.judge import Judge

NAMES = ("smile", "presentation", "glasses")
NAME = "three-bars"


class Bars(Source):
    """400 images of three pixels in a row, each one attribute: two numbers, and a switch."""

    title, help = N_("Bars"), N_("For tests.")

    def fingerprint(self) -> str:
        return NAME

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        values = np.random.default_rng(0).random((400, 3)).round(2)
        values[:, 2] = values[:, 2] > 0.6
        sink.begin(400, (1, 1, 3), attribute_names=NAMES)
        sink.add((values[:, None, None] * 255).round().astype(np.uint8), attributes=values.astype(np.float32))


if NAME not in data_sets:
    data_sets.register(NAME)(Bars)


class Reader(torch.nn.Module):
    """Reads the pixels as they are."""

    feature_dim = 3

    def judge_output(self, images: torch.Tensor) -> JudgeOutput:
        flat = images.flatten(1)
        return JudgeOutput(flat, flat[:, :0], flat)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)

    def class_logits(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)[:, :0]

    def attributes(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)


class Linear(torch.nn.Module):
    """The code is three times the image; the decoder drops the attribute ``forgets``, like a model that never
    learned it."""

    latent_dim = 3

    def __init__(self, forgets: int | None = None, encodes: bool = True) -> None:
        super().__init__()
        self.forgets = forgets
        if encodes:
            self.encode = lambda images: 3 * images.flatten(1)

    def prior(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        drawn = 3 * torch.rand(n, 3, generator=generator)
        drawn[:, 2] = 3.0 * (drawn[:, 2] > 1.8)
        return drawn

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        images = (z / 3).clone()
        if self.forgets is not None:
            images[:, self.forgets] = 0.1
        return images.view(-1, 1, 1, 3).clamp(0, 1)

    def sample(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        return self.decode(self.prior(n, generator=generator))


@pytest.fixture
def data(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    return open_data(NAME)


def measured(model: Any, data: Any, **options: Any) -> Any:
    judge = Judge(Reader(), "reader", "0" * 64, data.spec)
    return evaluate(model, data, names=["arithmetic"], split="train", judge=judge, options={"arithmetic": options})[
        "arithmetic"
    ]


@pytest.mark.parametrize("encodes", [True, False])
def test_a_model_whose_code_is_the_image_adds_up(data: Any, encodes: bool) -> None:
    found = measured(Linear(encodes=encodes), data)
    assert found.value > 0.98
    names = {"smile_across_presentation", "glasses_across_presentation", "smile_across_glasses"}
    assert set(found.extra) == names | {f"{name}_of_5" for name in names}
    assert found.baselines["third_term"] == 0  # nothing that is low becomes high by itself
    assert 0.05 < found.baselines["chance"] < 0.4
    assert found.protocol["exemplars_from"] == ("encoded images" if encodes else "drawn images")


def test_only_sums_of_three_are_scored_with_few_exemplars(data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genstudio.evaluate.measures.arithmetic.MORE", 10_000)
    found = measured(Linear(), data, triples=20)
    assert set(found.extra) == {"smile_across_presentation", "glasses_across_presentation", "smile_across_glasses"}
    assert found.value > 0.98


def test_lost_attributes_are_scored_as_wrong(data: Any) -> None:
    found = measured(Linear(forgets=0), data)
    told = found.protocol["equations"]
    assert told["smile_across_presentation"]["codes"]["smile"] == 0
    assert told["smile_across_presentation"]["codes"]["presentation"] > 0.98
    assert told["smile_across_presentation"]["codes"]["both"] == 0
    assert told["smile_across_presentation"]["pixels"]["both"] > 0.9  # the same sum without the model
    assert found.extra["glasses_across_presentation"] > 0.98


def test_the_same_seed_gives_the_same_triples(data: Any) -> None:
    assert measured(Linear(), data, triples=20).to_json() == measured(Linear(), data, triples=20).to_json()


def test_too_few_exemplars_are_named(data: Any) -> None:
    judge = Judge(Reader(), "reader", "0" * 64, data.spec)
    with pytest.raises(UsageError, match=r"smile high, presentation low.*smile_across_presentation"):
        evaluate(Linear(), data, names=["arithmetic"], split="train", limit=4, judge=judge)


def test_equation_describes_its_terms_and_result() -> None:
    one = Equation("glasses", "presentation", "high")  # glasses man - man + woman = glasses woman
    assert one.terms == (
        (1, {"glasses": "high", "presentation": "high"}),
        (-1, {"glasses": "low", "presentation": "high"}),
        (1, {"glasses": "low", "presentation": "low"}),
    )
    assert one.required == {"glasses": "high", "presentation": "low"}
    assert [e.name for e in equations_for(["a", "b", "c", "d"])] == ["a_across_b", "a_across_c"]


def test_sides_of_numbers_and_of_switches() -> None:
    numbers = np.arange(11.0)
    sides = Sides.of(np.append(numbers, np.nan))
    assert (sides.low, sides.middle, sides.high) == (3, 5, 7)
    assert sides.has(numbers, "high").sum() == 3
    assert sides.right(np.array([4.9, 5.1]), "high").tolist() == [False, True]
    assert Sides.of(np.array([0.0, 1.0, 1.0])) == Sides(0.5, 0.5, 0.5)
    values = {"a": np.array([0.0, 1, 1, 0]), "b": np.array([9.0, 0, 9, 0])}
    both = {"a": Sides.of(values["a"]), "b": Sides(1, 5, 8)}
    assert matching(values, both, {"a": "high", "b": "high"}).tolist() == [2]


def test_only_data_with_two_attributes_can_be_measured() -> None:
    from genstudio.evaluate.base import measures

    class Few:
        attributes, spec = None, ImageSpec(1, 8, 8)

    assert not measures["arithmetic"].fits(Few())  # type: ignore[arg-type]
