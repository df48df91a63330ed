"""Contract of ``evaluate/base.py``, tested for every registered measure on every model that has its capabilities."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from genstudio.core.capabilities import Samples, capabilities_of
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.data.base import Source, data_sets
from genstudio.data.dataset import open_data
from genstudio.evaluate.base import evaluate, flatten, measures
from genstudio.evaluate.judge.judge import Judge
from genstudio.models.base import build, models

NAME, HALVES = "measured-squares", "measured-halves"
SERVED = {(measure, model) for measure in measures for model in models if measures[measure].serves(models[model])}


def kind_of(model):
    """What a measure can tell models apart by: capabilities and family."""
    return models[model].family, *capabilities_of(models[model])


# Of the models that a measure can't tell apart, the one that is first by name.
PAIRS = sorted(
    (measure, model) for measure, model in SERVED
    if not any((measure, other) in SERVED and kind_of(other) == kind_of(model) and other < model for other in models)
)  # fmt: skip


class Squares(Source):
    """120 squares of random place, 8×8: in the left half, or in the right."""

    title, help = N_("Squares"), N_("For tests.")

    def fingerprint(self):
        return f"{NAME}-2"

    def decode(self, sink, progress, cancelled):
        random = np.random.default_rng(0)
        images = random.integers(0, 60, (120, 1, 8, 8), dtype=np.uint8)
        places = random.integers(0, 5, (120, 2))
        for image, (y, x) in zip(images, places, strict=True):
            image[0, y : y + 3, x : x + 3] += 180
        sink.begin(120, (1, 8, 8), class_names=("left", "right"))
        sink.add(images, labels=(places[:, 1] > 2).astype(np.int64))


class Halves(Source):
    """400 images of 8×8, of which each half has a brightness of its own: two attributes."""

    title, help = N_("Halves"), N_("For tests.")

    def fingerprint(self):
        return HALVES

    def decode(self, sink, progress, cancelled):
        bright = np.random.default_rng(0).integers(0, 256, (400, 2), dtype=np.uint8)
        images = np.repeat(bright[:, None, None], 4, axis=3) + np.zeros((1, 1, 8, 1), np.uint8)
        sink.begin(400, (1, 8, 8), attribute_names=("left", "right"))
        sink.add(images, attributes=bright.astype(np.float32) / 255)


for name, kind in ((NAME, Squares), (HALVES, Halves)):
    if name not in data_sets:
        data_sets.register(name)(kind)


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def a_judge(spec):
    """A tiny untrained judge of three classes."""
    named = dataclasses.replace(spec, class_names=("a", "b", "c"))
    torch.manual_seed(0)
    model = build("judge-classifier", named, {"feature_dim": 4, "width": 2}).eval()
    return Judge(model, "never trained", "0" * 64, named)


def a_model(name, spec):
    try:
        return build(name, spec)
    except UsageError as error:
        pytest.fail(f"the model {name} can't be built for 8×8 images with its defaults: {error}")


def is_made_for(name, spec):
    try:
        models[name].check(spec, models[name].Knobs())
    except UsageError:
        return False
    return True


def test_each_declares_titles_for_the_curves_of_its_numbers() -> None:
    assert all(str(metric.title) for _, kind in measures.items() for metric in kind.metrics.values())


@pytest.mark.parametrize("name", measures)
def test_measure_has_title_and_help(name):
    measure = measures[name]
    assert isinstance(measure.title, Message)
    assert str(measure.title)
    assert str(measure.help).endswith(".")
    assert measure.better in ("higher", "lower")
    assert measure.needs, "a measure asks for at least one capability"


@pytest.mark.parametrize("measure", measures)
def test_unsuitable_data_are_refused_by_name_and_skipped_otherwise(measure):
    data = open_data(NAME, {})
    if measures[measure].fits(data):
        return
    model = next(a_model(name, data.spec) for name in models if measures[measure].serves(models[name]))
    assert measure not in evaluate(model, data, limit=10)
    with pytest.raises(UsageError, match="can't be measured on"):
        evaluate(model, data, names=[measure], limit=10)


@pytest.mark.parametrize(("measure", "model"), PAIRS)
def test_measure_is_pure_and_states_its_protocol(measure, model):
    dynamic, few = {"binarisation": "dynamic"}, {"levels": 16, "limit": 200}
    sets = (open_data(*one) for one in ((NAME, dynamic), ("toy-2d", few), (HALVES, dynamic)))
    data = next((data for data in sets if measures[measure].fits(data)), None)
    assert data is not None, "neither images with classes, nor points, nor images with attributes"
    if not is_made_for(model, data.spec):
        return
    limit = None if data.name == HALVES else 10
    built, judge = a_model(model, data.spec), a_judge(data.spec)
    default = torch.get_rng_state()
    first, again = (
        evaluate(
            built, data, names=[measure], seed=3, limit=limit, options={"nll": {"k": 2}}, judge=judge, samples=12
        )[measure]
        for _ in range(2)
    )  # fmt: skip
    assert torch.equal(torch.get_rng_state(), default), "torch's default generator belongs to the training thread"
    assert first == again
    assert all(math.isfinite(v) for v in (first.value, *first.extra.values(), *first.baselines.values()))
    assert first.baselines, "a number alone proves nothing"
    assert {"data", "split", "n", "binarisation", "seed"} <= set(json.loads(json.dumps(first.protocol)))
    if measures[measure].needs_judge:
        assert {"judge", "judge_hash", "feature_dim", "resizer", "weights"} <= set(first.protocol)
    if measures[measure].needs_judge and Samples in measures[measure].needs:
        assert "samples" in first.protocol
        assert {"held_out_images", "mean_image"} <= set(first.baselines)
    names = [key for _, one in measures.items() for key in one.metrics]
    assert len(names) == len(set(names)), "each number has one name"
    assert not set(first.extra) & set(measures), "an extra that is called like a measure would overwrite it"
    assert f"validation/{measures[measure].key}" in flatten({measure: first}, "validation")


def test_every_model_with_a_likelihood_is_measured_by_it_or_by_its_bound():
    data = open_data(NAME, {"binarisation": "fixed"})
    for name in models:
        if measures["elbo"].serves(models[name]):
            built = a_model(name, data.spec)
            found = flatten(evaluate(built, data, limit=10), "validation")
            assert ("validation/nll" in found, "validation/elbo" in found) == (built.is_exact(), not built.is_exact())
