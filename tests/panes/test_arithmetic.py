"""Face arithmetic: its sum, sources of exemplars, and messages about missing parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.evaluate.equations import Sides
from genstudio.evaluate.judge.judge import Judge
from genstudio.export.images.contents import compose
from genstudio.latent.arithmetic.attribute_summary import verdict_text
from genstudio.latent.arithmetic.candidates import Pool, filter_text, pool_of, side_title
from genstudio.latent.arithmetic.vector_arithmetic import MIDDLE, Term
from genstudio.latent.points import LatentPoint, code_of
from genstudio.panes.arithmetic.content import ArithmeticState, equations_of, first_equation, terms_of
from genstudio.panes.arithmetic.figure import draw_equation
from genstudio.viewing.context import ViewContext
from genstudio.viewing.layout import Layout
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look


def pool(context: ViewContext, source: Any = "auto") -> Pool:
    work = pool_of(context, source)
    while True:
        try:
            next(work)
        except StopIteration as done:
            made: Pool = done.value
            return made


def seeds(*numbers: int) -> tuple[LatentPoint, ...]:
    return tuple(LatentPoint("seed", n) for n in numbers)


SUM = ArithmeticState(
    terms=(Term(1, seeds(0, 1, 2), "a"), Term(-1, seeds(3), "b"), Term(1, seeds(4, 5), "c")), noise=0.0
)


def test_the_sum_is_that_of_the_mean_codes() -> None:
    context = make_look(3)
    content = final(context, SUM)

    def mean(*numbers: int) -> torch.Tensor:
        return torch.stack([code_of(context, one) for one in seeds(*numbers)]).mean(0)

    by_hand = mean(0, 1, 2) - mean(3) + mean(4, 5)
    assert content.pictures[0].values["z"][1, 1] == pytest.approx(by_hand.numpy(), abs=1e-6)
    assert content.pictures[1].values["z"][0, 2] == pytest.approx(mean(4, 5).numpy(), abs=1e-6)
    assert str(content.caption).startswith("a − b + c")


def test_without_noise_all_nine_are_the_sum_and_with_it_the_middle_stays() -> None:
    context = make_look(3)
    still = final(context, SUM).pictures[0]
    assert all((still.at(k // 3, k % 3) == still.at(1, 1)).all() for k in range(9))
    moved = final(context, replace(SUM, noise=1.0)).pictures[0]
    assert (moved.at(1, 1) == still.at(1, 1)).all()
    z = moved.values["z"].reshape(9, -1)
    assert all(np.abs(z[k] - z[MIDDLE]).max() > 0.1 for k in range(9) if k != MIDDLE)
    assert final(context, replace(SUM, noise=1.0)).digest() == final(make_look(3), replace(SUM, noise=1.0)).digest()


def test_pixels_are_summed_as_they_are(squares: Any) -> None:
    context = make_look(3, data=squares)
    frames = [LatentPoint("image", n) for n in range(3)]
    state = ArithmeticState(terms=(Term(1, (frames[0],)), Term(-1, (frames[1],)), Term(1, (frames[2],))))
    images = squares.split("validation").batch(torch.arange(3), generator=torch.Generator()).images
    by_hand = (images[0] - images[1] + images[2]).clamp(0, 1)
    shown = final(context, state).pictures[3].pixels[..., 0]
    assert shown == pytest.approx((by_hand[0] * 255).round().numpy(), abs=1)


def test_exemplars_are_in_rows_and_an_incomplete_row_ends_black() -> None:
    exemplars = final(make_look(3), SUM).pictures[2]
    assert (exemplars.rows, exemplars.columns) == (3, 3)
    assert (exemplars.at(1, 1) == 0).all()
    assert (exemplars.values["z"][1, 0] == code_of(make_look(3), LatentPoint("seed", 3)).numpy()).all()


def test_empty_term_is_reported_and_the_others_are_used() -> None:
    content = final(make_look(3), SUM.with_term(-1))
    assert "Term 4 has no exemplars" in str(content.caption)
    assert content.values["filled"] == (0, 1, 2)
    assert content.pictures[0].values["z"][1, 1] == pytest.approx(
        final(make_look(3), SUM).pictures[0].values["z"][1, 1]
    )
    assert "choose an equation" in str(final(make_look(3), ArithmeticState()).caption)


def test_terms_are_edited_as_values() -> None:
    state = SUM.with_exemplar(1, LatentPoint("image", 9)).without_exemplar(0, 1)
    assert state.terms[1].exemplars == (*seeds(3), LatentPoint("image", 9))
    assert state.terms[0].exemplars == seeds(0, 2)
    assert [t.name for t in SUM.without_term(1).terms] == ["a", "c"]
    assert SUM.with_changed(1, sign=1).terms[1].sign == 1
    assert ArithmeticState.from_json(SUM.to_json()) == SUM


def test_a_sent_z_is_an_exemplar_of_the_last_term() -> None:
    context = make_look(3)
    sent = SUM.with_z(context.blobs.put_array(np.ones(3, np.float32)))
    assert sent.terms[2].exemplars[-1].kind == "z"
    assert final(context, sent).pictures[2].values["z"][2, 2] == pytest.approx([1, 1, 1])


def test_browser_shows_matches_and_reports_none(squares: Any) -> None:
    context = make_look(3, data=squares)
    here = pool(context)
    bright = here.values["brightness"]
    state = ArithmeticState(attribute_filter=(("brightness", "high"), ("b", "high")), shown=6)
    content = final(context, state)
    chosen = [one.number for one in content.values["browser"]]
    assert chosen
    assert (bright[chosen] > here.sides["brightness"].high).all()
    assert (here.values["b"][chosen] == 1).all()
    nothing = final(context, replace(state, attribute_filter=(("a", "high"), ("b", "high"))))
    assert str(nothing.values["note"]) == "No image is a, b. Remove a word from the filter."
    assert nothing.values["browser"] == ()


def test_pages_of_the_browser_divide_the_candidates(squares: Any) -> None:
    context = make_look(3, data=squares)
    pages = [final(context, ArithmeticState(shown=7, page=page)).values["browser"] for page in range(4)]
    numbers = [one.number for page in pages for one in page]
    assert sorted(set(numbers)) == list(range(len(pool(context))))[: len(set(numbers))]
    assert len(pages[0]) == 7


def with_two_attributes(squares: Any) -> tuple[ViewContext, Pool]:
    """The squares, and of each whether it is a striped one: independent of its brightness."""
    context = make_look(3, data=squares)
    here = pool(context)
    striped = np.random.default_rng(0).integers(0, 2, len(here)).astype(float)
    values = {"brightness": here.values["brightness"], "striped": striped}
    return context, Pool(here.z, values, {k: Sides.of(v) for k, v in values.items()}, here.kind)


def test_an_equation_finds_its_exemplars(squares: Any) -> None:
    context, here = with_two_attributes(squares)
    (equation,) = equations_of(context, here)
    assert (equation.moved, equation.across) == ("brightness", "striped")
    terms, name = first_equation(context, here, 0)
    assert name == "brightness_across_striped"
    assert [term.sign for term in terms] == [1, -1, 1]
    assert [term.name for term in terms] == [
        "high brightness, low striped", "low brightness, low striped", "low brightness, high striped",
    ]  # fmt: skip
    for one in terms[2].exemplars:
        assert here.values["striped"][one.number] == 1
        assert here.values["brightness"][one.number] < here.sides["brightness"].low
    assert first_equation(context, here, 0) == first_equation(context, here, 0)


def test_one_of_many_classes_is_not_an_equation(squares: Any) -> None:
    context = make_look(3, data=squares)
    assert equations_of(context, pool(context)) == []


def test_too_few_exemplars_are_counted(squares: Any) -> None:
    context, here = with_two_attributes(squares)
    few = Pool(here.z[:3], {k: v[:3] for k, v in here.values.items()}, here.sides, here.kind)
    with pytest.raises(UsageError, match="of 3 images are high brightness, low striped"):
        terms_of(context, equations_of(context, here)[0], few)


def test_drawn_codes_have_their_seed() -> None:
    context = make_look(3)
    here = pool(context)
    assert here.kind == "seed"
    assert here.frame(7) == LatentPoint("seed", 7)
    assert here.z[7] == pytest.approx(code_of(context, LatentPoint("seed", 7)).numpy())
    with pytest.raises(UsageError, match="There is no attribute or class 'smile'"):
        here.matching((("smile", "high"),))


def test_titles_of_attribute_values(squares: Any) -> None:
    assert str(side_title(squares, "brightness", "low")) == "low brightness"
    assert str(side_title(squares, "a", "low")) == "not a"
    assert str(filter_text(squares, ())) == "all"

    class Faces:
        name, attributes, spec = "faces", None, squares.spec

    said = filter_text(Faces(), (("smile", "high"), ("glasses", "low"), ("presentation", "low")))  # type: ignore[arg-type]
    assert str(said) == "smiling, no glasses, feminine"


def test_without_a_judge_there_is_no_verdict() -> None:
    context = make_look(3)
    assert verdict_text(context, torch.zeros(1, 1, 8, 8), None) is None
    assert "verdict" not in final(context, SUM).values


def test_broken_model_is_reported() -> None:
    context = make_look(3)
    for weight in context.model.parameters():
        weight.data.fill_(float("nan"))
    with pytest.raises(UsageError, match="not finite"):
        final(context, SUM)


def test_only_the_most_likely_class_is_reported(squares: Any) -> None:
    context = make_look(3, data=squares)

    class SureOfB(torch.nn.Module):
        """A judge that always predicts class "b" and half the brightness."""

        feature_dim = 1

        def judge_output(self, images: torch.Tensor) -> JudgeOutput:
            n = len(images)
            return JudgeOutput(
                torch.zeros(n, 1), torch.tensor([[0.0, 2.0, 0.0]]).expand(n, -1), torch.full((n, 1), 0.5)
            )

    context.once("judge", lambda: Judge(SureOfB(), "sure", "0" * 64, squares.spec))
    ordinary = {"brightness": np.linspace(0, 1, 10), **{name: np.zeros(10) for name in "abc"}}
    assert str(verdict_text(context, torch.zeros(1, 1, 8, 8), ordinary)) == "b .79, high brightness .50"


def test_exemplars_without_a_code_are_skipped_in_the_sum() -> None:
    context = make_look(3)
    foreign = context.blobs.put_array(np.ones(7, np.float32))
    content = final(context, SUM.with_z(foreign))
    assert list(content.values["refused"]) == [(2, 2)]
    assert "Term 3, exemplar 3 is left out: A z that was sent here has 7 numbers" in str(content.caption)
    assert content.pictures[0].values["z"][1, 1] == pytest.approx(
        final(make_look(3), SUM).pictures[0].values["z"][1, 1]
    )
    gone = make_look(3)
    assert "validation image" not in str(final(gone, SUM.with_exemplar(0, LatentPoint("image", 1))).caption)
    assert "not open" in str(final(gone, SUM.with_exemplar(0, LatentPoint("image", 1))).caption)


def test_sent_z_joins_the_last_term_of_an_automatic_equation(squares: Any) -> None:
    context = make_look(3, data=squares)
    sent = ArithmeticState().with_z(context.blobs.put_array(np.ones(3, np.float32)))
    assert sent.terms == ()
    content = final(context, sent)
    assert [len(term.exemplars) for term in content.values["terms"]] == [1], "nothing is known here to fill it with"
    assert sent.decided(context).terms == content.values["terms"]
    assert ArithmeticState.from_json(sent.to_json()) == sent


def test_unsuitable_images_do_not_stop_the_sum(squares: Any) -> None:
    context = make_look(3, spec=ImageSpec(1, 8, 8, levels=2), data=None)
    context.data = squares
    content = final(context, SUM)
    assert content.values["filled"] == (0, 1, 2)
    assert "The open images are" in str(content.values["note"])


def test_the_figure_of_a_sum_has_every_term_on_one_line() -> None:
    content = final(make_look(3), SUM)
    assert content.figure is draw_equation
    figure = compose(content, Layout(scale=4))
    assert figure.shape[2] == 3
    assert figure.shape[1] > 4 * 8 * (3 + 3 + 1)
    assert final(make_look(3), ArithmeticState()).figure is None
