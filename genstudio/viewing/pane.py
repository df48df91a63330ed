"""Panes: a pane state and a pure function from a snapshot and such a state to a content, registered by one decorator.

    @pane("manifold", title=N_("Manifold"), group=LOOK, needs=(Decodes,), state=ManifoldState, help=N_("..."))
    def manifold(context: ViewContext, state: ManifoldState) -> Content: ...

A pane brings all that is its own: the group that lists it, its help page, its exports. Its Qt view, where it has one, is
registered with ``genstudio.studio.pane_view.registry.pane_view``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import CAPABILITIES, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.registry import Registry
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec


@dataclass(frozen=True)
class PaneGroup:
    """Heading under which the window lists panes. Groups stand in ascending ``order``; equal ``name`` is one group."""

    name: str
    title: Message
    order: int = 100


def _any_images(spec: ImageSpec) -> UsageError | None:
    return None


def _made_for_none(spec: ImageSpec) -> bool:
    return False


@dataclass(frozen=True)
class Pane:
    """View of a snapshot: a content function with its state, its group and its help.

    needs: capabilities that a model must have. help: one sentence. page: help page with the mathematics (the subset of
    HTML that Qt shows). gradients: the content function differentiates. slow: a content takes seconds, so it keeps the
    weights that it began with, and takes newer ones rarely enough to leave training two thirds of a core.
    unsupported: the error for images that can't be shown, else ``None``. preferred_for: True for images that this pane
    is made for: it is shown first when a run on them is opened, until a person chooses another.
    """

    name: str
    title: Message
    group: PaneGroup
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
    group: PaneGroup,
    needs: tuple[type, ...],
    state: type[PaneState],
    help: Message,
    page: Message | None = None,
    gradients: bool = False,
    slow: bool = False,
    unsupported: Callable[[ImageSpec], UsageError | None] = _any_images,
    preferred_for: Callable[[ImageSpec], bool] = _made_for_none,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: register a content function as the pane ``name``. The arguments are the fields of :class:`Pane`.

    The function maps (context, state) to a content, or yields better and better contents, of which the last one counts.
    It may yield ``None`` where it can be paused, or the share (0 to 1) that is done. It is pure: the same snapshot and
    state give the same content, to the bit, and random numbers come from a generator made from the state's seed. It runs
    under ``torch.inference_mode`` unless ``gradients``.
    """

    def file(function: Callable[..., Any]) -> Callable[..., Any]:
        panes.register(name)(
            Pane(
                name, title, group, needs, state, help, page or help, function, gradients, slow, unsupported,
                preferred_for,
            )
        )  # fmt: skip
        return function

    return file


def groups_of(found: Iterable[Pane]) -> list[PaneGroup]:
    """Groups of the given panes, in the order in which the window lists them."""
    by_name = {pane.group.name: pane.group for pane in found}
    return sorted(by_name.values(), key=lambda group: (group.order, group.name))


def pane_of(state: PaneState) -> Pane:
    """The pane whose state this is."""
    for _, candidate in panes.items():
        if candidate.state is type(state):
            return candidate
    raise UsageError(N_("No pane shows a {kind}.", kind=type(state).__name__), N_("Register one with @pane(...)."))


def contents(context: ViewContext, state: PaneState) -> Iterator[Content]:
    """Contents of ``state``, each better than the one before. Raises :class:`UsageError` when the model lacks what the
    pane needs, or the pane can't show such images."""
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
