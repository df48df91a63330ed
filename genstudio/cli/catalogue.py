"""The commands ``recipes``, ``models`` and ``runs``."""

from __future__ import annotations

from collections.abc import Mapping

from genstudio.cli.options import AsJson
from genstudio.cli.output import Output, number
from genstudio.core.messages import _, translate


def recipes(as_json: AsJson = False) -> None:
    """List the recipes that come with the program."""
    from genstudio.training.recipe.recipe import load_recipe, recipe_names

    output, found = Output(as_json), [load_recipe(name) for name in recipe_names()]
    output.table(
        [[r.name, r.model, r.data, f"{r.plan.steps:,}", translate(r.title)] for r in found],
        [_("recipe"), _("model"), _("data"), _("steps"), _("title")],
    )
    output.print_line()
    output.print_line(_("Start one: genstudio train RECIPE"))
    output.result(
        {"recipes": [{"name": r.name, "title": r.title, "help": r.help, "model": r.model, "data": r.data,
                      "steps": r.plan.steps} for r in found]}
    )  # fmt: skip


def models(as_json: AsJson = False) -> None:
    """List the models, what they can do, and their settings."""
    from genstudio.core.capabilities import CAPABILITIES, Judges, capabilities_of, has
    from genstudio.core.knobs import describe
    from genstudio.models import base

    output = Output(as_json)
    entries = []
    # Judges last: measures train them by themselves.
    for name, kind in sorted(base.models.items(), key=lambda entry: has(entry[1], Judges)):
        knobs, capabilities = describe(kind.Knobs), capabilities_of(kind)
        output.print_line(f"{name}: {kind.title}" + (f" ({kind.paper})" if kind.paper else ""))
        output.print_line(f"  {kind.help}")
        output.print_line("  " + ", ".join(translate(CAPABILITIES[capability][1]) for capability in capabilities))
        output.table([[f"    {info.name}", str(info.default), translate(info.help)] for info in knobs])
        output.print_line()
        entries.append({
            "name": name, "title": str(kind.title), "family": kind.family, "capabilities": capabilities,
            "knobs": {info.name: info.default for info in knobs},
        })  # fmt: skip
    output.print_line(_("Set one: genstudio train RECIPE --set NAME=VALUE"))
    output.result({"models": entries})


def runs(as_json: AsJson = False) -> None:
    """List the runs, the newest first."""
    from genstudio.core.paths import runs_dir
    from genstudio.training.run.listing import summarise_run
    from genstudio.training.run.run import run_folders

    output, entries, rows, problems = Output(as_json), [], [], []
    for line in map(summarise_run, run_folders()):
        text = _STATUS.get(line.status, line.status)
        rows.append([line.name, text, f"{line.step or 0:,}", line.model, line.data, _held_out(line.measures)])
        entries.append(
            {
                "name": line.name,
                "run": str(line.path),
                "status": line.status,
                "step": line.step,
                "steps": line.steps,
                "model": line.model,
                "data": line.data,
                "measures": line.measures,
            }
        )
        if line.problem:
            problems.append(_("{run} is damaged: {reason}", run=line.name, reason=translate(line.problem)))
            entries[-1]["problem"] = translate(line.problem)
    if rows:
        output.table(rows, [_("run"), _("status"), _("step"), _("model"), _("data"), _("nats on held-out images")])
    else:
        output.print_line(
            _("There are no runs yet in {folder}. `genstudio train mnist-vae-2d` makes one.", folder=runs_dir())
        )
    for problem in problems:
        output.print_line(problem)
    output.result({"runs": entries})


def _held_out(values: Mapping[str, float]) -> str:
    """-log p of a held-out image in nats, or the bound on it."""
    if "validation/nll" in values:
        return number(values["validation/nll"])
    return "≤ " + number(-values["validation/elbo"]) if "validation/elbo" in values else ""


_STATUS: dict[str, str] = {
    "training": _("training"),
    "finished": _("finished"),
    "stopped": _("stopped"),
    "empty": _("empty"),
    "damaged": _("damaged"),
}
