"""State of the pane *Sliders*: its start, the value of each slider, the view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from genstudio.core.capabilities import Encodes, has
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.viewing.blobs import Blob
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane_state import PaneState, state

FARTHEST = 4.0
"""Range of a slider to both sides, in standard deviations."""
Start = Literal["auto", "data", "seed", "own", "sent"]


@state
class SlidersState(PaneState):
    """``values``: (name, standard deviations) of the sliders that do not stand at 0, by name. ``directions`` and ``basis``:
    what was found, as :class:`~genstudio.latent.directions.direction.Directions` and
    :class:`~genstudio.latent.directions.basis.Basis` write themselves; ``None``: the content finds them, and shows the
    stale ones meanwhile, where there are any."""

    OF_RUN = ("z", "values", "locked", "across", "up", "directions", "basis", "stale_directions", "stale_basis")
    OF_IMAGES = ("index", "label", "attributes")

    show: Literal["picture", "figure", "row"] = knob(
        "picture",
        help=N_("One picture, a figure of two directions (one across, one up), or a row along one direction."),
        label=N_("show"),
        titles={"picture": N_("picture"), "figure": N_("figure"), "row": N_("row")},
    )
    start: Start = knob(
        "auto",
        help=N_("Start of the sliders: an encoded validation image, a drawn code, your own image, or a z sent here."),
        label=N_("start"),
    )
    index: int = knob(0, help=N_("Number of the image in the validation split."), label=N_("image"), ge=0)
    seed: int = knob(0, help=N_("The seed of the drawn code."), label=N_("seed"), ge=0, le=2**31 - 1)
    own: Blob | None = knob(None, help=N_("Your own image."), control=False)
    z: Blob | None = knob(None, help=N_("A z that was sent here."), control=False)
    truncation: float = knob(
        1.0,
        help=N_("ψ: moves the start towards the codes' mean. 1 leaves it unchanged, 0 is the mean."),
        label=N_("truncation"),
        shown_as="ψ = {value:.2f}",
        ge=0.0,
        le=1.0,
    )
    label: int = knob(
        0, help=N_("The class that is shown, for class-conditional models."), label=N_("class"), ge=0, condition="class"
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes that are shown, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    across: str = knob(
        "", help=N_("The direction that grows to the right in the pad and the figure."), label=N_("across")
    )
    up: str = knob("", help=N_("The direction that grows upwards in the pad and the figure."), label=N_("up"))
    reach: float = knob(
        2.0,
        help=N_("Range of the pad and the figure."),
        label=N_("range"),
        unit="σ",
        shown_as="±{value:.1f} σ",
        ge=0.5,
        le=FARTHEST,
    )
    cells: int = knob(
        0,
        help=N_("Pictures along each side of the figure, and in a row; 0: as many as fit the pane best."),
        label=N_("cells"),
        titles={0: N_("automatic")},
        ge=0,
        le=20,
    )
    values: tuple[tuple[str, float], ...] = knob((), help=N_("Value of each slider."), control=False)
    locked: tuple[str, ...] = knob((), help=N_("Locked sliders."), control=False)
    directions: Blob | None = knob(None, help=N_("The named directions."), control=False)
    basis: Blob | None = knob(None, help=N_("The principal components and the coordinates."), control=False)
    stale_directions: Blob | None = knob(
        None, help=N_("Directions of earlier weights, shown until new ones are found.")
    )
    stale_basis: Blob | None = knob(None, help=N_("The same of principal components and coordinates."), control=False)

    @property
    def side(self) -> int:
        """Pictures along each side; 7 where neither the user nor the pane's size decides. One alone shows no path."""
        return max(2, self.cells) if self.cells else 7

    def value(self, name: str) -> float:
        """Value of a slider, in standard deviations."""
        return dict(self.values).get(name, 0.0)

    def with_values(self, changed: dict[str, float]) -> SlidersState:
        """State with some sliders moved, none beyond its end. Locked ones stay."""
        moved = {
            name: min(max(value, -FARTHEST), FARTHEST) for name, value in changed.items() if name not in self.locked
        }
        kept = {name: round(value, 3) for name, value in (dict(self.values) | moved).items()}
        return replace(self, values=tuple(sorted((name, value) for name, value in kept.items() if value)))

    def reset(self) -> SlidersState:
        """All sliders but the locked ones at 0."""
        return replace(self, values=tuple((name, value) for name, value in self.values if name in self.locked))

    def with_lock(self, name: str, locked: bool) -> SlidersState:
        """State with a slider locked at its value, or free again."""
        names = {*self.locked, name} if locked else {*self.locked} - {name}
        return replace(self, locked=tuple(sorted(names)))

    def randomised(self, groups: Mapping[str, Iterable[str]], seed: int) -> SlidersState:
        """Each unlocked slider at a place drawn from N(0, 1 / groups): each of the groups (its name, its sliders) tells of
        the same space, and together they go as far as codes do."""
        import numpy as np

        draw, left = np.random.default_rng(seed), {name: [*sliders] for name, sliders in groups.items()}
        filled = [sliders for sliders in left.values() if sliders]
        spread = 1 / max(1, len(filled)) ** 0.5
        drawn = {name: round(float(draw.normal(0, spread)), 2) for sliders in filled for name in sliders}
        return self.with_values(drawn)

    def with_z(self, z: Blob) -> SlidersState:
        """State that starts at that code: only locked sliders keep their values."""
        return replace(self.reset(), start="sent", z=z)

    def start_of(self, can_encode: bool, has_images: bool) -> Start:
        """Start that ``auto`` stands for."""
        if self.start != "auto":
            return self.start
        return "data" if can_encode and has_images else "seed"

    def for_another_run(self, *, same_images: bool) -> SlidersState:
        followed = super().for_another_run(same_images=same_images)
        return replace(followed, start="auto") if followed.start == "sent" else followed

    def decided(self, context: ViewContext) -> SlidersState:
        return replace(self, start=self.start_of(has(context.model, Encodes), context.data is not None))

    @property
    def needs_images(self) -> bool:
        return True
