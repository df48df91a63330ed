"""The command ``window``: opens the window on a given run or recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genstudio.cli.display import open_window
from genstudio.cli.options import Data, search
from genstudio.core.messages import _


def window(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help=_("A run to open, as `runs` lists it."))] = None,
    recipe: Annotated[str | None, typer.Option("--recipe", metavar="RECIPE", help=_("A recipe to start from."))] = None,
    data: Data = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", hidden=True, help=_("Write timings of the start, then exit.")),
    ] = None,
) -> None:
    """Open the window, on a run or a recipe if one is named."""
    search(data)  # a folder that is not there is told now
    path = None
    if run is not None:
        from genstudio.cli.runs import find_run

        path = str(find_run(run).path)
    if recipe is not None:
        from genstudio.training.recipe.recipe import load_recipe

        load_recipe(recipe)
    code = open_window(run=path, recipe=recipe, data=str(data) if data else None, report=report)
    if code:
        raise typer.Exit(code)
