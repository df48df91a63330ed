"""Decision between resuming the open run and a new one, from the settings in the cards."""

from __future__ import annotations

from typing import Any

from genstudio.training.recipe.recipe import Recipe


class ResumeCheck:
    """Check for one open run. ``draft``: the recipe in the cards, ``None`` while there is none."""

    def __init__(self) -> None:
        self._has: Any = None  # what makes the run what it is; None: no run

    def discard(self) -> None:
        """Forget the run: none is open, or its settings are not in the cards yet."""
        self._has = None

    def shows(self, draft: Recipe | None) -> None:
        """Remember the draft: the cards have just been filled from the run."""
        self._has = _compared(draft)

    def follows(self, draft: Recipe | None) -> None:
        """Remember the draft after a live change: the run can continue with it after a stop."""
        if self._has is not None:
            self._has = _compared(draft)

    def is_possible(self, draft: Recipe | None, step: int) -> bool:
        """True if the run at ``step`` is unfinished and only the number of steps was changed."""
        if self._has is None or draft is None:
            return False
        return step < draft.plan.steps and _compared(draft) == self._has


def _compared(draft: Recipe | None) -> Any:
    if draft is None:
        return None
    plan = draft.plan.model_dump(mode="json", exclude={"steps"})
    return draft.model, draft.model_knobs, draft.data, draft.data_knobs, plan
