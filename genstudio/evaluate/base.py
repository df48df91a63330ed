"""Measures: numbers computed from a model and data, each with its protocol and baselines.

A measure is a pure function of the model, the images, and a seed. It asks for capabilities, never for classes:

    @measure("elbo", title=N_("ELBO"), unit="nats", better="higher", needs=(ScoresLikelihood,), help=...)
    def elbo(model, images): ...

Importing this module imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import torch

from genstudio.core.capabilities import CAPABILITIES, ScoresLikelihood, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric, Role
from genstudio.core.registry import Registry
from genstudio.data.base import data_sets
from genstudio.evaluate.images import Images
from genstudio.evaluate.judge.comparison import SAMPLES, Comparison
from genstudio.evaluate.judge.judge import Judge

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet


@dataclass(frozen=True)
class Result:
    """One measured number with its protocol and baselines.

    value: in the measure's unit. protocol: how it was measured (likelihood, binarisation, split, n, ...), in plain
    JSON values. baselines: the same number for simple models (independent pixels, ...), by name. extra: further
    numbers of the same pass, by the name that they carry in ``metrics.jsonl``.
    """

    value: float
    protocol: dict[str, Any] = field(default_factory=dict)
    baselines: dict[str, float] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "protocol": self.protocol,
            "baselines": self.baselines,
            "extra": self.extra,
        }


def _any_data(data: DataSet) -> bool:
    return True


@dataclass(frozen=True)
class Measure:
    """A registered measure. ``better`` says which way is good; ``heavy`` ones run only when named.

    ``fits`` is true for data sets on which it can be measured. ``when_exact`` tells whether it runs by default on a
    model with an exact likelihood, if that differs: there the likelihood itself is quick, and a bound adds nothing.
    ``needs_judge`` ones compare samples with real images by a judge, and get both as their argument ``comparison``, a
    :class:`genstudio.evaluate.judge.comparison.Comparison`. ``value_name`` is what the value is called where the
    measure is named after more than one number (the value of ``prdc`` is ``coverage``). ``curve_title`` is the
    value's title beside a curve, where ``title`` is too long; ``roles`` what health rules read it as; ``extras`` the
    metrics of the numbers in ``Result.extra``. ``while_training``: a measure with a judge that is quick enough to run
    during training; ``needs_classes``: only through a judge that tells classes apart.
    """

    name: str
    title: Message
    unit: str
    better: Literal["higher", "lower"]
    needs: tuple[type, ...]
    help: Message
    heavy: bool
    run: Callable[..., Result]
    when_exact: bool | None = None
    needs_judge: bool = False
    fits: Callable[[DataSet], bool] = _any_data
    extras: Mapping[str, Metric] = field(default_factory=dict)
    value_name: str = ""
    curve_title: Message | str = ""
    roles: tuple[Role, ...] = ()
    while_training: bool = False
    needs_classes: bool = False

    @property
    def key(self) -> str:
        """Name of the value in ``metrics.jsonl`` and in tables."""
        return self.value_name or self.name

    @property
    def metrics(self) -> dict[str, Metric]:
        """Title, unit and roles of the value and of each extra, by name."""
        return {self.key: Metric(self.curve_title or self.title, self.unit, self.roles, self.better), **self.extras}

    def serves(self, model: object) -> bool:
        """True if ``model`` has every capability that this measure needs."""
        return all(has(model, capability) for capability in self.needs)

    def is_quick(self, model: Any) -> bool:
        """True if the measure runs on ``model`` without being named."""
        if self.when_exact is not None and has(model, ScoresLikelihood) and model.is_exact():
            return self.when_exact
        return not self.heavy


measures: Registry[Measure] = Registry(N_("measure"), "genstudio.evaluate.measures")


def measure(
    name: str,
    *,
    title: Message,
    unit: str,
    better: Literal["higher", "lower"],
    needs: tuple[type, ...],
    help: Message,
    heavy: bool = False,
    when_exact: bool | None = None,
    needs_judge: bool = False,
    fits: Callable[[DataSet], bool] = _any_data,
    extras: Mapping[str, Metric] | None = None,
    value_name: str = "",
    curve_title: Message | str = "",
    roles: tuple[Role, ...] = (),
    while_training: bool = False,
    needs_classes: bool = False,
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Decorator: file ``function(model, images, **options) -> Result`` as the measure ``name``."""

    def file(function: Callable[..., Result]) -> Callable[..., Result]:
        measures.register(name)(
            Measure(
                name,
                title,
                unit,
                better,
                needs,
                help,
                heavy,
                function,
                when_exact,
                needs_judge,
                fits,
                dict(extras or {}),
                value_name,
                curve_title,
                roles,
                while_training,
                needs_classes,
            )
        )
        return function

    return file


def evaluate(
    model: torch.nn.Module,
    data: DataSet,
    *,
    names: Sequence[str] | None = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    judge: Judge | Callable[[], Judge] | None = None,
    samples: int = SAMPLES,
    weights: str = "",
) -> dict[str, Result]:
    """Measure ``model`` on one split of ``data``: results by the measures' names.

    Without ``names``, every light measure that the model's capabilities and the data allow. ``limit`` takes that many
    images of the split, always the same ones. ``options`` are further arguments by measure, ``{"nll": {"k": 500}}``.
    ``judge``, or what makes it (called only when a chosen measure needs one), compares ``samples`` samples of the
    model with real images; ``weights`` ("raw", "averaged") is for those measures' protocol. Runs in eval mode and
    float32, under ``inference_mode``, with separate generators: the model's modes and torch's default generator are
    restored. An empty split gives no results.

    Raises :class:`UsageError` for an unknown measure, one that the model or the data can't serve, or one that needs a
    judge when there is none, :class:`Cancelled` as soon as ``cancelled()`` says so.
    """
    chosen = _choose(model, data, names)
    images = Images(data, split, limit=limit, seed=seed, cancelled=cancelled)
    if len(images) == 0:
        return {}
    extra: dict[str, Any] = {}
    if needing := [one for one in chosen if one.needs_judge]:
        # Made here, outside of inference mode: a judge may have to be trained first.
        extra["comparison"] = Comparison(model, images, _judge(judge, needing[0]), samples=samples, weights=weights)  # type: ignore[arg-type]
    results: dict[str, Result] = {}
    with torch.inference_mode(), eval_mode(model):
        for one in chosen:
            given = {**(extra if one.needs_judge else {}), **(options or {}).get(one.name, {})}
            results[one.name] = one.run(model, images, **given)
    return results


def quick_measures(model: object, data: DataSet) -> list[str]:
    """The measures that run on ``model`` and ``data`` without being named."""
    return [name for name, one in measures.items() if one.serves(model) and one.is_quick(model) and one.fits(data)]


def flatten(results: Mapping[str, Result], split: str) -> dict[str, float]:
    """Results as metrics: ``{"validation/elbo": ..., "validation/kl": ...}``, extras beside their value."""
    flat: dict[str, float] = {}
    for name, result in results.items():
        flat[f"{split}/{measures[name].key if name in measures else name}"] = result.value
        flat.update({f"{split}/{key}": value for key, value in result.extra.items()})
    return flat


@contextmanager
def eval_mode(model: torch.nn.Module) -> Iterator[None]:
    """Context in eval mode. Each module's mode is restored: a frozen part stays frozen."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _choose(model: object, data: DataSet, names: Sequence[str] | None) -> list[Measure]:
    if names is None:
        return [measures[name] for name in quick_measures(model, data)]
    chosen = [measures[name] for name in dict.fromkeys(names)]
    for one in chosen:
        if not one.serves(model):
            text = dict(CAPABILITIES.values())
            missing = next(capability for capability in one.needs if not has(model, capability))
            raise UsageError(
                N_("{measure} can't be measured: it needs a model that {capability}.",
                   measure=one.title, capability=text.get(missing, missing.__name__)),
                N_("Leave '{name}' out, or choose a run of another model.", name=one.name),
            )  # fmt: skip
        if not one.fits(data):
            raise UsageError(
                N_("{measure} can't be measured on {data}.", measure=one.title, data=data_sets[data.name].title),
                N_("Leave '{name}' out. Its description: {help}", name=one.name, help=one.help),
            )
    return chosen


def _judge(judge: Judge | Callable[[], Judge] | None, measure: Measure) -> Judge:
    if judge is None:
        raise UsageError(
            N_("{measure} can't be measured without a judge.", measure=measure.title),
            N_(
                "Leave '{name}' out, or give a judge: genstudio.training.judge.train.judge_for(data).",
                name=measure.name,
            ),
        )
    return judge if isinstance(judge, Judge) else judge()
