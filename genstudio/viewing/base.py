"""A pane state is a value, a content is a pure function of it and of a snapshot.

    @state
    class ManifoldState(PaneState):
        cells: int = knob(20, help=N_("Cells along each side."), ge=5, le=40)

    @pane("manifold", title=N_("Manifold"), group="look", needs=(Decodes,), state=ManifoldState, help=N_("..."))
    def manifold(look: Look, state: ManifoldState) -> Content: ...

Undo is putting back the old state, a session is the states on disk, an export carries its state, the command line can
make the same content, and a test needs no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, dataclass_transform

import pydantic
import pydantic.dataclasses

from genstudio.core.capabilities import CAPABILITIES, has
from genstudio.core.errors import UsageError
from genstudio.core.knobs import KnobInfo, Knobs, describe, knob, parse_knobs
from genstudio.core.messages import N_, Message
from genstudio.core.registry import Registry
from genstudio.viewing.blobs import Blob, Blobs
from genstudio.viewing.content import Content, Legend, Picture, Points, Series

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.snapshot import Snapshot

__all__ = [
    "GROUPS", "Blob", "Content", "Legend", "Pane", "PaneState", "Picture", "Points", "Series", "ViewContext",
    "contents", "final", "knob", "pane", "pane_of", "panes", "state", "steps",
]  # fmt: skip

T = TypeVar("T")
S = TypeVar("S", bound="PaneState")
_CONFIG = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)

GROUPS: dict[str, Message] = {
    "look": N_("Look"),
    "latent": N_("Latent"),
    "pixels": N_("Pixels"),
    "adversarial": N_("Adversarial"),
    "compare": N_("Compare"),
}


@dataclass_transform(frozen_default=True)
def state(cls: type[T]) -> type[T]:
    """Decorator: a frozen, validated dataclass whose fields are declared with ``knob(...)`` like any setting."""
    return pydantic.dataclasses.dataclass(frozen=True, config=_CONFIG)(cls)  # type: ignore[return-value]


@state
class PaneState:
    """Everything that a pane shows, as a value: hashable, comparable, and equal after a trip through JSON.

    Fields are numbers, strings, tuples and :class:`Blob`. ``run`` names the run folder (empty: the one that is open),
    ``at`` the step whose weights are shown. ``dataclasses.replace`` makes the next state; a value out of its range
    raises :class:`pydantic.ValidationError` there, and :class:`UsageError` in :meth:`from_json`.
    """

    OF_RUN: ClassVar[tuple[str, ...]] = ()
    """Fields that mean something in one run alone: codes, directions, places in a drawing."""
    OF_IMAGES: ClassVar[tuple[str, ...]] = ()
    """Fields that mean something with one data set alone: its classes, attributes and images."""

    run: str = knob("", help=N_("The run that is shown; empty for the one that is open."))
    at: int | Literal["latest"] = knob("latest", help=N_("The step whose weights are shown, or 'latest'."))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, strings and lists, for session files, provenance and the command line."""
        return pydantic.TypeAdapter(type(self)).dump_python(self, mode="json")

    @classmethod
    def from_json(cls: type[S], values: dict[str, Any]) -> S:
        """The state that :meth:`to_json` wrote. Raises :class:`UsageError` naming the field that does not fit."""
        fields = parse_knobs(_form(cls), values)
        return cls(**{name: getattr(fields, name) for name in _form(cls).model_fields})

    def with_z(self, z: Blob) -> PaneState | None:
        """This state, looking at a code (float32 latent_dim) that another pane sends; ``None``: it has no use for one.

        Raises :class:`UsageError` where it has, and no room for it.
        """
        return None

    def decided(self, context: ViewContext) -> PaneState:
        """This state with what it leaves to the model and the data settled as ``context`` has them: what an export
        carries, so that it means the same where there are other data."""
        return self

    def for_another_run(self: S, *, same_images: bool) -> S:
        """This state where another run is opened: its newest weights, without what means something in one run alone, or
        (unless that run learns from the ``same_images``) with one data set alone."""
        names = ("run", "at", *self.OF_RUN, *(() if same_images else self.OF_IMAGES))
        defaults = {name: _form(type(self)).model_fields[name].get_default(call_default_factory=True) for name in names}
        return replace(self, **defaults)

    @property
    def needs_images(self) -> bool:
        """True where the content may depend on the data set, not on the weights alone."""
        return False

    @classmethod
    def takes_z(cls) -> bool:
        """True where panes with such a state can be sent a code."""
        return cls.with_z is not PaneState.with_z

    @classmethod
    def controls(cls) -> list[KnobInfo]:
        """The fields that a person sets in the pane, in order; ``run`` and ``at`` are set in the header."""
        return [info for info in describe(_form(cls)) if info.name not in ("run", "at")]


_forms: dict[type, type[Knobs]] = {}


def _form(cls: type) -> type[Knobs]:
    """The fields of a state as knobs, so that forms, help and error texts are those of every other setting."""
    if cls not in _forms:
        fields: Any = {name: (info.annotation, info) for name, info in cls.__pydantic_fields__.items()}  # type: ignore[attr-defined]
        _forms[cls] = pydantic.create_model(cls.__name__, __base__=Knobs, **fields)
    return _forms[cls]


@dataclass
class ViewContext:
    """Inputs of a content function: a model in eval mode with a snapshot's weights, and the open data set.

    ``once`` keeps what depends on the snapshot and the data alone (encodings, principal axes) for as long as both are
    looked at, so that a drag does not compute it again.
    """

    model: Model
    spec: ImageSpec
    snapshot: Snapshot
    data: DataSet | None = None
    blobs: Blobs = field(default_factory=Blobs)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def has(self, key: Any) -> bool:
        """True where :meth:`once` has a value under ``key``."""
        return key in self._kept

    def judge(self) -> Judge | None:
        """The judge of the data, if there is one by now: shipped, or made by a training or a measure. Nothing is loaded
        before a pane asks, and nothing is trained."""
        if self.data is None:
            return None
        from genstudio.training.judge.find import find_judge

        judge: Judge | None = self._kept.get("judge") or find_judge(self.data)
        if judge is not None:  # while there is none, the next content looks again
            self._kept["judge"] = judge
        return judge


def _any_images(spec: ImageSpec) -> UsageError | None:
    return None


def _made_for_none(spec: ImageSpec) -> bool:
    return False


@dataclass(frozen=True)
class Pane:
    """One way to look at a snapshot.

    ``needs`` are the capabilities it asks of a model, ``help`` one sentence, ``page`` its help page with the mathematics
    (the rich text that Qt shows: a small subset of HTML). ``unsupported`` says of images that it can't show why not.
    ``preferred_for``: whether it is the pane for such images, that stands first when a run on them is opened, until a
    person chooses. ``slow``: a content takes seconds, so it keeps the weights that it began with, and takes newer
    ones seldom enough that training is left two thirds of a core.
    """

    name: str
    title: Message
    group: str
    needs: tuple[type, ...]
    state: type[PaneState]
    help: Message
    page: Message
    content: Callable[[ViewContext, Any], Content | Iterator[Content | float | None]]
    gradients: bool = False
    slow: bool = False
    unsupported: Callable[[ImageSpec], UsageError | None] = _any_images
    preferred_for: Callable[[ImageSpec], bool] = _made_for_none

    def missing(self, model: object) -> list[type]:
        """The capabilities that ``model`` (an instance or a class) lacks for this pane."""
        return [capability for capability in self.needs if not has(model, capability)]

    def why_not(self, model: object) -> Message | None:
        """Why ``model`` can't serve this pane and what to train instead, or ``None`` when it can."""
        missing = self.missing(model)
        if not missing:
            return None
        from genstudio.models.base import models

        able = [str(kind.title) for _, kind in models.items() if not self.missing(kind)]
        return N_(
            "{pane} needs a model that {capabilities}; this one does not. {remedy}",
            pane=self.title,
            capabilities=", ".join(
                str(CAPABILITIES[a.__name__][1]) if a.__name__ in CAPABILITIES else a.__name__ for a in missing
            ),
            remedy=N_("Train one of these instead: {models}.", models=", ".join(able))
            if able
            else N_("No model here does yet."),
        )


panes: Registry[Pane] = Registry(N_("pane"), "genstudio.panes")


def pane(
    name: str,
    *,
    title: Message,
    group: str,
    needs: tuple[type, ...],
    state: type[PaneState],
    help: Message,
    page: Message | None = None,
    gradients: bool = False,
    slow: bool = False,
    unsupported: Callable[[ImageSpec], UsageError | None] = _any_images,
    preferred_for: Callable[[ImageSpec], bool] = _made_for_none,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: file a content function as the pane ``name``.

    The function maps (look, state) to a content, or yields ever better ones of which the last is the content, and
    ``None`` where it may pause: others who compute go first. A float in place of ``None`` is the share (0 to 1) that
    is done. It is pure: the same snapshot and state give the same content, to the bit, and what is random draws from
    a generator made from the state's seed. It runs under ``torch.inference_mode`` unless ``gradients``.
    """
    if group not in GROUPS:
        raise UsageError(
            N_("There is no group of panes named '{name}'.", name=group),
            N_("There are: {names}.", names=", ".join(GROUPS)),
        )

    def file(function: Callable[..., Any]) -> Callable[..., Any]:
        made = Pane(
            name, title, group, needs, state, help, page or help, function, gradients, slow, unsupported, preferred_for
        )
        panes.register(name)(made)
        return function

    return file


def pane_of(state: PaneState) -> Pane:
    """The pane whose state this is."""
    for _, candidate in panes.items():
        if candidate.state is type(state):
            return candidate
    raise UsageError(N_("No pane shows a {kind}.", kind=type(state).__name__), N_("Register one with @pane(...)."))


def contents(context: ViewContext, state: PaneState) -> Iterator[Content]:
    """The ever better contents of ``state``. Raises :class:`UsageError` when the model lacks what the pane needs, or
    its images are none that the pane shows."""
    for content in steps(context, state):
        if isinstance(content, Content):
            yield content


def steps(context: ViewContext, state: PaneState) -> Iterator[Content | float | None]:
    """:func:`contents`, and after each step on the way to the next one ``None``, or the share that is done (0 to 1).

    Grad mode belongs to the thread, so it is set around each step of a content function and never across a yield.
    """
    import torch

    shown = pane_of(state)
    refusal = shown.why_not(context.model)
    if refusal is not None:
        raise UsageError(refusal)
    if (unsupported := shown.unsupported(context.spec)) is not None:
        raise unsupported

    def guard() -> Any:
        return torch.enable_grad() if shown.gradients else torch.inference_mode()

    with guard():
        made = shown.content(context, state)
    if isinstance(made, Content):
        yield made
        return
    try:
        while True:
            with guard():
                try:
                    better = next(made)
                except StopIteration:
                    return
            yield better
    finally:
        close = getattr(made, "close", None)
        if close is not None:
            close()


def final(context: ViewContext, state: PaneState, cancelled: Callable[[], bool] | None = None) -> Content:
    """The best content of ``state``: what is exported, and what the command line makes."""
    from genstudio.core.errors import Cancelled

    best: Content | None = None
    for content in steps(context, state):
        best = content if isinstance(content, Content) else best
        if cancelled is not None and cancelled():
            raise Cancelled(N_("Stopped before the picture was finished."))
    if best is None:
        raise UsageError(N_("The pane {name} returned nothing to show.", name=pane_of(state).title))
    return best
