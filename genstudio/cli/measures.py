"""The command ``evaluate``: measures a run's model on held-out images, with protocol and baselines."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.options import AsJson, AtStep, Data, Device, Run, search
from genstudio.cli.output import Output, number
from genstudio.cli.progress import ProgressBar
from genstudio.cli.runs import find_run
from genstudio.core.errors import Cancelled, DataError, UsageError
from genstudio.core.messages import N_, _

if TYPE_CHECKING:
    from pathlib import Path

    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.base import Result
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.training.run.run import Run as RunFolder
    from genstudio.training.snapshot import Snapshot


class SplitName(StrEnum):
    """The splits that a model may be measured on."""

    train = "train"
    validation = "validation"
    test = "test"


class Weights(StrEnum):
    """Choice between a run's averaged and raw weights."""

    averaged = "averaged"
    raw = "raw"


class Eyes(StrEnum):
    """Choice of the judge that compares samples with images."""

    own = "own"
    inception = "inception"


Names = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        metavar="NAME[,NAME...]",
        help=_("Only these, separated by commas or given several times. By default, all quick ones."),
    ),
]
Split = Annotated[SplitName, typer.Option("--split", help=_("The images to measure on."))]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help=_("At most N images."))]
Importance = Annotated[int, typer.Option("--k", metavar="K", min=1, help=_("Importance samples per image, for nll."))]
Samples = Annotated[
    int,
    typer.Option("--samples", metavar="N", min=2, help=_("Samples drawn for measures that compare them with images.")),
]
WhichWeights = Annotated[
    Weights,
    typer.Option(
        "--weights", help=_("The averaged weights if the run has them (averaged), or the trained weights (raw).")
    ),
]
Judging = Annotated[
    Eyes, typer.Option("--judge", help=_("The judge: the data set's own, or Inception weights that you provide."))
]
Noise = Annotated[int, typer.Option("--seed", metavar="S", min=0, help=_("Seed of the noise in the measurement."))]


def evaluate(
    run: Run,
    measure: Names = None,
    split: Split = SplitName.validation,
    limit: Limit = None,
    k: Importance = 200,
    samples: Samples = 5_000,
    weights: WhichWeights = Weights.averaged,
    judge: Judging = Eyes.own,
    seed: Noise = 0,
    step: AtStep = None,
    data: Data = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a run's model on held-out images."""
    from genstudio.core.device import choose_device
    from genstudio.evaluate import base
    from genstudio.training.snapshot import load_model

    output, folder = Output(as_json), find_run(run)
    where, target = search(data), choose_device(device)
    snapshot = folder.snapshot(step, averaged=weights is Weights.averaged)
    model = load_model(snapshot, target)
    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            images = _images(folder, split, where, progress, interrupt)
            results = base.evaluate(
                model, images, names=names_in(measure), split=split.value, limit=limit, seed=seed, cancelled=interrupt,
                options={"nll": {"k": k}}, judge=lambda: _judge(judge, images, progress, interrupt), samples=samples,
                weights="averaged" if snapshot.averaged else "raw",
            )  # fmt: skip
        except Cancelled:
            raise KeyboardInterrupt from None
    output.print_line(_("{run} at step {step}", run=folder.path, step=f"{snapshot.step:,}"))
    print_results(results, split.value, output)
    if measure is None:
        _note_skipped(model, images, results, output)
    output.result(_as_json(folder, snapshot, results, split))


def _images(
    run: RunFolder, split: SplitName, where: list[Path] | None, progress: ProgressBar, interrupt: Interrupt
) -> DataSet:
    """The run's images; raises :class:`DataError` where there are none in ``split``."""
    from genstudio.training.run.images import open_images

    images = open_images(run, search=where, progress=progress.preparing, cancelled=interrupt)
    if not len(images.split(split.value)):
        raise DataError(
            N_("The split '{split}' of {data} is empty.", split=split.value, data=images.name),
            N_("Choose another --split, or train on more images."),
        )
    return images


def _note_skipped(model: Any, images: DataSet, results: Mapping[str, Result], output: Output) -> None:
    """Measures that are possible but slow, and were not run."""
    from genstudio.evaluate.base import measures

    names = [
        name
        for name, one in measures.items()
        if one.heavy and one.serves(model) and one.fits(images) and name not in results
    ]
    if names:
        output.print_line(
            _("Not run, because they take longer: {names}. Name one with --measure to run it.", names=", ".join(names))
        )


def _as_json(folder: RunFolder, snapshot: Snapshot, results: Mapping[str, Result], split: SplitName) -> dict[str, Any]:
    from genstudio.evaluate.base import flatten

    return {
        "run": str(folder.path),
        "step": snapshot.step,
        "weights": snapshot.digest,
        "averaged": snapshot.averaged,
        "measures": flatten(results, split.value),
        "results": {name: result.to_json() for name, result in results.items()},
    }


def names_in(given: list[str] | None) -> list[str] | None:
    """Requested measures: repeated, separated by commas, or both; ``None`` without any."""
    if given is None:
        return None
    names = [name.strip() for part in given for name in part.split(",") if name.strip()]
    if not names:
        raise UsageError(N_("--measure names no measure."), N_("Write --measure fid,prdc, or leave it out."))
    return names


def _judge(which: Eyes, data: DataSet, progress: ProgressBar, cancelled: Interrupt) -> Judge:
    """The requested judge; the data set's own is trained if there is none yet."""
    if which is Eyes.inception:
        from genstudio.training.judge.inception import inception_judge

        return inception_judge()
    from genstudio.training.judge.train import judge_for

    return judge_for(data, progress=progress.preparing, cancelled=cancelled)


def print_results(results: Mapping[str, Result], split: str, output: Output) -> None:
    """Print a table of values with unit, direction and baselines; then the protocol."""
    from genstudio.evaluate.base import measures

    rows = []
    for name, result in results.items():
        about = measures[name]
        beside = ", ".join(f"{key.replace('_', ' ')} {number(value)}" for key, value in result.baselines.items())
        better = _("higher is better") if about.better == "higher" else _("lower is better")
        rows.append([f"{split}/{about.key}", number(result.value), about.unit, better, beside])
        for key, value in result.extra.items():
            unit = about.metrics[key].unit if key in about.metrics else about.unit
            rows.append([f"{split}/{key}", number(value), unit, "", ""])
    output.table(rows, [_("measure"), _("value"), _("unit"), "", _("for comparison")])
    if results:
        output.print_line(protocol_text(next(iter(results.values())).protocol, results))


def protocol_text(protocol: Mapping[str, Any], results: Mapping[str, Result]) -> str:
    """One line on how the numbers came about."""
    likelihoods = {r.protocol["likelihood"] for r in results.values() if "likelihood" in r.protocol}
    judge_protocol = next((r.protocol for r in results.values() if {"judge", "reference"} <= set(r.protocol)), None)
    return _(
        "on {n} of {of} images of {data}, split {split}, binarisation {binarisation}{likelihood}{judge_protocol}",
        n=f"{protocol['n']:,}",
        of=f"{protocol['of']:,}",
        data=protocol["data"],
        split=protocol["split"],
        binarisation=protocol["binarisation"],
        likelihood="".join(f"; {text}" for text in sorted(likelihoods)),
        judge_protocol="" if judge_protocol is None else "; " + judge_text(judge_protocol),
    )


def judge_text(protocol: Mapping[str, Any]) -> str:
    """Description of a judged comparison: the judge, the numbers of samples and images, the weights."""
    return _(
        "judge {judge} ({hash}, {features} features, resized {resizer}) on {samples} samples, weights {weights}, against "
        "{reference} training images",
        judge=protocol["judge"],
        hash=protocol["judge_hash"][:12],
        features=protocol["feature_dim"],
        resizer=protocol["resizer"],
        samples=f"{protocol['samples']:,}",
        weights=protocol["weights"],
        reference=f"{protocol['reference']:,}",
    )
