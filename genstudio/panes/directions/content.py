"""The pane Directions: named directions of a latent space, how well they were found, and what walking along them does."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from genstudio.core.capabilities import Decodes
from genstudio.core.errors import DataError, UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import Resumable, mapped
from genstudio.panes.directions.state import DirectionsState, Story
from genstudio.panes.groups import LATENT
from genstudio.viewing.conditioning import check_data
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import pane

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.spec import ImageSpec
    from genstudio.latent.directions.direction import Directions
    from genstudio.panes.directions.rows import DirectionRow
    from genstudio.panes.directions.sheets import Sheets

T = TypeVar("T")

PAGE = N_(
    "<p>A direction is a unit vector v in the space of codes along which one thing changes: a smile, where a "
    "head looks. Each row walks from one code z to z + t·σ·v, with σ the standard deviation of the codes along "
    "v: t = ±2 is the usual range of codes. The middle of each row is z itself.</p><p><b>How it is found.</b> If "
    "the model has an encoder, the codes of images and their attributes are used; for a generator, 10,000 codes "
    "are drawn and the data set's judge predicts the attributes. On 70 % of them a linear reader r is fitted: "
    "<i>ridge regression</i> for a number; for yes or no a <i>linear SVM</i>, <i>logistic regression</i>, or the "
    "<i>difference of the means</i> (Radford et al. 2016); of drawn images the SVM between the tenth with the "
    "highest and the tenth with the lowest score (Shen et al. 2020). The walk is v = Σr / |Σr| with the codes' "
    "covariance Σ, the most likely change towards a higher reading.</p><p><b>How well.</b> On the other 30 %: R² "
    "for a number, balanced accuracy for yes or no (½ for guesses), and for comparison the mean of ten random "
    "directions. A good score means that the attribute can be read from the code. It does not mean that a step "
    "along the direction changes nothing else.</p><p><b>What it does.</b> The judge classifies 96 codes decoded "
    "at t = −2, −1, 0, 1, 2. An effect is how much its mean reading changes from −2 to 2, in standard deviations "
    "of its readings of ordinary images. <i>Monotone</i>: the share of codes whose reading rises at each of the "
    "four steps. <i>Also</i> names the largest side effects.</p><p><b>Hold fixed</b> (F) takes from every other "
    "walk what changes the reading of those that are held: v' = v − V(RᵀV)⁺Rᵀv, where V and R have the held "
    "walks and readers as columns, scaled to length 1. Effects are measured again.</p><p><b>Without names.</b> "
    "Principal components are the directions along which codes vary most (of a generator: along which its images "
    "do, Härkönen et al. 2020); give one a name when you see what it does. <i>Mirror</i> is the principal axis "
    "of encode(x) − encode(mirrored x): for faces, the turn of the head. The <i>random</i> direction is for "
    "comparison.</p><p><b>Cosines</b> near 0 mean independent directions; near ±1 the same direction. "
    "<b>Effects</b> has a row for each direction and a column for each attribute: values off the diagonal are "
    "side effects.</p><p>Arrows: another cell. Click or Enter: send its z on. F: hold the row's direction fixed. "
    "Escape: stop the search.</p>"
)


def _unsupported(spec: ImageSpec) -> UsageError | None:
    if not spec.is_point:
        return None
    return UsageError(
        N_("Points of the plane have no attributes, so directions have no names."),
        N_("Use the pane Plane, or train a model of images."),
    )


@pane(
    "directions",
    title=N_("Directions"),
    group=LATENT,
    needs=(Decodes,),
    state=DirectionsState,
    help=N_("Named directions of the latent space, their scores and their effects."),
    page=PAGE,
    slow=True,
    unsupported=_unsupported,
)
def directions(context: ViewContext, state: DirectionsState) -> Iterator[Content]:
    """Rows of pictures along directions, or a matrix of numbers. ``values["rows"]`` holds what is told of each direction,
    ``values["found"]`` the bytes of those that were found by this content, ``values["share"]`` how far that is."""
    from genstudio.panes.directions.sheets import Sheets, code_of

    check_data(context)
    sheets = Sheets(context, state, code_of(context, state))
    known = _known(context, state)
    story = Story(found_here=known is None and state.search)
    yield from _found(context, state, sheets, known, story)
    if story.found is None:
        raise UsageError(N_("No direction was found."), N_("Choose another method."))
    yield from _looked_into(context, state, sheets, story)


def _known(context: ViewContext, state: DirectionsState) -> Directions | None:
    """Directions that the state carries. Raises :class:`UsageError` where they are of another space."""
    from genstudio.latent.directions.direction import Directions

    if state.directions is None:
        return None
    try:
        found = Directions.from_bytes(context.blobs.get(state.directions))
    except DataError:  # no longer stored: then they are found again
        return None
    found.must_fit(context.snapshot.model, context.require(Decodes).latent_dim)
    return found


def _found(
    context: ViewContext, state: DirectionsState, sheets: Sheets, known: Directions | None, story: Story
) -> Iterator[Content]:
    """Directions found so far while the search runs, or the known ones, with principal components."""
    from genstudio.latent.directions.direction import COMPONENTS
    from genstudio.latent.directions.search import begun, staged, unnamed

    if known is not None and any(one.method == COMPONENTS for one in known):
        story.found = known
        return
    shown: Content | None = None
    if not begun(context):  # at once: a judge is not loaded in an instant
        shown = yield from _complete(sheets, story, 0.0)
    work = staged(context, *state.search_key) if story.found_here else unnamed(context)  # type: ignore[arg-type]
    for share, found in work:
        if shown is None or found is not story.found or int(100 * share) != shown.values["percent"]:
            story.found = found
            story.rows = _rows(state, found)
            shown = yield from _complete(sheets, story, share)
        else:
            yield shown
    if known is not None and story.found is not None:  # found by the command line, which leaves the nameless out
        left = tuple(one for one in story.found if one.name not in known)
        story.found = replace(known, found=known.found + left)


def _looked_into(context: ViewContext, state: DirectionsState, sheets: Sheets, story: Story) -> Iterator[Content]:
    """Scores under these weights of directions found for others, and effects with some held fixed."""
    from genstudio.latent.directions.rescore import scores_now
    from genstudio.latent.directions.search import ordinary_codes
    from genstudio.latent.directions.warnings import remarks_on

    assert story.found is not None
    found = story.found
    story.remarks = remarks_on(context, found, state.attributes) if state.search or state.directions else ()
    z = None
    if state.fixed:
        z = (yield from _meanwhile(ordinary_codes(context), sheets.content(story))).z
    story.rows = _rows(state, found, z)
    shown = yield from _complete(sheets, story)
    if found.space.digest != context.snapshot.digest:
        key = ("scores now", state.directions, found.space.digest)
        work = context.resume(key, lambda: scores_now(context, found))
        story.now = yield from _meanwhile(work, shown)
        story.rows = [replace(row, now=story.now.get(row.name)) for row in story.rows]
        shown = sheets.content(story)
        yield shown
    for k, row in enumerate(story.rows):
        if found[row.name].effect and not row.direction.effect and not row.problem:
            yield from _measured_anew(context, sheets, story, k)
    yield sheets.content(story)


def _measured_anew(context: ViewContext, sheets: Sheets, story: Story, k: int) -> Iterator[Content]:
    """Row ``k`` with the effect that it has while others are held fixed."""
    from genstudio.latent import effects

    row, judge = story.rows[k], context.judge()
    if judge is None:
        return
    shown = sheets.content(story)
    spreads = yield from _meanwhile(effects.ordinary(context, judge), shown)
    walked = replace(row.direction, vector=row.step / row.direction.sigma)
    key = ("effects", judge.hash, row.name, walked.step.tobytes())
    work = context.resume(key, lambda: effects.measured(context, judge, walked, spreads))
    measured = yield from _meanwhile(work, shown)
    story.rows[k] = replace(row, direction=replace(row.direction, effect=measured.effect, monotone=measured.monotone))
    yield sheets.content(story)


def _complete(sheets: Sheets, story: Story, share: float | None = None) -> Generator[Content, None, Content]:
    """Contents with ever more rows decoded; returns the whole one."""
    for shown in sheets.contents(story, share):
        yield shown
    return shown


def _meanwhile(work: Resumable[T], shown: Content) -> Generator[Content, None, T]:
    """``work``, with the content made so far on screen at each pause."""
    return mapped(work, lambda share: shown)


def _rows(state: DirectionsState, found: Directions | None, z: np.ndarray | None = None) -> list[DirectionRow]:
    from genstudio.panes.directions.rows import rows_of

    return [] if found is None else rows_of(found, state.fixed, state.attributes, state.components, z)
