"""A direction: a named unit vector in the latent space of given weights, with its score."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.latent.directions import linear

if TYPE_CHECKING:
    from genstudio.training.snapshot import Snapshot


COMPONENTS = "components"  # the method of a principal component: nothing names it but a person
NAMELESS = "PC "
SAME = 0.8  # the cosine from which a component of newer weights is taken for the one that had a name


@dataclass(frozen=True)
class LatentSpace:
    """Identity of a latent space. Two spaces of one model and length are of one kind, whatever the step."""

    run: str
    model: str
    latent_dim: int
    step: int
    digest: str

    @classmethod
    def of(cls, snapshot: Snapshot, latent_dim: int) -> LatentSpace:
        return cls(snapshot.run, snapshot.model, latent_dim, snapshot.step, snapshot.digest)


@dataclass(frozen=True, eq=False)
class Direction:
    """``vector``: the walk, float64 D, length 1. ``sigma``: the codes' standard deviation along it, a slider's unit.
    ``reader``: the vector that predicts the value, the same length (see :mod:`genstudio.latent.directions.linear`).

    ``heldout``: score of the reading on held-out codes, R² of a number or balanced accuracy of yes and no
    (``scored``); ``baseline``: the mean score of ten random directions. Both ``None`` for unnamed directions.
    ``n``: codes that it was found on. ``effect``: see :mod:`genstudio.latent.effects`; empty where it wasn't measured.
    """

    name: str
    vector: np.ndarray
    sigma: float
    method: str
    reader: np.ndarray
    scored: str = ""
    heldout: float | None = None
    baseline: float | None = None
    n: int = 0
    effect: dict[str, float] = field(default_factory=dict)
    monotone: float | None = None

    @property
    def step(self) -> np.ndarray:
        """One standard deviation along it, float64 D."""
        made: np.ndarray = self.sigma * self.vector
        return made

    def side_effects(self) -> dict[str, float]:
        """Effects along the direction other than its own."""
        return {name: value for name, value in self.effect.items() if name != self.name}

    @property
    def is_nameless(self) -> bool:
        """True for a component without a name."""
        return self.method == COMPONENTS and self.name.startswith(NAMELESS)

    def turned(self) -> Direction:
        """The direction with its sign reversed."""
        effect = {name: -value for name, value in self.effect.items()}
        return replace(self, vector=-self.vector, reader=-self.reader, effect=effect)

    def to_json(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {name: [float(x) for x in fields[name]] for name in ("vector", "reader")}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Direction:
        return cls(**{**values, **{name: np.array(values[name], np.float64) for name in ("vector", "reader")}})


@dataclass(frozen=True, eq=False)
class Directions:
    """Directions of one space, by name, the first ones named by attributes. ``origin``: float64 D, the codes' mean."""

    space: LatentSpace
    found: tuple[Direction, ...]
    origin: np.ndarray

    def __iter__(self) -> Iterator[Direction]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def names(self) -> list[str]:
        return [direction.name for direction in self.found]

    def __getitem__(self, name: str) -> Direction:
        """Raises :class:`UsageError` where there is none of that name."""
        for direction in self.found:
            if direction.name == name:
                return direction
        raise UsageError(
            N_("There is no direction '{name}' here.", name=name),
            N_("There are: {names}.", names=", ".join(self.names) or "-"),
        )

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def held_fixed(self, name: str, fixed: Sequence[str]) -> np.ndarray:
        """The walk of ``name``, float64 D at length 1, along which none of ``fixed`` is read to change.

        Raises :class:`UsageError` when nothing is left of it.
        """
        others = [self[other] for other in fixed if other != name]
        vectors, readers = [one.vector for one in others], [one.reader for one in others]
        return linear.project_out(self[name].vector, vectors, readers)

    def with_names_of(self, before: Directions) -> Directions:
        """These directions, with the names that a user gave components ``before``, and the sense that components had
        there, where one here is much the same: a slider goes the same way as before."""
        found = [self._turned_like(one, before) for one in self.found]
        for old in before:
            nameless = [k for k, one in enumerate(found) if one.method == COMPONENTS and one.is_nameless]
            if old.method != COMPONENTS or old.is_nameless or old.name in self or not nameless:
                continue
            cosines = {k: float(found[k].vector @ old.vector) for k in nameless}
            k = max(cosines, key=lambda k: abs(cosines[k]))
            if abs(cosines[k]) >= SAME:
                found[k] = replace(found[k].turned() if cosines[k] < 0 else found[k], name=old.name)
        return replace(self, found=tuple(found))

    @staticmethod
    def _turned_like(one: Direction, before: Directions) -> Direction:
        """A component in the sense of the one ``before`` that it is most like: alone, its sense means nothing."""
        if one.method != COMPONENTS:
            return one
        cosines = [float(one.vector @ old.vector) for old in before if old.method == COMPONENTS]
        nearest = max(cosines, key=abs, default=0.0)
        return one.turned() if nearest <= -SAME else one

    def must_fit(self, model: str, latent_dim: int) -> None:
        """Raises :class:`UsageError` where they are directions of another model's space."""
        if (self.space.model, self.space.latent_dim) != (model, latent_dim):
            raise UsageError(
                N_(
                    "These directions belong to another latent space: they were found in {dim} dimensions of "
                    "{model}, and this is a {here} with {here_dim}.",
                    dim=self.space.latent_dim, model=self.space.model, here=model, here_dim=latent_dim,
                ),
                N_("Find them again for this model, in the pane Directions."),
            )  # fmt: skip

    def to_bytes(self) -> bytes:
        """JSON; equal directions give equal bytes."""
        fields = {
            "space": self.space.__dict__,
            "origin": [float(x) for x in self.origin],
            "directions": [direction.to_json() for direction in self.found],
        }
        return json.dumps(fields, indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Directions:
        """Read back the result of :meth:`to_bytes`. Raises :class:`UsageError` for anything else."""
        try:
            fields = json.loads(data)
            found = tuple(Direction.from_json(one) for one in fields["directions"])
            made = cls(LatentSpace(**fields["space"]), found, np.array(fields["origin"], np.float64))
            dims = {len(v) for direction in made.found for v in (direction.vector, direction.reader)} | {
                len(made.origin)
            }
            if dims != {made.space.latent_dim}:
                raise ValueError(f"vectors of {dims}")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UsageError(
                N_("These directions can't be read: {reason}.", reason=str(error)), N_("Find them again.")
            ) from error
        return made
