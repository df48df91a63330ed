"""Every step of a pane is short, so that a closed pane or a newer state never waits.

The bound counts what a step asks of the model, not time. It is tested for every registered pane, on models of each kind,
with and without data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from genstudio.core import resumable
from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.nets.causal.machine import GraphMachine
from genstudio.panes.pixels import drawing
from genstudio.viewing import decode, discriminator, progressive
from genstudio.viewing.pane import panes, steps
from tests.contracts.test_panes import SERVED, SPECS, a_spec_for, view_context

AT_ONCE = 40
"""Images that a step may decode, encode or judge, where sixteen take as long as it may: two lots of them, and some
alone."""
WHOLE = ("sample", "complete", "surprise", "output")
"""What a model that draws pixel by pixel does at once for whole images: seconds, of large ones."""
BY_IMAGES = ("decode", "encode", "discriminate")


@data_sets.register("dots-for-steps")
class Dots(Source):
    """200 images of 8x8, each one square."""

    title, help = N_("Dots"), N_("One square on black.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "dots-for-steps"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        images = np.zeros((200, 1, 8, 8), np.uint8)
        for k, image in enumerate(images):
            image[0, k % 6 : k % 6 + 2, k // 6 % 6 : k // 6 % 6 + 2] = 55 + k
        sink.begin(200, (1, 8, 8), class_names=("ring", "disc", "square"))
        sink.add(images, labels=np.arange(200) % 3)


@pytest.fixture(scope="module")
def dots() -> Any:
    from genstudio.data.dataset import open_data

    return open_data("dots-for-steps", {"binarisation": "threshold"})


class Meter:
    """Counts what one step asks of a model."""

    def __init__(self) -> None:
        self.images: dict[str, int] = {}
        self.ticks = 0

    def watch(self, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        by_pixels = hasattr(model, "replay")
        for name in WHOLE if by_pixels else ():
            monkeypatch.setattr(model, name, self._refused(name))
        for name in BY_IMAGES:
            if hasattr(model, name):
                monkeypatch.setattr(model, name, self._counted(name, getattr(model, name)))
        run = GraphMachine._run
        monkeypatch.setattr(GraphMachine, "_run", lambda machine, *how: self._ticks(run(machine, *how)))

    def reset(self) -> None:
        self.images, self.ticks = {}, 0

    def _counted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(images: Any, *more: Any, **how: Any) -> Any:
            self.images[name] = self.images.get(name, 0) + len(images)
            return method(images, *more, **how)

        return counted

    def _refused(self, name: str) -> Callable[..., Any]:
        return lambda *args, **how: pytest.fail(f"{name} can't pause")

    def _ticks(self, tick: Iterator[Any]) -> Iterator[Any]:
        self.ticks += 1
        yield from tick


@pytest.mark.parametrize("has_data", [False, True], ids=["without data", "with data"])
@pytest.mark.parametrize(("name", "model"), SERVED)
def test_no_step_of_a_pane_is_long(name: str, model: str, has_data: bool, dots: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resumable, "SLICE", -1.0)  # as on a computer so slow that each part fills a slice
    monkeypatch.setattr(drawing, "SLICE", -1.0)
    monkeypatch.setattr(decode, "CHUNK_VALUES", 1)  # as for images so large that few can be taken at once
    monkeypatch.setattr(progressive, "COARSE_FROM", 1)
    monkeypatch.setattr(discriminator, "AT_ONCE", 1)
    spec = a_spec_for(name, model)
    context = view_context(spec, model)
    if has_data:
        if spec != SPECS["binary"]:
            return
        context.data = dots
    meter = Meter()
    meter.watch(context.model, monkeypatch)
    for _ in steps(context, panes[name].state()):
        assert spec.is_point or all(n <= AT_ONCE for n in meter.images.values()), meter.images  # a point is two numbers
        assert meter.ticks <= 2
        meter.reset()
