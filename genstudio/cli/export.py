"""``export`` and ``panes``: write what any pane of the window shows, by the pane's name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.options import AsJson, AtStep, Data, Run, parse_settings, search
from genstudio.cli.output import Output
from genstudio.cli.runs import find_run
from genstudio.core.messages import _, translate

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet


def panes(as_json: AsJson = False) -> None:
    """List the panes by group, and what each can be saved as."""
    from genstudio.export.pane_exports import exports_of
    from genstudio.viewing.pane import groups_of
    from genstudio.viewing.pane import panes as registered

    output, found = Output(as_json), dict(registered.items())
    listed: list[dict[str, Any]] = []
    for group in groups_of(found.values()):
        output.print_line(translate(group.title))
        rows = []
        for name, pane in found.items():
            if pane.group.name == group.name:
                exports = [export.name for export in exports_of(pane)]
                rows.append([f"  {name}", translate(pane.title), ", ".join(exports)])
                listed.append({"name": name, "title": translate(pane.title), "group": group.name, "exports": exports})
        output.table(rows)
    output.print_line()
    output.print_line(_("Save one: genstudio export RUN PANE --out FILE"))
    output.result({"panes": listed})


def export(
    run: Run,
    pane: Annotated[str, typer.Argument(metavar="PANE", help=_("A pane's name, as `panes` lists it."))],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=_("The file to write."))],
    kind: Annotated[
        str, typer.Option("--as", metavar="EXPORT", help=_("What to save, as `panes` lists it."))
    ] = "picture",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help=_("A setting of the pane: seed=3, cells=12.")),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help=_("An option of the export: slider=smile, speed=200.")),
    ] = None,
    step: AtStep = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Save what a pane shows of a run: its picture, a film, its numbers."""
    from genstudio.cli.pictures import open_context
    from genstudio.export.pane_exports import find_export, write
    from genstudio.viewing.exports import ExportRequest
    from genstudio.viewing.pane import final
    from genstudio.viewing.pane import panes as registered

    output, folder, chosen = Output(as_json), find_run(run), registered[pane]
    export_kind = find_export(chosen, kind)
    values = parse_settings(chosen.state.form(), set_ or [], "seed=3")
    context = open_context(folder, step)
    state = chosen.state.from_json({**values, "at": context.snapshot.step})
    context.data = images_of(folder, data, needed=state.needs_images)
    content = final(context, state)
    options = {**_options(option or []), **export_kind.options}
    request = ExportRequest(
        export_kind, out, state, content, context.snapshot, folder, context.data, context.blobs, options=options
    )
    written = write(request, lambda share, text: None, lambda: False)
    output.print_line(_("{what}: {path}", what=content.caption, path=written))
    output.result(
        {"run": str(folder.path), "step": context.snapshot.step, "file": str(written.resolve()), "pane": pane,
         "export": kind}
    )  # fmt: skip


def images_of(run: Any, data: Path | None, *, needed: bool = True) -> DataSet | None:
    """The images that the run was trained on; ``None`` where they are not on this computer and not ``needed``."""
    from genstudio.cli.interrupt import Interrupt
    from genstudio.cli.progress import ProgressBar
    from genstudio.core.errors import Cancelled, GenstudioError
    from genstudio.training.run.images import open_images

    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            return open_images(run, search=search(data), progress=progress.preparing, cancelled=interrupt)
        except Cancelled:
            raise KeyboardInterrupt from None
        except GenstudioError:
            if needed or data is not None:
                raise
            return None


def _options(assignments: list[str]) -> dict[str, Any]:
    from genstudio.core.knobs import toml_value

    return {name: toml_value(value) for name, _, value in (one.partition("=") for one in assignments)}
