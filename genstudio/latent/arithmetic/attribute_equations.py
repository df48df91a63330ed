"""Equations made from a data set's attributes, such as a smile carried over from women to men, with automatic
exemplars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message, translate
from genstudio.core.seeding import generator
from genstudio.evaluate.equations import HIGH, LOW, Equation, equations_for
from genstudio.latent.arithmetic.candidates import Pool, filter_text, side_title
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    import numpy as np

EXEMPLARS = 3
BLANK = (Term(1), Term(-1), Term(1))
"""Three terms to be filled by hand."""


@dataclass(frozen=True)
class Filled:
    """``error``: why the named equation has no exemplars; its terms exist and can be filled manually."""

    terms: tuple[Term, ...]
    name: str = ""
    error: UsageError | None = None


def known_names(pool: Pool) -> tuple[str, ...]:
    """The attributes by which the browser can filter."""
    return tuple(name for name, values in pool.values.items() if _varies(values))


def _varies(values: np.ndarray) -> bool:
    import numpy as np

    known = values[np.isfinite(values)]
    return len(known) > 1 and bool(known.min() < known.max())


def side_titles(context: ViewContext, pool: Pool) -> tuple[tuple[str, Message | str, Message | str], ...]:
    """(attribute, text for low, text for high) of each attribute that the browser can filter by."""
    return tuple(
        (name, side_title(context.data, name, LOW), side_title(context.data, name, HIGH)) for name in known_names(pool)
    )


def equations_of(context: ViewContext, pool: Pool) -> list[Equation]:
    """Equations of the available attributes. Single classes of many, such as digits, are not used."""
    many = context.spec.class_names if len(context.spec.class_names) > 2 else ()
    names = [name for name in known_names(pool) if name not in many]
    return equations_for(names) if len(names) > 1 else []


def equation_text(context: ViewContext, equation: Equation) -> Message:
    """Description of an equation: "smiling, from feminine to masculine"."""
    return N_(
        "{what}: {here} → {there}",
        what=side_title(context.data, equation.moved, HIGH),
        here=side_title(context.data, equation.across, equation.here),
        there=side_title(context.data, equation.across, equation.there),
    )


def terms_of(context: ViewContext, equation: Equation, pool: Pool, seed: int = 0) -> tuple[Term, ...]:
    """The terms of a named equation, each with three exemplars drawn by ``seed`` from those that are as it says.

    Raises :class:`UsageError` where there are too few.
    """
    import torch

    terms, draw = [], generator(seed, "exemplars", equation.name)
    for sign, required in equation.terms:
        fits = pool.matching(tuple(required.items()))
        required_text = translate(filter_text(context.data, tuple(required.items())))
        if len(fits) < EXEMPLARS:
            raise UsageError(
                N_("Only {n} of {all} images are {required}.", n=len(fits), all=len(pool), required=required_text),
                N_("Choose another equation, or exemplars by hand."),
            )
        chosen = fits[torch.randperm(len(fits), generator=draw)[:EXEMPLARS].numpy()]
        terms.append(Term(1 if sign > 0 else -1, tuple(pool.frame(int(k)) for k in chosen), required_text))
    return tuple(terms)


def first_equation(context: ViewContext, pool: Pool, seed: int) -> tuple[tuple[Term, ...], str]:
    """The first equation with exemplars, and its name; an empty one without attributes."""
    for equation in equations_of(context, pool):
        try:
            return terms_of(context, equation, pool, seed), equation.name
        except UsageError:
            continue
    return (), ""


def filled(context: ViewContext, pool: Pool, name: str, seed: int) -> Filled:
    """The equation called ``name``, with exemplars; the first that there is where none is called so."""
    for equation in equations_of(context, pool):
        if equation.name != name:
            continue
        try:
            return Filled(terms_of(context, equation, pool, seed), name)
        except UsageError as error:
            blank = [
                Term(1 if sign > 0 else -1, (), translate(filter_text(context.data, tuple(required.items()))))
                for sign, required in equation.terms
            ]
            return Filled(tuple(blank), name, error)
    return Filled(*first_equation(context, pool, seed))
