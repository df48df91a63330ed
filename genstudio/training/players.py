"""Players: the sets of parameters that a model's algorithm updates in turn, each with an optimiser and, if the plan says
so, a moving average."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.training.average import Average
from genstudio.training.recipe.plan import Plan, PlayerPlan

if TYPE_CHECKING:
    from genstudio.models.base import Model

# Without a fused version: RMSprop. On the CPU the fused Adam takes a third of the time of the plain one (measured).
FUSED = {"adam", "adamw", "sgd", "adagrad"}


# What each optimiser remembers of a parameter; "step" is one number, the rest has the parameter's shape.
KEPT = {
    "adam": {"step", "exp_avg", "exp_avg_sq"},
    "adamw": {"step", "exp_avg", "exp_avg_sq"},
    "sgd": {"momentum_buffer"},
    "rmsprop": {"step", "square_avg"},
    "adagrad": {"step", "sum"},
}


class Player:
    """One player's parameters, optimiser and average."""

    def __init__(self, name: str, parameters: Iterable[nn.Parameter], plan: PlayerPlan) -> None:
        self.name = name
        self.parameters = [p for p in parameters if p.requires_grad]
        self.plan = plan
        self.average: Average | None = None
        self.optimiser = make_optimiser(self.parameters, plan) if self.parameters else None
        self._lr = plan.lr

    def follow(self, plan: PlayerPlan) -> None:
        """Take over live changes: learning rate and schedule, decay of weights, betas."""
        self.plan = plan
        if self.optimiser is not None:
            self.optimiser.param_groups[0].update(_settings(plan))
            self._lr = plan.lr

    def clear(self) -> None:
        """Forget gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    def clip(self, norm: float) -> Tensor:
        """Scale the gradient down to ``norm`` where it is longer; gives its length before."""
        return nn.utils.clip_grad_norm_(self.parameters, norm)

    def gradient_norm(self) -> Tensor | None:
        """The length of the gradient over all parameters, ``None`` where there is none. Reads them, changes nothing."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        if not gradients:
            return None
        return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))

    def update(self, step: int) -> None:
        """One optimiser step with the learning rate that the schedule has for ``step``, then the average."""
        if self.optimiser is None:
            return
        lr = self.plan.lr_at(step)
        if lr != self._lr:
            self.optimiser.param_groups[0]["lr"] = self._lr = lr
        self.optimiser.step()
        if self.average is not None:
            self.average.update()

    def state(self) -> dict[str, Any]:
        """State for an exact resume, in types that ``torch.load(weights_only=True)`` reads."""
        return {
            "optimiser": self.optimiser.state_dict() if self.optimiser else None,
            "updates": self.average.updates if self.average else 0,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`state` gave. The settings stay the plan's: those in ``state`` are only what it was then.
        Raises ``ValueError`` where it is not of these parameters."""
        if self.optimiser is not None and state["optimiser"] is not None:
            kept = _checked(state["optimiser"].get("state"), self.parameters, KEPT[self.plan.optimiser])
            groups = self.optimiser.state_dict()["param_groups"]
            self.optimiser.load_state_dict({"state": kept, "param_groups": groups})
        if self.average is not None:
            self.average.updates = int(state["updates"])


def make_players(model: Model, plan: Plan) -> dict[str, Player]:
    """The model's players with their optimisers. Raises as :func:`check_players` does."""
    check_players(model, plan)
    return {name: Player(name, parameters, plan.player(name)) for name, parameters in model.players().items()}


def check_players(model: Model, plan: Plan) -> None:
    """Raises :class:`UsageError` when the plan speaks of a player that the model does not have, and ``ValueError`` when two
    players share a parameter."""
    sets = model.players()
    for name in plan.players:
        if name not in sets:
            raise UsageError(
                N_("The plan has a player '{name}' that the model does not have.", name=name),
                N_("Its players: {names}.", names=", ".join(sets)),
            )
    ids = [id(p) for parameters in sets.values() for p in parameters]
    if len(ids) != len(set(ids)):
        raise ValueError("a parameter belongs to two players: its gradients would be mixed up")


def make_optimiser(parameters: list[nn.Parameter], plan: PlayerPlan) -> torch.optim.Optimizer:
    """The optimiser that the plan names, fused where torch has it for this device."""
    fused = plan.optimiser in FUSED and all(p.device.type in {"cpu", "cuda", "mps"} for p in parameters)
    options: dict[str, Any] = {**_settings(plan), "fused": True} if fused else _settings(plan)
    if plan.optimiser == "adagrad" and parameters[0].device.type != "cpu":
        options.pop("fused")
    kinds: dict[str, Any] = {
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
    }
    made: torch.optim.Optimizer = kinds[plan.optimiser](parameters, **options)
    return made


def _checked(state: Any, parameters: list[nn.Parameter], names: set[str]) -> dict[int, dict[str, Any]]:
    """An optimiser's memory by the number of the parameter. torch itself takes any shape, and breaks in the next step."""
    if not isinstance(state, dict):
        raise ValueError("the optimiser's state is no table")
    for place, memory in state.items():
        if not isinstance(place, int) or not 0 <= place < len(parameters):
            raise ValueError("the optimiser's state is of another model")
        if not isinstance(memory, dict) or (memory and memory.keys() != names):
            raise ValueError("the optimiser's state is of another optimiser")
        for name, value in memory.items():
            shape = torch.Size() if name == "step" else parameters[place].shape
            if value is None and name == "momentum_buffer":
                continue
            if not isinstance(value, Tensor) or value.shape != shape or not value.is_floating_point():
                raise ValueError(f"{name} of the optimiser does not fit its parameter")
            if name == "step" and not 0 <= value.item() <= 1e15:
                raise ValueError("the optimiser's count of steps is out of range")
    return state


def _settings(plan: PlayerPlan) -> dict[str, Any]:
    """The plan in torch's words, those that may change during training."""
    settings: dict[str, Any] = {"lr": plan.lr, "weight_decay": plan.weight_decay}
    if plan.optimiser in {"adam", "adamw"}:
        settings["betas"] = tuple(plan.betas)
    elif plan.optimiser == "sgd":
        settings["momentum"] = plan.betas[0]
    elif plan.optimiser == "rmsprop":
        settings["alpha"] = plan.betas[1]
    return settings
