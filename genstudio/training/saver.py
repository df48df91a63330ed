"""Checkpoints of one training: what is saved, what is put back, and the one to go back to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.device import describe_device
from genstudio.core.errors import NotSavedError
from genstudio.core.messages import N_
from genstudio.core.version import versions
from genstudio.training import events as ev
from genstudio.training.eval_copy import name_of
from genstudio.training.rollback import Rollback
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.images import where_found

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.models.base import Model
    from genstudio.training.journal import Journal
    from genstudio.training.live import Live
    from genstudio.training.run.run import Run
    from genstudio.training.run.writer import RunWriter
    from genstudio.training.step_runner import StepRunner


class Saver:
    """``saved``: step of the newest checkpoint, -1 where the next save must write one."""

    def __init__(self, model: Model, data: DataSet, step_runner: StepRunner, live: Live, journal: Journal) -> None:
        self.model, self.data, self.step_runner, self.live, self.journal = model, data, step_runner, live, journal
        self.saved, self.rollback = -1, Rollback()

    def save(self, *, planned: bool = False) -> Iterator[ev.Event]:
        """Write a checkpoint unless this step has one. ``planned``: by the plan, not by a stop."""
        writer, step = self.journal.writer, self.step_runner.context.step
        if writer is None or self.saved == step:
            return
        if not self.step_runner.is_sound():
            message = N_(
                "The weights at step {step} are not finite: the last good checkpoint was not replaced.", step=step
            )
            yield self.journal.note(ev.Alarm(step, "watch", message))
            return
        if planned and not self.step_runner.bad_steps:
            self.rollback.good = step
        path = checkpoints.save_checkpoint(
            writer.run.checkpoints_folder,
            step,
            weights=self.step_runner.weights(),
            averaged=self.step_runner.averaged(),
            trainer=self.step_runner.state(),
            state=self._state(writer),
            spare=self.rollback.good,
        )
        self.saved = step
        yield ev.Saved(step, path)

    def restore(self, checkpoint: Path) -> None:
        """Put back everything that a step depends on. Raises :class:`RunError` where the checkpoint is damaged."""
        weights, _ = checkpoints.read_weights(checkpoint, averaged=False)
        averaged, is_averaged = checkpoints.read_weights(checkpoint)
        trainer = checkpoints.read_trainer(checkpoint)
        try:
            if trainer["step"] != checkpoints.read_state(checkpoint)["step"]:
                raise ValueError("its files are of different steps")
            self.step_runner.restore(weights, averaged if is_averaged else None, trainer)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError) as error:
            raise checkpoints.damaged(checkpoint, error) from error  # it was saved by another model, or changed since

    def _state(self, writer: RunWriter) -> dict[str, Any]:
        """Content of ``state.json``: everything needed before a tensor is opened."""
        recipe, progress = writer.run.recipe, self.journal.progress
        return {
            "model": name_of(self.model),
            "model_knobs": self.model.knobs.model_dump(mode="json"),
            "spec": self.model.spec.to_json(),
            "data": recipe.data,
            "data_knobs": self.data.anchored,
            "data_fingerprint": self.data.fingerprint,
            "images": where_found(self.data),
            "plan": self.live.plan.model_dump(mode="json"),
            "lengths": writer.lengths(),
            "seconds": progress.seconds,
            "stepping": progress.stepping,
            "owed": progress.owed,
            "rollback": self.rollback.state(),
            "threads": progress.threads,
            "device": describe_device(self.step_runner.context.device).english,
            "versions": versions(),
        }


def not_saved(run: Run, error: OSError) -> NotSavedError:
    """Error for a run whose folder can't be written to: it is full, or gone."""
    if (run.path / "recipe.toml").is_file():
        what = N_("The run {name} can't be written: {reason}.", name=run.name, reason=error.strerror or str(error))
    else:
        what = N_("The folder of the run {name} is gone: {path}.", name=run.name, path=str(run.path))
    return NotSavedError(what, N_("Free some space there, or restore the folder."))
