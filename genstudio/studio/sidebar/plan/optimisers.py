"""The optimisers' forms follow the model's: another objective comes with optimisers of its own, and so does another model.

What follows stands in the forms as changed, with its way back, and one line says so and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import _
from genstudio.studio.sidebar.model.model_card import ModelCard
from genstudio.studio.sidebar.plan.card import PlanCard
from genstudio.studio.sidebar.run.controls_card import ControlsCard
from genstudio.training.recipe.plan import Plan
from genstudio.training.recipe.plan_defaults import drop_unknown, rebased, with_defaults
from genstudio.training.recipe.recipe import Recipe


class Optimisers:
    """Fills the players' part of the plan card from the recipe, and from what the chosen model asks for."""

    def __init__(self, model: ModelCard, plan: PlanCard, controls: ControlsCard) -> None:
        self.model, self.plan, self.controls = model, plan, controls
        self._recipe: Recipe | None = None
        self._base: Recipe | None = None
        self._asked: dict[str, dict[str, Any]] | None = None  # by the model as it stands in its card
        self._shown: Plan | None = None
        self.changed: Callable[[], None] = lambda: None  # called when a click took the optimisers back

    def show(self, recipe: Recipe, base: Recipe) -> None:
        """Fill the plan card; of players that the recipe leaves out with what its model asks for, once that is known."""
        self._recipe, self._base = recipe, base
        self._asked = self._defaults(recipe.model, recipe.model_knobs)
        plan, rollback = self._whole(recipe), self._whole(base)
        if base.model != recipe.model:
            rollback = rollback.model_copy(update={"players": plan.players})
        self.plan.show_plan(plan, rollback)
        self._shown = self.plan.plan()

    def models_are_known(self) -> None:
        """Show the models' defaults once the library is ready, unless they were edited since."""
        if self._recipe is None or self._base is None or self._asked is not None:
            return
        if self.plan.plan() == self._shown:
            self.show(self._recipe, self._base)

    def follow_model(self) -> None:
        """A knob of the model, or the model itself, was changed by hand."""
        base, asked = self._base, self._defaults(self.model.model, self.model.values())
        if base is None or asked is None or asked == self._asked or not self.model.is_valid():
            return
        before, self._asked = self.plan.plan(), asked
        rollback = self._whole(base) if base.model == self.model.model else with_defaults(Plan(), asked)
        if asked == self._defaults(base.model, base.model_knobs) and base.model == self.model.model:
            plan = before.model_copy(update={"players": rollback.players})
        else:
            plan = with_defaults(rebased(drop_unknown(before, asked), asked), asked)
        self.plan.show_players(plan, rollback)
        if any(plan.player(name) != before.players.get(name) for name in asked) and len(asked) > 1:
            self.controls.say(
                _("The optimisers are now those that go with this choice."),
                action=_("Undo"),
                do=lambda: self._take_back(before, rollback),
            )

    def _take_back(self, plan: Plan, rollback: Plan) -> None:
        """The optimisers as they were, beside the new choice."""
        assert self._asked is not None
        self.plan.show_players(with_defaults(drop_unknown(plan, self._asked), self._asked), rollback)
        self.controls.say("")
        self.changed()

    def _whole(self, recipe: Recipe) -> Plan:
        asked = self._defaults(recipe.model, recipe.model_knobs)
        return recipe.plan if asked is None else with_defaults(recipe.plan, asked)

    def _defaults(self, model: str, values: dict[str, Any]) -> dict[str, dict[str, Any]] | None:
        """By player; ``None`` while the models are not known, or where the values don't fit."""
        kind = self.model.kinds.get(model)
        if kind is None:
            return None
        try:
            return kind.default_players(values)
        except UsageError:
            return None
