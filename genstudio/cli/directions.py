"""The command ``directions``: finds named directions of a run's latent space, measures and saves them."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.options import AsJson, AtStep, Data, Run, search
from genstudio.cli.output import Output, number
from genstudio.cli.progress import ProgressBar
from genstudio.cli.runs import find_run
from genstudio.core.errors import Cancelled, UsageError
from genstudio.core.messages import N_, Message, _

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.resumable import Resumable
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.latent.directions.direction import Direction, Directions
    from genstudio.viewing.context import ViewContext

T = TypeVar("T")


class How(StrEnum):
    """The ways to find a direction."""

    auto = "auto"
    means = "means"
    logistic = "logistic"
    svm = "svm"
    ridge = "ridge"
    extremes = "extremes"


def directions(
    run: Run,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute", metavar="NAME", help=_("Only this attribute or class; can be given several times.")
        ),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option(
            "--fixed", metavar="NAME", help=_("Hold this one fixed along all the others; can be given several times.")
        ),
    ] = None,
    how: Annotated[How, typer.Option("--how", help=_("The method that finds them."))] = How.auto,
    step: AtStep = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Find the directions of attributes in a run's latent space, measure their effects, and save them in the run."""
    from genstudio.latent import storage
    from genstudio.latent.codes import known_codes
    from genstudio.latent.directions import finding
    from genstudio.latent.directions.pixel_baseline import pixel_scores

    output, folder = Output(as_json), find_run(run)
    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            context, judge = _opened(folder, step, data, progress, interrupt)
            text = N_("Finding directions")
            requested = (
                None if attribute is None else [*attribute, *(name for name in fixed or () if name not in attribute)]
            )
            codes = _run(known_codes(context), text, progress, interrupt)
            found = _run(finding.find_in(context, codes, requested, how.value), text, progress, interrupt)
            beside = pixel_scores(context.data, codes, found.names)
            if fixed:
                found = _held_fixed(found, fixed, attribute, codes.z)
            if judge is not None:
                found = _with_effects(context, judge, found, progress, interrupt)
        except Cancelled:
            raise KeyboardInterrupt from None
    saved_in = str(storage.save(folder, found)) if os.access(folder.path, os.W_OK) and not fixed else None
    _say(found, judge, beside, output)
    output.print_line(_("{run} at step {step}", run=folder.path, step=f"{context.snapshot.step:,}"))
    named = {one.name: direction_fields(one) | {"pixels_pca64": beside.get(one.name)} for one in found}
    output.result(named | _about(context, judge, found, saved_in))


def _opened(
    folder: Any, step: int | None, data: Path | None, progress: ProgressBar, cancelled: Interrupt
) -> tuple[ViewContext, Judge | None]:
    """The run's model with its images, and their judge if they have attributes or classes."""
    from genstudio.cli.pictures import open_context
    from genstudio.core.capabilities import Decodes, Encodes, has
    from genstudio.training.judge.train import judge_for
    from genstudio.training.run.images import open_images

    context = open_context(folder, step)
    if not has(context.model, Decodes):
        raise UsageError(
            N_("A {model} has no latent space.", model=context.model.title),
            N_("Choose the run of a model with codes, such as vae or dcgan."),
        )
    where, report = search(data), progress.preparing
    images = context.data = open_images(folder, search=where, progress=report, cancelled=cancelled)
    if not images.spec.is_point and (images.labels is not None or images.attributes is not None):
        return context, judge_for(images, progress=report, cancelled=cancelled)
    if not has(context.model, Encodes):
        raise UsageError(
            N_(
                "These images have no attributes or classes, and this model has no encoder, so no direction can "
                "be named."
            ),
            N_("Look at its principal components in the pane Sliders."),
        )
    return context, None


def direction_fields(direction: Direction) -> dict[str, Any]:
    """One direction as JSON fields for the command line."""
    return {
        "method": direction.method,
        "scored": direction.scored,
        "heldout": direction.heldout,
        "baseline": direction.baseline,
        "effect": direction.effect.get(direction.name),
        "monotone": direction.monotone,
        "side_effects": direction.side_effects(),
        "sigma": direction.sigma,
        "found_on": direction.n,
    }


def _about(context: ViewContext, judge: Judge | None, found: Directions, saved_in: str | None) -> dict[str, Any]:
    from genstudio.latent.directions import linear

    cosines = linear.cosines([direction.vector for direction in found])
    return {
        "_about": {
            "run": context.snapshot.run,
            "step": context.snapshot.step,
            "weights": context.snapshot.digest,
            "judge": None if judge is None else judge.hash,
            "names": found.names,
            "cosines": [[round(float(value), 4) for value in row] for row in cosines],
            "saved": saved_in,
        }
    }


def _run(work: Resumable[T], text: Message, progress: ProgressBar, cancelled: Interrupt) -> T:
    """Result of ``work``, with its share shown. Raises :class:`Cancelled` after Ctrl-C."""
    from genstudio.core.resumable import run

    def between(share: float) -> None:
        progress.preparing(share, text)
        if cancelled():
            raise Cancelled(N_("The search for directions was stopped."), N_("Nothing was saved."))

    return run(work, between)


def _held_fixed(found: Directions, fixed: list[str], requested: list[str] | None, z: np.ndarray) -> Directions:
    """All directions but ``fixed``, or the requested ones, with ``fixed`` held fixed: the remainder of each, and
    the standard deviation of the codes ``z`` (N×D) along it."""
    from dataclasses import replace

    from genstudio.latent.directions.direction import Directions
    from genstudio.latent.directions.finding import spread

    kept = [one for one in found if one.name not in fixed and (requested is None or one.name in requested)]
    vectors = {one.name: found.held_fixed(one.name, fixed) for one in kept}
    made = tuple(replace(one, vector=vectors[one.name], sigma=spread(z, vectors[one.name])) for one in kept)
    return Directions(found.space, made, found.origin)


def _with_effects(
    context: ViewContext, judge: Judge, found: Directions, progress: ProgressBar, cancelled: Interrupt
) -> Directions:
    from genstudio.latent import effects
    from genstudio.latent.directions.direction import Directions

    spreads = _run(effects.ordinary(context, judge), N_("Decoding typical codes"), progress, cancelled)
    made = []
    for direction in found:
        text = N_("Measuring what {name} does", name=direction.name)
        made.append(_run(effects.measured(context, judge, direction, spreads), text, progress, cancelled))
    return Directions(found.space, tuple(made), found.origin)


def _say(found: Directions, judge: Judge | None, pixels: dict[str, float], output: Output) -> None:
    rows = []
    for direction in found:
        own = direction.effect.get(direction.name)
        beside = sorted(direction.side_effects().items(), key=lambda item: -abs(item[1]))[:3]
        rows.append(
            [
                direction.name,
                direction.method,
                direction.scored.replace("_", " "),
                "" if direction.heldout is None else number(direction.heldout),
                "" if direction.baseline is None else number(direction.baseline),
                number(pixels[direction.name]) if direction.name in pixels else "",
                "" if own is None else number(own),
                ", ".join(f"{name} {number(value)}" for name, value in beside),
            ]
        )
    output.table(
        rows,
        [
            _("direction"),
            _("method"),
            _("scored by"),
            _("held out"),
            _("random"),
            _("64 PCs of pixels"),
            _("effect"),
            _("also moves"),
        ],
    )
    if judge is not None:
        output.print_line(
            _(
                "Effects: how much the judge's reading ({hash}) changes from -2σ to 2σ, in standard deviations.",
                hash=judge.hash[:12],
            )
        )
