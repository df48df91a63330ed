"""Picture of the objective: curves and slopes against closed forms, and the lecture's argument."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from genstudio.core.conditions.base import Condition
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.objectives.base import objectives
from genstudio.panes.objective.content import ObjectiveState
from genstudio.training.snapshot import Snapshot
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import final
from genstudio.viewing.tables import arrays_of, table_of

POINT = ImageSpec(2, 1, 1)
SURE = -5.0  # the logit of all samples: D(G(z)) = 0.0067


class Sure(nn.Module):
    """A discriminator with the output ``SURE`` for each sample: it recognises all of them."""

    title = N_("a model that is sure")

    def __init__(self, objective: str) -> None:
        super().__init__()
        self.objective = objectives[objective]()

    def sample(self, n: int, *, generator: torch.Generator) -> Tensor:
        return torch.zeros(n, 2, 1, 1)

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        return images[:, 0, 0, 0] + SURE


def shown(objective: str, **fields: Any) -> Content:
    return final(
        ViewContext(Sure(objective), POINT, Snapshot("run-1", 40, "sure", {}, POINT, {})),  # type: ignore[arg-type]
        ObjectiveState(**fields),
    )


def series(content: Content, text: str) -> Any:
    return next(one for one in content.series if text in str(one.name))


def test_minimax_is_flat_and_non_saturating_steep_for_a_sure_discriminator() -> None:
    """d log(1 - D)/da = -D and d(-log D)/da = -(1 - D), whichever of the two is played."""
    d = 1 / (1 + math.exp(-SURE))
    for played in ("minimax", "non-saturating"):
        content = shown(played)
        assert content.values["slope_minimax"] == pytest.approx(-d, rel=1e-6)
        assert content.values["slope_non-saturating"] == pytest.approx(-(1 - d), rel=1e-6)
        assert "log(1−D) −0.01, −log D −0.99" in str(content.caption)
        assert [name for name in map(str, (one.name for one in content.series)) if "played here" in name] == [
            str(series(content, "minimax:" if played == "minimax" else "non-saturating:").name)
        ]


def test_the_curves_are_the_logarithms_of_the_probability() -> None:
    content = shown("non-saturating")
    x = content.series[0].x
    assert 0 < x[0] < x[-1] < 1
    for text, expected in (
        ("real image", -np.log(x)), ("for a sample", -np.log(1 - x)),
        ("non-saturating", -np.log(x)), ("minimax", np.log(1 - x)),
    ):  # fmt: skip
        assert np.allclose(series(content, text).y, expected)
    logits = shown("non-saturating", axis="output").series[0]
    assert np.allclose(logits.y, np.log1p(np.exp(-logits.x)))
    assert logits.x[0] < SURE < logits.x[-1], "as far as the batches reach"


def test_marks_are_on_the_curves_at_the_discriminators_outputs() -> None:
    content = shown("non-saturating", n=7)
    generator = series(content, "non-saturating")
    d = 1 / (1 + math.exp(-SURE))
    assert np.allclose(generator.marks, np.full(7, d))
    assert np.allclose(generator.at(generator.marks), math.log(1 + math.exp(-SURE)), atol=2e-3)  # -log D
    assert series(content, "real image").marks is None, "no data are open"


@pytest.mark.parametrize("name", list(objectives))
def test_every_objective_has_a_picture_of_finite_curves(name: str) -> None:
    content = shown(name, n=4)
    assert len(content.series) == (4 if name in ("minimax", "non-saturating") else 3)
    assert len({str(one.group) for one in content.series}) == 2
    for one in content.series:
        assert np.isfinite(one.y).all()
        assert (np.diff(one.x) > 0).all()
        if one.marks is not None:
            assert one.x[0] <= one.marks.min() <= one.marks.max() <= one.x[-1]
    assert str(content.across)


def test_model_without_such_losses_is_refused() -> None:
    model = Sure("hinge")
    del model.objective
    with pytest.raises(UsageError, match="a model that is sure"):
        final(ViewContext(model, POINT, Snapshot("run-1", 40, "sure", {}, POINT, {})), ObjectiveState())  # type: ignore[arg-type]


def test_its_numbers_can_be_saved() -> None:
    content = shown("hinge", n=3)
    header, rows = table_of(content)
    assert header == ["series", "what", "x", "y"]
    marks = [row for row in rows if row[1] == "mark"]
    assert len(marks) == 2 * 3
    assert float(marks[0][2]) == SURE
    assert np.array_equal(arrays_of(content)["series2_marks"], np.full(3, SURE))
