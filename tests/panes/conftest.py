"""Small images to encode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets


@data_sets.register("squares-for-panes")
class Squares(Source):
    """200 grey images of 8×8, one square each; three classes, one attribute."""

    title, help = N_("Squares"), N_("One square on black.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "squares-for-panes"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        draw = np.random.default_rng(1)
        images = np.zeros((200, 1, 8, 8), np.uint8)
        bright = draw.integers(60, 255, 200)
        for image, grey in zip(images, bright, strict=True):
            y, x = draw.integers(0, 6, 2)
            image[0, y : y + 3, x : x + 3] = grey
        sink.begin(200, (1, 8, 8), class_names=("a", "b", "c"), attribute_names=("brightness",))
        sink.add(images, labels=np.arange(200) % 3, attributes=(bright[:, None] / 255).astype(np.float32))


@pytest.fixture(scope="session")
def squares() -> Any:
    """The data set of squares, opened."""
    from genstudio.data.dataset import open_data

    return open_data("squares-for-panes", {})
