"""Options that several commands share, each written once."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.core.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genstudio.core.knobs import Knobs

AsJson = Annotated[bool, typer.Option("--json", help=_("End with one JSON object on the last line of stdout."))]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help=_("A folder to look for data sets in, before $GENSTUDIO_DATA.")),
]
Device = Annotated[
    str,
    typer.Option(
        "--device", metavar="DEVICE", help=_("auto, cpu, cuda, cuda:1 or mps; auto takes the best available.")
    ),
]
Run = Annotated[str, typer.Argument(metavar="RUN", help=_("A run's folder, its name as `runs` lists it, or 'latest'."))]
Steps = Annotated[int | None, typer.Option("--steps", metavar="N", min=0, help=_("Stop at this step."))]
Seed = Annotated[int | None, typer.Option("--seed", metavar="S", min=0, help=_("Same seed, same result."))]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help=_("Replace a setting: latent_dim=8, plan.save_every=100.")),
]
LiveSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help=_("Change a live setting from here on: beta=2, plan.players.model.lr=0.0003."),
    ),
]
AtStep = Annotated[
    int | None,
    typer.Option("--step", metavar="N", min=0, help=_("The checkpoint of this step; by default the newest.")),
]
Class = Annotated[
    str | None,
    typer.Option(
        "--class", metavar="CLASS", help=_("Draw this class, by name or number, if the model is class-conditional.")
    ),
]
Attributes = Annotated[
    list[str] | None,
    typer.Option(
        "--attribute",
        metavar="NAME=VALUE",
        help=_("Draw images with this attribute, if the model is conditioned on attributes; may be repeated."),
    ),
]
Temperature = Annotated[
    float,
    typer.Option("--temperature", metavar="T", min=0.05, max=2.0, help=_("Below 1: more typical; above: more varied.")),
]


def search(data: Path | None) -> list[Path] | None:
    """Folders in which data sets are searched, given ``--data``. Raises UsageError for a missing folder."""
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_
    from genstudio.core.paths import data_dirs, unreadable

    if data is None:
        return None
    for path, reason in unreadable([data]):
        raise UsageError(
            N_("{path} can't be opened: {reason}.", path=str(path), reason=reason),
            N_("Give --data a folder that you may read."),
        )
    if not os.path.exists(data):
        raise UsageError(N_("There is no folder {path}.", path=str(data)), N_("Give --data a folder that exists."))
    return data_dirs(data)


def parse_settings(knobs: type[Knobs], assignments: list[str], example: str) -> dict[str, Any]:
    """``["size=64"]`` as values of ``knobs``, by name. Raises UsageError, with an example, for what is no assignment."""
    from genstudio.core.knobs import from_text

    values: dict[str, Any] = {}
    for name, value in _assigned(assignments, example):
        name = name.removeprefix("data.")
        field = knobs.model_fields.get(name)
        values[name] = from_text(field.annotation, value) if field else value.strip()
    return values


def parse_numbers(assignments: list[str], example: str) -> dict[str, float]:
    """``["smile=0.4"]`` as numbers by name. Raises UsageError, with an example, for what is no finite number."""
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_
    from genstudio.core.plain_text import shortened

    values: dict[str, float] = {}
    for name, text in _assigned(assignments, example):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(
                N_("'{value}' is not a number.", value=shortened(text.strip())),
                N_("Write NAME=VALUE, such as {example}.", example=example),
            )
        values[name] = value
    return values


def _assigned(assignments: list[str], example: str) -> Iterator[tuple[str, str]]:
    from genstudio.core.errors import UsageError
    from genstudio.core.messages import N_
    from genstudio.core.plain_text import shortened

    for one in assignments:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                N_("'{given}' is not a setting.", given=shortened(one)),
                N_("Write NAME=VALUE, such as {example}.", example=example),
            )
        yield name.strip(), value
