"""The plan card: how long, on what batches, and one optimiser for each player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.card import FoldingCard
from genstudio.studio.widgets.knob_form import KnobForm
from genstudio.studio.widgets.number_field import as_text
from genstudio.training.plan import Plan, PlayerPlan


class PlanCard(FoldingCard):
    """``edited(name)``: ``steps``, or ``players.model.lr`` for an optimiser's."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Plan"), parent, folded=True)
        self.form = KnobForm(Plan, self.inside, without={"players"})
        self.form.edited.connect(self._edited)
        self.content.addWidget(self.form)
        self.players: dict[str, KnobForm] = {}
        self._lock_reason = ""

    def show_plan(self, plan: Plan, base: Plan | None = None) -> None:
        """Fill the forms; ``base``: where each field's way back leads."""
        base = base or plan
        self.form.set_values(_own(plan), base=_own(base))
        self.show_players(plan, base)

    def show_players(self, plan: Plan, base: Plan) -> None:
        """Fill the forms of the optimisers alone."""
        self.set_players(tuple(plan.players) or tuple(self.players) or ("model",))
        for name, form in self.players.items():
            form.set_values(plan.player(name).model_dump(mode="json"), base=base.player(name).model_dump(mode="json"))
        self._sum_up()

    def set_players(self, names: Sequence[str]) -> None:
        """One form for each player. Keeps what stands in the forms that stay."""
        if tuple(names) == tuple(self.players):
            return
        for name in [n for n in self.players if n not in names]:
            form = self.players.pop(name)
            form.edited.disconnect(self._player_edited)
            self.content.removeWidget(form)
            form.deleteLater()
        for name in names:
            if name not in self.players:
                title = _("Optimiser") if len(names) == 1 else _("Optimiser of the {player}", player=name)
                form = self.players[name] = KnobForm(PlayerPlan, self.inside, title=title)
                form.setObjectName(name)
                form.edited.connect(self._player_edited)
                form.lock(self._lock_reason)
            self.content.removeWidget(self.players[name])
            self.content.addWidget(self.players[name])  # in the order of the names
        self.players = {name: self.players[name] for name in names}

    def plan(self) -> Plan:
        """What stands in the forms; fields that don't fit are at their base."""
        return Plan.model_validate(
            {**self.form.values(), "players": {name: form.values() for name, form in self.players.items()}}
        )

    def is_valid(self) -> bool:
        return self.form.is_valid() and all(form.is_valid() for form in self.players.values())

    def changes(self) -> list[str]:
        """Titles of the settings that differ from the recipe."""
        own = [*self.form.changed_names()]
        for form in self.players.values():
            own += form.changed_names()
        return own

    def live_value(self, name: str) -> Any:
        """The value of a live setting that fits, or ``None``."""
        form, knob = self.form, name
        if name.startswith("players."):
            player, knob = name.removeprefix("players.").rsplit(".", 1)
            form = self.players[player]
        row = form.rows[knob]
        return None if not row.info.live or knob in form.errors else form.values()[knob]

    def show_live(self, name: str, value: Any) -> None:
        """A live setting (``steps``, ``players.model.lr``) was changed elsewhere: show it."""
        form, knob = self.form, name
        if name.startswith("players."):
            player, knob = name.removeprefix("players.").rsplit(".", 1)
            form = self.players[player]
        form.rows[knob].set_value(value)
        form.check()
        self._sum_up()

    def lock(self, reason: str) -> None:
        """Lock what can't change while training, for a reason."""
        self._lock_reason = reason
        for form in (self.form, *self.players.values()):
            form.lock(reason)

    def _sum_up(self) -> None:
        plan = self.plan()
        first = next(iter(self.players), "model")
        player = plan.player(first)
        self.name.setText(_("{n} steps", n=f"{plan.steps:,}"))
        self.summary.setText(
            _(
                "batch {batch} · {optimiser} {lr}",
                batch=plan.batch_size,
                optimiser=player.optimiser,
                lr=as_text(player.lr),
            )
        )

    @Slot(str)
    def _edited(self, name: str) -> None:
        self._sum_up()
        self.edited.emit(name)

    @Slot(str)
    def _player_edited(self, name: str) -> None:
        form = self.sender()
        self._sum_up()
        self.edited.emit(f"players.{form.objectName()}.{name}")


def _own(plan: Plan) -> dict[str, Any]:
    return plan.model_dump(mode="json", exclude={"players"})
