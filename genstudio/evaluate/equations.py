"""Sums of faces (Radford et al. 2016, figure 7): smiling woman - neutral woman + neutral man = smiling man.

    (a high, b here) - (a low, b here) + (a low, b there)  =  (a high, b there)

An exemplar *has* an attribute high or low when it is yes or no, or among the top or bottom three tenths of a number. A
result is right when a judge reads the attribute on the wanted side of the middle: .5 of yes and no, the median of a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from genstudio.evaluate.judge.readings import is_switch

SHARE = 0.3
HIGH, LOW = "high", "low"
Side = str
RequiredSides = Mapping[str, Side]


@dataclass(frozen=True)
class Equation:
    """The attribute ``moved`` is carried over to the other side of ``across``, of which the first two terms are ``here``."""

    moved: str
    across: str
    here: Side

    @property
    def name(self) -> str:
        return f"{self.moved}_across_{self.across}"

    @property
    def there(self) -> Side:
        return LOW if self.here == HIGH else HIGH

    @property
    def terms(self) -> tuple[tuple[int, RequiredSides], ...]:
        """(sign, what its exemplars are)."""
        return (
            (+1, {self.moved: HIGH, self.across: self.here}),
            (-1, {self.moved: LOW, self.across: self.here}),
            (+1, {self.moved: LOW, self.across: self.there}),
        )

    @property
    def required(self) -> RequiredSides:
        return {self.moved: HIGH, self.across: self.there}


#: The lecture's, where the data have these attributes: a woman's smile on a man, a man's glasses on a woman, and a smile
#: without glasses on a face with glasses.
NAMED = (
    Equation("smile", "presentation", LOW),
    Equation("glasses", "presentation", HIGH),
    Equation("smile", "glasses", LOW),
)


def equations_for(names: Iterable[str]) -> list[Equation]:
    """Named equations that data with the attributes ``names`` support; of other data the first attribute across each
    of the next two."""
    names = list(names)
    named = [one for one in NAMED if {one.moved, one.across} <= set(names)]
    return named or [Equation(names[0], other, LOW) for other in names[1:3]]


@dataclass(frozen=True)
class Sides:
    """Borders of an attribute's sides: ``low`` and below, ``high`` and above, and the ``middle`` between them."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Sides:
        """Sides from values N of ordinary images; unknown ones (NaN) are left out."""
        if is_switch(values):
            return cls(0.5, 0.5, 0.5)
        low, middle, high = np.nanquantile(values, (SHARE, 0.5, 1 - SHARE))
        return cls(float(low), float(middle), float(high))

    def has(self, values: np.ndarray, side: Side) -> np.ndarray:
        """bool N: which could be exemplars."""
        return values > self.high if side == HIGH else values < self.low

    def right(self, values: np.ndarray, side: Side) -> np.ndarray:
        """bool N: which are on the wanted side of the middle."""
        return values > self.middle if side == HIGH else values < self.middle


def matching(values: Mapping[str, np.ndarray], sides: Mapping[str, Sides], required: RequiredSides) -> np.ndarray:
    """The positions of the images that have all that is ``required``: int64, ascending."""
    fits = [sides[name].has(values[name], side) for name, side in required.items()]
    return np.flatnonzero(np.logical_and.reduce(fits))
