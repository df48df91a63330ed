"""The equation on screen: its terms, and a cache of pictures and codes of exemplars, so that a term that is edited is
drawn at once, before the sum is rendered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message
from genstudio.latent.arithmetic.attribute_equations import BLANK
from genstudio.latent.arithmetic.equation_store import EquationOrigin
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.panes.arithmetic.content import ArithmeticState
from genstudio.studio.panes.arithmetic.term_column import ShownTerm
from genstudio.viewing.content import Picture

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.errors import GenstudioError
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.content import Content

MOST_CACHED = 2_000  # thumbnails


@dataclass(eq=False)
class ShownEquation:
    """``state``: the pane's. ``active``: the term that a chosen image goes to. ``place``: the model whose codes are shown.
    ``chips``, ``equations``: attributes and equations to choose from, with their titles. ``missing``: why there is no
    equation."""

    state: ArithmeticState
    active: int = 0
    cell: tuple[int, int] | None = None
    place: EquationOrigin | None = None
    chips: tuple[Any, ...] = ()
    equations: tuple[tuple[str, Message], ...] = ()
    candidates: tuple[LatentPoint, ...] = ()
    pages: int = 1
    missing: Message | str = ""
    refused: dict[tuple[int, int], GenstudioError] = field(default_factory=dict)
    _filled_name: str = ""  # of the equation that was filled automatically
    _filled_terms: tuple[Term, ...] = ()
    _filled_for: tuple[Any, ...] = ()
    _means: dict[tuple[LatentPoint, ...], Picture] = field(default_factory=dict)
    _images: dict[LatentPoint, np.ndarray] = field(default_factory=dict)
    _codes: dict[LatentPoint, np.ndarray] = field(default_factory=dict)
    _snapshot: Any = None
    _warning: tuple[tuple[Term, ...], Message] | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms of the state, or those that were filled automatically."""
        filled = self._filled_terms if self._filled_for == _fill_key(self.state) else ()
        return self.state.terms or filled or BLANK

    @property
    def name(self) -> str:
        """Name of the equation, or of the one that was filled automatically."""
        return self.state.name if self.state.terms else self._filled_name or self.state.name

    @property
    def editable(self) -> ArithmeticState:
        """The state with its terms written out, so that they can be changed."""
        return self.state if self.state.terms else replace(self.state, terms=self.terms, name=self.name, sent=())

    def take(self, content: Content, state: ArithmeticState, snapshot: Snapshot | None) -> None:
        """Take what ``content`` shows of ``state``."""
        values = content.values
        if snapshot is not None and (snapshot is not self._snapshot or len(self._images) > MOST_CACHED):
            self._snapshot, self.cell = snapshot, snapshot.spec.cell
            for known in (self._images, self._codes, self._means):
                known.clear()
        if "terms" not in values:
            return
        self.refused, self._filled_name, self.missing = values["refused"], values["name"], values.get("missing", "")
        if not state.terms:
            self._filled_terms, self._filled_for = values["terms"], _fill_key(state)
        if snapshot is not None:
            self.place = EquationOrigin(snapshot.model, int(values["latent_dim"]), values["data"])
        if values["filled"]:
            self._take_terms(content)
        if "browser" in values:
            self.chips, self.equations = values["chips"], values["equations"]
            self.candidates, self.pages = values["browser"], values["pages"]
            self._take_cells(content.pictures[-1], self.candidates)

    def columns(self) -> list[ShownTerm]:
        """The terms as they are drawn."""
        return [
            ShownTerm(
                term.sign, term.name, self._picture(term.exemplars), self._means.get(term.exemplars),
                frozenset(i for j, i in self.refused if j == k and i < len(term.exemplars)), k == self.active,
            )
            for k, term in enumerate(self.terms)
        ]  # fmt: skip

    def clamp_active(self) -> None:
        """Let the last term be active where the active one is gone."""
        self.active = min(self.active, len(self.terms) - 1)

    def warn(self, state: ArithmeticState, text: Message | None) -> None:
        """Set the warning that holds while the terms are those of ``state``."""
        self._warning = None if text is None else (state.terms, text)

    @property
    def notice(self) -> Message | str:
        """The warning of these terms, else why there is no equation."""
        warning = self._warning[1] if self._warning is not None and self._warning[0] == self.state.terms else ""
        return warning or self.missing

    def _take_terms(self, content: Content) -> None:
        terms, filled = content.values["terms"], content.values["filled"]
        means, rows = content.pictures[1], content.pictures[2]
        for place, k in enumerate(filled):
            exemplars = terms[k].exemplars
            sound = [frame for i, frame in enumerate(exemplars) if (k, i) not in self.refused]
            for i, frame in enumerate(sound):
                self._images[frame] = rows.at(place, i)
                self._codes[frame] = rows.values["z"][place, i]
            self._means[exemplars] = Picture(
                means.at(0, place), cell=means.cell, values={"z": means.values["z"][:, place : place + 1]}
            )

    def _take_cells(self, picture: Picture, frames: tuple[LatentPoint, ...]) -> None:
        for number, frame in enumerate(frames):
            row, column = divmod(number, picture.columns)
            self._images[frame] = picture.at(row, column)
            self._codes[frame] = picture.values["z"][row, column]

    def _picture(self, frames: tuple[LatentPoint, ...]) -> Picture | None:
        """Side by side; grey where an exemplar is not known yet."""
        import numpy as np

        if not frames or self.cell is None:
            return None
        known = [self._images[frame] for frame in frames if frame in self._images]
        channels = known[0].shape[2] if known else 1
        blank = np.full((*self.cell, channels), 128, np.uint8)
        values = {}
        if all(frame in self._codes for frame in frames):
            values["z"] = np.stack([self._codes[frame] for frame in frames])[None]
        cells = [self._images.get(frame, blank) for frame in frames]
        return Picture(np.concatenate(cells, axis=1), cell=self.cell, values=values)


def _fill_key(state: ArithmeticState) -> tuple[Any, ...]:
    """Key of the fields that an automatically filled equation depends on."""
    return state.name, state.seed, state.source, state.sent, state.run, state.at
