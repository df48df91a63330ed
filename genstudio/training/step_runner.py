"""Step runner: one step of any model. The model says what it wants updated; the runner does it, and only then
lets the model go on. Everything that a step depends on is here, and can be saved and put back to the bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.device import autocast
from genstudio.core.draws import drawing_from
from genstudio.core.resumable import Stepper
from genstudio.core.seeding import global_state, restore_global_state
from genstudio.models.base import Phase
from genstudio.training.average import Average
from genstudio.training.meter import Meter
from genstudio.training.metrics import gradient_name
from genstudio.training.players import Player, make_players
from genstudio.training.step_context import StepContext

if TYPE_CHECKING:
    from genstudio.data.dataset import Split
    from genstudio.models.base import Model
    from genstudio.training.recipe.plan import Plan


class StepRunner:
    """One model's training, step by step."""

    def __init__(self, model: Model, split: Split, plan: Plan, device: torch.device) -> None:
        self.model = model
        self.plan = plan
        self.only: str | None = None  # the one player that is updated, or all
        self.players = make_players(model, plan)
        self.context = StepContext(split, plan.batch_size, plan.seed, device)
        self.meter = Meter()
        self.parts: dict[str, str] = {}  # whose each noted term is; "" for numbers that are only watched
        self.bad_steps = 0  # in a row, whose numbers were not finite
        self._bad = False
        everything = sum(p.requires_grad for p in model.parameters())
        self._alone = any(len(player.parameters) == everything for player in self.players.values())
        self._autocast = autocast(device, plan.precision)
        # Looking at a loss costs nothing on the CPU, but elsewhere makes the CPU wait: there the meter finds out.
        self.checks_each_update = device.type == "cpu"

    def begin_averages(self) -> None:
        """Start the averages from the weights as they are now: after ``Model.prepare``, before the first step."""
        for player in self.players.values():
            if player.plan.average and player.parameters:
                player.average = Average(self.model, player.parameters, player.plan.average)

    def step(self) -> None:
        """All phases of one step of the model."""
        self._bad = False
        phases, applied = Stepper(self.model.phases(self.context)), None
        while True:
            with self._autocast, drawing_from(self.context.draws):
                has_next = phases.advance(applied)
            if not has_next:
                break
            applied = self._update((phases.value,) if isinstance(phases.value, Phase) else phases.value)
        self.bad_steps = self.bad_steps + 1 if self._bad else 0
        self.context.step += 1

    def _update(self, phases: tuple[Phase, ...]) -> bool:
        """Backward for all phases, then the update of each player: whether every one was applied."""
        losses: list[tuple[Phase, Tensor]] = []
        for phase in phases:
            if self.only is not None and phase.player != self.only:
                self._note(phase)
                continue
            loss = phase.loss()
            if self.checks_each_update and loss is not None and not math.isfinite(loss.item()):
                self._bad = True
                return False
            self._note(phase)
            if loss is not None:
                losses.append((phase, loss))
        players = list(dict.fromkeys(self.players[phase.player] for phase, _ in losses))
        for player in players:
            player.clear()
        for left, (phase, loss) in enumerate(losses, 1 - len(losses)):
            # Only this player's parameters get gradients: the others' are neither touched nor computed.
            inputs = None if self._alone else self.players[phase.player].parameters
            loss.backward(inputs=inputs, retain_graph=left < 0)
        if len(self.players) > 1:
            self._note_gradients(players)
        clip = self.plan.clip
        if clip and not self._clip(players, clip):
            self._bad = True
            return False
        for player in players:
            player.update(self.context.step)
        return self.only is None or all(phase.player == self.only for phase in phases)

    def _clip(self, players: list[Player], norm: float) -> bool:
        """Clip each player's gradient; ``False`` where one is not finite (checked on the CPU only)."""
        norms = [player.clip(norm) for player in players]
        return not self.checks_each_update or all(math.isfinite(found.item()) for found in norms)

    def _note(self, phase: Phase) -> None:
        self.meter.add(phase.terms)
        if phase.watch:
            self.meter.add(phase.watch)
        for name in (*phase.terms, *phase.watch):
            if name not in self.parts:
                self.parts[name] = phase.player if name in phase.terms else ""

    def _note_gradients(self, players: list[Player]) -> None:
        """Record each player's gradient norm before clipping; near 0 means that it stopped learning."""
        norms = {gradient_name(player.name): player.gradient_norm() for player in players}
        self.meter.add({name: norm for name, norm in norms.items() if norm is not None})
        self.parts |= dict.fromkeys(norms, "")

    # -- weights and state -------------------------------------------------------------------------------------------

    def weights(self) -> dict[str, Tensor]:
        """The model's state dict: live tensors, not copies."""
        return self.model.state_dict()

    def averaged(self) -> dict[str, Tensor] | None:
        """The state dict with averages where players keep them, or ``None`` where none does: live tensors."""
        averages = [player.average.weights for player in self.players.values() if player.average is not None]
        if not averages:
            return None
        weights = dict(self.weights())
        for some in averages:
            weights.update(some)
        return weights

    def is_sound(self) -> bool:
        """True if all weights are finite: nothing else is ever saved."""
        return all(bool(t.isfinite().all()) for t in self.weights().values() if t.is_floating_point())

    def state(self) -> dict[str, Any]:
        """Everything but the weights: for ``trainer.pt``."""
        return {
            "step": self.context.step,
            "only": self.only,
            "bad_steps": self.bad_steps,
            "players": {name: player.state() for name, player in self.players.items()},
            "context": self.context.state(),
            "meter": self.meter.state(),
            "generators": global_state(),
        }

    def restore(self, weights: dict[str, Tensor], averaged: dict[str, Tensor] | None, state: dict[str, Any]) -> None:
        """Put back weights, averages and what :meth:`state` gave, to the bit. Raises ``ValueError``, ``KeyError``,
        ``TypeError`` or ``RuntimeError`` where they are not of this model and plan."""
        if state["only"] is not None and state["only"] not in self.players:
            raise ValueError(f"there is no player {state['only']!r}")
        self.model.load_state_dict(weights)
        self.begin_averages()
        for name, player in self.players.items():
            player.restore(state["players"][name])
            if player.average is not None and averaged is not None:
                player.average.restore(averaged)
        self.context.step = int(state["step"])
        self.context.restore(state["context"])
        self.meter.restore(state["meter"])
        self.only, self.bad_steps = state["only"], int(state["bad_steps"])
        restore_global_state(state["generators"])
