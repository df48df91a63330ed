"""Nearest neighbours: exact search, and a verdict that detects a copying model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.seeding import generator
from genstudio.core.spec import ImageSpec
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.evaluate.judge.judge import Judge
from genstudio.panes.neighbours import content as module
from genstudio.panes.neighbours.content import NeighboursState
from genstudio.training.judge import recipe
from genstudio.training.judge import train as train_judges
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import final, steps
from tests.panes.pane_helpers import make_look


def patterns(count: int, seed: int) -> np.ndarray:
    """Smooth random greys, uint8 N×1×8×8: no two alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 4, 4))
    return coarse.repeat(2, 1).repeat(2, 2).astype(np.uint8)[:, None]


@data_sets.register("patterns-for-panes")
class Patterns(Source):
    """600 patterns; number 0 is there twice."""

    title, help = N_("Patterns"), N_("Random greys.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "patterns-for-panes"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        images = patterns(600, 0)
        images[1] = images[0]
        sink.begin(600, (1, 8, 8))
        sink.add(images)


@data_sets.register("few-patterns-for-panes")
class FewPatterns(Patterns):
    """One image, in the training split: nothing is held out."""

    def fingerprint(self) -> str:
        return "few-patterns-for-panes"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        sink.begin(1, (1, 8, 8))
        sink.add(patterns(1, 3))


class Sampler(nn.Module):
    """A model with fixed samples."""

    def __init__(self, images: np.ndarray, noise: float = 0.0) -> None:
        super().__init__()
        self.images, self.noise = torch.from_numpy(images).float() / 255, noise

    def sample(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        chosen = self.images[torch.randint(len(self.images), (n,), generator=generator)]
        return (chosen + self.noise * torch.randn(chosen.shape, generator=generator)).clamp(0, 1)


@pytest.fixture(scope="module")
def data() -> Any:
    from genstudio.data.dataset import open_data

    return open_data("patterns-for-panes", {})


def view_context(data: Any, images: np.ndarray, noise: float = 0.0) -> ViewContext:
    context = make_look(data=data)
    context.model = Sampler(images, noise)  # type: ignore[assignment]
    return context


def training(data: Any) -> np.ndarray:
    return data.bytes(data.split("train").indices)


def test_each_sample_is_followed_by_its_nearest_with_distances(data):
    context = view_context(data, patterns(50, 9))
    content = final(context, NeighboursState(n=5, k=3, audited=0))
    picture = content.pictures[0]
    cells = picture.cells()[..., 0].reshape(5, 4, 8, 8).astype(float)
    told = {name: values.ravel()[:20].reshape(5, 4) for name, values in picture.values.items()}
    every = np.unique(training(data)[:, 0].astype(float), axis=0)
    for sample in range(5):
        apart = np.sqrt(((every - cells[sample, 0]) ** 2).mean((1, 2)))
        assert told["distance"][sample, 1:] == pytest.approx(np.sort(apart)[:3], rel=1e-4)
        shown = np.sqrt(((cells[sample, 1:] - cells[sample, 0]) ** 2).mean((1, 2)))
        assert shown == pytest.approx(told["distance"][sample, 1:], rel=1e-4)
        assert np.array_equal(data.bytes(told["index"][sample, 1:])[:, 0], cells[sample, 1:])
    assert (told["index"][:, 0] == -1).all()
    assert (np.diff(told["distance"][:, 1]) >= 0).all(), "the nearest first"
    assert "step 1,200" in str(content.caption)


def test_duplicate_image_is_one_neighbour_with_its_count(data):
    assert len({0, 1} & set(data.split("train").indices.tolist())) == 2, "this test's images fell to training"
    content = final(view_context(data, data.bytes([0])), NeighboursState(n=1, k=2, audited=0))
    values = content.pictures[0].values
    assert values["distance"].ravel()[1] == 0
    assert values["distance"].ravel()[2] > 5
    assert values["copies"].ravel()[:3].tolist() == [1, 2, 1]


def test_first_content_uses_part_of_the_images(data, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("genstudio.evaluate.copying.nearest.PRODUCTS", 4 * 64 * 10)
    context = view_context(data, patterns(50, 9))
    every = list(steps(context, NeighboursState(n=4, audited=0)))
    seen = [content for content in every if isinstance(content, Content)]
    assert [content.coarse for content in seen[-2:]] == [True, False]
    assert "among 20 % of" in str(seen[-2].caption) or "among 21 % of" in str(seen[-2].caption)
    assert len(every) > 40, "it can be stopped between any two blocks"


def test_copying_model_is_distinguished_from_another(data):
    copier = final(view_context(data, training(data), noise=0.02), NeighboursState(n=4))
    honest = final(view_context(data, patterns(400, 9)), NeighboursState(n=4))
    assert str(copier.values["verdict"]).startswith("Memorised: 100 % of the samples")
    assert str(honest.values["verdict"]).startswith("No sign of memorising: samples are as far from training images")
    assert copier.values["p_copies"] < 1e-9 < 0.01 < honest.values["p_copies"]
    held_out, samples = copier.series
    assert str(samples.name) == "samples"
    assert (samples.x * samples.y).sum() < (held_out.x * held_out.y).sum() / 3
    assert samples.y.sum() == pytest.approx(100)


def test_the_histogram_is_of_distances_or_of_relative_ones_and_nothing_is_searched_twice(data, monkeypatch):
    context, state = view_context(data, patterns(400, 9)), NeighboursState(n=4)
    by_distance = final(context, state)
    monkeypatch.setattr("genstudio.evaluate.copying.nearest.search", lambda *_: pytest.fail("searched again"))
    monkeypatch.setattr(
        "genstudio.evaluate.measures.memorisation.search", lambda *_, **__: pytest.fail("searched again")
    )
    relative = final(context, replace(state, curves="relative", order="drawn"))
    assert str(by_distance.values["axis"]) == "distance to the nearest, grey levels"
    assert relative.series[1].x.max() < 3 < by_distance.series[1].x.max()
    assert relative.values["verdict"] == by_distance.values["verdict"]


# -- by what a judge sees ------------------------------------------------------------------------------------------------


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Judges trained for a dozen steps, in a separate cache."""
    for name in ("STEPS", "FEWEST_STEPS"):
        monkeypatch.setattr(recipe, name, 12)
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))


@pytest.mark.usefixtures("_quick")
def test_a_judges_features_find_the_neighbours_once_there_is_a_judge(data, monkeypatch):
    context, state = view_context(data, patterns(50, 9)), NeighboursState(n=3, k=2, audited=40, compared="features")
    without = final(context, state)
    assert str(without.values["unit"]) == "grey levels"
    assert "plan.judge_every=500" in str(without.values["note"])
    assert "--measure fid" in str(without.values["note"])
    judge = train_judges.judge_for(data)
    content = final(context, state)
    assert str(content.values["unit"]) == "standard deviations"
    assert "note" not in content.values
    assert "2 nearest by features of" in str(content.caption)
    values = content.pictures[0].values
    drawn = context.model.sample(3, generator=generator(state.seed, "samples"))
    theirs = judge.features(torch.from_numpy(training(data)) / 255)
    for row in range(3):
        apart = (theirs - judge.features(drawn)[values["sample"][row, 0]]).square().mean(1).sqrt().numpy()
        assert values["distance"].reshape(3, 3)[row, 1:] == pytest.approx(
            np.sort(np.unique(apart.round(5)))[:2], abs=1e-4
        )


@pytest.mark.usefixtures("_quick")
def test_judge_processes_each_training_image_once_in_small_blocks(monkeypatch):
    from genstudio.data.dataset import open_data

    data = open_data("patterns-for-panes", {})
    train_judges.judge_for(data)
    looked: list[int] = []
    features = Judge.features
    monkeypatch.setattr(Judge, "features", lambda judge, images: looked.append(len(images)) or features(judge, images))
    state = NeighboursState(n=3, k=2, audited=40, compared="features")
    first = final(view_context(data, patterns(50, 9)), state)
    assert max(looked) <= 32
    assert sum(looked) < 2 * len(data)
    looked.clear()
    again = final(view_context(data, patterns(50, 9)), state)
    assert looked == [3, 32, 8], "samples of newer weights; all else is known"
    assert again.digest() == first.digest()


# -- where there is nothing to compare with ------------------------------------------------------------------------------


def test_without_data_only_samples_and_a_hint_are_shown(data):
    context = view_context(data, patterns(5, 9))
    context.data = None
    content = final(context, NeighboursState(n=4))
    assert len(content.pictures[0]) == 4
    assert "Open the data set that the model was trained on" in str(content.values["verdict"])


def test_images_of_another_size_are_refused_with_a_remedy(data):
    context = make_look(spec=ImageSpec(1, 6, 6, levels=256))
    context.data = data
    with pytest.raises(UsageError, match="Open the data set"):
        final(context, NeighboursState())


def test_without_held_out_images_the_audit_gives_a_reason():
    from genstudio.data.dataset import open_data

    few = open_data("few-patterns-for-panes", {})
    assert len(few.split("train")) == 1
    content = final(view_context(few, patterns(5, 9)), NeighboursState(n=4))
    assert len(content.pictures[0]) == 8
    assert "no held-out images to compare with" in str(content.values["verdict"])
    assert "Train on more images" in str(content.values["verdict"])


@pytest.mark.parametrize(("n", "per_sample"), [(1, 2), (8, 4), (12, 5), (64, 11)])
def test_sheet_has_about_the_aspect_ratio_of_a_pane(n: int, per_sample: int):
    columns = per_sample * module.beside(n, per_sample, 1.0)
    rows = -(-n // (columns // per_sample))
    assert 0.4 < columns / rows < 4
