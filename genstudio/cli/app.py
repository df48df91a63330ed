"""All commands of the command line. Help is plain text: rendering it with rich would take longer than everything
else."""

from __future__ import annotations

from typing import Annotated

import typer

from genstudio.cli import catalogue, data, demo, directions, export, measures, pictures, pixels, training, window
from genstudio.core.messages import _

app = typer.Typer(
    name="genstudio",
    help=_(
        "A desktop laboratory for generative models of images: watch them train, and explore interactively what "
        "they learned. Without a command it opens the window."
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        from genstudio.core.version import versions

        found = versions()
        typer.echo(f"genstudio {found['genstudio']} (python {found['python']}, torch {found['torch']})")
        raise typer.Exit


@app.callback()
def genstudio(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help=_("Show the version and exit."))
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help=_("Show the traceback of an error."))] = False,
) -> None:
    """Options before the command. Without a command, ``genstudio.cli.main`` opens the window and does not call
    this."""


app.command("train", help=_("Train a model from a recipe or a TOML file; Ctrl-C saves and stops."))(training.train)
app.command("resume", help=_("Resume a run exactly where it stopped."))(training.resume)
app.command("sample", help=_("Draw images from a run's model into a PNG sheet."))(pictures.sample)
app.command("complete", help=_("Fill in the missing part of an image, pixel by pixel, in several ways."))(
    pixels.complete
)
app.command("surprise", help=_("Show where images are unlikely to a run's model, in nats per pixel."))(pixels.surprise)
app.command("evaluate", help=_("Measure a run's model on held-out images."))(measures.evaluate)
app.command("directions", help=_("Find the directions of attributes in a run's latent space."))(directions.directions)
app.command("export", help=_("Save what a pane of the window shows of a run: its picture, a film, its numbers."))(
    export.export
)
app.command("demo", help=_("Train the default recipe without a window and write what it learned."))(demo.demo)
app.command("recipes", help=_("List the recipes that come with the program."))(catalogue.recipes)
app.command("models", help=_("List the models, what they can do, and their settings."))(catalogue.models)
app.command("panes", help=_("List the panes, and what each can be saved as."))(export.panes)
app.command("runs", help=_("List the runs, the newest first."))(catalogue.runs)
app.command("window", help=_("Open the window, on a run or a recipe if one is named."))(window.window)
app.command("studio", hidden=True)(window.window)

data_app = typer.Typer(help=_("List, show and download data sets."), rich_markup_mode=None)
data_app.command("list", help=_("List the data sets, and whether their images are on this computer."))(data.data_list)
data_app.command("show", help=_("Show a data set: size, splits, classes, attributes, problems, settings."))(
    data.data_show
)
data_app.command("download", help=_("Fetch a data set over the network."))(data.data_download)
app.add_typer(data_app, name="data")
