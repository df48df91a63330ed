"""The arithmetic pane: smiling woman - neutral woman + neutral man, as a sum of codes.

Each term has a sign and a few exemplars, whose mean code stands for it. The sum is decoded, in the middle of eight
variations; beside it the same sum of the exemplars' pixels, which shows what the codes add.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.abilities import Decodes
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message, translate
from genstudio.core.seeding import generator
from genstudio.evaluate.equations import Equation, equations_for
from genstudio.explore.base import Blob, Content, Look, PaneState, Picture, knob, pane, state
from genstudio.explore.latent.frames import Frame, image_of
from genstudio.explore.latent.pool import Filter, Pool, Source, filter_words, pool_of
from genstudio.explore.latent.sums import Term, added
from genstudio.explore.latent.verdict import ordinary_readings, verdict_words
from genstudio.explore.latents import sheet, to_pixels

if TYPE_CHECKING:
    import numpy as np

EXEMPLARS = 3
MOST_TERMS, MOST_EXEMPLARS = 8, 12

PAGE = N_(
    "<p>Codes can be added (Radford et al. 2016, figure 7). Each term stands for the mean code of its exemplars, "
    "z<sub>k</sub> = (1/n) Σ z<sub>ki</sub>: what they have in common stays, what each has alone averages out, so three "
    "or more are better than one. The sum is z = Σ ± z<sub>k</sub>.</p>"
    "<p><i>smiling woman - neutral woman + neutral man</i>: the first two differ in the smile alone, so their difference is "
    "a smile; added to a man it makes him smile, if the model keeps smile and sex apart.</p>"
    "<p>The result stands in the middle of eight <b>variations</b> z + s·ε, ε ~ N(0, I), with the noise s. <b>In pixels</b> "
    "is the same sum of the exemplars' own pixels: it ghosts, since pixels know nothing of faces.</p>"
    "<p>The <b>verdict</b> is a judge's, a small network that learned from real images alone; it says of numbers whether "
    "they are above or below the middle of the data, and of yes and no how likely yes is.</p>"
)


@state
class ArithmeticState(PaneState):
    """``terms`` empty: the first equation that the data know, with exemplars chosen by themselves. ``wanted``: what the
    browser shows, as (attribute, "high" or "low")."""

    terms: tuple[Term, ...] = knob((), help=N_("The terms of the equation."))
    name: str = knob("", help=N_("What the equation is called."), label=N_("name"))
    noise: float = knob(
        0.3, help=N_("How far the eight variations lie from the sum."), label=N_("noise"), unit="σ", ge=0.0, le=2.0
    )
    seed: int = knob(0, help=N_("The seed of the variations."), label=N_("seed"), ge=0, le=2**31 - 1)
    source: Source = knob(
        "auto",
        help=N_("Choose exemplars from encoded images or from drawn ones; auto: images where there are any."),
        label=N_("choose from"),
    )
    wanted: tuple[tuple[str, Literal["high", "low"]], ...] = knob((), help=N_("The images that the browser shows."))
    page: int = knob(0, help=N_("Which page of the browser."), label=N_("page"), ge=0)
    shown: int = knob(24, help=N_("Images on a page of the browser."), label=N_("images a page"), ge=3, le=100)

    def with_z(self, z: Blob) -> ArithmeticState:
        """A z that was sent becomes an exemplar of the last term."""
        terms = self.terms or (Term(),)
        return replace(self, terms=terms).with_exemplar(len(terms) - 1, Frame("z", blob=z))

    def with_term(self, sign: Literal[1, -1] = 1, at: int | None = None) -> ArithmeticState:
        at = len(self.terms) if at is None else at
        return replace(self, terms=(*self.terms[:at], Term(sign), *self.terms[at:]))

    def without_term(self, k: int) -> ArithmeticState:
        return replace(self, terms=(*self.terms[:k], *self.terms[k + 1 :]))

    def with_changed(self, k: int, **fields: Any) -> ArithmeticState:
        """With some fields of term ``k`` changed."""
        terms = list(self.terms)
        terms[k] = replace(terms[k], **fields)
        return replace(self, terms=tuple(terms))

    def with_exemplar(self, k: int, frame: Frame) -> ArithmeticState:
        exemplars = self.terms[k].exemplars
        return self.with_changed(k, exemplars=(*exemplars, frame)[:MOST_EXEMPLARS])

    def without_exemplar(self, k: int, i: int) -> ArithmeticState:
        exemplars = self.terms[k].exemplars
        return self.with_changed(k, exemplars=(*exemplars[:i], *exemplars[i + 1 :]))

    @property
    def needs_images(self) -> bool:
        return True

    def decided(self, look: Look) -> ArithmeticState:
        if self.terms:
            return self
        for _ in (work := _Outcome(pool_of(look, self.source))):
            pass
        terms, name = first_equation(look, work.made, self.seed)
        return replace(self, terms=terms, name=self.name or name)


class _Outcome:
    """Goes through long work and keeps what it gives."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self.made: Any = None

    def __iter__(self) -> Iterator[float]:
        self.made = yield from self._work


@pane(
    "arithmetic",
    title=N_("Face arithmetic"),
    group="latent",
    needs=(Decodes,),
    state=ArithmeticState,
    help=N_("Sums of codes: a smile from two women, given to a man."),
    page=PAGE,
)
def arithmetic(look: Look, state: ArithmeticState) -> Iterator[Content]:
    """Pictures: the sum amid its variations, the terms (one row, the mean of each decoded), the exemplars (a row a term),
    the sum in pixels, and the browser. ``values``: ``terms`` as they are, ``verdict``, ``browser`` (its frames)."""
    work = _Outcome(pool_of(look, state.source))
    for share in work:
        if not state.terms:
            yield _nothing_yet(N_("Looking for images to choose from, {percent} %", percent=f"{100 * share:.0f}"))
        elif share < 1:
            yield _summed(look, state, state.terms, None)
    pool: Pool = work.made
    terms = state.terms or first_equation(look, pool, state.seed)[0]
    yield _summed(look, state, terms, pool)


def _nothing_yet(words: Message) -> Content:
    return Content(words)


def _summed(look: Look, state: ArithmeticState, terms: tuple[Term, ...], pool: Pool | None) -> Content:
    values: dict[str, Any] = {"terms": terms, "names": state.name}
    pictures: list[Picture] = []
    words: Message
    empty = [k for k, term in enumerate(terms) if not term.exemplars]
    if not terms:
        words = N_("Drop pictures into a term, or choose an equation.")
    elif empty:
        words = N_("Term {k} has no exemplars: drop pictures into it, or take it out.", k=empty[0] + 1)
    else:
        words = N_("{equation}", equation=equation_words(terms))
    filled = tuple(term for term in terms if term.exemplars)
    if filled:
        total = added(look, filled, state.noise, state.seed)
        pictures = [total.sum, total.means, total.exemplars, total.in_pixels]
        values |= {"filled": tuple(k for k, term in enumerate(terms) if term.exemplars)}
        if not empty:
            ordinary = ordinary_readings(look)
            verdicts = (("verdict", total.middle), ("pixel_verdict", total.pixel_image))
            values |= {name: said for name, one in verdicts if (said := verdict_words(look, one, ordinary)) is not None}
    if pool is not None:
        values |= {"known": known_names(pool), "source": pool.kind, "candidates": len(pool)}
        browser, frames, note = _browser(look, state, pool)
        values |= {"browser": frames, "note": note}
        pictures.append(browser)
    step = f"{look.snapshot.step:,}"
    verdict = values.get("verdict")
    seen = N_("{words} · {verdict}", words=words, verdict=verdict) if verdict else words
    told = (
        N_("{words}, from step {step}", words=seen, step=step)
        if filled
        else N_("{words} Step {step}.", words=seen, step=step)
    )
    return Content(told, pictures=tuple(pictures), values=values)


def equation_words(terms: tuple[Term, ...]) -> str:
    """ "smiling woman − neutral woman + neutral man"."""
    said = []
    for k, term in enumerate(terms):
        sign = "−" if term.sign < 0 else "+" if k else ""
        said.append(f"{sign} {term.name or '?'}".strip())
    return " ".join(said)


# --- where exemplars come from ---------------------------------------------------------------------------------------


def known_names(pool: Pool) -> tuple[str, ...]:
    """The attributes by which the browser can filter."""
    return tuple(name for name, values in pool.values.items() if _varies(values))


def _varies(values: np.ndarray) -> bool:
    import numpy as np

    known = values[np.isfinite(values)]
    return len(known) > 1 and bool(known.min() < known.max())


def first_equation(look: Look, pool: Pool, seed: int) -> tuple[tuple[Term, ...], str]:
    """The first equation whose exemplars are there, and its name; without attributes an empty one."""
    for equation in equations_of(look, pool):
        try:
            return terms_of(look, equation, pool, seed), equation.name
        except UsageError:
            continue
    return (), ""


def equations_of(look: Look, pool: Pool) -> list[Equation]:
    """The equations that there are attributes for. One of many classes is carried over nothing: a digit is one alone."""
    many = look.spec.class_names if len(look.spec.class_names) > 2 else ()
    names = [name for name in known_names(pool) if name not in many]
    return equations_for(names) if len(names) > 1 else []


def terms_of(look: Look, equation: Equation, pool: Pool, seed: int = 0) -> tuple[Term, ...]:
    """The terms of a named equation, each with three exemplars drawn by ``seed`` from those that are as it says.

    Raises :class:`UsageError` where there are too few.
    """
    import torch

    terms, draw = [], generator(seed, "exemplars", equation.name)
    for sign, wanted in equation.terms:
        fits = pool.matching(tuple(wanted.items()))
        said = translate(filter_words(look.data, tuple(wanted.items())))
        if len(fits) < EXEMPLARS:
            raise UsageError(
                N_("Only {n} of {all} images are {wanted}.", n=len(fits), all=len(pool), wanted=said),
                N_("Choose another equation, or exemplars by hand."),
            )
        chosen = fits[torch.randperm(len(fits), generator=draw)[:EXEMPLARS].numpy()]
        terms.append(Term(1 if sign > 0 else -1, tuple(pool.frame(int(k)) for k in chosen), said))
    return tuple(terms)


def _browser(
    look: Look, state: ArithmeticState, pool: Pool
) -> tuple[Picture, tuple[Frame, ...], Message | UsageError | None]:
    """A page of candidates as a sheet, their frames, and what there is to say: none matches, or how many do."""
    import numpy as np
    import torch

    wanted: Filter = tuple(one for one in state.wanted if one[0] in pool.values)
    fits = pool.matching(wanted)
    note: Message | None = None
    if not len(fits):
        note = N_(
            "No image is {wanted}. Ask for less: take a word out.", wanted=translate(filter_words(look.data, wanted))
        )
    pages = max(1, -(-len(fits) // state.shown))
    start = (state.page % pages) * state.shown
    chosen = fits[start : start + state.shown]
    frames = tuple(pool.frame(int(k)) for k in chosen)
    columns = max(1, round(state.shown**0.5 * 1.5))
    rows = max(1, -(-max(len(chosen), 1) // columns))
    cells, codes = np.zeros((0, *look.spec.cell, 1), np.uint8), np.zeros((rows * columns, pool.z.shape[1]), np.float32)
    if len(chosen):
        cells = to_pixels(torch.stack([image_of(look, one) for one in frames]))
        codes[: len(chosen)] = pool.z[chosen]
    picture = Picture(
        sheet(cells, rows, columns), N_("{n} of {all}", n=f"{len(fits):,}", all=f"{len(pool):,}"), look.spec.cell,
        {"z": codes.reshape(rows, columns, -1)}, len(chosen),
    )  # fmt: skip
    return picture, frames, note
