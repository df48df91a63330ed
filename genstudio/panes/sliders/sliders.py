"""The set of sliders: named directions by their score, principal components, coordinates by activity.

What was found comes in the state, or is found here, a bit at a time, while the picture can be dragged all along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import Decodes
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import mapped, rescaled
from genstudio.panes.sliders.state import SlidersState
from genstudio.viewing.blobs import Blob
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    import numpy as np

    from genstudio.latent.directions.basis import Basis
    from genstudio.latent.directions.direction import Direction, Directions

NAMED, PRINCIPAL, COORDINATES = "named", "principal", "coordinates"
RANDOM = "random"
"""The method of a direction that is there for comparison: it is no slider."""
NAMELESS = N_("No direction has a name yet. The pane Directions explains why, and can name components.")
ACROSS, UP = ("yaw", "mirror"), ("smile",)
"""Default directions of the pad: for faces, those of the lecture's figure."""
LEADING = (*UP, *ACROSS, "glasses")
READ = 0.3  # the share of a name that its direction must tell, to stand first


@dataclass(frozen=True)
class SliderRow:
    """One slider: its name, the group it stands in, and what is known of it, in words."""

    name: str
    group: str
    note: Message

    @property
    def title(self) -> str:
        """The name as it is read."""
        return row_title(self.name)


def row_title(name: str) -> str:
    """An attribute's name as it is read: "hair colour"."""
    return name.replace("_", " ")


@dataclass(frozen=True, eq=False)
class SliderSet:
    """``rows`` in the order in which they stand. ``origin``: the codes' mean, float64 D, where it is known by now."""

    rows: tuple[SliderRow, ...]
    origin: np.ndarray | None
    _steps: dict[str, np.ndarray | tuple[int, float]] = field(repr=False)
    dim: int = 0

    def __contains__(self, name: str) -> bool:
        return name in self._steps

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.rows]

    def step(self, name: str) -> np.ndarray:
        """One standard deviation of a slider, float64 D; nothing for one that there is not."""
        import numpy as np

        made: np.ndarray = np.zeros(self.dim)
        step = self._steps.get(name)
        if isinstance(step, tuple):
            made[step[0]] = step[1]
        elif step is not None:
            made = made + step
        return made

    def pair(self, state: SlidersState) -> tuple[str, str]:
        """The directions across and up: those chosen, else head pose and smile where they are named, else the first two.
        Empty where there is no slider by now."""
        across = state.across if state.across in self else self._first(ACROSS, "")
        up = state.up if state.up in self else self._first(UP, across)
        if up == across and state.across not in self:
            across = self._first(ACROSS, up)
        return across, up

    def _first(self, preferred: tuple[str, ...], taken: str) -> str:
        """The first of ``preferred`` that there is; else the first principal component, or slider, that is not ``taken``."""
        by_group = [row.name for group in (PRINCIPAL, NAMED, COORDINATES) for row in self.rows if row.group == group]
        return next((name for name in (*preferred, *by_group) if name in self and name != taken), taken)


def make_set(dim: int, directions: Directions | None, basis: Basis | None) -> SliderSet:
    """The sliders of what was found so far."""
    rows: list[SliderRow] = []
    steps: dict[str, Any] = {}

    def add(name: str, group: str, note: Message, step: Any) -> None:
        if name not in steps:  # an attribute may be called as a coordinate is: the first one has the name
            rows.append(SliderRow(name, group, note))
            steps[name] = step

    found = [] if directions is None else [one for one in directions if one.method != RANDOM]
    named = [one for one in found if not _is_component(one)]
    for one in sorted(named, key=_place):
        add(one.name, NAMED, _note(one), one.step)
    components = [one for one in found if _is_component(one)]  # of which a person may have named some
    for one in components or (() if basis is None else basis.components):
        add(one.name, PRINCIPAL, N_("principal component, σ = {sigma}", sigma=f"{one.sigma:.2f}"), one.step)
    if basis is not None:
        for k in basis.order:
            note = N_("changes the picture by {share} % for one σ", share=f"{100 * basis.activity[k]:.2f}")
            add(f"z{k + 1}", COORDINATES, note, (k, float(basis.spread[k])))
    return SliderSet(tuple(rows), None if basis is None else basis.origin, steps, dim)


def _is_component(one: Direction) -> bool:
    """True for a principal component without a name."""
    from genstudio.latent.directions.direction import COMPONENTS

    return one.method == COMPONENTS and one.name.startswith("PC ")


def _place(one: Direction) -> tuple[int, float]:
    """Sort key: preferred attributes first, where they can be read; the rest by score."""
    score = _score_above_chance(one)
    leads = one.name in LEADING and score >= READ
    return (LEADING.index(one.name) if leads else len(LEADING)), -score


def _score_above_chance(one: Direction) -> float:
    """Score of a direction above chance: 0 for guessing, 1 for perfect; lowest where unknown."""
    if one.heldout is None:
        return -1.0
    return one.heldout if one.scored == "r2" else 2 * one.heldout - 1


def _note(one: Direction) -> Message:
    if one.heldout is None:
        return N_("found by {method}", method=one.method)
    fields = {"score": f"{one.heldout:.2f}", "baseline": f"{one.baseline:.2f}" if one.baseline is not None else "-"}
    if one.scored == "r2":
        return N_("R² {score} on held-out images (random directions: {baseline})", **fields)
    return N_("balanced accuracy {score} on held-out images (random directions: {baseline})", **fields)


@dataclass(frozen=True, eq=False)
class SliderDirections:
    """Directions and basis found so far, and the step at which those ``kept`` were found. ``share``: how much of the
    search is done, ``None`` when it has ended. ``notes``: what could not be had, and why."""

    directions: Directions | None = None
    basis: Basis | None = None
    share: float | None = None
    notes: tuple[Message, ...] = ()


def found_so_far(context: ViewContext, state: SlidersState) -> Iterator[SliderDirections]:
    """Directions of the state and, while some are missing, those found so far, or the state's stale ones: the last one is
    complete."""
    from genstudio.latent.directions.basis import Basis, find_basis
    from genstudio.latent.directions.direction import Directions
    from genstudio.latent.directions.search import remarks, staged

    notes: list[Message] = []
    directions = _brought(context, state.directions, Directions.from_bytes, notes)
    basis = _brought(context, state.basis, Basis.from_bytes, [])
    stale_directions = _brought(context, state.stale_directions, Directions.from_bytes, [])
    stale_basis = _brought(context, state.stale_basis, Basis.from_bytes, [])
    search = state.directions is None
    if directions is not None and not _any_named(directions):
        notes.append(NAMELESS)
    if basis is not None and not search:
        yield SliderDirections(directions, basis, notes=tuple(notes))
        return
    if basis is None:  # what was done before comes without a pause: no picture without it is ever seen again
        try:
            work = context.resume("sliders", lambda: find_basis(context))
            found_by = rescaled(work, 0.0, 0.4 if search else 1.0)
            basis = yield from mapped(
                found_by,
                lambda share: SliderDirections(directions or stale_directions, stale_basis, share, tuple(notes)),
            )
        except UsageError as error:
            notes.append(_described(error))
    if search:
        try:
            for share, directions in staged(context):
                yield SliderDirections(
                    stale_directions or directions, stale_basis or basis, 0.4 + 0.6 * share, tuple(notes)
                )
            if directions is None or not _any_named(directions):
                notes += remarks(context)[:1] or [NAMELESS]
        except UsageError as error:
            notes.append(_described(error))
    yield SliderDirections(directions, basis, notes=tuple(notes))


def _any_named(directions: Directions) -> bool:
    return any(one.method != RANDOM and not _is_component(one) for one in directions)


def _brought(context: ViewContext, blob: Blob | None, read: Any, notes: list[Message]) -> Any:
    """Directions of the state, read once per look; ``None``, with a note, where they are of another model's space."""
    if blob is None:
        return None
    try:
        found = context.once(("sliders", read.__qualname__, blob.sha256), lambda: read(context.blobs.get(blob)))
        space, dim = found.space, context.require(Decodes).latent_dim
        if (space.model, space.latent_dim) != (context.snapshot.model, dim):
            from genstudio.latent.directions.direction import Directions

            Directions(space, (), found.origin).must_fit(context.snapshot.model, dim)
    except UsageError as error:
        notes.append(_described(error))
        return None
    return found


def _described(error: UsageError) -> Message:
    return N_("{what} {remedy}", what=error.what, remedy=error.remedy or "")
