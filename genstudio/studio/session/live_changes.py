"""Changes of settings while a model trains: checked here, in force from the next step on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import GenstudioError, UsageError
from genstudio.core.messages import N_

if TYPE_CHECKING:
    from genstudio.studio.session.training import Training
    from genstudio.training.job import Job


class LiveChanges(QObject):
    """``total_steps`` of the open run's plan. ``only``: the player that is updated alone; empty: all of them."""

    changed = Signal()  # ``only`` is another one
    refused = Signal(object)  # the exception, of :meth:`change`

    def __init__(self, training: Training, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self.total_steps = 0
        self.only = ""
        training.prepared.connect(self._prepared)
        training.happened.connect(self._happened)
        training.ended.connect(self._ended)

    def apply(self, knobs: dict[str, Any]) -> None:
        """Change ``beta``, ``plan.players.model.lr`` and other live settings, by name, or the player that learns alone.

        Raises :class:`GenstudioError`, and changes nothing, where nothing trains or a value does not fit: ``plan.steps``
        must be more than the present step, so that a change never ends the training.
        """
        job = self._training.job
        if job is None or not self._training.can_change:
            raise UsageError(N_("Nothing is being trained now."), N_("Press Start first."))
        steps = knobs.get("plan.steps")
        if isinstance(steps, int) and steps <= self._training.step:
            raise UsageError(
                N_("Training is at step {step:,} already.", step=self._training.step),
                N_("Choose more steps than that, or press Stop and save."),
            )
        job.live(knobs)
        self.total_steps = int(knobs.get("plan.steps", self.total_steps))
        self._set_only(knobs.get("only", self.only))

    def change(self, knobs: dict[str, Any]) -> None:
        """Do what :meth:`apply` does while something trains; ``refused`` is emitted if it can't be."""
        if self._training.can_change:
            try:
                self.apply(knobs)
            except GenstudioError as error:
                self.refused.emit(error)

    @Slot()
    def train_all(self) -> None:
        """Update all players again, from the next step on."""
        self.change({"only": None})

    @Slot(object)
    def _prepared(self, job: Job) -> None:
        self.total_steps = int(job.recipe.plan.steps)

    @Slot(object)
    def _happened(self, event: Any) -> None:
        if type(event).__name__ == "Started" and self._training.job is not None:
            self._set_only(self._training.job.live.only)  # a resumed run continues as it was

    @Slot()
    def _ended(self) -> None:
        self.only = ""

    def _set_only(self, player: str | None) -> None:
        if (player or "") != self.only:
            self.only = player or ""
            self.changed.emit()
