"""Optimisers that follow the model: another objective comes with optimisers of its own, and so does another model.

What follows is shown in the forms as changed, with a reset, and one line says so and takes it back.
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
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.recipe.resolved_model import settle_plan


class Optimisers:
    """Fills the players' part of the plan card from the recipe, and from what the chosen model asks for."""

    def __init__(self, model: ModelCard, plan: PlanCard, controls: ControlsCard) -> None:
        self.model, self.plan, self.controls = model, plan, controls
        self._recipe: Recipe | None = None
        self._base: Recipe | None = None
        self._card_defaults: dict[str, dict[str, Any]] | None = None  # by the model that is shown in its card
        self._shown: Plan | None = None
        self.changed: Callable[[], None] = lambda: None  # called when a click took the optimisers back

    def show(self, recipe: Recipe, base: Recipe) -> None:
        """Fill the plan card; of players that the recipe leaves out with what its model asks for, once that is known."""
        self._recipe, self._base = recipe, base
        self._card_defaults = self._defaults(recipe.model, recipe.model_knobs)
        plan, rollback = self._with_players(recipe), self._with_players(base)
        if base.model != recipe.model:
            rollback = rollback.model_copy(update={"players": plan.players})
        self.plan.show_plan(plan, rollback)
        self._shown = self.plan.plan()

    def models_are_known(self) -> None:
        """Show the models' defaults once the library is ready, unless they were edited since."""
        if self._recipe is None or self._base is None or self._card_defaults is not None:
            return
        if self.plan.plan() == self._shown:
            self.show(self._recipe, self._base)

    def follow_model(self) -> None:
        """Adapt the optimisers to a model, or a knob of it, that the user has changed."""
        base, defaults = self._base, self._defaults(self.model.model, self.model.values())
        if base is None or defaults is None or defaults == self._card_defaults or not self.model.is_valid():
            return
        before, self._card_defaults = self.plan.plan(), defaults
        rollback = self._with_players(base) if base.model == self.model.model else settle_plan(Plan(), defaults)
        if defaults == self._defaults(base.model, base.model_knobs) and base.model == self.model.model:
            plan = before.model_copy(update={"players": rollback.players})
        else:
            plan = settle_plan(before, defaults, players=defaults, follow=True)
        self.plan.show_players(plan, rollback)
        if any(plan.player(name) != before.players.get(name) for name in defaults) and len(defaults) > 1:
            self.controls.show_text(
                _("The optimisers are now those that go with this choice."),
                action=_("Undo"),
                do=lambda: self._take_back(before, rollback),
            )

    def _take_back(self, plan: Plan, rollback: Plan) -> None:
        """Show the optimisers as they were, with the new choice."""
        assert self._card_defaults is not None
        self.plan.show_players(settle_plan(plan, self._card_defaults, players=self._card_defaults), rollback)
        self.controls.show_text("")
        self.changed()

    def _with_players(self, recipe: Recipe) -> Plan:
        defaults = self._defaults(recipe.model, recipe.model_knobs)
        return recipe.plan if defaults is None else settle_plan(recipe.plan, defaults)

    def _defaults(self, model: str, values: dict[str, Any]) -> dict[str, dict[str, Any]] | None:
        """Default settings by player; ``None`` while the models are not loaded, or where the values don't fit."""
        kind = self.model.kinds.get(model)
        if kind is None:
            return None
        try:
            return kind.default_players(values)
        except UsageError:
            return None
