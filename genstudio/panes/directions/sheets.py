"""Content of the pane Directions: a row of pictures per direction, or a matrix of numbers as colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import generator
from genstudio.evaluate.judge.readings import targets_of
from genstudio.latent.directions.linear import cosines, must_be_finite
from genstudio.models.conditioning import complete_condition
from genstudio.viewing.conditioning import chosen_condition, classes_of, taken
from genstudio.viewing.content import Content, Legend, Picture
from genstudio.viewing.decode import decoded, sheet, to_pixels
from genstudio.viewing.heat import signed, signed_scale

if TYPE_CHECKING:
    from genstudio.panes.directions.rows import DirectionRow
    from genstudio.panes.directions.state import DirectionsState, Story
    from genstudio.viewing.context import ViewContext

SQUARE = 4  # pixels along a side of one number's colour, so that a saved matrix can be seen
STRONGEST = 3.0  # σ at the ends of the colours of effects


@dataclass(frozen=True, eq=False)
class Code:
    """Start of all rows: ``z`` float64 D, its condition (of one image), and what it is, in words."""

    z: np.ndarray
    condition: Condition
    caption: Message


def code_of(context: ViewContext, state: DirectionsState) -> Code:
    """The code that ``state`` walks from. Raises :class:`UsageError` for a model whose codes are not finite."""
    dim = context.require(Decodes).latent_dim
    z, known, caption = _encoded(context, state) or _drawn(context, state)
    if state.z is not None:
        try:
            sent = context.blobs.get_array(state.z).ravel()
        except DataError:  # no longer stored
            sent = z[:0]
        if len(sent) == dim:
            z, caption = sent, N_("The code sent here")
    must_be_finite(z)
    otherwise = complete_condition(context.model, None, 1, "cpu") | known
    return Code(z.astype(np.float64), chosen_condition(context, state, 1, otherwise) or otherwise, caption)


def _encoded(context: ViewContext, state: DirectionsState) -> tuple[np.ndarray, Condition, Message] | None:
    import torch

    if state.source != "image" or context.data is None or not has(context.model, Encodes):
        return None
    data: Any = context.data
    split = next((part for part in map(data.split, ("validation", "test", "train")) if len(part)), None)
    if split is None:
        return None
    number = state.index % len(split)
    batch = split.batch(torch.tensor([number]), generator=generator(0, "directions", number))
    z = context.require(Encodes).encode(batch.images)[0].float().numpy()
    names = {"validation": N_("Validation image"), "test": N_("Test image"), "train": N_("Training image")}
    caption = N_("{what} {k}", what=names[split.name], k=f"{number:,}")
    return z, taken(context, batch.condition), caption


def _drawn(context: ViewContext, state: DirectionsState) -> tuple[np.ndarray, Condition, Message]:
    z = context.require(Decodes).prior(1, generator=generator(state.seed, "samples"))[0].numpy()
    return z, NO_CONDITION, N_("The draw of seed {seed}", seed=state.seed)


def top_of(shown: str) -> float:
    """Ends of a matrix's colour scale: cosines at 1, effects at so many σ."""
    return 1.0 if shown == "cosines" else STRONGEST


class Sheets:
    """Contents of one look and state. Rows are decoded once, whatever becomes known of them later."""

    def __init__(self, context: ViewContext, state: DirectionsState, code: Code) -> None:
        self.context, self.state, self.code = context, state, code
        self.places = np.linspace(-state.reach, state.reach, state.columns)
        self._decoded: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}
        self._facts = _facts(context)

    def contents(self, story: Story, share: float | None = None) -> Iterator[Content]:
        """Contents of ``story`` with ever more of its rows decoded. ``share``: the share of the search that is done."""
        rows = story.rows if self._shown(story) == "strips" else []
        for row in rows:
            if self._key(row) not in self._decoded:
                self._decode(row)
                if row is not rows[-1]:
                    yield self.content(story, share)
        yield self.content(story, share)

    def content(self, story: Story, share: float | None = None) -> Content:
        """Content of ``story`` with the rows that are decoded."""
        caption, values = self._caption(story, share), dict(self._facts)
        step = story.found.space.step if story.found is not None else self.context.snapshot.step
        values |= {
            "percent": 100 if share is None else int(100 * share),
            "finding": share is not None,
            "shown": self._shown(story),
            "rows": tuple(story.rows),
            "lines": tuple(tuple(row.lines(step, self.context.snapshot.step)) for row in story.rows),
            "row_names": tuple(row.title for row in story.rows),
            "remarks": story.remarks,
            "search_key": self.state.search_key,
            "found_at": step,
            "columns": self.places,
        }
        if story.found is not None and story.found_here and share is None:
            values["found"] = story.found.to_bytes()
        legend = None
        if values["shown"] == "strips":
            picture = self._strips(story, caption)
        else:
            picture, legend = self._matrix(story, caption, values)
        return Content(caption, (picture,), values=values, legend=legend, share=share)

    def _shown(self, story: Story) -> str:
        """Strips where there is no matrix: nothing found yet, or no effect measured."""
        measured = any(row.direction.effect for row in story.rows)
        possible = {"cosines": bool(story.rows), "effects": measured}
        return self.state.shown if possible.get(self.state.shown, True) else "strips"

    # -- pictures ------------------------------------------------------------------------------------------------

    def _key(self, row: DirectionRow) -> bytes:
        return row.step.tobytes()

    def _decode(self, row: DirectionRow) -> None:
        z = (self.code.z + self.places[:, None] * row.step).astype(np.float32)
        self._decoded[self._key(row)] = z, self._pixels(z)

    def _pixels(self, z: np.ndarray) -> np.ndarray:
        import torch

        return to_pixels(decoded(self.context, torch.from_numpy(z), self.code.condition.repeat(len(z)) or None))

    def _strips(self, story: Story, caption: Message) -> Picture:
        cell, n = self.context.spec.cell, len(self.places)
        done = []
        for row in story.rows:
            if self._key(row) not in self._decoded:
                break
            done.append(self._decoded[self._key(row)])
        if not done:  # nothing is known yet but where it will begin
            z = self.code.z.astype(np.float32)[None]
            nowhere: dict[str, np.ndarray] = {"z": z[None], "sigma": np.zeros((1, 1))}
            return Picture(sheet(self._pixels(z), 1, 1), caption, cell, nowhere)
        rows = len(story.rows)
        z = np.zeros((rows, n, len(self.code.z)), np.float32)
        z[: len(done)] = [z_of for z_of, _ in done]
        pixels = sheet(np.concatenate([pixels for _, pixels in done]), rows, n)
        values: dict[str, np.ndarray] = {"z": z, "sigma": np.tile(self.places, (rows, 1))}
        return Picture(pixels, caption, cell, values, len(done) * n)

    def _matrix(self, story: Story, caption: Message, values: dict[str, Any]) -> tuple[Picture, Legend]:
        """The numbers as colours; ``values`` gets them as ``matrix``, and the names of their columns."""
        if values["shown"] == "cosines":
            steps = [row.step for row in story.rows]
            lengths = [max(float(np.linalg.norm(step)), 1e-12) for step in steps]
            numbers = cosines([step / length for step, length in zip(steps, lengths, strict=True)])
            columns, title = values["row_names"], N_("cosine")
        else:
            measured = {name for row in story.rows for name in row.direction.effect}
            names = sorted(measured, key=self._order)
            numbers = np.array([[row.direction.effect.get(name, np.nan) for name in names] for row in story.rows])
            columns, title = tuple(name.replace("_", " ") for name in names), N_("effect, σ")
        values["column_names"], values["matrix"] = columns, numbers
        top = top_of(values["shown"])
        pixels = signed(numbers, top).repeat(SQUARE, 0).repeat(SQUARE, 1)
        legend = Legend(title, signed_scale(f"{top:g}"), continuous=True)
        per_cell: dict[str, np.ndarray] = {values["shown"]: numbers}
        return Picture(pixels, caption, (SQUARE, SQUARE), per_cell), legend

    def _order(self, name: str) -> tuple[int, str]:
        """Attributes in the order of the data set."""
        known = self._facts["attributes"]
        return known.index(name) if name in known else len(known), name

    # -- words ---------------------------------------------------------------------------------------------------

    def _caption(self, story: Story, share: float | None) -> Message:
        fields: dict[str, Any] = {
            "code": self.code.caption,
            "n": len(story.rows),
            "reach": f"{self.state.reach:g}",
            "step": f"{self.context.snapshot.step:,}",
        }
        if not story.rows:
            caption = N_("{code}, from step {step}", **fields)
        elif self._shown(story) == "cosines":
            caption = N_("Cosines between {n} directions, from step {step}", **fields)
        elif self._shown(story) == "effects":
            caption = N_("Effects of {n} directions, from −2 σ to 2 σ, from step {step}", **fields)
        else:
            caption = N_("{code} along {n} directions, ±{reach} σ, from step {step}", **fields)
        found = story.found
        if found is not None and found.space.digest != self.context.snapshot.digest:
            caption = N_("{caption} · found at step {found}", caption=caption, found=f"{found.space.step:,}")
        held = ", ".join(row.title for row in story.rows if row.fixed)
        if held:
            caption = N_("{caption} · {names} held fixed", caption=caption, names=held)
        if share is not None:
            caption = N_("{caption} · finding directions, {percent} %", caption=caption, percent=int(100 * share))
        elif self.state.shown == "effects" and self._shown(story) == "strips":
            caption = N_("{caption} · no effect is measured", caption=caption)
        return caption


def _facts(context: ViewContext) -> dict[str, Any]:
    """Values for the controls: attributes to look for, classes, images to walk from."""
    encodes = has(context.model, Encodes)
    names: tuple[str, ...] = ()
    if context.data is not None:
        names = tuple(targets_of(context.data, np.arange(min(1, len(context.data)))))
    return {
        "attributes": names,
        "can_encode": encodes and context.data is not None,
        "class_names": context.spec.class_names if classes_of(context) else (),
    }
