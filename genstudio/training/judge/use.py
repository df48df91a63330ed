"""Use of a judge during training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.core.capabilities import Samples, has
from genstudio.core.messages import N_
from genstudio.training.events import Alarm

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.recipe.plan import Plan


def check_judging(plan: Plan, data: DataSet) -> None:
    """Raises :class:`UsageError` when ``plan`` wants looks through a judge at what has none. On any thread, quick."""
    if plan.judge_every:
        from genstudio.training.judge.find import refuse_points

        refuse_points(data)


def available_judge(model: Model, data: DataSet, step: int) -> tuple[Judge | None, Alarm | None]:
    """For a plan that begins to want looks in the middle of training: the judge if it is shipped or cached, else the
    words that say how it is come by. Neither, of a model that has no samples."""
    if not has(model, Samples):
        return None, None
    from genstudio.training.judge.find import find_judge

    judge = find_judge(data)
    if judge is not None:
        return judge, None
    message = N_(
        "There is no judge of these images yet, and training one takes a minute or two: stop and resume the run, "
        "and it is trained before the next step."
    )
    return None, Alarm(step, "watch", message)


def is_due(every: int, step: int) -> bool:
    """True if something that happens every ``every`` steps (0: never) happens at ``step``."""
    return bool(every) and step % every == 0


def due(plan: Plan, step: int, model: Model, data: DataSet, judge: Judge | None, final: bool) -> list[str]:
    """The measures of ``step``, or of the end: quick ones every ``evaluate_every`` steps, those through the judge every
    ``judge_every``. A function of plan and step, so that a look which a stop cut short is made up for alike."""
    from genstudio.evaluate.base import quick_measures

    runs_judge = judge is not None and bool(plan.judge_every) and (final or is_due(plan.judge_every, step))
    quick = final or not runs_judge or is_due(plan.evaluate_every, step)
    return [*(quick_measures(model, data) if quick else ()), *(_through(judge, model) if runs_judge else ())]


def _through(judge: Judge | None, model: Model) -> list[str]:
    """Names of the measures through the judge that are quick enough to run during training; those that need classes last."""
    from genstudio.evaluate.base import measures

    if judge is None or not has(model, Samples):
        return []
    quick = [
        (one.needs_classes, name)
        for name, one in measures.items()
        if one.needs_judge and one.while_training and one.serves(model) and (judge.class_names or not one.needs_classes)
    ]
    return [name for _, name in sorted(quick)]
