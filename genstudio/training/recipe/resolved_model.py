"""A model's class with its parsed knobs, and the plan defaults that come with them.

A recipe's word on a player's setting counts; where it says nothing, the model's defaults do (an objective's, for two
players), and they are written out, so that a run does not depend on what the defaults will be one day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, parse_knobs
from genstudio.core.messages import N_
from genstudio.training.recipe.plan import Plan, PlayerPlan

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.models.base import Model

Defaults = Mapping[str, Mapping[str, Any]]  # settings by player
Setting = tuple[str, str]  # player, setting


@dataclass(frozen=True)
class ResolvedModel:
    """A registered model's name and class, with parsed knobs."""

    name: str
    kind: type[Model]
    knobs: Knobs

    @property
    def default_players(self) -> dict[str, dict[str, Any]]:
        """Settings of each player's optimiser that go with the model, as :meth:`Model.default_players` gives them."""
        return self.kind.default_players(self.knobs)

    def check_batch(self, plan: Plan) -> None:
        """Raises :class:`UsageError` when one batch holds fewer images than the model can learn from."""
        fewest = self.kind.smallest_batch(self.knobs)
        if plan.batch_size < fewest:
            raise UsageError(
                N_(
                    "{title} compares the images of a batch with each other (batch normalisation), so a batch of {n} "
                    "is too small.",
                    title=self.kind.title,
                    n=plan.batch_size,
                ),
                N_("Choose plan.batch_size={fewest} or more.", fewest=fewest),
            )

    def build(self, spec: ImageSpec) -> Model:
        """The model for images of ``spec``. Raises and draws as :func:`genstudio.models.base.build` does."""
        from genstudio.models.base import build

        return build(self.name, spec, self.knobs)


def settle_plan(
    plan: Plan,
    defaults: Defaults,
    *,
    players: Collection[str] | None = None,
    follow: bool = False,
    keep: Collection[Setting] = (),
) -> Plan:
    """``plan`` with every setting of each player written out: the plan's own, then ``defaults``, then those of
    :class:`PlayerPlan`.

    players: names beyond which players are dropped (another model's); ``None`` keeps all. follow: ``defaults`` replace
    the plan's own settings too, but for those in ``keep``: the model or its objective has changed.
    """
    if players is not None:
        plan = drop_unknown(plan, players)
    if follow:
        plan = rebased(plan, defaults, keep)
    return with_defaults(plan, defaults)


def with_defaults(plan: Plan, defaults: Defaults) -> Plan:
    """``plan`` with ``defaults`` where it says nothing, and every setting written out."""
    names = [*defaults, *(name for name in plan.players if name not in defaults)]
    settings = {
        name: {**defaults.get(name, {}), **(plan.players[name].as_set() if name in plan.players else {})}
        for name in names
    }
    settled = {name: parse_knobs(PlayerPlan, values) for name, values in settings.items()}
    return _with_players(plan, {name: parse_knobs(PlayerPlan, player.model_dump()) for name, player in settled.items()})


def rebased(plan: Plan, defaults: Defaults, keep: Collection[Setting] = ()) -> Plan:
    """``plan`` where each player takes ``defaults``, but for the settings in ``keep``."""
    settings = {name: player.as_set() for name, player in plan.players.items()}
    for name, values in defaults.items():
        free = {knob: value for knob, value in values.items() if (name, knob) not in keep}
        settings[name] = {**settings.get(name, {}), **free}
    return _with_players(plan, {name: parse_knobs(PlayerPlan, values) for name, values in settings.items()})


def drop_unknown(plan: Plan, names: Collection[str]) -> Plan:
    """``plan`` without the players that are not among ``names``."""
    players = {name: player for name, player in plan.players.items() if name in names}
    return plan if len(players) == len(plan.players) else _with_players(plan, players)


def _with_players(plan: Plan, players: Mapping[str, PlayerPlan]) -> Plan:
    made: Plan = parse_knobs(Plan, {**plan.model_dump(exclude={"players"}), "players": players})
    return made
