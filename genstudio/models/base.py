"""Base class of models: an ``nn.Module`` with its training phases and its capabilities.

A model *plays*: it writes its algorithm as a generator of phases, as the lecture states it. The loop in ``training/``
*runs the steps*: it runs the backward pass and the optimiser of the phase's player, and only then resumes the model.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from torch import Tensor, nn

from genstudio.core.draws import Draws
from genstudio.core.knobs import Knobs, parse_knobs
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.registry import Registry

if TYPE_CHECKING:
    from genstudio.core.batch import Batch
    from genstudio.core.spec import ImageSpec

models: Registry[type[Model]] = Registry(N_("model"), "genstudio.models")


@dataclass(frozen=True)
class Phase:
    """One update that a model asks for.

    ``terms`` are the named summands of the player's loss, scalars in their own units; the loss is their sum, each times
    its weight (1 unless ``weights`` says otherwise), so that the curves show a ``kl`` in nats whatever beta is. ``watch``
    holds numbers to look at. No terms is legal: closed-form fits keep what they fit in buffers.
    """

    player: str
    terms: Mapping[str, Tensor] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    watch: Mapping[str, Tensor | float] = field(default_factory=dict)

    def loss(self) -> Tensor | None:
        """The weighted sum of the terms, or ``None`` when there are none."""
        total: Tensor | None = None
        for name, term in self.terms.items():
            weight = self.weights.get(name, 1.0)
            part = term if weight == 1.0 else weight * term
            total = part if total is None else total + part
        return total


class StepContext(Protocol):
    """Context of one training step, passed to ``phases``: batches, random draws, step number.

    Every random number of a step comes from :attr:`draws` (or :meth:`noise`, which is one of them), never from torch's
    functions: drawn for the global batch, this process's rows handed out.
    """

    step: int
    draws: Draws

    @property
    def n_images(self) -> int:
        """Images in the training split."""
        ...

    def batch(self) -> Batch:
        """The next minibatch, a new one at each call, on the model's device."""
        ...

    def domain_batch(self, domain: int) -> Batch:
        """The next minibatch of images of class ``domain`` alone, in an order of its own: for models between two
        domains. Raises :class:`UsageError` where there are none."""
        ...

    def noise(self, dim: int) -> Tensor:
        """Standard normal noise, N×dim for the N images of :meth:`batch`."""
        ...


Play = Generator[Phase | tuple[Phase, ...], bool, None]


class Model(nn.Module):
    """Base of every model. A subclass in a file of its own, registered by name, is all that a new model takes.

    Complete after construction: every parameter and every (persistent) buffer exists, so that a snapshot can be loaded
    into a module built on the meta device. Capabilities (``core.capabilities``) are had by having their methods.
    """

    family: ClassVar[str]
    """Name of its kind, as in "variational": any word; models of one family are built alike."""
    title: ClassVar[Message]
    help: ClassVar[Message]
    paper: ClassVar[str] = ""
    Knobs: ClassVar[type[Knobs]]
    metrics: ClassVar[dict[str, Metric]] = {}
    """Titles, units and roles of its terms and watched numbers, by name."""
    player_names: ClassVar[tuple[str, ...]] = ("model",)
    """The names of :meth:`players`, known before a model is built."""
    takes: tuple[str, ...] = ()
    """Kinds of condition that it takes, set at construction: ``("class",)``. Its ``sample``, ``decode`` and ``discriminate``
    then take a condition of them."""

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__()
        self.spec = spec
        self.knobs = knobs

    @property
    def classes(self) -> int:
        """Number of classes that it is conditioned on; 0 without."""
        return len(self.spec.class_names) if "class" in self.takes else 0

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        """Raise :class:`UsageError` when this model can't serve such images, saying what to change."""

    @classmethod
    def default_players(cls, knobs: Any) -> dict[str, dict[str, Any]]:
        """Default optimiser of each player, as settings of :class:`genstudio.training.recipe.plan.PlayerPlan`,
        where a recipe says nothing else. A player that is left out has that class's own defaults."""
        return {}

    @classmethod
    def reported_metrics(cls) -> dict[str, Metric]:
        """All that a run of this model may report, by name: :attr:`metrics`, and those of what it is made from."""
        return dict(cls.metrics)

    @classmethod
    def smallest_batch(cls, knobs: Any) -> int:
        """The fewest images that one batch may hold: 2 where batch normalisation needs others to compare with."""
        return 1

    def players(self) -> dict[str, list[nn.Parameter]]:
        """The sets of parameters that have an optimiser each. Most models have one, ``model``."""
        return {"model": list(self.parameters())}

    def prepare(self, batch: Batch) -> None:
        """Runs once before the first step of a new run: a data-dependent start."""

    def phases(self, context: StepContext) -> Play:
        """One step. ``applied = yield Phase(...)`` asks for an update and learns whether it was applied."""
        raise NotImplementedError

    def summary(self) -> Message:
        """The model's main settings in a few words, for its card."""
        return N_("")


def build(name: str, spec: ImageSpec, knobs: Knobs | Mapping[str, Any] | None = None) -> Model:
    """The model registered as ``name`` for images of ``spec``.

    Raises :class:`UsageError` for an unknown name or knob, a value out of range, or images that it can't serve. Draws its
    first weights from torch's default generator: build on the meta device wherever training might be running.
    """
    kind = models[name]
    values = knobs if isinstance(knobs, kind.Knobs) else parse_knobs(kind.Knobs, dict(knobs or {}))
    kind.check(spec, values)
    return kind(spec, values)
