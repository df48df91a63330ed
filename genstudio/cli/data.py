"""``data list``, ``data show`` and ``data download``: the images to train on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.options import AsJson, Data, parse_settings, search
from genstudio.cli.output import Output
from genstudio.cli.progress import ProgressBar
from genstudio.core.errors import Cancelled
from genstudio.core.messages import _, translate

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("A data set, as `data list` names it."))]
THUMBNAILS = 100


def data_list(data: Data = None, as_json: AsJson = False) -> None:
    """List the data sets, and whether their images are on this computer."""
    from genstudio.core.paths import data_dirs, unreadable
    from genstudio.data.base import data_sets

    output, where = Output(as_json), search(data)
    entries: list[dict[str, Any]] = []
    for name, kind in data_sets.items():
        entries.append(
            {"name": name, "title": str(kind.title), "help": str(kind.help), "there": _is_there(kind, where)}
        )
    presence = {True: _("here"), False: _("not here"), None: _("needs a path")}
    output.table(
        [[one["name"], presence[one["there"]], one["title"], one["help"]] for one in entries],
        [_("data set"), _("images"), _("title"), ""],
    )
    passed_over = unreadable(where or data_dirs())
    for folder, reason in passed_over:
        output.print_line(_("{folder} was skipped: {reason}.", folder=folder, reason=reason))
    output.result({"data": entries, "passed_over": [str(folder) for folder, _reason in passed_over]})


def data_show(
    name: Name,
    data: Data = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help=_("A setting, such as size=64 or path=FOLDER.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=_("Write 100 of its images to this PNG."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a data set: its images' size, splits, classes, attributes, problems and settings."""
    from genstudio.core.knobs import describe
    from genstudio.data.base import data_sets
    from genstudio.data.dataset import open_data

    output, kind = Output(as_json), data_sets[name]
    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            opened = open_data(
                name,
                parse_settings(kind.Knobs, set_ or [], "size=64"),
                search=search(data),
                progress=progress.preparing,
                cancelled=interrupt,
            )
        except Cancelled:
            raise KeyboardInterrupt from None
    facts = _facts(opened)
    output.print_line(f"{kind.title}: {kind.help}")
    output.table(_rows(opened))
    output.print_line(_("Settings:"))
    output.table(
        [
            [f"  {info.name}", str(getattr(opened.knobs, info.name)), translate(info.help)]
            for info in describe(kind.Knobs)
        ]
    )
    if out is not None:
        facts["out"] = str(_thumbnails(opened, out))
        output.print_line(_("Images: {path}", path=out))
    output.result(facts)


def data_download(name: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Fetch a data set over the network into the cache, or into --data DIR."""
    from genstudio.core.paths import cache_dir
    from genstudio.data.base import data_sets

    output, kind = Output(as_json), data_sets[name]
    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            folder = kind.download(data or cache_dir() / "data", progress.preparing, interrupt)
        except Cancelled:
            raise KeyboardInterrupt from None
    output.print_line(_("{name} is in {folder}.", name=name, folder=folder))
    output.result({"name": name, "folder": str(folder)})


def _is_there(kind: Any, where: list[Path] | None) -> bool | None:
    """``None`` for a data set that needs a path first (a folder)."""
    knobs = kind.Knobs()
    return None if kind.path_knob and not getattr(knobs, kind.path_knob) else bool(kind(knobs, where).is_there())


def _facts(data: DataSet) -> dict[str, Any]:
    return {
        "name": data.name,
        "images": len(data),
        "spec": data.spec.to_json(),
        "splits": {name: len(data.split(name)) for name in ("train", "validation", "test")},
        "classes": data.class_counts(),
        "problems": [translate(problem) for problem in data.problems],
        "knobs": data.knobs.model_dump(mode="json"),
    }


def _rows(data: DataSet) -> list[list[str]]:
    spec, facts = data.spec, _facts(data)
    levels = _("real values") if spec.levels is None else _("{n} levels", n=spec.levels)
    rows = [
        [_("images"), f"{len(data):,}"],
        [_("size"), f"{spec}, {levels}"],
        [_("splits"), ", ".join(f"{name} {count:,}" for name, count in facts["splits"].items())],
    ]
    if facts["classes"]:
        rows.append(
            [_("classes"), ", ".join(f"{_in_a_list(name)} {count:,}" for name, count in facts["classes"].items())]
        )
    if spec.attribute_names:
        rows.append([_("attributes"), ", ".join(map(_in_a_list, spec.attribute_names))])
    rows += [[_("remark"), problem] for problem in facts["problems"]]
    return rows


def _in_a_list(name: str) -> str:
    """A name in a list: in quotes if it contains a comma."""
    return f'"{name}"' if "," in name else name


def _thumbnails(data: DataSet, out: Path) -> Path:
    import numpy as np

    from genstudio.cli.pictures import SIDE, integer_factor
    from genstudio.core.scatter import scatter
    from genstudio.export.images.sheets import save_picture, save_sheet

    if data.spec.is_point:
        return save_picture(out, scatter(data.points(np.arange(len(data))), SIDE))
    positions = np.random.default_rng(0).permutation(len(data))[:THUMBNAILS]
    images = data.bytes(np.sort(positions))
    return save_sheet(out, images, layout="chw", scale=integer_factor(np.empty((10 * images.shape[2], 1))))
