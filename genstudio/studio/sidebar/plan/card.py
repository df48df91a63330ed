"""The plan card: how long, on what batches, and one optimiser for each player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.studio.forms.knob_form import KnobForm
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.forms.number_text import as_text
from genstudio.studio.widgets.card import FoldingCard
from genstudio.training.recipe.plan import Plan, PlayerPlan


class PlanCard(FoldingCard):
    """``edited(name)``: ``steps``, or ``players.model.lr`` for an optimiser's. ``marked``: a field is pending or refused,
    or no longer."""

    edited = Signal(str)
    marked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Plan"), parent, folded=True)
        self.form = KnobForm(Plan, self.inside, without={"players"})
        self.form.edited.connect(self._edited)
        self.form.marked.connect(self.marked)
        self.content.addWidget(self.form)
        self.players: dict[str, KnobForm] = {}
        self._lock_reason, self._live_stay = "", True

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
        self.sum_up()

    def set_players(self, names: Sequence[str]) -> None:
        """One form for each player. Keeps the values of the forms that stay."""
        if tuple(names) == tuple(self.players):
            return
        for name in [n for n in self.players if n not in names]:
            form = self.players.pop(name)
            form.edited.disconnect(self._player_edited)
            form.marked.disconnect(self.marked)
            self.content.removeWidget(form)
            form.deleteLater()
        for name in names:
            if name not in self.players:
                title = _("Optimiser") if len(names) == 1 else _("Optimiser of the {player}", player=_(name))
                form = self.players[name] = KnobForm(PlayerPlan, self.inside, title=title)
                form.setObjectName(name)
                form.edited.connect(self._player_edited)
                form.marked.connect(self.marked)
                form.lock(self._lock_reason, live_stay=self._live_stay)
            self.content.removeWidget(self.players[name])
            self.content.addWidget(self.players[name])  # in the order of the names
        self.players = {name: self.players[name] for name in names}

    def plan(self) -> Plan:
        """The plan in force; what is half typed or refused in the forms is not in it."""
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

    def first_error(self) -> str:
        """The first refused entry in words; empty where there is none."""
        return next(filter(None, (form.first_error() for form in self._forms())), "")

    def complete(self) -> KnobRow | None:
        """Have half-typed texts taken or refused: the first row whose text is refused now, or ``None``."""
        refused = [form.complete() for form in self._forms()]
        return next((row for row in refused if row is not None), None)

    def row(self, name: str) -> KnobRow | None:
        """The row of ``steps`` or ``players.model.lr``, or ``None`` where no form has one."""
        if not name.startswith("players."):
            return self.form.rows.get(name)
        player, knob = name.removeprefix("players.").rsplit(".", 1)
        return self.players[player].rows.get(knob) if player in self.players else None

    def sum_up(self) -> None:
        """Sum the plan up in the line that is shown when the card is folded."""
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

    def lock(self, reason: str, *, live_stay: bool = True) -> None:
        """Lock what can't change while training (all of it unless ``live_stay``), for a reason."""
        self._lock_reason, self._live_stay = reason, live_stay
        for form in self._forms():
            form.lock(reason, live_stay=live_stay)

    def _forms(self) -> tuple[KnobForm, ...]:
        return self.form, *self.players.values()

    @Slot(str)
    def _edited(self, name: str) -> None:
        self.sum_up()
        self.edited.emit(name)

    @Slot(str)
    def _player_edited(self, name: str) -> None:
        form = self.sender()
        self.sum_up()
        self.edited.emit(f"players.{form.objectName()}.{name}")


def _own(plan: Plan) -> dict[str, Any]:
    return plan.model_dump(mode="json", exclude={"players"})
