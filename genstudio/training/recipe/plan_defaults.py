"""Plan defaults of a model: optimisers that go with its algorithm, and the smallest batch.

A recipe's word on a player's setting counts; where it says nothing, the model's defaults do (an objective's, for two
players), and they are written out, so that a run does not depend on what the defaults will be one day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.knobs import parse_knobs
from genstudio.core.messages import N_, Message
from genstudio.training.recipe.plan import Plan, PlayerPlan

if TYPE_CHECKING:
    from genstudio.models.base import Model
    from genstudio.training.recipe.recipe import Recipe

Defaults = Mapping[str, Mapping[str, Any]]  # settings by player
Setting = tuple[str, str]  # player, setting


def with_defaults(plan: Plan, defaults: Defaults) -> Plan:
    """``plan`` with every setting of each player written out: the plan's own, then ``defaults``, then those of
    :class:`PlayerPlan`."""
    names = [*defaults, *(name for name in plan.players if name not in defaults)]
    players = {}
    for name in names:
        said = plan.players[name].said() if name in plan.players else {}
        settled = parse_knobs(PlayerPlan, {**defaults.get(name, {}), **said})
        players[name] = parse_knobs(PlayerPlan, settled.model_dump())
    made: Plan = parse_knobs(Plan, {**plan.model_dump(exclude={"players"}), "players": players})
    return made


def rebased(plan: Plan, defaults: Defaults, keep: Collection[Setting] = ()) -> Plan:
    """``plan`` where each player takes ``defaults``, but for the settings in ``keep``."""
    players = {name: player.said() for name, player in plan.players.items()}
    for name, settings in defaults.items():
        free = {knob: value for knob, value in settings.items() if (name, knob) not in keep}
        players[name] = {**players.get(name, {}), **free}
    parsed = {name: parse_knobs(PlayerPlan, said) for name, said in players.items()}
    made: Plan = parse_knobs(Plan, {**plan.model_dump(exclude={"players"}), "players": parsed})
    return made


def drop_unknown(plan: Plan, names: Collection[str]) -> Plan:
    """``plan`` without the players that are not among ``names``: another model's."""
    players = {name: player for name, player in plan.players.items() if name in names}
    if len(players) == len(plan.players):
        return plan
    made: Plan = parse_knobs(Plan, {**plan.model_dump(exclude={"players"}), "players": players})
    return made


def override(recipe: Recipe, assignments: Iterable[str]) -> tuple[Recipe, Message | None]:
    """:meth:`Recipe.override`, and what follows from it: where another model or objective is chosen, its players' defaults
    come with it, but for settings of players that are among the assignments; and a line that says so.

    Imports the model's code, and with it torch. Raises as :meth:`Recipe.override` does.
    """
    from genstudio.models.base import models

    assignments = list(assignments)
    changed = recipe.override(assignments)
    try:
        before, after = defaults_of(recipe), defaults_of(changed)
    except UsageError:
        return changed, None  # which says so when it is validated
    keep = {setting for one in assignments if (setting := _player_setting(one)) is not None}
    plan = changed.plan
    if changed.model != recipe.model:
        names = {*models[changed.model].player_names, *(player for player, _ in keep)}
        plan = drop_unknown(plan, names)
    if before == after:
        return changed.with_values(plan=plan), None
    plan = rebased(plan, after, keep)
    said = with_defaults(plan, after).players
    words = ", ".join(f"{name} {said[name].optimiser} {said[name].lr:g}" for name in after)
    told = N_("The optimisers are now those that go with this choice: {players}.", players=words) if words else None
    return changed.with_values(plan=plan), told


def defaults_of(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """Default optimisers of the recipe's model. Raises :class:`UsageError` for a model or knob that does not fit."""
    from genstudio.models.base import models

    kind = models[recipe.model]
    return kind.default_players(parse_knobs(kind.Knobs, recipe.model_knobs))


def check_batch(kind: type[Model], knobs: Any, plan: Plan) -> None:
    """Raises :class:`UsageError` when one batch holds fewer images than the model can learn from."""
    fewest = kind.smallest_batch(knobs)
    if plan.batch_size < fewest:
        raise UsageError(
            N_(
                "{title} compares the images of a batch with each other (batch normalisation), so a batch of {n} "
                "is too small.",
                title=kind.title,
                n=plan.batch_size,
            ),
            N_("Choose plan.batch_size={fewest} or more.", fewest=fewest),
        )


def _player_setting(assignment: str) -> Setting | None:
    """(player, setting) that ``plan.players.generator.lr=1e-4`` sets."""
    match assignment.partition("=")[0].strip().split("."):
        case ["plan", "players", player, setting]:
            return player, setting
    return None
