"""Real or fake?: the discriminator's output sorted, counted and traced back to pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from genstudio.core.conditions.base import Condition
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import run
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.objectives.base import objectives
from genstudio.panes.real_or_fake.content import RealOrFakeState
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.charts.histograms import histogram, round_ends
from genstudio.viewing.context import ViewContext
from genstudio.viewing.discriminator import boundary_of, discriminated
from genstudio.viewing.pane import contents, final


def gan_look(data: Any = None, spec: ImageSpec | None = None, name: str = "gan", **knobs: Any) -> ViewContext:
    spec = spec or (data.spec if data is not None else ImageSpec(1, 8, 8, levels=256))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build(name, spec, {"latent_dim": 4, **knobs})
    weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", 1200, name, model.knobs.model_dump(), spec, weights)
    return ViewContext(load_model(snapshot), spec, snapshot, data)


class Bright(nn.Module):
    """A discriminator that rates bright images as real, more so at the left: its gradient is known."""

    objective: Any = None

    def __init__(self, slope: torch.Tensor, level: float = 0.0) -> None:
        super().__init__()
        self.slope, self.level = slope, level

    def sample(self, n: int, *, generator: torch.Generator) -> torch.Tensor:
        return torch.rand(n, *self.slope.shape, generator=generator)

    def discriminate(self, images: torch.Tensor, condition: Condition | None = None) -> torch.Tensor:
        return (images * self.slope).flatten(1).sum(1) + self.level


def bright_look(data: Any = None, level: float = 0.0, channels: int = 1) -> ViewContext:
    context = gan_look(data, ImageSpec(channels, 8, 8, levels=256))
    slope = torch.zeros(channels, 8, 8)
    slope[:, :, :4] = 1.0
    context.model = Bright(slope, level)  # type: ignore[assignment]
    return context


def told(content: Any, name: str) -> np.ndarray:
    picture = content.pictures[0]
    return picture.values[name].reshape(-1, *picture.values[name].shape[2:])[: len(picture)]


def test_samples_and_held_out_images_are_sorted_by_the_discriminator(squares):
    context = gan_look(squares)
    content = final(context, RealOrFakeState(n=9))
    outputs, real = told(content, "output"), told(content, "real")
    assert (np.diff(outputs) <= 0).all()
    assert (real.sum(), len(real)) == (9, 18)
    assert set(told(content, "index")[real == 1]) <= set(squares.split("validation").indices.tolist())
    images = content.pictures[0].cells().astype(np.float32) / 255
    again = context.model.discriminate(torch.from_numpy(images).permute(0, 3, 1, 2)[:, :1]).sigmoid().detach().numpy()
    assert outputs == pytest.approx(again, abs=2e-3), "the cells are what was judged, to the nearest level"
    upside_down = final(context, RealOrFakeState(n=9, order="fake"))
    assert np.array_equal(told(upside_down, "output"), np.sort(outputs))
    alone = final(context, RealOrFakeState(n=9, real=False))
    assert (told(alone, "real").sum(), len(alone.pictures[0])) == (0, 9)


def test_the_words_count_what_passes_for_real_and_name_the_step(squares):
    content = final(gan_look(squares), RealOrFakeState(n=9))
    outputs, real = told(content, "output"), told(content, "real")
    passed, of_real = int((outputs[real == 0] > 0.5).sum()), int((outputs[real == 1] > 0.5).sum())
    expected = f"{passed} of 9 samples pass for real, {of_real} of 9 held-out images; from step 1,200"
    assert str(content.caption) == expected


@pytest.mark.parametrize("name", list(objectives))
def test_boundary_is_where_both_answers_have_equal_loss(name: str):
    """An objective with a boundary; for others the caption says how often a sample scores higher than a held-out image."""
    norm = {"hidden": 8}
    model = gan_look(objective=name, **norm).model
    boundary = boundary_of(model)
    losses: Any = model.objective.curves()
    if boundary is None:
        assert name.startswith("wasserstein") or name == "relativistic"
    else:
        raw = torch.tensor(model.objective.boundary)
        assert float(losses["real"](raw)) == pytest.approx(float(losses["fake"](raw)))
        assert boundary == pytest.approx(float(model.objective.shown(raw)))


def test_critic_without_a_boundary_reports_pairs(squares):
    content = final(gan_look(squares, objective="wasserstein"), RealOrFakeState(n=9))
    outputs, real = told(content, "output"), told(content, "real")
    share = (outputs[real == 0][:, None] > outputs[real == 1]).mean()
    assert f"in {100 * share:.0f} % of 9 × 9 pairs, from step 1,200" in str(content.caption)
    assert content.values["boundary"] is None


def test_heat_is_the_gradient_summed_over_the_channels(squares):
    context = bright_look(channels=3)
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    outputs, maps = run(discriminated(context, images, None, heated=True))
    assert outputs == pytest.approx(images[..., :4].sum((1, 2, 3)).numpy(), rel=1e-5)
    assert maps is not None
    assert maps[:, :, :3] == pytest.approx(3.0), "three channels of slope 1"
    assert maps[:, :, 5:] == pytest.approx(0.0)
    assert run(discriminated(context, images, None))[1] is None


def test_heat_covers_influential_pixels_only(squares):
    context = bright_look(squares)
    state = RealOrFakeState(n=6, order="none")
    plain, over = final(context, state), final(context, replace(state, overlay="heat"))
    before, after = (c.pictures[0].cells().astype(int) for c in (plain, over))
    assert np.abs(after - before)[:, :, 5:].max() <= 1
    assert np.abs(after - before)[:, :, :3].mean() > 30
    assert np.array_equal(told(plain, "heat"), told(over, "heat")), "the enlarged image has it beside it in any case"


def test_the_histogram_counts_training_held_out_and_samples(squares):
    content = final(gan_look(squares), RealOrFakeState(n=4, counted=16))
    assert [str(series.name) for series in content.series] == ["training images", "held-out images", "samples"]
    assert all(series.y.sum() == pytest.approx(100) for series in content.series)
    assert len(content.values["outputs_fake"]) == 16
    assert len(content.values["outputs_held_out"]) == min(16, len(squares.split("validation")))
    counts, _ = np.histogram(content.values["outputs_train"], np.linspace(0, 1, 25))
    assert content.series[0].y == pytest.approx(100 * counts / 16)


def test_images_are_shown_at_once_and_counting_continues(squares):
    seen = list(contents(gan_look(squares), RealOrFakeState(n=4, counted=128)))
    assert len(seen) >= 3
    assert seen[0].digest() != seen[-1].digest()
    assert np.array_equal(seen[0].pictures[0].pixels, seen[-1].pictures[0].pixels)


def test_without_data_there_are_samples_alone():
    content = final(gan_look(), RealOrFakeState(n=6))
    assert len(content.pictures[0]) == 6
    assert [str(series.name) for series in content.series] == ["samples"]
    assert "open data to see real images too" in str(content.caption)


def test_images_of_another_size_are_refused_with_a_remedy(squares):
    context = gan_look(spec=ImageSpec(1, 6, 6, levels=256))
    context.data = squares
    with pytest.raises(UsageError, match="Open the data set"):
        final(context, RealOrFakeState())


def test_batch_normalisation_is_in_evaluation_mode(squares):
    """An image has the same output alone and among others."""
    context = gan_look(squares, name="dcgan", width=4)
    images = torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    before = {name: value.clone() for name, value in context.model.state_dict().items()}
    together, _ = run(discriminated(context, images, None))
    alone = np.concatenate([run(discriminated(context, image[None], None))[0] for image in images])
    assert together == pytest.approx(alone, rel=1e-4)
    assert all(torch.equal(value, before[name]) for name, value in context.model.state_dict().items())


# -- the bins ------------------------------------------------------------------------------------------------------------


def test_values_outside_are_counted_at_the_nearer_end():
    (series,) = histogram({N_("x"): np.array([-5.0, 0.01, 0.99, 7.0]), N_("nothing"): np.array([])}, 0.0, 1.0)
    assert series.y[0] == series.y[-1] == 50
    assert series.x[0] == pytest.approx(1 / 48)


@pytest.mark.parametrize(("low", "high"), [(-3.2, 4.1), (0.002, 0.0031), (1e6, 1.2e6), (5.0, 5.0)])
def test_range_has_round_ends_and_covers_nearly_all(low: float, high: float):
    first, last = round_ends(np.linspace(low, high, 1000))
    assert first <= low + 0.006 * (high - low)
    assert last >= high - 0.006 * (high - low)
    assert last > first
    assert last - first < 3 * max(high - low, 1e-5)
