"""Search for directions in stages, for panes: it is cached in the view context, half done too, so that a drag loses nothing.

    principal components -> codes -> named directions -> the effect of each, measured by the judge

Each stage is cached by itself, so that another method needs no new codes, and two panes do the work once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from genstudio.core.capabilities import Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.resumable import Resumable, Stepper, mapped, rescaled
from genstudio.latent import effects
from genstudio.latent.codes import KnownCodes, known_codes
from genstudio.latent.directions import finding
from genstudio.latent.directions.direction import COMPONENTS, Direction, Directions, LatentSpace
from genstudio.latent.directions.warnings import remarks_on
from genstudio.viewing.decode import encoding

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.viewing.context import ViewContext

T = TypeVar("T")
Stage = tuple[float, Directions | None]

MEASURED = 8  # principal components whose effects are measured: the others hardly move a picture
AFTER_COMPONENTS, AFTER_CODES, AFTER_NAMED = 0.1, 0.55, 0.7  # share of all the work that is done after each stage


def staged(
    context: ViewContext, how: finding.How = "auto", names: tuple[str, ...] = ()
) -> Generator[Stage, None, Directions]:
    """The share done and the directions found by then (``None``: none yet), the last time with share 1: named directions
    (of all attributes, or of ``names``), the mirror's, one random, and principal components (method ``components``).

    It continues what was begun for this context. Where no attribute is known there are components all the same, and
    :func:`remarks` says why. Raises :class:`UsageError` for a model whose codes are not finite.
    """
    found = yield from _search(context, how, names)
    yield 1.0, found
    return found


def remarks(context: ViewContext, how: finding.How = "auto", names: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """Warnings about what could not be found or measured: after the last stage of :func:`staged`."""
    steps = Stepper(_search(context, how, names))
    return () if steps.advance() else remarks_on(context, steps.result, names)


def begun(context: ViewContext) -> bool:
    """True if a search was begun in this context."""
    return context.begun("components")


def _search(context: ViewContext, how: finding.How, names: tuple[str, ...]) -> Generator[Stage, None, Directions]:
    judge = context.judge()  # a judge that is made meanwhile finds more
    return context.resume(("directions", how, names, judge and judge.hash), lambda: _stages(context, how, names, judge))


def _stages(
    context: ViewContext, how: finding.How, names: tuple[str, ...], judge: Judge | None
) -> Generator[Stage, None, Directions]:
    yield 0.0, None
    components = yield from _in_stage(components_of(context), 0.0, AFTER_COMPONENTS)
    some = yield from _in_stage(ordinary_codes(context), AFTER_COMPONENTS, AFTER_COMPONENTS)
    first = _together(context, components, some)
    yield AFTER_COMPONENTS, first
    codes = yield from _in_stage(_codes(context, judge), AFTER_COMPONENTS, AFTER_CODES, first)
    named: list[Direction] = []
    if codes.by:
        work = finding.named(context, codes, names or None, how, {})
        named = yield from _in_stage(work, AFTER_CODES, AFTER_NAMED, first)
    found = _together(context, [*named, *components], codes)
    yield AFTER_NAMED, found
    return found if judge is None else (yield from _with_effects(context, judge, found))


def unnamed(context: ViewContext) -> Iterator[Stage]:
    """:func:`staged` without names: principal components and a random direction, their effects not measured."""
    components = yield from _in_stage(components_of(context), 0.0, 0.9)
    codes = yield from _in_stage(ordinary_codes(context), 0.9, 1.0)
    yield 1.0, _together(context, components, codes)


def components_of(context: ViewContext) -> Resumable[list[Direction]]:
    """Principal components, cached in the view context."""
    return context.resume("components", lambda: finding.principal(context))


def _together(context: ViewContext, found: list[Direction], codes: KnownCodes) -> Directions:
    space, origin = LatentSpace.of(context.snapshot, codes.z.shape[1]), codes.z.mean(0, dtype=np.float64)
    return Directions(space, (*found, finding.random_direction(codes)), origin)


def _codes(context: ViewContext, judge: Judge | None) -> Resumable[KnownCodes]:
    """Codes with the attributes of their images; ordinary codes where no attribute is known."""
    try:
        return (yield from context.resume(("known codes", judge and judge.hash), lambda: known_codes(context)))
    except UsageError:
        return (yield from ordinary_codes(context))


def ordinary_codes(context: ViewContext) -> Resumable[KnownCodes]:
    """Codes of a few validation images, or drawn ones, without any attribute."""
    if has(context.model, Encodes):
        yield from encoding(context, effects.ORDINARY)
    return KnownCodes(effects.base_codes(context, effects.ORDINARY).numpy(), {}, effects.ORDINARY, "")


def _with_effects(context: ViewContext, judge: Judge, found: Directions) -> Generator[Stage, None, Directions]:
    low = AFTER_NAMED + 0.03
    spreads = yield from _in_stage(effects.ordinary(context, judge), AFTER_NAMED, low, found)
    components = [one for one in found if one.method == COMPONENTS]
    measured = [one for one in found if one.method != COMPONENTS] + components[:MEASURED]
    for k, direction in enumerate(measured):
        part = (1 - low) / len(measured)
        work = effects.measured(context, judge, direction, spreads)
        made = yield from _in_stage(work, low + k * part, low + (k + 1) * part, found)
        found = replace(found, found=tuple(made if one is direction else one for one in found))
        yield low + (k + 1) * part, found
    return found


def _in_stage(
    work: Resumable[T], low: float, high: float, found: Directions | None = None
) -> Generator[Stage, None, T]:
    """``work`` as a part of the search, from share ``low`` to ``high``, with the directions found so far."""
    return mapped(rescaled(work, low, high), lambda share: (share, found))
