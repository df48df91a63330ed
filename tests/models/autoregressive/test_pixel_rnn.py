"""Rows and skewed columns at once equal a pixel-by-pixel loop that follows the paper's equations."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.nets.causal.conv import colour_slices
from genstudio.nets.causal.spatial_lstm import DiagonalBiLstm, RowLstm, skew, unskew


def gates_of(gates: Tensor, before: Tensor, colours: list[slice]) -> tuple[Tensor, Tensor]:
    """Equation 3, for gates that stand by colour: o, f, i, g of each."""
    h, c = torch.zeros_like(before), torch.zeros_like(before)
    for part in colours:
        o, f, i, g = gates[4 * part.start : 4 * part.stop].chunk(4)
        c[part] = f.sigmoid() * before[part] + i.sigmoid() * g.tanh()
        h[part] = o.sigmoid() * c[part].tanh()
    return h, c


@pytest.mark.parametrize("channels", [1, 3])
def test_row_lstm_equals_a_loop_over_pixels(channels: int) -> None:
    torch.manual_seed(0)
    inputs, colours = colour_slices(8, channels), colour_slices(4, channels)
    lstm = RowLstm(inputs, colours).double()
    x = torch.randn(1, 8, 5, 4, dtype=torch.float64)
    into, state = lstm.into.effective_weight(), lstm.state.weight
    h = torch.zeros(4, 6, 6, dtype=torch.float64)  # a border of zeros on three sides
    c = torch.zeros(4, 6, 6, dtype=torch.float64)
    for y in range(5):
        for j in range(4):
            gates = lstm.into.bias + into[:, :, 0, 1] @ x[0, :, y, j]
            if j:
                gates = gates + into[:, :, 0, 0] @ x[0, :, y, j - 1]
            for k in range(3):
                gates = gates + state[:, :, 0, k] @ h[:, y, j + k]
            h[:, y + 1, j + 1], c[:, y + 1, j + 1] = gates_of(gates, c[:, y, j + 1], colours)
    torch.testing.assert_close(lstm(x)[0], h[:, 1:, 1:5])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(5, 4), (3, 6), (1, 3), (4, 1)])
def test_diagonal_bilstm_equals_a_loop_over_pixels(channels: int, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    height, width = size
    inputs, colours = colour_slices(8, channels), colour_slices(4, channels)
    lstm = DiagonalBiLstm(inputs, colours).double()
    x = torch.randn(1, 8, height, width, dtype=torch.float64)
    states = []
    for direction, conv in enumerate((lstm.into, lstm.into_back)):
        weight, state = conv.effective_weight()[:, :, 0, 0], lstm.state[direction]
        h = torch.zeros(4, height + 1, width + 2, dtype=torch.float64)
        c = torch.zeros_like(h)
        step = 1 if direction == 0 else -1
        for y in range(height):
            for j in range(width)[::step]:
                beside = h[:, y + 1, j + 1 - step]
                gates = conv.bias + weight @ x[0, :, y, j] + state[:4].t() @ beside + state[4:].t() @ h[:, y, j + 1]
                h[:, y + 1, j + 1], c[:, y + 1, j + 1] = gates_of(gates, c[:, y + 1, j + 1 - step], colours)
        states.append(h[:, :, 1:-1])
    expected = states[0][:, 1:] + states[1][:, :-1]  # the second map is shifted down by a row
    torch.testing.assert_close(lstm(x)[0], expected)


@pytest.mark.parametrize("size", [(4, 3), (2, 5), (1, 1)])
def test_skewing_shifts_each_row_by_its_index_and_back(size: tuple[int, int]) -> None:
    x = torch.arange(1.0, 1 + 2 * 3 * 2 * size[0] * size[1]).view(2, 3, 2, *size)
    columns = skew(x).unflatten(2, (size[0], 3))  # directions × steps × rows × images × features
    assert columns.shape == (2, size[1] + size[0] - 1, size[0], 3, 2)
    for y in range(size[0]):
        assert torch.equal(columns[:, y, y], x[..., y, 0]), "row y begins in column y"
        assert columns[:, :y, y].abs().sum() == 0
    assert torch.equal(unskew(columns.flatten(2, 3), 3, size[1]), x)


def test_scales_draw_every_second_pixel_first() -> None:
    model = build("pixel-rnn", ImageSpec(1, 4, 6, levels=2), {"scales": 2, "width": 4, "layers": 1})
    order = [(y, x) for y, x, _ in model.pixel_units()]  # type: ignore[operator]
    assert order[:6] == [(0, 0), (0, 2), (0, 4), (2, 0), (2, 2), (2, 4)]
    assert order[6:9] == [(0, 1), (0, 3), (0, 5)]
    assert len(set(order)) == 24


def test_an_image_too_small_for_its_scales_is_refused() -> None:
    with pytest.raises(UsageError, match="fewer scales"):
        build("pixel-rnn", ImageSpec(1, 3, 3, levels=2), {"scales": 3})
