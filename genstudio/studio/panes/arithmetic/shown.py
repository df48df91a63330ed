"""Cache of the sum on screen: pictures and codes of exemplars, by frame, so that a term that is edited
is drawn at once, before the sum is made anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message
from genstudio.latent.arithmetic.equation_store import Place
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.panes.arithmetic.content import ArithmeticState
from genstudio.studio.panes.arithmetic.term_column import TermShown
from genstudio.viewing.content import Picture

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.errors import GenstudioError
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.content import Content

MOST_KEPT = 2_000  # thumbnails


@dataclass(eq=False)
class Shown:
    """``place``: whose codes they are. ``chips``, ``equations``: what there is to choose, in words. ``name``: of the
    equation that filled itself."""

    cell: tuple[int, int] | None = None
    place: Place | None = None
    chips: tuple[Any, ...] = ()
    equations: tuple[tuple[str, Message], ...] = ()
    candidates: tuple[LatentPoint, ...] = ()
    pages: int = 1
    name: str = ""
    missing: Message | str = ""
    refused: dict[tuple[int, int], GenstudioError] = field(default_factory=dict)
    _terms: tuple[Term, ...] = ()
    _asked: tuple[Any, ...] = ()
    _means: dict[tuple[LatentPoint, ...], Picture] = field(default_factory=dict)
    _images: dict[LatentPoint, np.ndarray] = field(default_factory=dict)
    _codes: dict[LatentPoint, np.ndarray] = field(default_factory=dict)
    _snapshot: Any = None
    _remark: tuple[tuple[Term, ...], Message] | None = None

    def take(self, content: Content, state: ArithmeticState, snapshot: Snapshot | None) -> None:
        """Remember what ``content`` shows of ``state``."""
        values = content.values
        if snapshot is not None and (snapshot is not self._snapshot or len(self._images) > MOST_KEPT):
            self._snapshot, self.cell = snapshot, snapshot.spec.cell
            for known in (self._images, self._codes, self._means):
                known.clear()
        if "terms" not in values:
            return
        self.refused, self.name, self.missing = values["refused"], values["name"], values.get("missing", "")
        if not state.terms:
            self._terms, self._asked = values["terms"], _asked(state)
        if snapshot is not None:
            self.place = Place(snapshot.model, int(values["latent_dim"]), values["data"])
        if values["filled"]:
            self._take_terms(content)
        if "browser" in values:
            self.chips, self.equations = values["chips"], values["equations"]
            self.candidates, self.pages = values["browser"], values["pages"]
            self._take_cells(content.pictures[-1], self.candidates)

    def by_itself(self, state: ArithmeticState) -> tuple[Term, ...]:
        """The terms of the equation that filled itself, where those of ``state`` are known by now."""
        return self._terms if self._asked == _asked(state) else ()

    def columns(self, terms: tuple[Term, ...], held: int) -> list[TermShown]:
        """The terms as they are drawn."""
        return [
            TermShown(
                term.sign, term.name, self._picture(term.exemplars), self._means.get(term.exemplars),
                frozenset(i for j, i in self.refused if j == k and i < len(term.exemplars)), k == held,
            )
            for k, term in enumerate(terms)
        ]  # fmt: skip

    def remark(self, state: ArithmeticState, words: Message | None) -> None:
        """Remark that holds while the terms are those of ``state``."""
        self._remark = None if words is None else (state.terms, words)

    def remark_on(self, state: ArithmeticState) -> Message | str:
        return self._remark[1] if self._remark is not None and self._remark[0] == state.terms else ""

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


def _asked(state: ArithmeticState) -> tuple[Any, ...]:
    """Key of the fields that an automatically filled equation depends on."""
    return state.name, state.seed, state.source, state.sent, state.run, state.at
