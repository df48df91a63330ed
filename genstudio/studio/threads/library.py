"""Models and data sets to choose from, found on the background thread after torch has been imported.

The GUI thread gets plain descriptions and knobs (pydantic classes), never a module of torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.knobs import Knobs, parse_knobs
from genstudio.core.messages import Message, translate
from genstudio.core.metrics import Metric
from genstudio.studio.threads.background import Background

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.training.recipe.recipe import Recipe


@dataclass(frozen=True)
class ModelKind:
    """A registered model in words, and its knobs."""

    name: str
    title: Message
    help: Message
    family: str
    paper: str
    knobs: type[Knobs]
    capabilities: tuple[str, ...]
    players: tuple[str, ...] = ("model",)
    defaults: Callable[[Knobs], dict[str, dict[str, Any]]] = lambda knobs: {}

    def default_players(self, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Default optimisers of the model with such knob values, for every player. Raises
        :class:`UsageError` for values that don't fit."""
        settings = self.defaults(parse_knobs(self.knobs, values))
        return {name: settings.get(name, {}) for name in self.players}


@dataclass(frozen=True)
class DataKind:
    """A registered data set in words, and its knobs. ``is_there``: its images are on this computer, or made here;
    ``path_knob``: the knob that names the folder or zip of one's own files, empty for other data sets."""

    name: str
    title: Message
    help: Message
    knobs: type[Knobs]
    is_there: bool
    can_download: bool
    path_knob: str


@dataclass(frozen=True)
class ModelFacts:
    """Facts on a model built on torch's meta device, so that nothing is drawn or filled."""

    weights: int
    summary: str
    players: tuple[str, ...]


@dataclass(frozen=True)
class LoadedLibrary:
    """Result of loading. ``torch_seconds``: time of importing torch on the worker."""

    models: dict[str, ModelKind]
    data: dict[str, DataKind]
    metrics: dict[str, dict[str, Metric]]
    torch_seconds: float
    problems: tuple[str, ...] = field(default=())


class Library(QObject):
    """``models``, ``data`` and ``metrics`` are empty until ``ready``."""

    ready = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = background
        self.models: dict[str, ModelKind] = {}
        self.data: dict[str, DataKind] = {}
        self.metrics: dict[str, dict[str, Metric]] = {}  # by model, by name
        self.torch_seconds = 0.0

    @property
    def is_ready(self) -> bool:
        return bool(self.models or self.data)

    def load(self) -> None:
        """Import torch, then everything registered, in the background; ``ready`` says when."""
        self.background.submit(find_everything, self._loaded, self._not_loaded, key="library")

    def list_again(self) -> None:
        """Look again for data sets, after a download."""
        self.load()

    def inspect(
        self,
        recipe: Recipe,
        spec: ImageSpec,
        done: Callable[[ModelFacts], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Check that the recipe's model and plan go together and can serve images of ``spec``, and count its weights; the
        newest question wins."""
        self.background.submit(lambda: model_facts(recipe, spec), done, failed, key="inspect")

    @Slot(object)
    def _loaded(self, found: LoadedLibrary) -> None:
        self.models, self.data, self.metrics = found.models, found.data, found.metrics
        self.torch_seconds = self.torch_seconds or found.torch_seconds
        self.ready.emit()

    @Slot(object)
    def _not_loaded(self, error: Exception) -> None:
        self.failed.emit(error)


def find_everything() -> LoadedLibrary:
    """Load every registered model, data set and measure. On the background thread."""
    began = time.perf_counter()
    import torch  # noqa: F401 - the slow one, by itself so that its time is known

    torch_seconds = time.perf_counter() - began
    from genstudio.core.capabilities import capabilities_of
    from genstudio.models.base import models
    from genstudio.training.metrics import metrics_of

    kinds: dict[str, ModelKind] = {}
    for name, model in models.items():
        kinds[name] = ModelKind(
            name,
            model.title,
            model.help,
            model.family,
            model.paper,
            model.Knobs,
            tuple(capabilities_of(model)),
            model.player_names,
            model.default_players,
        )
    return LoadedLibrary(kinds, _find_data(), {name: metrics_of(name) for name in kinds}, torch_seconds)


def _find_data() -> dict[str, DataKind]:
    from genstudio.data.base import Source, data_sets

    kinds: dict[str, DataKind] = {}
    for name, source in data_sets.items():
        try:
            is_there = source(source.Knobs()).is_there()
        except Exception:  # a source whose knobs need something first, such as a folder's path
            is_there = False
        can_download = source.download.__func__ is not Source.download.__func__  # type: ignore[attr-defined]
        kinds[name] = DataKind(name, source.title, source.help, source.Knobs, is_there, can_download, source.path_knob)
    return kinds


def model_facts(recipe: Recipe, spec: ImageSpec) -> ModelFacts:
    """Build the model without its weights and look at it. Raises :class:`UsageError` where it can't serve ``spec``, or learn
    by the plan."""
    import torch

    resolved = recipe.resolve_model()
    with torch.device("meta"):
        model = resolved.build(spec)
    resolved.check_batch(recipe.plan)
    return ModelFacts(
        sum(parameter.numel() for parameter in model.parameters()),
        translate(model.summary()),
        tuple(model.players()),
    )
