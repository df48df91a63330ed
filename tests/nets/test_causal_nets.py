"""Windowed convolutions, masks, data-dependent norms, and schedules of causal graphs."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.conditions.base import NO_CONDITION
from genstudio.core.resumable import run
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.nets.causal.conv import CausalConv, CausalUpConv, causal_mask, colour_slices, weights_ready
from genstudio.nets.causal.graph import CausalGraph, Draw, Node, Read
from genstudio.nets.causal.schedule import schedule


def test_masks_a_and_b_by_hand() -> None:
    grey = [slice(0, 1)]
    assert causal_mask("A", grey, grey, (-1, 0), (-1, 1))[0, 0].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert causal_mask("B", grey, grey, (-1, 0), (-1, 1))[0, 0].tolist() == [[1, 1, 1], [1, 1, 0]]


def test_mask_at_the_centre_allows_earlier_colours_and_with_b_itself() -> None:
    rgb = colour_slices(3, 3)
    assert causal_mask("A", rgb, rgb, (0, 0), (0, 0))[:, :, 0, 0].tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert causal_mask("B", rgb, rgb, (0, 0), (0, 0))[:, :, 0, 0].tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize("features", [3, 7, 32])
def test_features_are_divided_among_colours_without_remainder(features: int) -> None:
    parts = colour_slices(features, 3)
    assert [i for part in parts for i in range(features)[part]] == list(range(features))
    assert max(p.stop - p.start for p in parts) - min(p.stop - p.start for p in parts) <= 1


@pytest.mark.parametrize(
    ("rows", "columns", "stride"),
    [((-3, 0), (-3, 3), 1), ((-2, -1), (-1, 1), 1), ((0, 0), (-2, -1), 1), ((-1, 0), (-1, 1), 2)],
)
def test_window_reads_its_declared_offsets(rows: tuple[int, int], columns: tuple[int, int], stride: int) -> None:
    torch.manual_seed(0)
    conv = CausalConv(2, 3, rows, columns, stride=stride)
    x = torch.randn(1, 2, 5, 6)
    y = conv(x)
    matrix = conv.matrix().split(2)
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            expected = conv.bias.clone()
            for (dy, dx), weight in zip(conv.taps, matrix, strict=True):
                a, b = i * stride + dy, j * stride + dx
                if 0 <= a < 5 and 0 <= b < 6:
                    expected = expected + x[0, :, a, b] @ weight
            torch.testing.assert_close(y[0, :, i, j], expected)


@pytest.mark.parametrize("kernel", [(2, 3), (2, 2)])
@pytest.mark.parametrize("size", [(4, 6), (3, 5)])
def test_doubling_reads_its_declared_offsets(kernel: tuple[int, int], size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    conv = CausalUpConv(2, 3, kernel, size)
    x = torch.randn(1, 2, (size[0] + 1) // 2, (size[1] + 1) // 2)
    y = conv(x)
    assert y.shape == (1, 3, *size)
    matrix = conv.matrix().split(2)
    for i in range(size[0]):
        for j in range(size[1]):
            expected = conv.bias.clone()
            for (dy, dx), weight in zip(conv.taps, matrix, strict=True):
                a, b = i + dy, j + dx
                if a % 2 == b % 2 == 0 and 0 <= a // 2 < x.shape[2] and 0 <= b // 2 < x.shape[3]:
                    expected = expected + x[0, :, a // 2, b // 2] @ weight
            torch.testing.assert_close(y[0, :, i, j], expected)


def test_prepared_weights_change_no_result_and_are_released() -> None:
    conv = CausalConv(2, 4, (0, 0), (0, 0), norm=True)
    x = torch.randn(3, 2, 4, 4)
    before = conv(x)
    with weights_ready(conv):
        assert torch.equal(conv(x), before)
    with torch.no_grad():
        conv.length.mul_(2)
    torch.testing.assert_close(conv(x), 2 * before)


def test_prepare_starts_normed_layers_from_data() -> None:
    """After it, the first layer's outputs on that batch have mean 0 and deviation 1; that of the last too."""
    spec = ImageSpec(3, 8, 8, levels=256)
    torch.manual_seed(0)
    model = build("pixelcnn-pp", spec, {"width": 6, "blocks": 1, "dropout": 0.5})
    images = (torch.rand(32, 3, 8, 8) * 255).round() / 255
    before = torch.get_rng_state()
    model.prepare(Batch(images, spec, torch.arange(32)))
    assert torch.equal(before, torch.get_rng_state()), "dropout is left out of the start"
    with torch.no_grad():
        model.eval()
        out = model(2 * images - 1)
    torch.testing.assert_close(out.mean((0, 2, 3)), torch.zeros(out.shape[1]), atol=1e-4, rtol=0)
    torch.testing.assert_close(out.std((0, 2, 3)), torch.ones(out.shape[1]), atol=1e-2, rtol=0)


def test_graph_that_depends_on_later_pixels_is_refused() -> None:
    node = Node("peek", (Read("image:0", ((0, 1),)),), (("peek", 1),), lambda inputs: inputs, (2, 3))
    graph = CausalGraph((2, 3), (("image:0", (0,)),), (node,), (Draw("peek", "image:0", (0,), (2, 3)),))
    with pytest.raises(ValueError, match="not causal"):
        schedule(graph, np.zeros((2, 3), bool))


def test_independent_pixels_are_drawn_together() -> None:
    """Each pixel depends only on the one above it: one tick per row."""
    node = Node("above", (Read("image:0", ((-1, 0),)),), (("above", 1),), lambda inputs: inputs, (4, 5))
    graph = CausalGraph((4, 5), (("image:0", (0,)),), (node,), (Draw("above", "image:0", (0,), (4, 5)),))
    made = schedule(graph, np.zeros((4, 5), bool))
    assert [len(tick.draws[0].pixels) for tick in made.ticks] == [5, 5, 5, 5]
    known = np.zeros((4, 5), bool)
    known[:3] = True
    assert [len(tick.draws[0].pixels) for tick in schedule(graph, known).ticks] == [5]
    assert len(schedule(graph, np.zeros((4, 5), bool), "raster").ticks) == 20


def test_a_vertical_stack_is_evaluated_once_per_row_in_raster_order() -> None:
    model = build("gated-pixelcnn", ImageSpec(1, 6, 7, levels=2), {"width": 4, "layers": 3})
    made = schedule(model.graph(NO_CONDITION), np.zeros((6, 7), bool), "raster")  # type: ignore[operator]
    steps = [step for tick in made.ticks for step in tick.steps if step.node == "v2"]
    assert [len(step.positions) for step in steps] == [7] * 6


@pytest.mark.parametrize("order", ["wavefront", "raster"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_tick_evaluates_each_layer_of_a_gated_net_once(order: Literal["wavefront", "raster"], channels: int) -> None:
    """Pixels of several rows are drawn together if they are independent."""
    model = build("gated-pixelcnn", ImageSpec(channels, 6, 7, levels=2), {"width": 6, "layers": 2, "kernel": 3})
    made = schedule(model.graph(NO_CONDITION), np.zeros((6, 7), bool), order)  # type: ignore[operator]
    for tick in made.ticks:
        nodes = [step.node for step in tick.steps]
        assert len(nodes) == len(set(nodes)) <= 2 + 2 * channels


def test_past_of_a_schedule_equals_what_its_ticks_evaluate() -> None:
    model = build("gated-pixelcnn", ImageSpec(1, 6, 7, levels=2), {"width": 6, "layers": 2, "kernel": 3})
    made = schedule(model.graph(NO_CONDITION), np.zeros((6, 7), bool), "raster")  # type: ignore[operator]
    (past,) = run(made.past(17)).ticks
    for name in ("v1", "v2", "row:0", "logits:0"):
        expected = [p for tick in made.ticks[:17] for step in tick.steps if step.node == name for p in step.positions]
        found = [p for step in past.steps if step.node == name for p in step.positions]
        assert sorted(map(int, found)) == sorted(map(int, expected))
    assert [len(step.positions) for step in past.steps if step.node == "row:0"] == [3] * 3 + [2] * 4
    assert past.draws[0].pixels.tolist() == list(range(17))


@pytest.mark.parametrize(
    ("name", "knobs"), [("gated-pixelcnn", {"place": True, "layers": 2}), ("pixelcnn-pp", {"blocks": 1})]
)
def test_a_schedule_is_made_once(name: str, knobs: dict[str, object]) -> None:
    model = build(name, ImageSpec(1, 8, 8, levels=4), {"width": 8, **knobs})
    known = torch.zeros(8, 8, dtype=torch.bool).numpy()
    first, second = (schedule(model.graph(NO_CONDITION), known, "wavefront", "cpu") for _ in range(2))
    assert first is second
