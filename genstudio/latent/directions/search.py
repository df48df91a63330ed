"""The directions of a look found a stage at a time, for panes: a drag interrupts nothing, since what is half done stays.

    principal components -> codes -> named directions -> what each does, by the judge

Each stage is cached in the view context, so that another way to find them needs no new codes, and two panes do the
work once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from genstudio.core.capabilities import Encodes, has
from genstudio.core.errors import UsageError
from genstudio.latent import effects
from genstudio.latent.codes import KnownCodes, known_codes
from genstudio.latent.directions import finding
from genstudio.latent.directions.direction import COMPONENTS, Direction, Directions, Space
from genstudio.latent.directions.warnings import remarks_on
from genstudio.viewing.decode import encoding

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.viewing.context import ViewContext

T = TypeVar("T")
Stage = tuple[float, Directions | None]

MEASURED = 8  # principal components whose effects are measured: the others hardly move a picture
_BY_STAGE = (0.1, 0.55, 0.7)  # of all the work, what is done after the components, the codes, the named directions


def staged(context: ViewContext, how: finding.How = "auto", names: tuple[str, ...] = ()) -> Iterator[Stage]:
    """The share done and what is found by then (``None``: nothing yet), the last time with share 1: named directions (of
    all attributes, or of ``names``), the mirror's, one random, and principal components (method ``components``).

    What was done for this look is not done again. Where nothing names a direction there are components all the same, and
    :func:`remarks` says why. Raises :class:`UsageError` for a model whose codes are not finite.
    """
    work = _work(context, how, names)
    yield work.share, work.found
    while work.steps is not None:
        work.advance()
        yield work.share, work.found


def remarks(context: ViewContext, how: finding.How = "auto", names: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """Warnings about what could not be found or measured: after the last stage of :func:`staged`."""
    found = _work(context, how, names).found
    return () if found is None else remarks_on(context, found, names)


def begun(context: ViewContext) -> bool:
    """True where a search was begun for this look."""
    return context.has(("staged", "components"))


def _work(context: ViewContext, how: finding.How, names: tuple[str, ...]) -> _Work:
    judge = context.judge()  # one that is made meanwhile has more to say
    return context.once(("directions", how, names, judge and judge.hash), lambda: _Work(context, how, names, judge))


class _Work:
    """``share`` done, what is ``found`` so far; ``steps``: what is left, ``None`` when all is done."""

    def __init__(self, context: ViewContext, how: finding.How, names: tuple[str, ...], judge: Judge | None) -> None:
        self.share, self.found = 0.0, None  # type: float, Directions | None
        self.error: UsageError | None = None
        self.steps: Iterator[Stage] | None = _stages(context, how, names, judge)

    def advance(self) -> None:
        """One step. Raises what it raised before, if that was an error."""
        if self.error is not None:
            raise self.error
        assert self.steps is not None
        try:
            self.share, self.found = next(self.steps)
        except StopIteration:
            self.share, self.steps = 1.0, None
        except UsageError as error:
            self.error = error
            raise


def _stages(context: ViewContext, how: finding.How, names: tuple[str, ...], judge: Judge | None) -> Iterator[Stage]:
    components = yield from _telling(_components(context), 0.0, _BY_STAGE[0])
    some = yield from _telling(ordinary_codes(context), _BY_STAGE[0], _BY_STAGE[0])
    first = _together(context, components, some)
    yield _BY_STAGE[0], first
    codes = yield from _telling(_codes(context, judge), _BY_STAGE[0], _BY_STAGE[1], first)
    work = finding.named(context, codes, names or None, how, {}) if codes.by else _nothing()
    named = yield from _telling(work, _BY_STAGE[1], _BY_STAGE[2], first)
    found = _together(context, [*named, *components], codes)
    yield _BY_STAGE[2], found
    if judge is not None:
        yield from _with_effects(context, judge, found)


def unnamed(context: ViewContext) -> Iterator[Stage]:
    """As :func:`staged`, of what needs no name: principal components and a random direction, their effects not measured."""
    components = yield from _telling(_components(context), 0.0, 0.9)
    codes = yield from _telling(ordinary_codes(context), 0.9, 1.0)
    yield 1.0, _together(context, components, codes)


def _components(context: ViewContext) -> Generator[float, None, list[Direction]]:
    return kept(context, "components", lambda: finding.principal(context))


def _together(context: ViewContext, found: list[Direction], codes: KnownCodes) -> Directions:
    space, origin = Space.of(context.snapshot, codes.z.shape[1]), codes.z.mean(0, dtype=np.float64)
    return Directions(space, (*found, finding.random_direction(codes)), origin)


def _codes(context: ViewContext, judge: Judge | None) -> Generator[float, None, KnownCodes]:
    """Codes with what is known of them; ordinary ones where nothing is."""
    try:
        return (yield from kept(context, ("known codes", judge and judge.hash), lambda: known_codes(context)))
    except UsageError:
        return (yield from ordinary_codes(context))


def ordinary_codes(context: ViewContext) -> Generator[float, None, KnownCodes]:
    """Codes of a few validation images, or drawn ones: of them nothing is known."""
    if has(context.model, Encodes):
        yield from encoding(context, effects.ORDINARY)
    return KnownCodes(effects.base_codes(context, effects.ORDINARY).numpy(), {}, effects.ORDINARY, "")


def _nothing() -> Generator[float, None, list[Direction]]:
    return []
    yield 1.0


def _with_effects(context: ViewContext, judge: Judge, found: Directions) -> Iterator[Stage]:
    share = _BY_STAGE[2]
    ordinary = kept(context, ("ordinary", judge.hash), lambda: effects.ordinary(context, judge))
    spreads = yield from _telling(ordinary, share, share + 0.03, found)
    measured = [one for one in found if one.method != COMPONENTS] + [one for one in found if one.method == COMPONENTS][
        :MEASURED
    ]
    low = share + 0.03
    for k, direction in enumerate(measured):
        part = (1 - low) / len(measured)
        work = effects.measured(context, judge, direction, spreads)
        made = yield from _telling(work, low + k * part, low + (k + 1) * part, found)
        found = replace(found, found=tuple(made if one is direction else one for one in found))
        yield low + (k + 1) * part, found


def _telling(
    work: Generator[float, None, T], low: float, high: float, found: Directions | None = None
) -> Generator[Stage, None, T]:
    """``work``, told as stages from ``low`` to ``high`` with what is found."""
    while True:
        try:
            share = next(work)
        except StopIteration as done:
            made: T = done.value
            return made
        yield low + (high - low) * share, found


class _Kept(Generic[T]):
    """A resumable, cached computation: its outcome or its error stays."""

    def __init__(self, work: Generator[float, None, T]) -> None:
        self._work: Generator[float, None, T] | None = work
        self._outcome: Any = None

    def go_on(self) -> Generator[float, None, T]:
        while self._work is not None:
            try:
                share = next(self._work)
            except StopIteration as done:
                self._outcome, self._work = done.value, None
            except UsageError as error:
                self._outcome, self._work = error, None
            else:
                yield share
        if isinstance(self._outcome, UsageError):
            raise self._outcome
        made: T = self._outcome
        return made


def kept(context: ViewContext, key: Any, make: Callable[[], Generator[float, None, T]]) -> Generator[float, None, T]:
    """The outcome of ``make()``, which ``context`` keeps, half done too: yields the share done."""
    work: _Kept[T] = context.once(("staged", key), lambda: _Kept(make()))
    return work.go_on()
