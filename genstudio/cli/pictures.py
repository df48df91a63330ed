"""The command ``sample``: draws images from a run's model into one PNG sheet with provenance."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.options import AsJson, AtStep, Attributes, Class, Run, Temperature
from genstudio.cli.output import Output
from genstudio.cli.runs import find_run
from genstudio.core.messages import _

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.pane_state import PaneState


class Method(StrEnum):
    """The ways to draw pixel by pixel."""

    naive = "naive"
    cached = "cached"
    jacobi = "jacobi"
    auto = "auto"


SIDE = 640
"""Small sheets are enlarged by a whole factor to about so many pixels a side."""


def sample(
    run: Run,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=_("The PNG to write."))],
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, max=400, help=_("How many images."))] = 64,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, max=2**31 - 1, help=_("Same seed, same noise."))
    ] = 0,
    step: AtStep = None,
    scale: Annotated[
        int, typer.Option("--scale", metavar="K", min=0, max=64, help=_("Enlarge pixels K times; 0 chooses."))
    ] = 0,
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help=_("How a model draws pixel by pixel; all methods give the same images. auto takes the fastest."),
        ),
    ] = Method.auto,
    class_: Class = None,
    attribute: Attributes = None,
    temperature: Temperature = 1.0,
    as_json: AsJson = False,
) -> None:
    """Draw images from a run's model into a PNG sheet."""
    from genstudio.panes.samples.content import SamplesState
    from genstudio.viewing.pane import final

    output, folder = Output(as_json), find_run(run)
    context = open_context(folder, step)
    state = SamplesState.from_json(
        {"n": n, "seed": seed, "temperature": temperature, "label": class_number(context, class_),
         "attributes": attribute_values(context, attribute or []), "at": context.snapshot.step}
    )  # fmt: skip
    used = _choose_method(context, folder, method)
    began = time.perf_counter()
    content = final(context, state)
    seconds = time.perf_counter() - began
    used = _remember(context, folder, used)
    written = save_state(out, context, state, folder, scale, content)
    output.print_line(_("{n} samples of {run} at step {step}, drawn in {seconds} s: {path}", n=n, run=folder.name,
                 step=f"{context.snapshot.step:,}", seconds=f"{seconds:.2f}", path=written))  # fmt: skip
    output.result(
        {"run": str(folder.path), "step": context.snapshot.step, "out": str(written.resolve()), "n": n, "seed": seed,
         "file": str(written.resolve()), "method": used, "seconds": round(seconds, 4)}
    )  # fmt: skip


def class_number(context: ViewContext, name: str | None) -> int:
    """Number of the class given by name or number; -1 without one. Raises UsageError."""
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_
    from genstudio.viewing.conditioning import check_label, classes_of

    if name is None:
        return -1
    if not classes_of(context):
        raise UsageError(
            N_("A class was given, but this model was trained without classes."),
            N_("Leave --class out, or train a class-conditional model."),
        )
    names = [name.casefold() for name in context.spec.class_names]
    if name.casefold() in names:
        return names.index(name.casefold())
    if name.isdecimal():
        check_label(context, int(name))
        return int(name)
    raise UsageError(
        N_("There is no class '{name}'.", name=name),
        N_("There are: {names}.", names=", ".join(context.spec.class_names)),
    )


def attribute_values(context: ViewContext, assignments: list[str]) -> list[tuple[str, float]]:
    """Attributes given as ``["smile=0.4"]``, in the order of the spec. Raises UsageError."""
    from genstudio.cli.options import parse_numbers
    from genstudio.core.conditions.attributes import check_names
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_

    if not assignments:
        return []
    if "attributes" not in context.model.takes:
        raise UsageError(
            N_("Attributes were given, but this model is not conditioned on attributes."),
            N_("Leave --attribute out, or train a model that is conditioned on them."),
        )
    values = parse_numbers(assignments, "smile=0.4")
    check_names(values, context.spec)
    return [(name, values[name]) for name in context.spec.attribute_names if name in values]


def _choose_method(context: ViewContext, run: Any, method: Method) -> str:
    """Set the sampling method of a pixel-by-pixel model. Raises UsageError for other models."""
    from genstudio.core.capabilities import SamplesPixels, has
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_
    from genstudio.training.pace import load_pace

    model: Any = context.model
    if not has(model, SamplesPixels):
        if method is not Method.auto:
            raise UsageError(
                N_(
                    "{model} does not draw pixel by pixel: it has no method '{method}'.",
                    model=model.title,
                    method=method,
                ),
                N_("Leave --method out."),
            )
        return "direct"
    model.sampling = method.value
    model.pace = load_pace(run)
    return method.value


def _remember(context: ViewContext, run: Any, used: str) -> str:
    """Save the timings after ``auto``; the method that was used."""
    from genstudio.training.pace import save_pace

    if used != "auto":
        return used
    model: Any = context.model
    save_pace(run, model.pace)
    return str(model.pace.used)


def open_context(run: Any, step: int | None = None, data: Any = None) -> ViewContext:
    """View context of a run's checkpoint."""
    from genstudio.training.snapshot import load_model
    from genstudio.viewing.context import ViewContext

    snapshot = run.snapshot(step)
    return ViewContext(load_model(snapshot), snapshot.spec, snapshot, data)


def save_state(
    out: Path, context: ViewContext, state: PaneState, run: Any, scale: int = 0, content: Any = None
) -> Path:
    """Write a pane's content as a PNG, and pin its weights in the run so that it can be reproduced.

    Runs that can't be written (those that come with the program) get no pin: their weights do not change.
    """
    import torch

    from genstudio.export.images.contents import save_pane
    from genstudio.viewing.layout import Layout
    from genstudio.viewing.pane import final

    content = content or final(context, state)
    layout = Layout(scale=scale or integer_factor(content.pictures[0].pixels))
    pinned = run if os.access(run.path, os.W_OK) else None
    return save_pane(out, context, state, run=pinned, content=content, layout=layout, threads=torch.get_num_threads())


def integer_factor(pixels: np.ndarray) -> int:
    """Whole factor that enlarges a sheet to about ``SIDE`` pixels."""
    return max(1, round(SIDE / max(pixels.shape[:2])))
