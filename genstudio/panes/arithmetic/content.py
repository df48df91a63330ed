"""The arithmetic pane: smiling woman - neutral woman + neutral man, as a sum of codes.

Each term has a sign and a few exemplars, whose mean code stands for it. The sum is decoded, in the middle of eight
variations; beside it the same sum of the exemplars' pixels, which shows what the codes add.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from genstudio.core.capabilities import Decodes
from genstudio.core.errors import GenstudioError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message, translate
from genstudio.core.resumable import Stepper, rescaled, run
from genstudio.latent.arithmetic import attribute_equations
from genstudio.latent.arithmetic.attribute_equations import (
    BLANK,
    Filled,
    equations_of,
    first_equation,
    known_names,
    terms_of,
)
from genstudio.latent.arithmetic.attribute_summary import ordinary_readings, verdict_text
from genstudio.latent.arithmetic.candidates import Filter, Pool, Source, filter_text, pool_of
from genstudio.latent.arithmetic.vector_arithmetic import Term, added
from genstudio.latent.points import LatentPoint, code_of, image_of
from genstudio.panes.arithmetic.figure import draw_equation
from genstudio.panes.groups import LATENT
from genstudio.viewing.blobs import Blob
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

__all__ = [
    "ArithmeticState",
    "arithmetic",
    "equation_text",
    "equations_of",
    "first_equation",
    "known_names",
    "terms_of",
]

MOST_TERMS, MOST_EXEMPLARS = 8, 12
SHOWN = 24  # images on a page of the browser, by default
Refused = dict[tuple[int, int], GenstudioError]
"""Reasons why exemplars have no code here, by (term, exemplar)."""

PAGE = N_(
    "<p>Codes can be added (Radford et al. 2016, figure 7). Each term stands for the mean code of its exemplars, "
    "z<sub>k</sub> = (1/n) Σ z<sub>ki</sub>: what they have in common remains, individual differences average "
    "out, so three or more are better than one. The sum is z = Σ ± z<sub>k</sub>.</p><p><i>smiling woman - "
    "neutral woman + neutral man</i>: the first two differ in the smile alone, so their difference is a smile; "
    "added to a man it makes him smile, if the model keeps smile and sex apart.</p><p>The result is in the "
    "middle of eight <b>variations</b> z + s·ε, ε ~ N(0, I), with the noise s. <b>In pixels</b> is the same sum "
    "of the exemplars' own pixels: it shows ghosts, because a sum of pixels overlays the faces.</p><p>The "
    "<b>verdict</b> is a judge's, a small network that learned from real images alone; for numbers it tells "
    "whether they are above or below the data's median, for yes-or-no attributes the probability of yes.</p>"
)


@state
class ArithmeticState(PaneState):
    """``terms`` empty: the equation that the data know by ``name``, else the first, with exemplars chosen by ``seed``;
    ``sent``: codes that were sent before any term was touched, for the last of them. ``attribute_filter``: what the browser
    shows, as (attribute, "high" or "low"); ``shown``: 0 is as many as suit."""

    OF_RUN = ("sent",)
    OF_IMAGES = ("terms", "name", "attribute_filter", "page")

    terms: tuple[Term, ...] = knob((), help=N_("The terms of the equation."), control=False)
    sent: tuple[LatentPoint, ...] = knob(
        (), help=N_("Exemplars that were sent to an equation with automatic exemplars."), control=False
    )
    name: str = knob("", help=N_("Name of the equation."), label=N_("name"), control=False)
    noise: float = knob(
        0.3, help=N_("Distance of the eight variations from the sum."), label=N_("noise"), unit="σ", ge=0.0, le=2.0
    )
    seed: int = knob(0, help=N_("The seed of the variations."), label=N_("seed"), ge=0, le=2**31 - 1, control=False)
    source: Source = knob(
        "auto",
        help=N_("Choose exemplars from encoded images or from drawn ones; auto: images if there are any."),
        label=N_("choose from"),
        titles={"auto": N_("automatic"), "images": N_("images"), "samples": N_("samples")},
    )
    attribute_filter: tuple[tuple[str, Literal["high", "low"]], ...] = knob(
        (), help=N_("The images that the browser shows."), control=False
    )
    page: int = knob(0, help=N_("Page of the browser."), label=N_("page"), ge=0, control=False)
    shown: int = knob(
        0,
        help=N_("Images on a page of the browser; 0: as many as fit."),
        label=N_("images a page"),
        ge=0,
        le=200,
        control=False,
    )

    def with_z(self, z: Blob) -> ArithmeticState:
        """A z that was sent becomes an exemplar of the last term."""
        frame = LatentPoint("z", blob=z)
        if not self.terms:
            return replace(self, sent=(*self.sent, frame)[:MOST_EXEMPLARS])
        return self.with_exemplar(len(self.terms) - 1, frame)

    def with_term(self, sign: Literal[1, -1] = 1, at: int | None = None) -> ArithmeticState:
        at = len(self.terms) if at is None else at
        return replace(self, terms=(*self.terms[:at], Term(sign), *self.terms[at:]))

    def without_term(self, k: int) -> ArithmeticState:
        return replace(self, terms=(*self.terms[:k], *self.terms[k + 1 :]))

    def with_changed(self, k: int, **fields: Any) -> ArithmeticState:
        """State with some fields of term ``k`` changed."""
        terms = list(self.terms)
        terms[k] = replace(terms[k], **fields)
        return replace(self, terms=tuple(terms))

    def with_exemplar(self, k: int, frame: LatentPoint) -> ArithmeticState:
        exemplars = self.terms[k].exemplars
        return self.with_changed(k, exemplars=(*exemplars, frame)[:MOST_EXEMPLARS])

    def without_exemplar(self, k: int, i: int) -> ArithmeticState:
        exemplars = self.terms[k].exemplars
        return self.with_changed(k, exemplars=(*exemplars[:i], *exemplars[i + 1 :]))

    @property
    def needs_images(self) -> bool:
        return True

    def decided(self, context: ViewContext) -> ArithmeticState:
        if self.terms:
            return self
        found = _filled(context, self, run(pool_of(context, self.source)))
        return replace(self, terms=found.terms, name=found.name or self.name, sent=())


@pane(
    "arithmetic",
    title=N_("Face arithmetic"),
    group=LATENT,
    needs=(Decodes,),
    state=ArithmeticState,
    help=N_("Sums of codes, such as: smiling woman - neutral woman + neutral man."),
    page=PAGE,
)
def arithmetic(context: ViewContext, state: ArithmeticState) -> Iterator[Content]:
    """Pictures: the sum with its variations, the terms (one row, the mean of each decoded), the exemplars (a row a
    term), the sum in pixels, and the browser. ``values``: ``terms`` as they are, ``filled`` (which have pictures),
    ``verdict``, ``browser`` (its frames), ``chips`` and ``equations`` (what there is to choose, in words),
    ``refused`` and ``missing`` (what is left out), ``note``."""
    work = Stepper(rescaled(pool_of(context, state.source), 0.0, 1.0))
    try:
        while work.advance():
            share = work.value
            doing = N_("Looking for images to choose from, {percent} %", percent=f"{100 * share:.0f}")
            if not state.terms:
                yield Content(doing, values={"note": doing}, share=share)
            elif share < 1:
                yield replace(_summed(context, state, Filled(state.terms, state.name), None, doing), share=share)
    except GenstudioError as error:
        # Images that don't fit the model: the sum is made all the same.
        yield _summed(context, state, _filled(context, state, None), None, error)
        return
    yield _summed(context, state, _filled(context, state, work.result), work.result)


def _filled(context: ViewContext, state: ArithmeticState, pool: Pool | None) -> Filled:
    """The terms of ``state``, or of the equation that fills itself, with what was sent to it."""
    if state.terms:
        return Filled(state.terms, state.name)
    found = Filled(()) if pool is None else attribute_equations.filled(context, pool, state.name, state.seed)
    if not found.terms and not state.sent:
        return found
    terms = found.terms or (Term(),)
    last = replace(terms[-1], exemplars=(*terms[-1].exemplars, *state.sent)[:MOST_EXEMPLARS])
    return replace(found, terms=(*terms[:-1], last))


def _summed(
    context: ViewContext,
    state: ArithmeticState,
    equation: Filled,
    pool: Pool | None,
    note: Message | GenstudioError | None = None,
) -> Content:
    terms, refused = _sound(context, equation.terms)
    filled = tuple(k for k, term in enumerate(terms) if term.exemplars)
    values: dict[str, Any] = {
        "terms": equation.terms or BLANK, "name": equation.name, "filled": filled, "refused": refused, "note": note,
        "latent_dim": int(getattr(context.model, "latent_dim", 0)),
        "data": context.data.name if context.data is not None else "",
    }  # fmt: skip
    pictures: list[Picture] = []
    if filled:
        total = added(context, tuple(terms[k] for k in filled), state.noise, state.seed)
        pictures = [total.sum, total.means, total.exemplars, total.in_pixels]
        if len(filled) == len(terms):
            ordinary = ordinary_readings(context)
            verdicts = (("verdict", total.middle), ("pixel_verdict", total.pixel_image))
            values |= {
                name: said for name, one in verdicts if (said := verdict_text(context, one, ordinary)) is not None
            }
    if pool is not None:
        browser, frames, none_fits, pages = _browser(context, state, pool)
        pictures.append(browser)
        values |= {
            "chips": attribute_equations.side_titles(context, pool),
            "equations": tuple(
                (one.name, attribute_equations.equation_text(context, one)) for one in equations_of(context, pool)
            ),
            "source": pool.kind, "candidates": len(pool), "browser": frames, "pages": pages,
            "note": none_fits or note,
        }  # fmt: skip
    missing = _missing(equation, refused)
    if missing is not None:
        values["missing"] = missing
    message = missing or _caption(terms)
    verdict = values.get("verdict")
    described = N_("{message} · {verdict}", message=message, verdict=verdict) if verdict else message
    step = f"{context.snapshot.step:,}"
    caption = N_("{message}, from step {step}", message=described, step=step)
    if not filled:
        caption = N_("{message} Step {step}.", message=message, step=step)
    return Content(caption, pictures=tuple(pictures), values=values, figure=draw_equation if filled else None)


def _missing(equation: Filled, refused: Refused) -> Message | None:
    """Note on what is left out, and why."""
    if equation.error is not None:
        return N_("{what} {remedy}", what=equation.error.what, remedy=equation.error.remedy)
    if refused:
        (k, i), error = next(iter(refused.items()))
        facts = {"k": k + 1, "i": i + 1, "what": error.what, "remedy": error.remedy}
        return N_("Term {k}, exemplar {i} is left out: {what} {remedy}", **facts)
    return None


def _caption(terms: tuple[Term, ...]) -> Message:
    """One line that describes the content, or says what to do."""
    if not terms:
        return N_("Drop pictures into a term, or choose an equation.")
    empty = next((k for k, term in enumerate(terms) if not term.exemplars), None)
    if empty is not None:
        return N_("Term {k} has no exemplars: drop pictures into it, or remove it.", k=empty + 1)
    return N_("{equation}", equation=equation_text(terms))


def _sound(context: ViewContext, terms: tuple[Term, ...]) -> tuple[tuple[Term, ...], Refused]:
    """``terms`` with those exemplars alone that have a code here, and why the others have none."""
    refused: Refused = {}
    sound = []
    for k, term in enumerate(terms):
        kept = []
        for i, frame in enumerate(term.exemplars):
            try:
                code_of(context, frame)
                image_of(context, frame)
            except GenstudioError as error:
                refused[k, i] = error
            else:
                kept.append(frame)
        sound.append(replace(term, exemplars=tuple(kept)))
    return tuple(sound), refused


def equation_text(terms: tuple[Term, ...]) -> str:
    """ "smiling woman − neutral woman + neutral man"."""
    said = []
    for k, term in enumerate(terms):
        sign = "−" if term.sign < 0 else "+" if k else ""
        said.append(f"{sign} {term.name or '?'}".strip())
    return " ".join(said)


def _browser(
    context: ViewContext, state: ArithmeticState, pool: Pool
) -> tuple[Picture, tuple[LatentPoint, ...], Message | None, int]:
    """A page of candidates as a sheet, their frames, the message when none matches, and how many pages there are."""
    import numpy as np
    import torch

    known = {*known_names(pool)}
    attribute_filter: Filter = tuple(one for one in state.attribute_filter if one[0] in known)
    fits = pool.matching(attribute_filter)
    note: Message | None = None
    if not len(fits):
        note = N_(
            "No image is {attribute_filter}. Remove a word from the filter.",
            attribute_filter=translate(filter_text(context.data, attribute_filter)),
        )
    shown = state.shown or SHOWN
    pages = max(1, -(-len(fits) // shown))
    start = (state.page % pages) * shown
    chosen = fits[start : start + shown]
    frames = tuple(pool.frame(int(k)) for k in chosen)
    columns = max(1, round(shown**0.5 * 1.5))
    rows = max(1, -(-max(len(chosen), 1) // columns))
    cells, codes = (
        np.zeros((0, *context.spec.cell, 1), np.uint8),
        np.zeros((rows * columns, pool.z.shape[1]), np.float32),
    )
    if len(chosen):
        cells = to_pixels(torch.stack([image_of(context, one) for one in frames]))
        codes[: len(chosen)] = pool.z[chosen]
    picture = Picture(
        sheet(cells, rows, columns), N_("{n} of {all}", n=f"{len(fits):,}", all=f"{len(pool):,}"), context.spec.cell,
        {"z": codes.reshape(rows, columns, -1)}, len(chosen),
    )  # fmt: skip
    return picture, frames, note, pages
