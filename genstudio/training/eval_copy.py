"""Looking at a model in training without changing it: copies of its weights, in a module of their own."""

from __future__ import annotations

from genstudio.models.base import Model, models
from genstudio.training.snapshot import Snapshot, assemble
from genstudio.training.step_runner import StepRunner


def take_snapshot(model: Model, step_runner: StepRunner, run: str) -> Snapshot:
    """A copy of the weights on the CPU, averaged where the plan keeps averages. On the training thread, between steps."""
    averaged = step_runner.averaged()
    weights = step_runner.weights() if averaged is None else averaged
    return Snapshot(
        run=run,
        step=step_runner.context.step,
        model=name_of(model),
        model_knobs=model.knobs.model_dump(mode="json"),
        spec=model.spec,
        weights={name: tensor.detach().to("cpu", copy=True) for name, tensor in weights.items()},
        averaged=averaged is not None,
    )


def onlooker(model: Model, step_runner: StepRunner) -> Model:
    """A second model, in eval mode, that looks through the same (averaged) weights: the first keeps its modes."""
    return assemble(type(model), model.spec, model.knobs, step_runner.averaged() or step_runner.weights())


def name_of(model: Model) -> str:
    """The name under which the model's class is registered."""
    return next((name for name, kind in models.items() if kind is type(model)), type(model).__name__)
