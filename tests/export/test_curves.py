from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric, title_of, unit_of
from genstudio.export.charts import paper
from genstudio.export.charts.curves import read_rows, save_curves, save_run_curves
from genstudio.export.charts.run_chart import run_chart
from genstudio.export.provenance import Provenance, read_provenance
from genstudio.training.curve_annotations import Annotation
from genstudio.training.metrics import metrics_of
from genstudio.training.run.run import Run
from genstudio.training.telemetry import Row

ROWS = [
    Row(s, s / 7, {"train/reconstruction": 100 + 400 * math.exp(-s / 30), "train/kl": s / 10}) for s in range(1, 200)
] + [Row(199, 30.5, {"validation/elbo": -123.4567890123, "validation/elbo_bits_per_dim": float("nan")})]


def test_the_csv_has_every_raw_point_to_the_last_digit(tmp_path: Path) -> None:
    path = save_curves(tmp_path / "curves.csv", ROWS)
    with open(path, newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    keys = ["train/reconstruction", "train/kl", "validation/elbo", "validation/elbo_bits_per_dim"]
    assert list(read[0]) == ["step", "seconds", *keys]
    assert len(read) == len(ROWS)
    for line, row in zip(read, ROWS, strict=True):
        assert (int(line["step"]), float(line["seconds"])) == (row.step, row.seconds)
        assert {k: float(line[k]) for k in keys if line[k]} == pytest.approx(dict(row.values), rel=0, nan_ok=True)


def test_svg_has_provenance_and_needs_no_font(tmp_path: Path) -> None:
    told = Provenance(run="faces-3", step=199)
    path = save_curves(tmp_path / "curves.svg", ROWS, metrics={"kl": Metric("KL", "nats")}, provenance=told)
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert read_provenance(path) == told


def test_the_same_rows_give_the_same_svg(tmp_path: Path) -> None:
    # No dates and no random names: a figure under version control changes only when it changes.
    a, b = (save_curves(tmp_path / f"{name}.svg", ROWS).read_bytes() for name in "ab")
    assert a == b


@pytest.mark.parametrize(("theme", "x"), [("light", "step"), ("dark", "time")])
def test_the_png_shows_each_curve_in_its_colour_on_its_theme(tmp_path: Path, theme: str, x: str) -> None:
    told = Provenance(run="faces-3")
    path = save_curves(
        tmp_path / "curves.png", ROWS, keys=["train/reconstruction", "train/kl"], theme=theme, x=x, log=True,
        title="faces-3", provenance=told,
    )  # type: ignore[arg-type]  # fmt: skip
    with Image.open(path) as image:
        colours = {tuple(c) for c in np.asarray(image.convert("RGB")).reshape(-1, 3)}
    context = paper.COLOURS[theme]
    for wanted in (context.card, *context.series[:2]):
        assert tuple(int(wanted[i : i + 2], 16) for i in (1, 3, 5)) in colours
    assert read_provenance(path) == told


def test_the_colours_and_dashes_are_those_of_the_window() -> None:
    from genstudio.studio import theme

    for name, palette in (("light", theme.LIGHT), ("dark", theme.DARK)):
        context = paper.COLOURS[name]
        assert context.series == tuple(series.colour for series in palette.series)
        assert (context.card, context.text, context.muted, context.grid) == (
            palette.card, palette.text, palette.muted, palette.grid
        )  # fmt: skip
    assert paper.DASHES == theme.DASHES


def test_no_two_curves_look_the_same() -> None:
    assert len({paper.line_style(place, paper.COLOURS["light"]) for place in range(30)}) == 30


def test_a_run_s_curves_carry_their_units(run: Run, tmp_path: Path) -> None:
    rows = read_rows(run)
    assert [row.step for row in rows if "train/kl" in row.values] == list(range(1, 25))
    metrics = metrics_of(run.recipe.model)
    assert [unit_of(name, metrics) for name in ("kl", "elbo", "elbo_bits_per_dim", "new")] == [
        "nats",
        "nats",
        "bits/dim",
        "",
    ]
    assert [title_of(name, metrics) for name in ("kl", "elbo_bits_per_dim", "a_new_one")] == [
        "KL", "ELBO in bits/dim", "a new one"
    ]  # fmt: skip
    text = save_run_curves(tmp_path / "curves.csv", run).read_text().splitlines()
    assert len(text) == len(rows) + 1


MARKS = [
    Annotation(40, N_("discriminator lr {a} → {b}", a=2e-4, b=1e-4)),
    Annotation(40, N_("beta 1 → 2")),
    Annotation(250, N_("k 1 → 5")),
]


def test_changes_are_in_the_table_at_their_step(tmp_path: Path) -> None:
    path = save_curves(tmp_path / "curves.csv", ROWS, annotations=MARKS)
    with open(path, newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    told = [(line["step"], line["change"]) for line in read if line["change"]]
    assert told == [("40", "discriminator lr 0.0002 → 0.0001"), ("40", "beta 1 → 2"), ("250", "k 1 → 5")]
    assert [int(line["step"]) for line in read] == sorted(int(line["step"]) for line in read)
    assert len(read) == len(ROWS) + 3, "and no measured point is lost"


@pytest.mark.parametrize("x", ["step", "time"])
def test_changes_are_marked_in_the_picture(tmp_path: Path, x: str) -> None:
    plain, marked = (
        save_curves(
            tmp_path / f"{len(annotations)}.svg", ROWS, keys=["train/kl"], annotations=annotations, x=x
        ).read_text()  # type: ignore[arg-type]
        for annotations in ([], MARKS[:2])
    )
    dashed = "stroke-dasharray: 2.7,1.8"
    assert marked.count(dashed) == plain.count(dashed) + 1, "one line for two changes at one step, in one panel"


def panels_of(rows: list[Row], keys: list[str], metrics: Mapping[str, Metric], parts: dict[str, str]) -> list[Any]:
    """Title and names of each panel of the chart that goes on paper."""
    chart = run_chart(rows, keys, metrics, parts=parts)
    return [(panel.title, [line.name for line in panel.lines]) for panel in chart.panels]


def test_curves_of_two_players_are_in_separate_panels() -> None:
    names = ["d_real", "d_fake", "D(x)", "D(G(z))", "gradient/discriminator", "adversarial", "M", "elbo"]
    parts = {"d_real": "discriminator", "d_fake": "discriminator", "adversarial": "generator"}
    parts |= {"D(x)": "", "D(G(z))": "", "gradient/discriminator": "", "M": ""}
    keys = [*(f"train/{name}" for name in names[:-1]), "validation/elbo"]
    rows = [Row(step, step, dict.fromkeys(keys, 0.5 + step / 100)) for step in range(20)]
    assert panels_of(rows, keys, metrics_of("gan"), parts) == [
        ("discriminator", ["d_real", "d_fake"]),
        ("generator", ["adversarial"]),
        ("other values: D(x), D(G(z))", ["D(x)", "D(G(z))"]),
        ("gradients", ["gradient/discriminator"]),
        ("other values: M", ["M"]),
        ("nats", ["elbo"]),
    ]
    assert panels_of(rows, keys[:2], {"d_fake": Metric("b", "nats")}, {}) == [("", ["d_real"]), ("nats", ["d_fake"])]


def test_two_measured_splits_are_two_curves() -> None:
    keys = ["train/elbo", "validation/elbo", "test/elbo"]
    rows = [Row(step, step, dict.fromkeys(keys, -100.0 + step)) for step in range(20)]
    lines = run_chart(rows, keys, metrics_of("vae")).lines
    assert list(lines) == ["elbo", "elbo (test)"]
    assert [len(line.rings[0]) for line in lines.values() if line.rings] == [20, 20]


@pytest.mark.parametrize(
    ("name", "rows", "keys", "says"),
    [
        ("curves.pdf", ROWS, None, "svg"),
        ("curves", ROWS, None, "svg"),
        ("curves.csv", [], None, "measured"),
        ("curves.png", ROWS, ["train/adversarial"], "adversarial"),
    ],
)
def test_undrawable_curves_are_refused_with_a_reason(
    tmp_path: Path, name: str, rows: list[Row], keys: list[str] | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        save_curves(tmp_path / name, rows, keys=keys)
    assert not list(tmp_path.iterdir())


def test_values_that_are_not_finite_are_gaps(tmp_path: Path) -> None:
    rows = [Row(i, i, {"train/kl": value}) for i, value in enumerate([1.0, math.nan, math.inf, 2.0] * 20)]
    assert save_curves(tmp_path / "curves.png", rows, log=True).is_file()
