"""Plane: a constructed discriminator and generator appear where they should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from genstudio.core.conditions.base import Condition
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.data.dataset import DataSet, open_data
from genstudio.panes.plane.content import DATA, LONGEST, SAMPLES
from genstudio.panes.plane.drawing import FIELD, LINE, enlarged, field_colours
from genstudio.panes.plane.state import PlaneState
from genstudio.training.snapshot import Snapshot
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look

POINT = ImageSpec(2, 1, 1)


class Known(nn.Module):
    """All samples are at ``at``; the output grows to the right: a = 10 (x - 1/2)."""

    def __init__(self, at: tuple[float, float] = (0.25, 0.75)) -> None:
        super().__init__()
        self.at = at

    def sample(self, n: int, *, generator: torch.Generator) -> Tensor:
        return torch.tensor(self.at).repeat(n, 1).view(n, 2, 1, 1)

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        return 10 * (images[:, 0, 0, 0] - 0.5)


def look_at(model: Any, data: DataSet | None = None) -> ViewContext:
    return ViewContext(model, POINT, Snapshot("run-1", 40, "known", {}, POINT, {}), data)


@pytest.fixture
def grid(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> DataSet:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    return open_data("toy-2d", {})


def pixels(context: ViewContext, **fields: Any) -> np.ndarray:
    return final(context, PlaneState(**{"side": 400, **fields})).pictures[0].pixels


def where(picture: np.ndarray, colour: tuple[int, int, int]) -> tuple[float, float]:
    """The middle of all pixels of a colour, as shares of the picture: across, down."""
    rows, columns = np.nonzero((picture == np.array(colour)).all(2))
    assert len(rows)
    return (columns.mean() + 0.5) / picture.shape[1], (rows.mean() + 0.5) / picture.shape[0]


def line_at(picture: np.ndarray) -> float:
    """Where, across, the columns are most like the line between generated and real."""
    unlike = np.abs(picture.astype(int) - np.array(LINE)).sum((0, 2))
    return float(np.flatnonzero(unlike == unlike.min()).mean() + 0.5) / picture.shape[1]


def test_samples_are_drawn_at_their_position_y_upwards_also_zoomed() -> None:
    context = look_at(Known())
    assert where(pixels(context), SAMPLES) == pytest.approx((0.25, 0.25), abs=0.004)
    state = PlaneState(side=400).zoomed(0.25, 0.25, 3.0)
    assert where(final(context, state).pictures[0].pixels, SAMPLES) == pytest.approx((0.25, 0.25), abs=0.004)
    assert state.place(0.25, 0.25) == pytest.approx((0.25, 0.75))


def test_drag_moves_the_point_under_the_pointer_within_the_square() -> None:
    state = PlaneState(zoom=4.0)
    moved = state.moved(0.5, 0.5, 0.6, 0.4)
    assert moved.place(0.6, 0.4) == pytest.approx(state.place(0.5, 0.5))
    far = state.moved(0, 0, 9, 9)
    assert far.place(0, 0) == pytest.approx((0.0, 1.0))
    assert far.zoomed(1, 1, 0.01).place(1, 1) == pytest.approx((1.0, 0.0))


def test_field_is_the_discriminators_and_the_line_is_one_half() -> None:
    context = look_at(Known())
    content = final(context, PlaneState(side=200, samples=False))
    x = (np.arange(64) + 0.5) / 64
    assert np.allclose(content.values["field"], np.tile(10 * (x - 0.5), (64, 1)), atol=1e-5)
    picture = content.pictures[0].pixels.astype(int)
    # Left is taken for generated (orange, more red), right for real (blue), and the line is at x = 1/2.
    assert (picture[:, 10, 0] > picture[:, 10, 2] + 80).all()
    assert (picture[:, 190, 2] > picture[:, 190, 0] + 80).all()
    assert line_at(picture) == pytest.approx(0.5, abs=0.005)
    ends = field_colours(np.array([-9.0, -1.0, 0.0, 1.0, 9.0]))
    assert ends.tolist() == [list(FIELD[k]) for k in (0, 0, 3, 6, 6)]
    assert np.allclose(enlarged(np.tile(x, (64, 1)), 640)[0, 5:-5], ((np.arange(640) + 0.5) / 640)[5:-5], atol=1e-6)


def test_arrows_point_towards_more_real_samples() -> None:
    context = look_at(Known((0.5, 0.5)))
    content = final(context, PlaneState(side=400, n=1, arrows=True, field=False))
    assert np.allclose(content.values["gradients"], [[10.0, 0.0]])
    rows, columns = np.nonzero(content.pictures[0].pixels.sum(2) < 350)  # dark ink
    assert columns.max() / 400 == pytest.approx(0.5 + LONGEST, abs=0.01)
    assert columns.min() / 400 == pytest.approx(0.5, abs=0.01)
    assert (rows.mean() + 0.5) / 400 == pytest.approx(0.5, abs=0.005)


def test_the_data_are_shown_and_the_modes_counted(grid: DataSet) -> None:
    context = look_at(Known((0.1, 0.1)), grid)
    content = final(context, PlaneState(side=400, samples=False, field=False))
    assert where(content.pictures[0].pixels, DATA) == pytest.approx((0.5, 0.5), abs=0.02)
    assert (content.values["covered"], content.values["modes"]) == (1, 25)
    assert "1 of 25 modes covered, 100 % within" in str(content.caption)
    assert {str(text) for text, _ in content.legend.entries} == {"data"}


def test_middle_of_a_critics_scale_is_between_data_and_samples(grid: DataSet) -> None:
    class Critic(Known):
        class objective:
            output = "value"

        def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
            return 700 + super().discriminate(images)

    left, right = (final(look_at(Critic((x, 0.5)), grid), PlaneState(side=200, data=False)) for x in (0.0, 0.5))
    # The data's mean output is that at x = 1/2: so the line lies half-way from the samples to there.
    for content, expected in ((left, 0.25), (right, 0.5)):
        assert line_at(content.pictures[0].pixels[:50]) == pytest.approx(expected, abs=0.02)


def test_model_without_a_discriminator_shows_data_and_samples_with_a_message(grid: DataSet) -> None:
    content = final(make_look(data=grid), PlaneState())
    assert "no discriminator" in str(content.caption)
    assert "field" not in content.values
    assert content.legend.scale is None


def test_images_are_refused_with_an_alternative() -> None:
    with pytest.raises(UsageError, match="toy-2d"):
        final(make_look(), PlaneState())


def test_the_same_noise_at_every_step() -> None:
    early, late = (final(make_look(spec=POINT, step=step, seed=1), PlaneState(n=50)) for step in (1, 2))
    assert np.array_equal(early.values["samples_xy"], late.values["samples_xy"])
