"""Who looks through a judge while a model trains, and at what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from genstudio.core.abilities import Samples, has
from genstudio.core.messages import Message

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.recipe import Recipe


def judge_of(
    recipe: Recipe,
    model: Model,
    data: DataSet,
    progress: Callable[[float, Message], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Judge | None:
    """The judge that ``recipe`` asks for, made now where it must be, with progress; ``None`` where its plan wants none, or its
    model has no samples to look at. Before training begins: in the middle of it, a judge could only be waited for."""
    if not recipe.plan.judge_every or not has(model, Samples):
        return None
    from genstudio.training.judges import judge_for

    return judge_for(data, progress=progress, cancelled=cancelled)


def live_measures(model: Model, judge: Judge | None) -> list[str]:
    """The judged measures that a running training affords."""
    if judge is None or not has(model, Samples):
        return []
    return ["fid", "prdc", *(["class_coverage"] if judge.class_names else [])]
